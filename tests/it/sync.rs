//! The exchange: merging, live delivery, and what is not let in.

mod bad_input;
mod live;
mod merge;
