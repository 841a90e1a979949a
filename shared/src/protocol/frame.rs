//! The frames of the exchange. Field numbers are part of the protocol: add, never renumber.

use minicbor::{Decode, Encode};

use crate::ids::{Actor, Chain, ChangeHash, CollectionId, DeviceId, Digest, DocumentId};
use crate::time::Timestamp;

/// One message in either direction.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Frame {
    /// Phone to relay.
    #[n(0)]
    Request(#[n(0)] Request),
    /// Relay to phone: the answer to a request, or a live delivery (exchange 0).
    #[n(1)]
    Response(#[n(0)] Response),
    /// Relay to phone: the request was not handled at all.
    #[n(2)]
    Refusal(#[n(0)] Refusal),
}

/// What the phone sends: everything it has, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Request {
    /// Counts up from 1 on a connection; the answer carries it back.
    #[n(0)]
    pub exchange: u32,
    /// Handled before the pull.
    #[n(1)]
    pub push: Vec<Batch>,
    /// What to pull, and from where. On a WebSocket this is also what to deliver live from now on.
    #[n(2)]
    pub wants: Vec<Want>,
    /// Bytes of changes wanted in one answer; 0 means the relay's own bound.
    #[n(3)]
    pub bytes_max: u32,
}

/// Changes of one writer on one document, under one signature, in causal order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Batch {
    /// Where the document is kept.
    #[n(0)]
    pub collection: CollectionId,
    /// The document.
    #[n(1)]
    pub document: DocumentId,
    /// The writer of every change in it.
    #[n(2)]
    pub actor: Actor,
    /// Automerge change chunks, in the order of the writer.
    #[n(3)]
    pub changes: Vec<minicbor::bytes::ByteVec>,
    /// Hash of the last change.
    #[n(4)]
    pub head: ChangeHash,
    /// Signature suite, `trust::signing`.
    #[n(5)]
    pub suite: u8,
    /// Signature over `trust::signing::BatchClaim`.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

/// A collection and the phone's place in its log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Want {
    /// The collection.
    #[n(0)]
    pub collection: CollectionId,
    /// The place.
    #[n(1)]
    pub cursor: Cursor,
    /// What the phone holds of the collection, to catch up by document instead of by place: after `diverged`, or when
    /// the digests differ.
    #[n(2)]
    pub holdings: Option<Vec<Holding>>,
}

impl Want {
    /// What stands behind a place.
    pub fn at(collection: CollectionId, cursor: Cursor) -> Self {
        Self { collection, cursor, holdings: None }
    }
}

/// One document as a phone holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Holding {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The digest of those of its changes that the phone has and that do not wait for the relay.
    #[n(1)]
    pub digest: Digest,
}

/// A place in a collection's log. `seq` 0 is the beginning, with any epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Cursor {
    /// Random number of the log's life; changes only when a relay is restored.
    #[n(0)]
    pub epoch: u64,
    /// Position of the last entry held.
    #[n(1)]
    pub seq: u64,
    /// The chain at that position.
    #[n(2)]
    pub chain: Chain,
    /// The phone is catching up document by document; `seq` and `chain` stay where they were until it is done.
    #[n(3)]
    pub bootstrap: Option<Bootstrap>,
}

/// How far a catch-up by document has come. Documents come in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Bootstrap {
    /// The position that the phone will stand at when it has every document.
    #[n(0)]
    pub target_seq: u64,
    /// The last document that it has; `None` before the first.
    #[n(1)]
    pub after_document: Option<DocumentId>,
}

impl Cursor {
    /// The beginning of a log.
    pub const START: Self = Self { epoch: 0, seq: 0, chain: Chain::START, bootstrap: None };

    /// A place in a log.
    pub fn at(epoch: u64, seq: u64, chain: Chain) -> Self {
        Self { epoch, seq, chain, bootstrap: None }
    }
}

impl Default for Cursor {
    fn default() -> Self {
        Self::START
    }
}

/// What the relay answers, or delivers unasked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Response {
    /// The request's number; 0 for a live delivery.
    #[n(0)]
    pub exchange: u32,
    /// One for each batch of the push, in its order.
    #[n(1)]
    pub acks: Vec<Ack>,
    /// News, by collection.
    #[n(2)]
    pub pulls: Vec<Pull>,
    /// The relay's clock.
    #[n(3)]
    pub relay_time: Timestamp,
    /// Milliseconds to wait before the next request, when the relay is busy.
    #[n(4)]
    pub retry_after_ms: Option<u32>,
    /// Signed by the relay: one for each collection of which the push brought, or repeated, something that is on disk.
    #[cbor(n(5), skip_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
}

/// The relay's signature under what it has on disk: the end of a collection's log right after a push, and the batches
/// of that push which are in it. What is signed is
/// `trust::signing::receipt_claim`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    /// The collection.
    #[n(0)]
    pub collection: CollectionId,
    /// The log's life.
    #[n(1)]
    pub epoch: u64,
    /// Position of the last entry then.
    #[n(2)]
    pub seq: u64,
    /// The chain at that position.
    #[n(3)]
    pub chain: Chain,
    /// When the relay took the push.
    #[n(4)]
    pub receipt_time: Timestamp,
    /// Signature suite.
    #[n(5)]
    pub suite: u8,
    /// The relay's signature.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

/// What became of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Ack {
    /// The batch's document.
    #[n(0)]
    pub document: DocumentId,
    /// The batch's head.
    #[n(1)]
    pub head: ChangeHash,
    /// The outcome.
    #[n(2)]
    pub outcome: AckOutcome,
}

/// The outcome of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum AckOutcome {
    /// On disk (fsynced), the last of it at this position.
    #[n(0)]
    Accepted {
        /// Position of the batch's last change.
        #[n(0)]
        seq: u64,
        /// When the relay took it.
        #[n(1)]
        receipt_time: Timestamp,
    },
    /// All of it was on disk already.
    #[n(1)]
    Duplicate {
        /// Position of the batch's last change.
        #[n(0)]
        seq: u64,
        /// When the relay took it.
        #[n(1)]
        receipt_time: Timestamp,
    },
    /// Kept off the log for good: wrong in itself or without right.
    #[n(2)]
    Rejected {
        /// Why.
        #[n(0)]
        code: RejectCode,
        /// For the log, in English.
        #[n(1)]
        detail: String,
        /// The first change that is to blame, when it is not the batch as a whole.
        #[n(2)]
        change: Option<ChangeHash>,
    },
    /// Not stored now, through no fault of the batch (disk full, relay busy): keep it and try again.
    #[n(3)]
    Deferred {
        /// Why.
        #[n(0)]
        code: RefusalCode,
    },
}

/// Why a batch was rejected for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum RejectCode {
    /// Too many changes, or a change too large.
    #[n(0)]
    TooLarge,
    /// A chunk that is not a single change, or does not parse.
    #[n(1)]
    NotAChange,
    /// A chunk whose checksum is not that of its bytes, or a head that is not the last change.
    #[n(2)]
    Checksum,
    /// The device may not write this collection.
    #[n(3)]
    NoRight,
    /// The actor is not the author's device, or its changes do not follow each other.
    #[n(4)]
    Actor,
    /// A dependency is neither in the log nor earlier in this push.
    #[n(5)]
    MissingDependency,
    /// The signature does not fit, or its suite is unknown.
    #[n(6)]
    Signature,
    /// The document is in another collection.
    #[n(7)]
    Collection,
    /// The writer's number was used by a different change: the phone was cloned or restored.
    #[n(8)]
    ActorForked,
    /// More operations than a change may have, or columns that are not what they claim.
    #[n(9)]
    Operations,
    /// Content that this author may not write, or that no phone writes.
    #[n(10)]
    Policy,
    /// The document does not take it.
    #[n(11)]
    NotApplied,
    /// Its operations are not numbered behind those that it builds on.
    #[n(12)]
    StartOp,
}

/// News of one collection.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Pull {
    /// The collection.
    #[n(0)]
    pub collection: CollectionId,
    /// Entries in the order of the log, starting right behind the cursor asked from.
    #[n(1)]
    pub runs: Vec<Run>,
    /// The place behind them.
    #[n(2)]
    pub cursor: Cursor,
    /// Whether there is more behind that place.
    #[n(3)]
    pub more: bool,
    /// The cursor asked from is not in this log; `runs` start at its beginning.
    #[n(4)]
    pub diverged: bool,
    /// In a catch-up by document: whole documents, in the order of their ids; `runs` is empty then.
    #[cbor(n(5), skip_if = "Vec::is_empty")]
    pub documents: Vec<Whole>,
    /// In a catch-up by document: documents of `Want::holdings` of which this log has nothing.
    #[cbor(n(6), skip_if = "Vec::is_empty")]
    pub missing: Vec<DocumentId>,
    /// The digest of the whole collection at `cursor`, when there is nothing behind it.
    #[n(7)]
    pub digest: Option<Digest>,
}

impl Pull {
    /// Entries behind the place asked from, up to `cursor`.
    pub fn entries(
        collection: CollectionId,
        runs: Vec<Run>,
        cursor: Cursor,
        more: bool,
        diverged: bool,
    ) -> Self {
        Self {
            collection,
            runs,
            cursor,
            more,
            diverged,
            documents: Vec::new(),
            missing: Vec::new(),
            digest: None,
        }
    }
}

/// A whole document: a snapshot, if there is one, and what came after it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Whole {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The digest of all of its changes up to the catch-up's target.
    #[n(1)]
    pub digest: Digest,
    /// Its beginning, saved.
    #[n(2)]
    pub snapshot: Option<Snapshot>,
    /// Entries that are not in the snapshot, in the order of the log.
    #[n(3)]
    pub runs: Vec<Run>,
}

/// A saved document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Snapshot {
    /// Automerge's own form.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// The digest of the changes in it.
    #[n(1)]
    pub digest: Digest,
    /// Changes in it that are held.
    #[cbor(n(2), skip_if = "Vec::is_empty")]
    pub held: Vec<ChangeHash>,
}

/// Neighbouring entries of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Run {
    /// Position of the first.
    #[n(0)]
    pub seq_first: u64,
    /// The document.
    #[n(1)]
    pub document: DocumentId,
    /// The author's device.
    #[n(2)]
    pub device: DeviceId,
    /// SHA-256 of the batch's signature, for the chain.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub signature_hash: [u8; 32],
    /// When the relay took it.
    #[n(4)]
    pub receipt_time: Timestamp,
    /// The changes.
    #[n(5)]
    pub changes: Vec<Carried>,
    /// The author's signature, so that a phone can give the entries back to a relay that lost them.
    #[n(6)]
    pub seal: Option<Seal>,
    /// Authentic, but set aside until a supervisor releases it.
    #[cbor(n(7), skip_if = "is_false")]
    pub held: bool,
}

/// The author's signature over the batch that a run came in.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Seal {
    /// Signature suite.
    #[n(0)]
    pub suite: u8,
    /// The signature; its hash is the run's `signature_hash`.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
    /// The batch's last change, when it is not the run's last.
    #[n(2)]
    pub head: Option<ChangeHash>,
    /// How many changes the batch had, when it is not as many as the run has.
    #[n(3)]
    pub count: Option<u32>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// One change in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Carried {
    /// Its bytes.
    #[n(0)]
    Change(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// The phone pushed it in this very request: only its hash comes back.
    #[n(1)]
    Known(#[n(0)] ChangeHash),
}

/// A request that was not handled. Nothing of it was stored; the phone keeps all of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Refusal {
    /// Why.
    #[n(0)]
    pub code: RefusalCode,
    /// For the log, in English.
    #[n(1)]
    pub detail: String,
    /// Milliseconds to wait before the next request.
    #[n(2)]
    pub retry_after_ms: Option<u32>,
}

/// Why a request was not handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum RefusalCode {
    /// More bytes, batches or collections than one frame may have.
    #[n(0)]
    FrameTooLarge,
    /// Not a frame.
    #[n(1)]
    Malformed,
    /// A version that this relay does not speak.
    #[n(2)]
    VersionUnknown,
    /// No session: sign a new challenge.
    #[n(3)]
    NoSession,
    /// A collection that this person may not read.
    #[n(4)]
    NoRight,
    /// Too much to do; come again later.
    #[n(5)]
    Busy,
    /// The relay's disk is full or failed; reading goes on.
    #[n(6)]
    StorageFull,
    /// The relay failed inside; its log says how.
    #[n(7)]
    Internal,
}

impl RefusalCode {
    /// The stable word of the code, as in problem types and in the interface's sentences.
    pub fn word(self) -> &'static str {
        match self {
            Self::FrameTooLarge => "frame-too-large",
            Self::Malformed => "frame-malformed",
            Self::VersionUnknown => "version-unknown",
            Self::NoSession => "no-session",
            Self::NoRight => "no-right",
            Self::Busy => "busy",
            Self::StorageFull => "storage-full",
            Self::Internal => "internal",
        }
    }
}

impl RejectCode {
    /// The stable word of the code.
    pub fn word(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::NotAChange => "not-a-change",
            Self::Checksum => "checksum",
            Self::NoRight => "no-right",
            Self::Actor => "actor",
            Self::MissingDependency => "missing-dependency",
            Self::Signature => "signature",
            Self::Collection => "collection",
            Self::ActorForked => "actor-forked",
            Self::Operations => "operations",
            Self::Policy => "policy",
            Self::NotApplied => "not-applied",
            Self::StartOp => "start-op",
        }
    }
}
