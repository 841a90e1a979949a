//! Measurements that need no relay and no phone; `tests/src/bin/bench.rs` prints them.

pub mod admission;
pub mod wire;
