//! What a phone asks of a log and what it gets: places, entries, whole documents.

use minicbor::Encode;

use crate::ids::{Chain, ChangeHash, CollectionId, DeviceId, Digest, DocumentId};
use crate::time::Timestamp;

/// A collection and the phone's place in its log.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Want { collection, cursor, holdings });

impl Want {
    /// What stands behind a place.
    pub fn at(collection: CollectionId, cursor: Cursor) -> Self {
        Self { collection, cursor, holdings: None }
    }
}

/// One document as a phone holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode)]
pub struct Holding {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The digest of those of its changes that the phone has and that do not wait for the relay.
    #[n(1)]
    pub digest: Digest,
}

crate::read_record!(Holding { document, digest });

/// A place in a collection's log. `seq` 0 is the beginning, with any epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode)]
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

crate::read_record!(Cursor { epoch, seq, chain, bootstrap });

/// How far a catch-up by document has come. Documents come in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode)]
pub struct Bootstrap {
    /// The position that the phone will stand at when it has every document.
    #[n(0)]
    pub target_seq: u64,
    /// The last document that it has; `None` before the first.
    #[n(1)]
    pub after_document: Option<DocumentId>,
}

crate::read_record!(Bootstrap { target_seq, after_document });

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

/// News of one collection.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Pull { collection, runs, cursor, more, diverged, documents as default, missing as default, digest });

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
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Whole { document, digest, snapshot, runs });

/// A saved document.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Snapshot { bytes as bytes, digest, held as default });

/// Neighbouring entries of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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
    /// Entries of the run before the first of `changes`, which the phone pushed in this very request and knows: the
    /// writer's changes right before it.
    #[cbor(n(8), skip_if = "is_none_before")]
    pub before: u32,
}

crate::read_record!(Run { seq_first, document, device, signature_hash as bytes, receipt_time, changes, seal, held as default, before as default });

/// The author's signature over the batch that a run came in.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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

crate::read_record!(Seal { suite, signature as bytes, head, count });

fn is_false(value: &bool) -> bool {
    !value
}

fn is_none_before(value: &u32) -> bool {
    *value == 0
}

/// One change in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Carried {
    /// Its bytes.
    #[n(0)]
    Change(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// The phone pushed it in this very request: only its hash comes back.
    #[n(1)]
    Known(#[n(0)] ChangeHash),
}

crate::read_choice!(Carried {
    0 => Change { 0 as bytes },
    1 => Known { 0 },
});
