//! The frames of the exchange. Field numbers are part of the protocol: add, never renumber.

use minicbor::Encode;

use crate::ids::{Actor, Chain, ChangeHash, CollectionId, DocumentId};
use crate::time::Timestamp;

mod pull;
mod refusal;

pub use pull::{Bootstrap, Carried, Cursor, Holding, Pull, Run, Seal, Snapshot, Want, Whole};
pub use refusal::{Refusal, RefusalCode, RejectCode};

/// One message in either direction.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_choice!(Frame {
    0 => Request { 0 },
    1 => Response { 0 },
    2 => Refusal { 0 },
});

/// What the phone sends: everything it has, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
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

crate::read_record!(Request { exchange, push, wants, bytes_max });

/// Changes of one writer on one document, under one signature, in causal order.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Batch { collection, document, actor, changes, head, suite, signature as bytes });

/// What the relay answers, or delivers unasked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
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

crate::read_record!(Response { exchange, acks, pulls, relay_time, retry_after_ms, receipts as default });

/// The relay's signature under what it has on disk: the end of a collection's log right after a push, and the batches
/// of that push which are in it. What is signed is
/// `trust::signing::receipt_claim`.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Receipt { collection, epoch, seq, chain, receipt_time, suite, signature as bytes });

/// What became of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Ack { document, head, outcome });

/// The outcome of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_choice!(AckOutcome {
    0 => Accepted { seq, receipt_time },
    1 => Duplicate { seq, receipt_time },
    2 => Rejected { code, detail, change },
    3 => Deferred { code },
});
