//! What only `muster doctor` asks of a store: things that the relay itself never needs to read, because it wrote them.

use shared::ids::{Actor, ChangeHash, CollectionId, DocumentId};

use super::Result;

/// A batch as it is kept, with what its author signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRecord {
    /// The writer.
    pub actor: Actor,
    /// Hash of its last change.
    pub head: ChangeHash,
    /// How many changes the signature covers.
    pub count: u32,
    /// Signature suite.
    pub suite: u8,
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Documents.
    pub documents: u64,
    /// Batches.
    pub batches: u64,
    /// Devices that were ever enrolled.
    pub devices: u64,
    /// Bytes of the database.
    pub database_bytes: u64,
    /// Bytes of its write-ahead log.
    pub wal_bytes: u64,
}

/// A store that can be examined.
pub trait Examine {
    /// What the database finds wrong with its own pages and indexes, in its words.
    ///
    /// # Errors
    /// When the database cannot even be asked.
    fn integrity(&self) -> Result<Vec<String>>;

    /// A batch, by the number that its entries carry.
    ///
    /// # Errors
    /// When the database fails.
    fn batch(&self, number: u64) -> Result<Option<BatchRecord>>;

    /// Each writer's last number in each document of a collection, as admission goes by it.
    ///
    /// # Errors
    /// When the database fails.
    fn writers(&self, collection: &CollectionId) -> Result<Vec<(DocumentId, Actor, u64)>>;

    /// How much there is.
    ///
    /// # Errors
    /// When the database fails.
    fn sizes(&self) -> Result<Sizes>;
}
