//! The exchange: one round trip, merging, live delivery, and what is not let in.

mod bad_input;
mod exchange;
mod live;
mod merge;
