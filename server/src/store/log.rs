//! The log's half of the store: per collection an append-only sequence without gaps, written in transactions that the
//! relay's one writer opens, and read beside it.

use shared::domain::directory::Bureau;
use shared::ids::{Actor, Chain, ChangeHash, CollectionId, DeviceId, Digest, DocumentId};
use shared::time::Timestamp;

use super::{NewRejected, Result};

/// What makes a database a bureau's relay; written once by `muster init`.
#[derive(Clone, PartialEq, Eq)]
pub struct Founding {
    /// The bureau.
    pub bureau: Bureau,
    /// The random number of the logs' life.
    pub epoch: u64,
    /// The relay's own signing key, PKCS#8.
    pub relay_key: Vec<u8>,
}

impl std::fmt::Debug for Founding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Founding")
            .field("bureau", &self.bureau)
            .field("relay_key", &"***")
            .finish_non_exhaustive()
    }
}

/// The end of a collection's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// Position of the last entry; 0 in an empty log.
    pub seq: u64,
    /// The chain there.
    pub chain: Chain,
    /// What all its entries come to.
    pub digest: Digest,
}

impl Default for Tip {
    fn default() -> Self {
        Self::START
    }
}

impl Tip {
    /// The end of an empty log.
    pub const START: Self = Self { seq: 0, chain: Chain::START, digest: Digest([0; 32]) };
}

/// Where a change stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Position in its document's collection.
    pub seq: u64,
    /// When the relay took it.
    pub receipt_time: Timestamp,
    /// The counter of its last operation; 0 for a change that was stored before this was noted.
    pub last_op: u64,
}

/// A batch, as it is kept beside its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBatch<'a> {
    /// The collection; it becomes the document's home when the document is new.
    pub collection: &'a CollectionId,
    /// The document.
    pub document: DocumentId,
    /// The writer.
    pub actor: Actor,
    /// Hash of the batch's last change.
    pub head: ChangeHash,
    /// How many changes the signature covers.
    pub count: u32,
    /// Signature suite.
    pub suite: u8,
    /// The signature.
    pub signature: &'a [u8],
    /// When the relay took it.
    pub receipt_time: Timestamp,
    /// Set aside until a supervisor releases it.
    pub held: bool,
    /// The number of the writer's last change, in automerge's count.
    pub actor_seq: u64,
}

/// One change at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry<'a> {
    /// Position: the tip's plus one, then on.
    pub seq: u64,
    /// The change's hash.
    pub hash: ChangeHash,
    /// Its bytes.
    pub change: &'a [u8],
    /// The counter of its last operation.
    pub last_op: u64,
    /// The chain at this position.
    pub chain: Chain,
}

/// One change as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Position.
    pub seq: u64,
    /// The document.
    pub document: DocumentId,
    /// The change's hash.
    pub hash: ChangeHash,
    /// Its bytes.
    pub change: Vec<u8>,
    /// Number of its batch in this store: equal for entries of one batch, otherwise without meaning.
    pub batch: u64,
    /// The author's device.
    pub device: DeviceId,
    /// The suite of its batch's signature.
    pub suite: u8,
    /// The signature of its batch.
    pub signature: Vec<u8>,
    /// The hash of its batch's last change.
    pub batch_head: ChangeHash,
    /// How many changes its batch's signature covers.
    pub batch_count: u32,
    /// When the relay took it.
    pub receipt_time: Timestamp,
    /// Set aside until a supervisor releases it.
    pub held: bool,
    /// The chain at this position.
    pub chain: Chain,
}

/// A stretch of one collection's log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Entries in order, without gaps.
    pub entries: Vec<Entry>,
    /// Whether there is more behind them.
    pub more: bool,
    /// The end of the log at the moment of reading.
    pub tip: Tip,
}

/// An open writing transaction. What it reads includes what it appended.
pub trait Append {
    /// The end of a collection's log.
    ///
    /// # Errors
    /// When the database fails.
    fn tip(&mut self, collection: &CollectionId) -> Result<Tip>;

    /// The collection that a document is in, if the log has anything of it.
    ///
    /// # Errors
    /// When the database fails.
    fn home(&mut self, document: DocumentId) -> Result<Option<CollectionId>>;

    /// Where a change of a document stands.
    ///
    /// # Errors
    /// When the database fails.
    fn place(&mut self, document: DocumentId, change: ChangeHash) -> Result<Option<Place>>;

    /// The number of a writer's last change of a document, in automerge's count; 0 for none.
    ///
    /// # Errors
    /// When the database fails.
    fn actor_seq(&mut self, document: DocumentId, actor: Actor) -> Result<u64>;

    /// Appends a batch's new changes, and takes them into the digests of their document and collection. Their positions
    /// must follow the collection's tip, and the document must be in no other collection.
    ///
    /// # Errors
    /// When the database fails; the transaction is then lost as a whole.
    fn append(&mut self, batch: &NewBatch<'_>, entries: &[NewEntry<'_>]) -> Result<()>;

    /// Keeps batches that were rejected, and lets the oldest go beyond the limits. One that is rejected again (its
    /// document and head are the same) is counted, not kept twice.
    ///
    /// # Errors
    /// When the database fails.
    fn set_aside(&mut self, rejected: &[NewRejected]) -> Result<()>;
}

/// The log.
pub trait Log {
    /// What `muster init` wrote; `None` in a new database.
    ///
    /// # Errors
    /// When the database fails.
    fn founding(&self) -> Result<Option<Founding>>;

    /// Makes the database this bureau's. Does nothing when it is one already.
    ///
    /// # Errors
    /// When the database fails.
    fn found(&self, founding: &Founding) -> Result<()>;

    /// Gives the logs a new life, after a backup was restored: every place in them from before is unknown from now on.
    ///
    /// # Errors
    /// When the database fails.
    fn begin_life(&self, epoch: u64) -> Result<()>;

    /// Runs work in one writing transaction and makes it durable (fsynced) before it returns. When the work or the
    /// commit fails, nothing of it is kept.
    ///
    /// # Errors
    /// The work's own, or the commit's.
    fn write(&self, work: &mut dyn FnMut(&mut dyn Append) -> Result<()>) -> Result<()>;

    /// Every collection that has entries, with its tip.
    ///
    /// # Errors
    /// When the database fails.
    fn collections(&self) -> Result<Vec<(CollectionId, Tip)>>;

    /// The end of a collection's log.
    ///
    /// # Errors
    /// When the database fails.
    fn end(&self, collection: &CollectionId) -> Result<Tip>;

    /// The chain at a position; `None` behind the end. Position 0 is [`Chain::START`].
    ///
    /// # Errors
    /// When the database fails.
    fn chain_at(&self, collection: &CollectionId, seq: u64) -> Result<Option<Chain>>;

    /// Entries behind a position, in order, until their changes exceed `bytes_max` or there are `count_max`; at least
    /// one if there is any.
    ///
    /// # Errors
    /// When the database fails.
    fn page(
        &self,
        collection: &CollectionId,
        behind: u64,
        bytes_max: usize,
        count_max: usize,
    ) -> Result<Page>;

    /// All entries of one document, in the order of the log.
    ///
    /// # Errors
    /// When the database fails.
    fn document(&self, document: DocumentId) -> Result<Vec<Entry>>;

    /// The documents that a collection has entries of.
    ///
    /// # Errors
    /// When the database fails.
    fn documents(&self, collection: &CollectionId) -> Result<Vec<DocumentId>>;

    /// The documents that a device has written in, in no order. Looks at all of them: for what happens seldom.
    ///
    /// # Errors
    /// When the database fails.
    fn written_by(&self, device: DeviceId) -> Result<Vec<DocumentId>>;
}
