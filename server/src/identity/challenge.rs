//! Challenges that were given out and not yet answered. In memory: a relay that restarts makes phones ask again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use shared::ids::DeviceId;
use shared::limits::CHALLENGE_MS;
use shared::time::Timestamp;

/// Challenges waiting at once, over all devices: each is 60 bytes, and a bureau has 2,000 phones.
const WAITING_MAX: usize = 16_384;

/// Bytes of a challenge.
pub const CHALLENGE_BYTES: usize = 32;

/// Challenges by their bytes.
#[derive(Debug, Default)]
pub struct Challenges(Mutex<HashMap<[u8; CHALLENGE_BYTES], (DeviceId, Timestamp)>>);

impl Challenges {
    /// Notes a challenge; `false` when too many wait.
    pub fn give(&self, challenge: [u8; CHALLENGE_BYTES], device: DeviceId, now: Timestamp) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX {
            waiting.retain(|_, (_, given)| is_fresh(*given, now));
        }
        let has_room = waiting.len() < WAITING_MAX;
        if has_room {
            waiting.insert(challenge, (device, now));
        }
        has_room
    }

    /// Takes a challenge away, whatever comes of it: there is one try. Whether it was this device's and in time.
    pub fn take(&self, challenge: &[u8], device: DeviceId, now: Timestamp) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(challenge) = <[u8; CHALLENGE_BYTES]>::try_from(challenge) else { return false };
        waiting.remove(&challenge).is_some_and(|(owner, given)| owner == device && is_fresh(given, now))
    }
}

fn is_fresh(given: Timestamp, now: Timestamp) -> bool {
    (0..=CHALLENGE_MS).contains(&now.since(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(owner: u8, answered_after_ms: i64, expected: bool) {
        let challenges = Challenges::default();
        let given = Timestamp(1_000_000);
        assert!(challenges.give([7; 32], DeviceId::from([1; 16]), given));
        let answer =
            || challenges.take(&[7; 32], DeviceId::from([owner; 16]), given.plus_ms(answered_after_ms));
        assert_eq!(answer(), expected, "device {owner} after {answered_after_ms} ms");
        assert!(!answer(), "a challenge has one try");
    }

    #[test]
    fn a_challenge_is_one_devices_once_and_for_a_minute() {
        check(1, 0, true);
        check(1, CHALLENGE_MS, true);
        check(1, CHALLENGE_MS + 1, false);
        check(1, -1, false);
        check(2, 0, false);
    }

    #[test]
    fn old_challenges_make_room_for_new_ones() {
        let challenges = Challenges::default();
        let device = DeviceId::from([1; 16]);
        let challenge = |n: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            bytes
        };
        for n in 0..WAITING_MAX {
            assert!(challenges.give(challenge(n), device, Timestamp(0)));
        }
        assert!(!challenges.give(challenge(WAITING_MAX), device, Timestamp(1)));
        assert!(challenges.give(challenge(WAITING_MAX), device, Timestamp(CHALLENGE_MS + 1)));
    }
}
