//! Both ends of the exchange as state machines: input in, effects out. No clock, no randomness, no I/O; the shells
//! (`client/core`, `server`, the tests) perform the effects and bring the results back as inputs.
//!
//! How to drive an end: call `handle(now, input)`, perform every effect in order, and feed what comes of each back.

pub mod backoff;
pub mod device;
pub mod relay;
