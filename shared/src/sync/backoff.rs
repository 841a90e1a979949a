//! How long to wait before the next try: doubling, with full jitter, so that a station's phones do not come back in
//! step after an outage.

use crate::limits::{BACKOFF_MS_MAX, BACKOFF_MS_MIN};

/// Milliseconds to wait after `failures` failed tries in a row; `random` is any number, drawn by the shell.
pub fn wait_ms(failures: u32, random: u64) -> i64 {
    let doubled = BACKOFF_MS_MIN.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let ceiling = doubled.clamp(BACKOFF_MS_MIN, BACKOFF_MS_MAX);
    let jitter = i64::try_from(random % u64::try_from(ceiling).unwrap_or(1)).unwrap_or_default();
    // Full jitter, but never a busy loop.
    jitter.max(BACKOFF_MS_MIN / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_within_their_bounds() {
        for failures in 0..40 {
            for random in [0, 1, 12_345, u64::MAX] {
                let wait = wait_ms(failures, random);
                assert!((BACKOFF_MS_MIN / 4..=BACKOFF_MS_MAX).contains(&wait), "{failures} {random} {wait}");
            }
        }
        assert!(wait_ms(1, u64::MAX) <= BACKOFF_MS_MIN);
        assert!((0..100).any(|random| wait_ms(10, random * 997) > BACKOFF_MS_MIN));
    }
}
