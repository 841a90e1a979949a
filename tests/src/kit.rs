//! The kit: `relay` runs one inside this process, `process` runs the real binary that can be killed, `phone` is a phone
//! without a browser, `bundle` makes its files, `http` asks as a client would.

use std::time::{Duration, Instant};

pub mod bundle;
pub mod clock;
pub mod http;
pub mod phone;
pub mod process;
pub mod relay;
pub mod socket;

/// How long a test waits for what must happen: generous, because machines of tests are slow.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(10);

/// Looks until `look` gives something.
///
/// # Panics
/// When it does not within 20 s; `what` says what was waited for.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} did not happen within {PATIENCE:?}");
        std::thread::park_timeout(LOOK);
    }
}
