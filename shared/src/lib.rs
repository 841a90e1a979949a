//! What is true everywhere: the domain, its documents, the wire, and the two ends of the sync as pure state
//! machines. Nothing here reads a clock, draws a random number, or does I/O: both are arguments, and effects are
//! values that the shells (`client/core`, `server`, the tests) perform.

pub mod api;
pub mod cbor;
pub mod digits;
pub mod domain;
pub mod flat;
pub mod gather;
pub mod ids;
pub mod json;
pub mod limits;
pub mod protocol;
pub mod time;
pub mod trust;

#[cfg(feature = "documents")]
pub mod carry;
#[cfg(feature = "documents")]
pub mod document;
#[cfg(feature = "documents")]
pub mod projection;
#[cfg(feature = "sync")]
pub mod sync;
