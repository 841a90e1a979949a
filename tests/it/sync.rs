//! The exchange: one round trip, merging, live delivery, and what is not let in.

mod bad_input;
mod catch_up;
mod exchange;
mod live;
mod merge;
mod register;
mod restore;
