//! One worker and its queue. The thread owns its documents; what it is at just now stands where the others can see it,
//! so that it can be given up: whoever does that answers in its place, and a thread that comes back finds itself
//! replaced and ends.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use shared::ids::DocumentId;
use shared::protocol::RejectCode;
use tokio::sync::mpsc;

use super::cache::Cache;
use super::{Bench, Verdict};
use crate::relay::admission::{Inspected, Rejection};

/// Where a verdict goes.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) place: usize,
    pub(super) answers: mpsc::UnboundedSender<(usize, Verdict)>,
}

impl Answer {
    fn send(&self, verdict: Verdict) {
        // Whoever asked may be gone: the connection was closed.
        drop(self.answers.send((self.place, verdict)));
    }
}

/// A batch to be tested.
#[derive(Clone)]
pub(super) struct Test {
    pub(super) inspected: Arc<Inspected>,
    pub(super) answer: Answer,
}

enum Task {
    /// Batches of one document.
    Test(VecDeque<Test>),
    Forget(DocumentId),
}

/// What a thread does next.
enum Step {
    Test { test: Test, is_first: bool },
    Forget(DocumentId),
}

/// What a thread is at.
struct Running {
    since: Instant,
    test: Test,
    /// Batches of the same document that come after it.
    rest: VecDeque<Test>,
}

/// A worker's queue.
pub(super) struct Shard {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    running: Option<Running>,
    /// Which thread serves the queue: counts up when one is given up.
    thread: u64,
    /// The thread that serves it; one that was given up is waited for by nobody.
    handle: Option<JoinHandle<()>>,
    /// Nobody serves it any more.
    is_closed: bool,
}

impl Shard {
    /// A queue with a worker.
    pub(super) fn start(bench: &Arc<Bench>) -> std::io::Result<Arc<Self>> {
        let shard = Arc::new(Self { state: Mutex::default(), wake: Condvar::new() });
        let handle = shard.spawn(bench, 0)?;
        shard.state().handle = Some(handle);
        Ok(shard)
    }

    fn spawn(self: &Arc<Self>, bench: &Arc<Bench>, thread: u64) -> std::io::Result<JoinHandle<()>> {
        let (shard, bench) = (Arc::clone(self), Arc::clone(bench));
        let builder = std::thread::Builder::new().name("shadow".to_owned());
        builder.spawn(move || shard.serve(&bench, thread))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues batches of one document.
    pub(super) fn test(&self, tests: VecDeque<Test>) {
        let mut state = self.state();
        if state.is_closed {
            tests.into_iter().for_each(|test| test.answer.send(Verdict::Unavailable));
        } else {
            state.tasks.push_back(Task::Test(tests));
            self.wake.notify_one();
        }
    }

    /// Queues that a document is to be forgotten.
    pub(super) fn forget(&self, document: DocumentId) {
        self.state().tasks.push_back(Task::Forget(document));
        self.wake.notify_one();
    }

    /// Lets the thread end when it is done with what it is at.
    pub(super) fn close(&self) {
        self.state().close();
        self.wake.notify_all();
    }

    /// Closes it and waits for its thread to end, and with it to let go of the store; not for longer than a batch may
    /// take.
    pub(super) fn end(&self, patience: Duration) {
        self.close();
        let Some(handle) = self.state().handle.take() else { return };
        let begun = Instant::now();
        while !handle.is_finished() && begun.elapsed() < patience {
            std::thread::sleep(Duration::from_millis(1));
        }
        if handle.is_finished() && handle.join().is_err() {
            tracing::error!("a shadow worker had panicked");
        }
    }

    /// Gives the thread up when it has been at one batch for too long.
    pub(super) fn look_after(self: &Arc<Self>, bench: &Arc<Bench>) {
        let mut state = self.state();
        let is_slow = |running: &mut Running| running.since.elapsed() >= bench.options.patience;
        let Some(Running { test, rest, .. }) = state.running.take_if(is_slow) else { return };
        state.tasks.push_front(Task::Test(rest));
        let batch = &test.inspected.batch;
        bench.poison().insert((batch.document, batch.head));
        state.thread += 1;
        let lost = bench.lost.fetch_add(1, Ordering::AcqRel) + 1;
        tracing::error!(document = %batch.document, lost, "a shadow worker did not come back");
        test.answer.send(Verdict::Rejected(lost_to(&test.inspected)));
        state.handle = None;
        if lost < bench.options.lost_max {
            state.handle = self.spawn(bench, state.thread).ok();
        }
        if state.handle.is_none() {
            state.close();
        }
    }

    fn serve(&self, bench: &Bench, thread: u64) {
        let mut cache = Cache::new(bench.options.bytes_max / bench.options.workers.max(1));
        while let Some(step) = self.next(thread) {
            match step {
                Step::Forget(document) => cache.forget(document),
                Step::Test { test, is_first } => {
                    if is_first {
                        cache.trim();
                    }
                    let verdict = judged(bench, &mut cache, &test.inspected);
                    let mut state = self.state();
                    // Whoever gave this thread up has answered.
                    if state.thread != thread {
                        return;
                    }
                    if let Some(running) = &mut state.running {
                        running.since = Instant::now();
                    }
                    drop(state);
                    test.answer.send(verdict);
                }
            }
        }
    }

    /// The next step, once there is one; `None` when this thread is to end.
    fn next(&self, thread: u64) -> Option<Step> {
        let mut state = self.state();
        if state.thread != thread {
            return None;
        }
        let mut tests = state.running.take().map(|running| running.rest).unwrap_or_default();
        let mut is_first = false;
        loop {
            if let Some(test) = tests.pop_front() {
                let running = Running { since: Instant::now(), test: test.clone(), rest: tests };
                state.running = Some(running);
                return Some(Step::Test { test, is_first });
            }
            if state.thread != thread || state.is_closed {
                return None;
            }
            match state.tasks.pop_front() {
                Some(Task::Forget(document)) => return Some(Step::Forget(document)),
                Some(Task::Test(more)) => {
                    (tests, is_first) = (more, true);
                    continue;
                }
                None => {}
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl State {
    fn close(&mut self) {
        self.is_closed = true;
        for task in self.tasks.drain(..) {
            if let Task::Test(tests) = task {
                tests.into_iter().for_each(|test| test.answer.send(Verdict::Unavailable));
            }
        }
    }
}

fn judged(bench: &Bench, cache: &mut Cache, inspected: &Inspected) -> Verdict {
    let batch = &inspected.batch;
    if bench.poison().contains(&(batch.document, batch.head)) {
        return Verdict::Rejected(lost_to(inspected));
    }
    catch_unwind(AssertUnwindSafe(|| cache.test(bench, inspected))).unwrap_or_else(|_| {
        cache.forget(batch.document);
        let detail = "the document panicked at it";
        Verdict::Rejected(Rejection::new(RejectCode::NotApplied, detail))
    })
}

fn lost_to(inspected: &Inspected) -> Rejection {
    let detail = format!("the document did not finish with it: {} changes", inspected.outlines.len());
    Rejection::new(RejectCode::NotApplied, detail)
}
