//! How often one address may try a wrong enrolment code. Right ones cost nothing, so a station that enrols behind one
//! address is not held up.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use shared::time::Timestamp;

/// Wrong codes in a row from one address.
const FAILURES_MAX: i64 = 20;
/// Milliseconds after which one failure is forgotten.
const FORGIVEN_AFTER_MS: i64 = 30_000;
/// Addresses remembered at once: 40 bytes each.
const ADDRESSES_MAX: usize = 16_384;

/// Failures by address.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<IpAddr, Bucket>>);

/// A leaking bucket, kept as the moment at which it will be empty.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    empty_at: Timestamp,
}

impl Attempts {
    /// Whether an address may try.
    pub fn may_try(&self, address: IpAddr, now: Timestamp) -> bool {
        let buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buckets
            .get(&address)
            .is_none_or(|bucket| bucket.empty_at.since(now) < FAILURES_MAX * FORGIVEN_AFTER_MS)
    }

    /// Notes a wrong code.
    pub fn failed(&self, address: IpAddr, now: Timestamp) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES_MAX {
            buckets.retain(|_, bucket| bucket.empty_at > now);
        }
        if buckets.len() >= ADDRESSES_MAX && !buckets.contains_key(&address) {
            // More addresses than a bureau has: forget all rather than grow; codes have 60 random bits.
            buckets.clear();
        }
        let bucket = buckets.entry(address).or_insert(Bucket { empty_at: now });
        bucket.empty_at = bucket.empty_at.max(now).plus_ms(FORGIVEN_AFTER_MS);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn an_address_that_guesses_is_held_up_and_forgiven() {
        let attempts = Attempts::default();
        let (guesser, other) = (IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv4Addr::BROADCAST));
        let now = Timestamp(1_000_000);
        for _ in 0..FAILURES_MAX {
            assert!(attempts.may_try(guesser, now));
            attempts.failed(guesser, now);
        }
        assert!(!attempts.may_try(guesser, now));
        assert!(attempts.may_try(other, now));
        assert!(attempts.may_try(guesser, now.plus_ms(FORGIVEN_AFTER_MS + 1)));
    }
}
