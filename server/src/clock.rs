//! The relay's clock, handed in from outside so that the demo bureau can have a history and tests can have any time.
//! Nothing else in this crate asks the system for the time of day.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use shared::time::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The system's clock, moved by a fixed offset (0 in production).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock {
    /// Milliseconds added to the system's time.
    pub offset_ms: i64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Timestamp(i64::try_from(since).unwrap_or(i64::MAX)).plus_ms(self.offset_ms)
    }
}

/// A clock that stands where it was set: for a history that is written afterwards, and for tests.
#[derive(Debug, Default)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// A clock that stands at a moment.
    pub fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.0))
    }

    /// Sets it.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.0, Ordering::Release);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Acquire))
    }
}
