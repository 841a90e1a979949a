//! What tests and benchmarks share: real relays on free ports, real phones without a browser, and waiting without
//! sleeping blindly. The tests themselves are in `tests/it`, the browser's in `tests/e2e`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

pub mod bench;
pub mod kit;
pub mod sim;
