//! The system's clock, moved by a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use server::clock::{Clock, SystemClock};
use shared::time::Timestamp;

/// A clock that runs, and that a test can move.
#[derive(Debug, Clone, Default)]
pub struct MovedClock(Arc<AtomicI64>);

impl MovedClock {
    /// Moves it by milliseconds.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::AcqRel);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock::default().now().plus_ms(self.0.load(Ordering::Acquire))
    }
}
