//! The integration tests: a real relay, real phones without a browser, a real database. One binary, so that it links
//! once; folders have the names of what they test.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod fuzz_replay;
mod golden;
mod http;
mod labels;
mod layers;
mod load;
mod sim_smoke;
mod store;
mod sync;
mod trust;
mod walk;
mod words;
