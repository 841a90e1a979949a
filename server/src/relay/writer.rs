//! The log writer: one thread (in a simulation, one turn after the other), one transaction at a time. It takes whatever pushes wait, from all connections, admits
//! their batches one after the other, appends what is new, makes it durable with one fsync, and only then answers and
//! tells the news. When the disk does not take it, nothing of the group is kept and every batch is deferred; the next
//! group tries again, so it recovers by itself when there is room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use shared::ids::{CollectionId, DeviceId};
use shared::limits::WRITER_BATCHES_MAX;
use shared::protocol::{AckOutcome, Batch, RefusalCode};
use shared::time::Timestamp;
use shared::trust::chain;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, oneshot};

use super::admission::{self, Admitted, Inspected, Rejection};
use super::{News, deferred};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::{Append, NewBatch, NewEntry, NewRejected, Result, Store, StoreError, Tip};

/// What a batch is when it reaches the writer.
pub(super) enum Candidate {
    /// Right in itself, and its document takes it.
    Good(Arc<Inspected>),
    /// Right in itself, but its causes were not there when it was tested. The log says what is wrong with it; it is
    /// not appended.
    Untested(Arc<Inspected>),
    /// Wrong in itself.
    Rejected(Box<(Batch, Rejection)>),
    /// Not looked at.
    Deferred(RefusalCode),
}

impl Candidate {
    /// What may be appended, if the log has nothing against it.
    pub(super) fn good(&self) -> Option<&Arc<Inspected>> {
        match self {
            Self::Good(inspected) => Some(inspected),
            Self::Untested(_) | Self::Rejected(_) | Self::Deferred(_) => None,
        }
    }
}

/// One push, waiting.
struct Job {
    carrier: DeviceId,
    candidates: Vec<Candidate>,
    answer: oneshot::Sender<Committed>,
    /// Given back when the job is done: bounds what waits.
    _permits: OwnedSemaphorePermit,
}

/// What became of a push.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Committed {
    /// One for each batch, in their order.
    pub(super) outcomes: Vec<AckOutcome>,
    pub(super) ends: Ends,
}

/// The ends of the logs right after a push, of the collections in which it has something on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) tips: BTreeMap<CollectionId, Tip>,
    pub(super) receipt_time: Timestamp,
}

impl Committed {
    /// Nothing of it was stored.
    pub(super) fn deferred(code: RefusalCode, count: usize) -> Self {
        Self { outcomes: vec![deferred(code); count], ends: Ends::default() }
    }

    /// The push whose batches were committed in two parts, this one first; `is_first` says which are of it.
    pub(super) fn interleaved(self, rest: Self, is_first: &[bool]) -> Self {
        let (mut first, mut second) = (self.outcomes.into_iter(), rest.outcomes.into_iter());
        let outcomes = is_first.iter().filter_map(|is| if *is { first.next() } else { second.next() });
        let outcomes = outcomes.collect();
        let mut tips = self.ends.tips;
        tips.extend(rest.ends.tips);
        let receipt_time = self.ends.receipt_time.max(rest.ends.receipt_time);
        Self { outcomes, ends: Ends { tips, receipt_time } }
    }
}

/// The handle on the writer's thread.
pub(super) struct Writer {
    room: Arc<Semaphore>,
    /// `None` once it is closed.
    queue: Mutex<Option<mpsc::UnboundedSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// The handle, and what does the work.
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        news: broadcast::Sender<News>,
        metrics: Arc<Metrics>,
    ) -> (Self, LogWriter) {
        let (queue, jobs) = mpsc::unbounded_channel();
        let writer = Self {
            room: Arc::new(Semaphore::new(WRITER_BATCHES_MAX)),
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(None),
        };
        (writer, LogWriter { store, clock, news, metrics, jobs })
    }

    /// Starts the thread.
    pub(super) fn start(&self, log: LogWriter) -> std::io::Result<()> {
        let thread = std::thread::Builder::new().name("log-writer".to_owned()).spawn(move || log.run())?;
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(())
    }

    /// Room for this many batches; `None` when too many wait already.
    pub(super) fn permits(&self, batches: usize) -> Option<OwnedSemaphorePermit> {
        let batches = u32::try_from(batches).ok()?;
        Arc::clone(&self.room).try_acquire_many_owned(batches).ok()
    }

    /// Batches that wait, and how many may.
    pub(super) fn queue(&self) -> (usize, usize) {
        (WRITER_BATCHES_MAX.saturating_sub(self.room.available_permits()), WRITER_BATCHES_MAX)
    }

    /// Commits a push; one outcome for each batch, in their order.
    pub(super) async fn commit(
        &self,
        carrier: DeviceId,
        candidates: Vec<Candidate>,
        permits: OwnedSemaphorePermit,
    ) -> Committed {
        let count = candidates.len();
        let (answer, answered) = oneshot::channel();
        let job = Job { carrier, candidates, answer, _permits: permits };
        let sent = match &*self.queue.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(queue) => queue.send(job).is_ok(),
            None => false,
        };
        if !sent {
            return Committed::deferred(RefusalCode::Busy, count);
        }
        answered.await.unwrap_or_else(|_| Committed::deferred(RefusalCode::Internal, count))
    }

    /// Whether the thread runs.
    pub(super) fn is_alive(&self) -> bool {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Takes no more pushes and waits until those that wait are answered.
    pub(super) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && !matches!(tokio::task::spawn_blocking(move || thread.join()).await, Ok(Ok(())))
        {
            tracing::error!("the log writer had panicked");
        }
    }
}

/// What does the work: on the writer's thread, or turn by turn in a simulation.
pub struct LogWriter {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    news: broadcast::Sender<News>,
    metrics: Arc<Metrics>,
    jobs: mpsc::UnboundedReceiver<Job>,
}

impl LogWriter {
    fn run(mut self) {
        while let Some(first) = self.jobs.blocking_recv() {
            self.commit_with(vec![first]);
        }
    }

    /// Pushes that wait.
    pub fn waiting(&self) -> usize {
        self.jobs.len()
    }

    /// Commits everything that waits as one group.
    pub fn commit_waiting(&mut self) {
        self.commit_with(Vec::new());
    }

    /// Whatever came while the last group was being synced goes into this one.
    fn commit_with(&mut self, mut group: Vec<Job>) {
        while let Ok(job) = self.jobs.try_recv() {
            group.push(job);
        }
        self.group(group);
    }

    fn group(&self, group: Vec<Job>) {
        let receipt_time = self.clock.now();
        let mut outcomes = Vec::new();
        let mut grown = BTreeMap::new();
        let begun = Instant::now();
        let written = self.store.write(&mut |tx| {
            let mut rejected = Vec::new();
            for job in &group {
                outcomes.push(commit_push(tx, job, receipt_time, &mut grown, &mut rejected)?);
            }
            tx.set_aside(&rejected)
        });
        self.metrics.committed(group.len(), begun.elapsed(), written.is_ok());
        if let Err(error) = written {
            let code = refusal(&error);
            tracing::error!(
                error = &error as &dyn std::error::Error,
                pushes = group.len(),
                "a group was not committed"
            );
            outcomes = group.iter().map(|job| Committed::deferred(code, job.candidates.len())).collect();
            grown.clear();
        }
        for (collection, seq) in grown {
            // Nobody listening is no failure.
            let _ = self.news.send(News::Grown { collection, seq });
        }
        for (job, outcomes) in group.into_iter().zip(outcomes) {
            // A connection that closed in the meantime does not need its answer: the phone pushes again.
            let _ = job.answer.send(outcomes);
        }
    }
}

impl std::fmt::Debug for LogWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogWriter").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

fn refusal(error: &StoreError) -> RefusalCode {
    match error {
        StoreError::Full(_) | StoreError::Failed(_) => RefusalCode::StorageFull,
        StoreError::Corrupt { .. } | StoreError::SchemaTooNew { .. } | StoreError::Panicked => {
            RefusalCode::Internal
        }
    }
}

fn commit_push(
    tx: &mut dyn Append,
    job: &Job,
    receipt_time: Timestamp,
    grown: &mut BTreeMap<CollectionId, u64>,
    set_aside: &mut Vec<NewRejected>,
) -> Result<Committed> {
    let mut ends = Ends { tips: BTreeMap::new(), receipt_time };
    let mut outcomes = Vec::with_capacity(job.candidates.len());
    for candidate in &job.candidates {
        let (inspected, is_tested) = match candidate {
            Candidate::Good(inspected) => (inspected, true),
            Candidate::Untested(inspected) => (inspected, false),
            Candidate::Rejected(rejected) => {
                let (batch, rejection) = rejected.as_ref();
                outcomes.push(reject(job.carrier, batch, rejection, receipt_time, set_aside));
                continue;
            }
            Candidate::Deferred(code) => {
                outcomes.push(deferred(*code));
                continue;
            }
        };
        outcomes.push(match admission::admit(tx, inspected)? {
            Ok(Admitted::Duplicate(place)) => {
                ends.tips.insert(inspected.batch.collection.clone(), Tip::START);
                AckOutcome::Duplicate { seq: place.seq, receipt_time: place.receipt_time }
            }
            Ok(Admitted::New { first }) if is_tested => {
                let seq = append(tx, inspected, first, receipt_time)?;
                grown.insert(inspected.batch.collection.clone(), seq);
                ends.tips.insert(inspected.batch.collection.clone(), Tip::START);
                AckOutcome::Accepted { seq, receipt_time }
            }
            // Its causes came while it was looked at: tested again, it may pass.
            Ok(Admitted::New { .. }) => deferred(RefusalCode::Busy),
            Err(rejection) => reject(job.carrier, &inspected.batch, &rejection, receipt_time, set_aside),
        });
    }
    for (collection, tip) in &mut ends.tips {
        *tip = tx.tip(collection)?;
    }
    Ok(Committed { outcomes, ends })
}

/// Has a rejected batch set aside, and makes its answer.
fn reject(
    carrier: DeviceId,
    batch: &Batch,
    rejection: &Rejection,
    at: Timestamp,
    set_aside: &mut Vec<NewRejected>,
) -> AckOutcome {
    let Rejection { code, detail, change } = rejection.clone();
    let author = batch.actor.device();
    tracing::debug!(code = code.word(), detail, %author, %carrier, "a batch was rejected");
    set_aside.push(NewRejected {
        at,
        code: code.word(),
        detail: detail.clone(),
        collection: batch.collection.clone(),
        document: batch.document,
        head: batch.head,
        author,
        carrier,
        changes: u32::try_from(batch.changes.len()).unwrap_or(u32::MAX),
        body: minicbor::to_vec(batch).unwrap_or_default(),
    });
    AckOutcome::Rejected { code, detail, change }
}

/// Gives the new changes of a batch their positions and chain, and appends them; gives the last position.
fn append(tx: &mut dyn Append, inspected: &Inspected, first: usize, receipt_time: Timestamp) -> Result<u64> {
    let Inspected { batch, outlines, held, .. } = inspected;
    let signature_hash = chain::signature_hash(&batch.signature);
    let mut tip = tx.tip(&batch.collection)?;
    let mut entries = Vec::with_capacity(outlines.len() - first);
    for (outline, change) in outlines.iter().zip(&batch.changes).skip(first) {
        tip.seq += 1;
        let link = chain::Link {
            seq: tip.seq,
            document: batch.document,
            change: outline.hash,
            device: batch.actor.device(),
            signature_hash: &signature_hash,
            receipt_time,
        };
        tip.chain = chain::extend(tip.chain, link);
        let last_op = outline.last_op;
        entries.push(NewEntry { seq: tip.seq, hash: outline.hash, change, last_op, chain: tip.chain });
    }
    let batch = NewBatch {
        collection: &batch.collection,
        document: batch.document,
        actor: batch.actor,
        head: batch.head,
        count: u32::try_from(batch.changes.len()).expect("admission bounds a batch"),
        suite: batch.suite,
        signature: &batch.signature,
        receipt_time,
        held: *held,
        actor_seq: outlines.last().map_or(0, |last| last.seq),
    };
    tx.append(&batch, &entries)?;
    Ok(tip.seq)
}
