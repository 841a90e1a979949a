//! The relay's end of one connection, the same over POST (one request, one answer) and over WebSocket (many, and live
//! delivery). It decides what is committed, what is read and what is sent; `server/relay` admits and writes,
//! `server/store` reads. Steps 9 and 12 of the walk.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::chunk;
use crate::ids::{ChangeHash, CollectionId, DocumentId};
use crate::limits::{CONNECTION_FRAMES_MAX, PULL_BYTES_MAX, RETRY_AFTER_MS};
use crate::protocol::{
    self, Ack, AckOutcome, Batch, Carried, Cursor, Frame, Pull, Receipt, Refusal, RefusalCode, Request,
    Response, Want,
};
use crate::time::Timestamp;
use crate::trust::rights::Rights;

/// Changes that one connection remembers as the phone's own, so as not to send them back: a day of a busy station.
const PUSHED_MAX: usize = 20_000;

/// What happened to a connection.
#[derive(Debug)]
pub enum Input {
    /// A frame came in.
    Frame(Vec<u8>),
    /// The log writer is done with the push of an exchange: one ack for each batch, in order.
    Committed {
        /// The exchange.
        exchange: u32,
        /// The outcomes.
        acks: Vec<Ack>,
        /// The relay's signatures under what is on disk.
        receipts: Vec<Receipt>,
    },
    /// The log was read as asked.
    Log(Pull),
    /// A collection has grown to this position.
    Poke {
        /// The collection.
        collection: CollectionId,
        /// Its last position.
        seq: u64,
    },
    /// The log could not be read.
    ReadFailed,
}

/// The first version in which of a run that the phone pushed only the last change comes back.
const VERSION_BEFORE: u8 = 2;

/// What the shell must do.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Admit and commit these batches; answer with [`Input::Committed`].
    Commit {
        /// The exchange.
        exchange: u32,
        /// The batches.
        batches: Vec<Batch>,
    },
    /// Read the log as wanted; answer with [`Input::Log`].
    Read {
        /// What and where from.
        want: Want,
        /// Bytes of changes at most; one change always comes.
        bytes_max: usize,
    },
    /// Send a frame.
    Send(Vec<u8>),
    /// Send a frame and close: the request was not handled.
    Refuse(Refusal),
}

/// One connection.
#[derive(Debug)]
pub struct Link {
    rights: Rights,
    /// The version that the phone spoke last; it is answered in the same.
    version: u8,
    /// The exchange that is being answered.
    open: Option<Exchange>,
    /// Requests that came in the meantime.
    waiting: Vec<Request>,
    /// How far each collection was sent, for live delivery.
    sent: BTreeMap<CollectionId, Cursor>,
    /// Collections that grew since they were last read.
    stale: BTreeSet<CollectionId>,
    /// Collections being read for a delivery.
    reading: BTreeSet<CollectionId>,
    /// What the phone pushed and will not get back.
    pushed: BTreeSet<(DocumentId, ChangeHash)>,
    /// Milliseconds that the phone is asked to wait when a batch is deferred.
    retry_after_ms: u32,
}

/// A request on its way to its answer.
#[derive(Debug)]
struct Exchange {
    number: u32,
    acks: Option<Vec<Ack>>,
    receipts: Vec<Receipt>,
    pulls: Vec<Pull>,
    /// Collections still to be read, and where from, the last first.
    to_read: Vec<Want>,
    bytes_left: usize,
    bytes_max: usize,
}

impl Link {
    /// A connection of a signed-in person.
    pub fn new(rights: Rights) -> Self {
        Self {
            rights,
            version: protocol::VERSION,
            open: None,
            waiting: Vec::new(),
            sent: BTreeMap::new(),
            stale: BTreeSet::new(),
            reading: BTreeSet::new(),
            pushed: BTreeSet::new(),
            retry_after_ms: RETRY_AFTER_MS,
        }
    }

    /// Sets how long the phone is asked to wait when a batch is deferred: the shell knows how busy the relay is.
    pub fn set_retry_after_ms(&mut self, retry_after_ms: u32) {
        self.retry_after_ms = retry_after_ms;
    }

    /// Takes one input in and says what to do.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        match input {
            Input::Frame(bytes) => match protocol::decode_versioned(&bytes) {
                Ok((Frame::Request(request), version)) => {
                    self.version = version;
                    self.take(now, request)
                }
                Ok(_) => vec![refuse(RefusalCode::Malformed, "only requests are taken")],
                Err(error) => vec![Effect::Refuse(error.refusal())],
            },
            Input::Committed { exchange, acks, receipts } => self.committed(now, exchange, acks, receipts),
            Input::Log(pull) => self.log(now, pull),
            Input::Poke { collection, seq } => self.poke(collection, seq),
            Input::ReadFailed => vec![refuse(RefusalCode::Internal, "the log could not be read")],
        }
    }

    /// Whether the answer to the last request is out: a POST is done then.
    pub fn is_idle(&self) -> bool {
        self.open.is_none() && self.waiting.is_empty()
    }

    fn take(&mut self, now: Timestamp, request: Request) -> Vec<Effect> {
        if let Some(want) = request.wants.iter().find(|want| !self.rights.may_read(&want.collection)) {
            return vec![refuse(RefusalCode::NoRight, want.collection.as_str())];
        }
        // A delivery that is being read must not be taken for the answer, so the request waits for it.
        if self.open.is_some() || !self.reading.is_empty() {
            if self.waiting.len() >= CONNECTION_FRAMES_MAX {
                return vec![refuse(RefusalCode::Busy, "too many requests wait on this connection")];
            }
            self.waiting.push(request);
            return Vec::new();
        }
        let bytes_asked = usize::try_from(request.bytes_max).unwrap_or(PULL_BYTES_MAX);
        let bytes_max = if bytes_asked == 0 { PULL_BYTES_MAX } else { bytes_asked.min(PULL_BYTES_MAX) };
        let mut to_read = request.wants;
        to_read.reverse();
        for want in &to_read {
            self.sent.remove(&want.collection);
        }
        let is_push = !request.push.is_empty();
        self.open = Some(Exchange {
            number: request.exchange,
            acks: (!is_push).then(Vec::new),
            receipts: Vec::new(),
            pulls: Vec::new(),
            to_read,
            bytes_left: bytes_max,
            bytes_max,
        });
        if is_push {
            let hashes = request.push.iter().flat_map(|batch| {
                batch.changes.iter().filter_map(|change| Some((batch.document, chunk::hash(change).ok()?)))
            });
            // A phone that pushes and never asks gives nothing to compare with: its echoes then come back whole.
            if self.pushed.len() > PUSHED_MAX {
                self.pushed.clear();
            }
            self.pushed.extend(hashes);
            return vec![Effect::Commit { exchange: request.exchange, batches: request.push }];
        }
        self.go_on(now)
    }

    fn committed(
        &mut self,
        now: Timestamp,
        exchange: u32,
        acks: Vec<Ack>,
        receipts: Vec<Receipt>,
    ) -> Vec<Effect> {
        match &mut self.open {
            Some(open) if open.number == exchange => {
                open.acks = Some(acks);
                open.receipts = receipts;
            }
            _ => return Vec::new(),
        }
        self.go_on(now)
    }

    /// Push before pull: reads the next collection, or answers when all are read.
    fn go_on(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        if open.acks.is_none() {
            return Vec::new();
        }
        if let Some(want) = open.to_read.pop() {
            self.reading.insert(want.collection.clone());
            return vec![Effect::Read { want, bytes_max: open.bytes_left }];
        }
        let Some(open) = self.open.take() else { return Vec::new() };
        let retry = open.acks.iter().flatten().any(|ack| matches!(ack.outcome, AckOutcome::Deferred { .. }));
        let response = Response {
            exchange: open.number,
            acks: open.acks.unwrap_or_default(),
            pulls: open.pulls,
            relay_time: now,
            retry_after_ms: retry.then_some(self.retry_after_ms),
            receipts: open.receipts,
        };
        let mut effects = vec![self.send(response)];
        effects.extend(self.next(now));
        effects
    }

    fn send(&self, response: Response) -> Effect {
        Effect::Send(protocol::encode_as(&Frame::Response(response), self.version))
    }

    /// What waits: the next request, then what has grown.
    fn next(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.waiting.is_empty() {
            self.deliver()
        } else if self.open.is_none() && self.reading.is_empty() {
            let request = self.waiting.remove(0);
            self.take(now, request)
        } else {
            Vec::new()
        }
    }

    fn log(&mut self, now: Timestamp, mut pull: Pull) -> Vec<Effect> {
        self.reading.remove(&pull.collection);
        let bytes = self.leave_out_pushed(&mut pull);
        if pull.more {
            self.stale.insert(pull.collection.clone());
        }
        let is_answer = self
            .open
            .as_ref()
            .is_some_and(|open| open.acks.is_some() && !self.sent.contains_key(&pull.collection));
        if is_answer {
            // In an answer the phone asks on for what is left; only a collection it holds fully is delivered live.
            if !pull.more {
                self.sent.insert(pull.collection.clone(), pull.cursor);
            }
            if let Some(open) = &mut self.open {
                open.bytes_left = open.bytes_left.saturating_sub(bytes).max(open.bytes_max / 64 + 1);
                open.pulls.push(pull);
            }
            return self.go_on(now);
        }
        self.sent.insert(pull.collection.clone(), pull.cursor);
        let mut effects = Vec::new();
        if !pull.runs.is_empty() {
            let response = Response { pulls: vec![pull], relay_time: now, ..Response::default() };
            effects.push(self.send(response));
        }
        effects.extend(self.next(now));
        effects
    }

    fn poke(&mut self, collection: CollectionId, seq: u64) -> Vec<Effect> {
        match self.sent.get(&collection) {
            Some(sent) if sent.seq >= seq => return Vec::new(),
            Some(_) => {
                self.stale.insert(collection);
            }
            // Not (fully) asked for on this connection; if it is being read, read it again afterwards.
            None if self.reading.contains(&collection) => {
                self.stale.insert(collection);
            }
            None => return Vec::new(),
        }
        self.deliver()
    }

    /// Reads what has grown, between exchanges.
    fn deliver(&mut self) -> Vec<Effect> {
        if self.open.is_some() || !self.waiting.is_empty() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for collection in std::mem::take(&mut self.stale) {
            let Some(cursor) = self.sent.get(&collection).copied() else { continue };
            if self.reading.insert(collection.clone()) {
                let want = Want::at(collection, cursor);
                effects.push(Effect::Read { want, bytes_max: PULL_BYTES_MAX });
            } else {
                self.stale.insert(collection);
            }
        }
        effects
    }

    /// Replaces what the phone pushed itself by its hash; gives the bytes of what is left.
    fn leave_out_pushed(&mut self, pull: &mut Pull) -> usize {
        let snapshots = pull.documents.iter().filter_map(|whole| whole.snapshot.as_ref());
        let mut bytes = snapshots.map(|snapshot| snapshot.bytes.len()).sum();
        let wholes = pull.documents.iter_mut().flat_map(|whole| &mut whole.runs);
        for run in pull.runs.iter_mut().chain(wholes) {
            for carried in &mut run.changes {
                let Carried::Change(change) = carried else { continue };
                let hash = if self.pushed.is_empty() { None } else { chunk::hash(change).ok() };
                match hash {
                    Some(hash) if self.pushed.remove(&(run.document, hash)) => {
                        *carried = Carried::Known(hash)
                    }
                    _ => bytes += change.len(),
                }
            }
            if run.changes.iter().all(|carried| matches!(carried, Carried::Known(_))) {
                // Whoever pushed it has the signature, too.
                run.seal = None;
                if self.version >= VERSION_BEFORE {
                    let before = run.changes.len().saturating_sub(1);
                    run.changes.drain(..before);
                    run.before = u32::try_from(before).expect("a batch is bounded");
                }
            }
        }
        bytes
    }
}

fn refuse(code: RefusalCode, detail: &str) -> Effect {
    Effect::Refuse(Refusal { code, detail: detail.to_owned(), retry_after_ms: None })
}

#[cfg(test)]
mod tests;
