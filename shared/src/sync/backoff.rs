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

/// Milliseconds to wait when a relay said when to come again: never earlier, and spread over half as long again, so that
/// a herd that was told the same does not come back as one.
pub fn told_ms(told: u32, random: u64) -> i64 {
    let told = i64::from(told).max(BACKOFF_MS_MIN / 4);
    let spread = u64::try_from(told / 2 + 1).unwrap_or(1);
    told + i64::try_from(random % spread).unwrap_or_default()
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

    #[test]
    fn a_herd_that_was_told_five_seconds_comes_back_over_two_and_a_half() {
        // Numbers as far apart as a thousand phones' would be.
        let mut waits: Vec<i64> =
            (0..1_000u64).map(|phone| told_ms(5_000, phone.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
        waits.sort_unstable();
        assert!(waits.iter().all(|wait| (5_000..=7_500).contains(wait)), "never earlier than told");
        let most = waits.windows(100).map(|hundred| hundred[99] - hundred[0]).min();
        assert!(most > Some(100), "no hundred of them within a tenth of a second: {most:?}");
        assert!(told_ms(0, 0) > 0, "never a busy loop");
        assert!(told_ms(u32::MAX, u64::MAX) > 0);
    }
}
