//! Documents in one piece: what the relay derives from the log so that nobody has to replay it. The log stays the truth;
//! every snapshot can be dropped and made again.

use shared::ids::{ChangeHash, CollectionId, Digest, DocumentId};
use shared::time::Timestamp;

use super::{Entry, Result};

/// A document as it was at a position of its collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Position of the last entry in it.
    pub seq: u64,
    /// How many entries are in it.
    pub count: u64,
    /// What they come to.
    pub digest: Digest,
    /// Those of them that are held.
    pub held: Vec<ChangeHash>,
    /// Their bytes, as `Document::save` gave them.
    pub bytes: Vec<u8>,
}

/// Documents one by one: as a whole, at a position, in one piece.
pub trait Snapshots {
    /// The documents of a collection behind one of them, in the order of their ids, that have entries up to a position;
    /// with what these entries come to. At most `count_max`.
    ///
    /// # Errors
    /// When the database fails.
    fn extents(
        &self,
        collection: &CollectionId,
        after: Option<DocumentId>,
        seq: u64,
        count_max: usize,
    ) -> Result<Vec<(DocumentId, Digest)>>;

    /// A document's entries behind a position and up to another, in the order of the log.
    ///
    /// # Errors
    /// When the database fails.
    fn entries(&self, document: DocumentId, behind: u64, seq: u64) -> Result<Vec<Entry>>;

    /// A document's snapshot, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    fn snapshot(&self, document: DocumentId) -> Result<Option<Snapshot>>;

    /// Keeps snapshots, each in place of the document's last one, in one transaction.
    ///
    /// # Errors
    /// When the database fails; then none is kept.
    fn put_snapshots(&self, snapshots: &[(DocumentId, Snapshot)]) -> Result<()>;

    /// Drops a document's snapshot.
    ///
    /// # Errors
    /// When the database fails.
    fn drop_snapshot(&self, document: DocumentId) -> Result<()>;

    /// Documents worth a snapshot: with at least [`FRESH_MIN`] entries that are in none, which are at least an eighth of
    /// all that it has, and the last of which was taken before a moment. The most grown first, at most `count_max`.
    ///
    /// # Errors
    /// When the database fails.
    fn grown(&self, quiet_since: Timestamp, count_max: usize) -> Result<Vec<DocumentId>>;

    /// How many entries of a collection are in snapshots.
    ///
    /// # Errors
    /// When the database fails.
    fn saved(&self, collection: &CollectionId) -> Result<u64>;
}

/// Entries behind a snapshot that make a document worth another: a filled round has more, a round that was only begun
/// has fewer.
pub const FRESH_MIN: u32 = 16;
