//! What the relay counts about itself, without names: no person, device, station or document is ever a label. Counting
//! is atomic additions; how it is written for Prometheus is `text`, where it is read is `http::metrics`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::protocol::{Ack, AckOutcome};

pub mod text;

/// Upper bounds of a commit's duration, in microseconds: a good disk syncs within two milliseconds, a bad one within
/// fifty.
const COMMIT_MICROS: [u64; 10] =
    [500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 2_000_000];
/// Upper bounds of the pushes that one commit made durable together.
const GROUP_PUSHES: [u64; 8] = [1, 2, 4, 8, 16, 32, 64, 256];

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// Adds a length.
    pub fn add_len(&self, count: usize) {
        self.add(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// The number.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counters by a stable word of the protocol: a refusal's or a rejection's code.
#[derive(Debug, Default)]
pub struct ByCode(Mutex<BTreeMap<&'static str, u64>>);

impl ByCode {
    /// Counts one.
    pub fn count(&self, code: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    /// All of them, in the order of the words.
    pub fn all(&self) -> Vec<(&'static str, u64)> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.iter().map(|(code, count)| (*code, *count)).collect()
    }
}

/// How often a quantity stayed below each of its bounds.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds: [u64; N],
    /// One for each bound; what exceeds the last is in `count` only.
    within: [AtomicU64; N],
    count: AtomicU64,
    sum: AtomicU64,
}

/// A histogram as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// Each bound, and how many were not above it.
    pub within: Vec<(u64, u64)>,
    /// How many there were.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
}

impl<const N: usize> Histogram<N> {
    const fn new(bounds: [u64; N]) -> Self {
        Self {
            bounds,
            within: [const { AtomicU64::new(0) }; N],
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }

    /// Notes one.
    pub fn note(&self, value: u64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        if let Some(bucket) = self.within.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What was noted.
    pub fn read(&self) -> Distribution {
        let mut below = 0;
        let buckets = self.bounds.iter().zip(&self.within);
        let within = buckets
            .map(|(bound, bucket)| {
                below += bucket.load(Ordering::Relaxed);
                (*bound, below)
            })
            .collect();
        // Noted in the meantime; a bucket must not exceed the whole.
        let count = self.count.load(Ordering::Relaxed).max(below);
        Distribution { within, count, sum: self.sum.load(Ordering::Relaxed) }
    }
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    /// Frames that came in.
    pub requests: Counter,
    /// Requests that brought batches.
    pub pushes: Counter,
    /// Batches that are on disk for the first time.
    pub batches_accepted: Counter,
    /// Batches that were on disk already.
    pub batches_duplicate: Counter,
    /// Batches kept off the log for good.
    pub batches_rejected: ByCode,
    /// Batches that were not stored now.
    pub batches_deferred: ByCode,
    /// Changes in accepted batches.
    pub changes: Counter,
    /// Bytes of frames that came in.
    pub bytes_in: Counter,
    /// Bytes of frames that went out.
    pub bytes_out: Counter,
    /// Microseconds of a group's transaction with its fsync.
    pub commit_micros: Histogram<{ COMMIT_MICROS.len() }>,
    /// Pushes in one transaction.
    pub group_pushes: Histogram<{ GROUP_PUSHES.len() }>,
    /// Groups that the disk did not take.
    pub commits_failed: Counter,
    /// Readings of the log for a phone.
    pub pulls: Counter,
    /// Those of them that began at the beginning or went on from a full page.
    pub bootstraps: Counter,
    /// Requests that were not handled.
    pub refusals: ByCode,
    /// WebSockets that were opened.
    pub connections_opened: Counter,
    /// WebSockets that have ended.
    pub connections_closed: Counter,
    /// Frames that went out unasked.
    pub deliveries: Counter,
    /// Connections that were let go because they did not take their frames.
    pub slow_readers: Counter,
    /// Sessions that were opened.
    pub sessions: Counter,
    /// Devices that were enrolled.
    pub enrolments: Counter,
    /// Times that the projector failed or panicked.
    pub projector_failures: Counter,
    projector_fails: AtomicBool,
    /// Since when the projector is at work, in milliseconds; 0 when it rests.
    projector_since_ms: AtomicI64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: Counter::default(),
            pushes: Counter::default(),
            batches_accepted: Counter::default(),
            batches_duplicate: Counter::default(),
            batches_rejected: ByCode::default(),
            batches_deferred: ByCode::default(),
            changes: Counter::default(),
            bytes_in: Counter::default(),
            bytes_out: Counter::default(),
            commit_micros: Histogram::new(COMMIT_MICROS),
            group_pushes: Histogram::new(GROUP_PUSHES),
            commits_failed: Counter::default(),
            pulls: Counter::default(),
            bootstraps: Counter::default(),
            refusals: ByCode::default(),
            connections_opened: Counter::default(),
            connections_closed: Counter::default(),
            deliveries: Counter::default(),
            slow_readers: Counter::default(),
            sessions: Counter::default(),
            enrolments: Counter::default(),
            projector_failures: Counter::default(),
            projector_fails: AtomicBool::new(false),
            projector_since_ms: AtomicI64::new(0),
        }
    }
}

impl Metrics {
    /// Counts what became of a push; `changes` has each batch's changes, in the order of the acks.
    pub fn pushed(&self, changes: &[usize], acks: &[Ack]) {
        self.pushes.add(1);
        for (changes, ack) in changes.iter().zip(acks) {
            match &ack.outcome {
                AckOutcome::Accepted { .. } => {
                    self.batches_accepted.add(1);
                    self.changes.add_len(*changes);
                }
                AckOutcome::Duplicate { .. } => self.batches_duplicate.add(1),
                AckOutcome::Rejected { code, .. } => self.batches_rejected.count(code.word()),
                AckOutcome::Deferred { code } => self.batches_deferred.count(code.word()),
            }
        }
    }

    /// Notes a group's transaction.
    pub fn committed(&self, pushes: usize, took: Duration, is_durable: bool) {
        self.group_pushes.note(u64::try_from(pushes).unwrap_or(u64::MAX));
        self.commit_micros.note(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        if !is_durable {
            self.commits_failed.add(1);
        }
    }

    /// The projector begins to read, at a moment in milliseconds.
    pub fn projector_begins(&self, now_ms: i64) {
        self.projector_since_ms.store(now_ms.max(1), Ordering::Release);
    }

    /// The projector is done, well or not.
    pub fn projector_ends(&self, well: bool) {
        if !well {
            self.projector_failures.add(1);
        }
        self.projector_fails.store(!well, Ordering::Release);
        self.projector_since_ms.store(0, Ordering::Release);
    }

    /// Whether the projector's last reading failed.
    pub fn projector_fails(&self) -> bool {
        self.projector_fails.load(Ordering::Acquire)
    }

    /// Milliseconds that the projector has been at one reading; 0 when it rests.
    pub fn projector_busy_ms(&self, now_ms: i64) -> i64 {
        match self.projector_since_ms.load(Ordering::Acquire) {
            0 => 0,
            since => now_ms.saturating_sub(since).max(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_up_to_and_including_its_bounds() {
        let histogram = Histogram::new([1, 10]);
        for value in [0, 1, 2, 10, 11, u64::from(u32::MAX)] {
            histogram.note(value);
        }
        let read = histogram.read();
        assert_eq!((read.within, read.count), (vec![(1, 2), (10, 4)], 6));
        assert_eq!(read.sum, 24 + u64::from(u32::MAX));
    }

    #[test]
    fn the_projector_is_busy_from_its_beginning_to_its_end() {
        let metrics = Metrics::default();
        assert_eq!(metrics.projector_busy_ms(9), 0);
        metrics.projector_begins(10);
        assert_eq!((metrics.projector_busy_ms(15), metrics.projector_busy_ms(5)), (5, 0));
        metrics.projector_ends(false);
        assert_eq!((metrics.projector_busy_ms(99), metrics.projector_fails()), (0, true));
        metrics.projector_ends(true);
        assert_eq!((metrics.projector_fails(), metrics.projector_failures.get()), (false, 1));
    }
}
