//! How much the relay takes on at one time, and what it says when that is reached: bytes of requests being handled, and of
//! bundles apart from them, connections, connections of one device, and large readings of the log. What waits for the log
//! writer is bounded by the writer itself. Who is turned away keeps everything and is told when to come again, each a different moment.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use ring::rand::{SecureRandom, SystemRandom};
use shared::ids::DeviceId;
use shared::limits::RETRY_AFTER_MS_MAX;
use shared::protocol::{Refusal, RefusalCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Config;

/// Milliseconds that a phone is asked to wait at least.
const RETRY_AFTER_MS_MIN: u32 = 1_000;
/// A whole, in the unit in which a queue's fill is told.
pub const FULL_PERMILLE: u32 = 1_000;
/// How full the log writer's queue may be before pushes are deferred without being looked at.
pub const QUEUE_PERMILLE_MAX: u32 = 750;
/// Bytes that a request counts for at least: what it costs besides its frame.
const REQUEST_BYTES_MIN: u32 = 4 << 10;

/// What the relay has taken on, and may.
#[derive(Debug)]
pub struct Load {
    inflight: Arc<Semaphore>,
    inflight_bytes_max: u32,
    /// Of bundles: they are large and come slowly, and must not take the room of pushes.
    bundles: Arc<Semaphore>,
    bundles_bytes_max: u32,
    /// Who is bringing one in: each one at a time.
    bringing: Mutex<HashSet<DeviceId>>,
    bootstraps: Semaphore,
    connections: Mutex<Connections>,
    connections_max: u32,
    connections_device_max: u32,
    random: SystemRandom,
}

#[derive(Debug, Default)]
struct Connections {
    all: u32,
    of: HashMap<DeviceId, u32>,
}

/// A connection's place; given back when it is dropped.
#[derive(Debug)]
pub struct Connected {
    load: Arc<Load>,
    device: DeviceId,
}

/// Room for a bundle that a device brings in; given back when it is dropped.
#[derive(Debug)]
pub struct Bringing {
    load: Arc<Load>,
    carrier: DeviceId,
    _room: OwnedSemaphorePermit,
}

impl Load {
    /// As much as the settings allow.
    pub fn new(config: &Config) -> Self {
        let count = |permits: u32| usize::try_from(permits).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            inflight: Arc::new(Semaphore::new(count(config.inflight_bytes_max).min(Semaphore::MAX_PERMITS))),
            inflight_bytes_max: config.inflight_bytes_max,
            bundles: Arc::new(Semaphore::new(count(config.bundles_bytes_max).min(Semaphore::MAX_PERMITS))),
            bundles_bytes_max: config.bundles_bytes_max,
            bringing: Mutex::default(),
            bootstraps: Semaphore::new(count(config.bootstraps_max.max(1))),
            connections: Mutex::default(),
            connections_max: config.connections_max,
            connections_device_max: config.connections_device_max,
            random: SystemRandom::new(),
        }
    }

    /// Room for a request of so many bytes, for as long as the permit is held.
    ///
    /// # Errors
    /// A refusal, when too much is being handled already.
    pub fn enter(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).max(REQUEST_BYTES_MIN);
        Arc::clone(&self.inflight)
            .try_acquire_many_owned(bytes)
            .map_err(|_| self.busy("too much is being handled", self.inflight_permille()))
    }

    /// Room for a bundle that takes so many bytes, for as long as it is held.
    ///
    /// # Errors
    /// A refusal, when too many bundles are coming in already, or one of this device.
    pub fn bring(self: &Arc<Self>, carrier: DeviceId, bytes: usize) -> Result<Bringing, Refusal> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).max(REQUEST_BYTES_MIN);
        // However small the room is made, one bundle fits.
        let room = Arc::clone(&self.bundles).try_acquire_many_owned(bytes.min(self.bundles_bytes_max));
        let room = room.map_err(|_| self.busy("too many bundles are coming in", FULL_PERMILLE))?;
        let mut bringing = self.bringing.lock().unwrap_or_else(PoisonError::into_inner);
        if !bringing.insert(carrier) {
            return Err(self.busy("this device is bringing a bundle in already", FULL_PERMILLE));
        }
        Ok(Bringing { load: Arc::clone(self), carrier, _room: room })
    }

    /// A turn at a large reading of the log. Turns come in the order in which they were asked for.
    pub async fn bootstrap(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        // The semaphore is never closed; a reading without a turn would still be right.
        self.bootstraps.acquire().await.ok()
    }

    /// A place for a connection of a device.
    ///
    /// # Errors
    /// A refusal, when there are too many of all or of this device.
    pub fn connect(self: &Arc<Self>, device: DeviceId) -> Result<Connected, Refusal> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let of_device = connections.of.get(&device).copied().unwrap_or_default();
        if connections.all >= self.connections_max {
            return Err(self.busy("too many connections", FULL_PERMILLE));
        }
        if of_device >= self.connections_device_max {
            return Err(self.busy("too many connections of this device", FULL_PERMILLE));
        }
        connections.all += 1;
        connections.of.insert(device, of_device + 1);
        Ok(Connected { load: Arc::clone(self), device })
    }

    /// Bytes of requests that are being handled.
    pub fn inflight_bytes(&self) -> u64 {
        let free = u32::try_from(self.inflight.available_permits()).unwrap_or(u32::MAX);
        u64::from(self.inflight_bytes_max.saturating_sub(free))
    }

    /// Milliseconds after which somebody whom a queue turned away may come again; grows with the queue.
    pub fn retry_after_ms(&self, permille: u32) -> u32 {
        let mut bytes = [0; 4];
        // Without a random number everybody would be told the same; better late than together.
        let random = self.random.fill(&mut bytes).map_or(u32::MAX, |()| u32::from_be_bytes(bytes));
        retry_after_ms(permille, random)
    }

    fn inflight_permille(&self) -> u32 {
        let permille = self.inflight_bytes() * u64::from(FULL_PERMILLE);
        let whole = u64::from(self.inflight_bytes_max.max(1));
        u32::try_from(permille / whole).unwrap_or(FULL_PERMILLE)
    }

    fn busy(&self, detail: &str, permille: u32) -> Refusal {
        let retry_after_ms = Some(self.retry_after_ms(permille));
        Refusal { code: RefusalCode::Busy, detail: detail.to_owned(), retry_after_ms }
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut connections = self.load.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.all -= 1;
        if let Some(of_device) = connections.of.get_mut(&self.device) {
            *of_device -= 1;
            if *of_device == 0 {
                connections.of.remove(&self.device);
            }
        }
    }
}

impl Drop for Bringing {
    fn drop(&mut self) {
        self.load.bringing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.carrier);
    }
}

/// Between half of a ceiling and all of it; the ceiling grows with the square of the queue's fill, so that a queue that
/// is only half full holds nobody up for long.
fn retry_after_ms(permille: u32, random: u32) -> u32 {
    let fill = u64::from(permille.min(FULL_PERMILLE));
    let whole = u64::from(FULL_PERMILLE) * u64::from(FULL_PERMILLE);
    let grown = u64::from(RETRY_AFTER_MS_MAX - RETRY_AFTER_MS_MIN) * fill * fill / whole;
    let ceiling = u64::from(RETRY_AFTER_MS_MIN) + grown;
    let wait = ceiling - u64::from(random) % (ceiling / 2 + 1);
    u32::try_from(wait).unwrap_or(RETRY_AFTER_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(change: impl FnOnce(&mut Config)) -> Arc<Load> {
        let mut config = Config::new("unused".into());
        change(&mut config);
        Arc::new(Load::new(&config))
    }

    fn device(n: u8) -> DeviceId {
        DeviceId::from([n; 16])
    }

    #[test]
    fn the_wait_grows_with_the_queue_and_is_different_for_everybody() {
        for (permille, least, most) in
            [(0, 500, 1_000), (500, 4_125, 8_250), (1_000, 15_000, 30_000), (9_999, 15_000, 30_000)]
        {
            let waits: Vec<u32> = (0..1_000).map(|n| retry_after_ms(permille, n * 4_000_037)).collect();
            assert!(waits.iter().all(|wait| (least..=most).contains(wait)), "{permille}: {waits:?}");
            let spread = waits.iter().max().unwrap() - waits.iter().min().unwrap();
            assert!(spread > (most - least) * 9 / 10, "{permille}: {spread}");
        }
    }

    #[test]
    fn bytes_are_given_back_and_what_exceeds_them_is_told_to_come_later() {
        let load = load(|config| config.inflight_bytes_max = 100_000);
        let first = load.enter(90_000).unwrap();
        let refused = load.enter(20_000).unwrap_err();
        assert_eq!(refused.code, RefusalCode::Busy);
        assert!(refused.retry_after_ms.unwrap() > 10_000, "it is nearly full: {refused:?}");
        let small = load.enter(1).unwrap();
        assert_eq!(load.inflight_bytes(), 94_096, "a small request costs more than its frame");
        drop((first, small));
        assert_eq!(load.inflight_bytes(), 0);
        assert!(load.enter(90_000).is_ok());
        assert!(load.enter(usize::MAX).is_err());
    }

    #[test]
    fn connections_are_counted_by_device_and_given_back() {
        let load = load(|config| (config.connections_max, config.connections_device_max) = (3, 2));
        let two = [load.connect(device(1)).unwrap(), load.connect(device(1)).unwrap()];
        assert!(load.connect(device(1)).unwrap_err().detail.contains("device"));
        let other = load.connect(device(2)).unwrap();
        assert!(load.connect(device(3)).is_err(), "three of all");
        drop((two, other));
        assert!(load.connections.lock().unwrap().of.is_empty(), "nothing is kept of who was here");
        assert!(load.connect(device(1)).is_ok());
    }

    #[test]
    fn bundles_take_no_room_of_requests_and_each_device_brings_one_at_a_time() {
        let load = load(|config| (config.inflight_bytes_max, config.bundles_bytes_max) = (10_000, 100_000));
        let first = load.bring(device(1), 60_000).unwrap();
        assert!(load.enter(10_000).is_ok(), "requests have room of their own");
        assert!(load.bring(device(1), 1).unwrap_err().detail.contains("device"));
        assert!(load.bring(device(2), 60_000).is_err(), "bundles have no more");
        let small = load.bring(device(2), 40_000).unwrap();
        drop((first, small));
        assert!(load.bring(device(1), usize::MAX).is_ok(), "one that is larger than the room comes alone");
    }

    #[tokio::test]
    async fn large_readings_wait_for_each_other() {
        use futures_util::FutureExt;
        let load = load(|config| config.bootstraps_max = 1);
        let turn = load.bootstrap().await.unwrap();
        let mut next = Box::pin(load.bootstrap());
        assert!((&mut next).now_or_never().is_none());
        drop(turn);
        assert!(next.now_or_never().is_some());
    }
}
