//! One story for every store.
