//! What lies on the phone's disk: what it starts from, and the writes that change it.

use minicbor::{Decode, Encode};

use super::super::receipts::StoredReceipt;
use super::super::seals::StoredSeal;
use crate::domain::round::RoundName;
use crate::ids::{ChangeHash, CollectionId, Digest, DocumentId};
use crate::protocol::{Cursor, RejectCode};
use crate::time::Timestamp;

/// What the phone's storage holds when it starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// What came in one piece.
    pub snapshots: Vec<StoredSnapshot>,
    /// Every other change, own and pulled.
    pub changes: Vec<StoredChange>,
    /// Own changes that the relay has not acknowledged.
    pub marks: Vec<Mark>,
    /// Places in the logs.
    pub cursors: Vec<(CollectionId, Cursor)>,
    /// Own changes that the relay rejected for good.
    pub rejected: Vec<Rejected>,
    /// Relay clock minus phone clock, milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// Authors' signatures of the last weeks.
    pub seals: Vec<StoredSeal>,
    /// The relay's latest receipt of each collection.
    pub receipts: Vec<StoredReceipt>,
    /// Where the slots begin, once edits were made again.
    pub slot_base: u32,
    /// Entries that are kept and not applied.
    pub aside: Vec<Aside>,
    /// What was being applied when this tab last died.
    pub interrupted: Option<Applying>,
}

/// A change as the phone keeps it. Its key in the storage is (document, hash).
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct StoredChange {
    /// Where its document is kept.
    #[n(0)]
    pub collection: CollectionId,
    /// Its document.
    #[n(1)]
    pub document: DocumentId,
    /// Its hash.
    #[n(2)]
    pub hash: ChangeHash,
    /// Its bytes.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub change: Vec<u8>,
}

crate::read_record!(StoredChange { collection, document, hash, change as bytes });

/// A document's beginning as it came in one piece. Its key in the storage is the document.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct StoredSnapshot {
    /// Where the document is kept.
    #[n(0)]
    pub collection: CollectionId,
    /// The document.
    #[n(1)]
    pub document: DocumentId,
    /// What its changes come to, as the relay said.
    #[n(2)]
    pub digest: Digest,
    /// Its bytes, as `Document::save` gave them.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

crate::read_record!(StoredSnapshot { collection, document, digest, bytes as bytes });

/// The outbox mark of an own change. Its key in the storage is (document, hash).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Encode)]
pub struct Mark {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The change.
    #[n(1)]
    pub hash: ChangeHash,
    /// When it was made, by the phone's clock.
    #[n(2)]
    pub at: Timestamp,
    /// How often it was made again although nothing in it was to blame.
    #[cbor(n(3), skip_if = "is_zero")]
    pub remade: u32,
    /// Whether it travels in a batch of its own, so that a rejection names it.
    #[cbor(n(4), skip_if = "is_false")]
    pub is_alone: bool,
}

crate::read_record!(Mark { document, hash, at, remade as default, is_alone as default });

impl Mark {
    /// The mark of a change that was just made.
    pub fn new(document: DocumentId, hash: ChangeHash, at: Timestamp) -> Self {
        Self { document, hash, at, remade: 0, is_alone: false }
    }
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A change that the relay did not take, or has lost, and that is not made again. It is in no document any more; it is
/// kept whole and shown, and never sent again.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Rejected {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The change.
    #[n(1)]
    pub hash: ChangeHash,
    /// What the relay said.
    #[n(2)]
    pub code: RejectCode,
    /// Why it is not made again.
    #[n(3)]
    pub why: Why,
    /// When it was made, by the phone's clock.
    #[n(4)]
    pub at: Timestamp,
    /// The round, as far as it is known.
    #[n(5)]
    pub round: Option<RoundName>,
    /// The change's bytes, `document::decode` reads them.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub change: Vec<u8>,
}

crate::read_record!(Rejected { document, hash, code, why, at, round, change as bytes });

/// Why an edit is not made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Why {
    /// The relay named it, or rejects everything of its kind.
    #[n(0)]
    ToBlame,
    /// It corrects, takes back or belongs to one that is not made again.
    #[n(1)]
    AlongWithAnother,
    /// A signature names what was signed, which has other names now: it must be signed again.
    #[n(2)]
    Signature,
    /// It was made again too often.
    #[n(3)]
    TooOften,
    /// This phone cannot read it.
    #[n(4)]
    Unreadable,
    /// The relay has lost it, and this phone has no signature by which it would take it back.
    #[n(5)]
    Unproven,
}

/// An entry that is kept and not applied to its document.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Aside {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The change.
    #[n(1)]
    pub hash: ChangeHash,
}

crate::read_record!(Aside { document, hash });

/// Entries on their way into a document.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Applying {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The changes.
    #[n(1)]
    pub hashes: Vec<ChangeHash>,
    /// Whether an earlier life of the app ended over it: one change, applied alone.
    #[n(2)]
    pub is_suspect: bool,
}

crate::read_record!(Applying { document, hashes, is_suspect });

/// One write to the storage. All writes of one `Persist` go into one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Write {
    /// Keep a change.
    #[n(0)]
    Change(#[n(0)] StoredChange),
    /// It waits for the relay.
    #[n(1)]
    Mark(#[n(0)] Mark),
    /// The relay has it.
    #[n(2)]
    DropMark {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The change.
        #[n(1)]
        hash: ChangeHash,
    },
    /// A new place in a log.
    #[n(3)]
    Cursor {
        /// The collection.
        #[n(0)]
        collection: CollectionId,
        /// The place.
        #[n(1)]
        cursor: Cursor,
    },
    /// The relay rejected it.
    #[n(4)]
    Rejected(#[n(0)] Rejected),
    /// Relay clock minus phone clock, milliseconds.
    #[n(5)]
    ClockOffset(#[n(0)] i64),
    /// Keep an author's signature.
    #[n(6)]
    Seal(#[n(0)] StoredSeal),
    /// Keep the relay's receipt, in place of the one before of its collection.
    #[n(7)]
    Receipt(#[n(0)] StoredReceipt),
    /// Forget an author's signature, which is too old to be needed.
    #[n(8)]
    DropSeal {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The batch's last change.
        #[n(1)]
        head: ChangeHash,
    },
    /// Keep an entry, and do not apply it.
    #[n(10)]
    SetAside(#[n(0)] Aside),
    /// From now on this phone's slots begin here.
    #[n(11)]
    SlotBase(#[n(0)] u32),
    /// Forget an own change: the relay did not take it, and it was made again or is kept as rejected.
    #[n(12)]
    DropChange {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The change.
        #[n(1)]
        hash: ChangeHash,
    },
    /// An entry that was set aside counts again.
    #[n(13)]
    TakeBack(#[n(0)] Aside),
    /// Keep a document's beginning, in place of the one that is kept.
    #[n(9)]
    Snapshot(#[n(0)] StoredSnapshot),
    /// A document's beginning is not what it should be, or is kept change by change from now on.
    #[n(14)]
    DropSnapshot {
        /// The document.
        #[n(0)]
        document: DocumentId,
    },
}

crate::read_choice!(Write {
    0 => Change { 0 },
    1 => Mark { 0 },
    2 => DropMark { document, hash },
    3 => Cursor { collection, cursor },
    4 => Rejected { 0 },
    5 => ClockOffset { 0 },
    6 => Seal { 0 },
    7 => Receipt { 0 },
    8 => DropSeal { document, head },
    10 => SetAside { 0 },
    11 => SlotBase { 0 },
    12 => DropChange { document, hash },
    13 => TakeBack { 0 },
    9 => Snapshot { 0 },
    14 => DropSnapshot { document },
});
