//! Shadow documents: before a batch reaches the log, it is applied to a copy of its document in memory, by automerge,
//! in a thread that may panic, spin, or die of it. What the checks before this let through by mistake stops here and
//! not on every phone of a station.
//!
//! Documents are spread over as many workers as there are cores, by their ids: batches of one document come one after
//! the other, and no lock is held while automerge works. A worker that does not answer within `SHADOW_MS_MAX` is
//! abandoned with its thread, another takes over its queue, and the batch is rejected; so is every later try of it.
//! When `SHADOW_WORKERS_LOST_MAX` of them are lost, what needs their place is deferred and the relay says that it is
//! not well: a restart gets the cores back, and a batch that was never admitted is not there after it.
//!
//! # Why before the writer, and what of races
//! The one thread that writes must not wait for automerge. So a shadow document is what the log has, and what was
//! tested since and is on its way there. A batch is tested only if all that it depends on is in the shadow or in the
//! batch; if not, the verdict is *untested*. That is no refusal: the log's own checks decide, and they refuse what
//! hangs in the air. Should they find nothing wrong with an untested batch (its cause was committed while it was looked
//! at; an honest phone cannot know of a cause that is not committed), it is deferred, and the phone pushes it again.
//! Nothing untested is ever appended. Whatever was tested and then not appended makes its document be forgotten, and
//! loaded again from the log when it is next asked for.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::document::{ApplyError, Document};
use shared::ids::{BureauId, ChangeHash, DocumentId};
use shared::limits::{SHADOW_BYTES_MAX, SHADOW_MS_MAX, SHADOW_WORKERS_LOST_MAX};
use tokio::sync::mpsc;

use super::admission::{Inspected, Rejection};
use crate::store::Store;

mod cache;
mod worker;

use worker::{Answer, Shard, Test};

/// What a shadow document says of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The document takes it, and whoever signs may sign.
    Takes,
    /// It cannot be tested where the document stands: the log decides what is wrong with it.
    Untested,
    /// It is to be kept off the log.
    Rejected(Rejection),
    /// Nobody is there to test it.
    Unavailable,
}

/// How changes get into a document; tests put something wild in its place.
pub(super) type Apply = dyn Fn(&mut Document, &[&[u8]]) -> Result<(), ApplyError> + Send + Sync;

/// How shadow documents are kept.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) workers: usize,
    /// Over all workers.
    pub(super) bytes_max: usize,
    pub(super) patience: Duration,
    pub(super) lost_max: usize,
    pub(super) apply: Arc<Apply>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(1, NonZero::get),
            bytes_max: SHADOW_BYTES_MAX,
            patience: Duration::from_millis(SHADOW_MS_MAX),
            lost_max: SHADOW_WORKERS_LOST_MAX,
            apply: Arc::new(|document, changes| document.apply(changes.iter().copied())),
        }
    }
}

/// What every worker knows.
pub(super) struct Bench {
    store: Arc<dyn Store>,
    bureau: BureauId,
    options: Options,
    lost: AtomicUsize,
    /// Batches that a worker was lost to: not tried again.
    poison: Mutex<HashSet<(DocumentId, ChangeHash)>>,
}

impl Bench {
    fn poison(&self) -> std::sync::MutexGuard<'_, HashSet<(DocumentId, ChangeHash)>> {
        self.poison.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The workers.
pub(super) struct Shadows {
    bench: Arc<Bench>,
    shards: Vec<Arc<Shard>>,
}

impl Shadows {
    /// Starts the workers.
    pub(super) fn start(store: Arc<dyn Store>, bureau: BureauId, options: Options) -> std::io::Result<Self> {
        let workers = options.workers.max(1);
        let (lost, poison) = (AtomicUsize::new(0), Mutex::default());
        let bench = Arc::new(Bench { store, bureau, options, lost, poison });
        let shards = (0..workers).map(|_| Shard::start(&bench)).collect::<std::io::Result<_>>()?;
        Ok(Self { bench, shards })
    }

    /// Tests batches; one verdict each, in their order.
    pub(super) async fn test(&self, batches: &[Arc<Inspected>]) -> Vec<Verdict> {
        let (answers, mut answered) = mpsc::unbounded_channel();
        // A document's batches are tested in one go: what the later ones depend on is then still there.
        let mut tests: BTreeMap<DocumentId, VecDeque<Test>> = BTreeMap::new();
        for (place, inspected) in batches.iter().enumerate() {
            let answer = Answer { place, answers: answers.clone() };
            let test = Test { inspected: Arc::clone(inspected), answer };
            tests.entry(inspected.batch.document).or_default().push_back(test);
        }
        drop(answers);
        for (document, tests) in tests {
            self.shard(document).test(tests);
        }
        let mut verdicts = vec![Verdict::Unavailable; batches.len()];
        let mut missing = batches.len();
        while missing > 0 {
            match tokio::time::timeout(self.bench.options.patience / 4, answered.recv()).await {
                Ok(Some((place, verdict))) => {
                    verdicts[place] = verdict;
                    missing -= 1;
                }
                Ok(None) => break,
                // Whoever waits looks after the workers: nobody else needs them.
                Err(_) => self.shards.iter().for_each(|shard| shard.look_after(&self.bench)),
            }
        }
        verdicts
    }

    /// Forgets a document whose shadow is further than the log will be.
    pub(super) fn forget(&self, document: DocumentId) {
        self.shard(document).forget(document);
    }

    /// Whether workers can still be lost.
    pub(super) fn is_well(&self) -> bool {
        self.bench.lost.load(Ordering::Acquire) < self.bench.options.lost_max
    }

    /// Ends the workers; when it returns, they have let go of the store.
    pub(super) async fn close(&self) {
        let (shards, patience) = (self.shards.clone(), self.bench.options.patience);
        let ended = tokio::task::spawn_blocking(move || shards.iter().for_each(|shard| shard.end(patience)));
        if ended.await.is_err() {
            tracing::error!("the shadow workers were not ended");
        }
    }

    fn shard(&self, document: DocumentId) -> &Arc<Shard> {
        let bytes = document.to_bytes();
        // The id is a hash: its last byte is as good as any.
        &self.shards[usize::from(bytes[bytes.len() - 1]) % self.shards.len()]
    }
}

impl Drop for Shadows {
    fn drop(&mut self) {
        for shard in &self.shards {
            shard.close();
        }
    }
}
