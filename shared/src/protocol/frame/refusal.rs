//! Why a request was not handled, and why a batch was rejected: codes, and their stable words.

use minicbor::{Decode, Encode};

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

/// A request that was not handled. Nothing of it was stored; the phone keeps all of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Refusal { code, detail, retry_after_ms });

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
