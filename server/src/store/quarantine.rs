//! What does not count: batches that were rejected, kept for a while outside of the log with their reason, and entries
//! of the log that are held until somebody releases them.

use shared::ids::{ChangeHash, CollectionId, DeviceId, DocumentId};
use shared::time::Timestamp;

use super::Result;

/// A batch that was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRejected {
    /// When.
    pub at: Timestamp,
    /// The reject code's word.
    pub code: &'static str,
    /// In English, without content.
    pub detail: String,
    /// Where it was to go.
    pub collection: CollectionId,
    /// Its document.
    pub document: DocumentId,
    /// Its last change, as it claims.
    pub head: ChangeHash,
    /// Who wrote it, as it claims.
    pub author: DeviceId,
    /// Whose connection brought it.
    pub carrier: DeviceId,
    /// How many changes it has.
    pub changes: u32,
    /// The batch, as it came.
    pub body: Vec<u8>,
}

/// A rejected batch as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// When it was last rejected.
    pub at: Timestamp,
    /// The reject code's word.
    pub code: String,
    /// In English, without content.
    pub detail: String,
    /// Where it was to go.
    pub collection: CollectionId,
    /// Its document.
    pub document: DocumentId,
    /// Who wrote it, as it claims.
    pub author: DeviceId,
    /// Whose connection brought it last.
    pub carrier: DeviceId,
    /// How many changes it has.
    pub changes: u32,
    /// Its bytes.
    pub bytes: u64,
    /// How often it was rejected.
    pub times: u32,
}

/// Changes of one device in one document that are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBatch {
    /// Where the document is.
    pub collection: CollectionId,
    /// The document.
    pub document: DocumentId,
    /// Who wrote them.
    pub author: DeviceId,
    /// When the last of them came.
    pub at: Timestamp,
    /// The changes, in the order of the log.
    pub changes: Vec<ChangeHash>,
}

/// What was rejected, and what is held.
pub trait Quarantine {
    /// Rejected batches, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    fn rejected(&self) -> Result<Vec<Rejected>>;

    /// The bytes of a rejected batch, as it came.
    ///
    /// # Errors
    /// When the database fails.
    fn rejected_body(&self, document: DocumentId, head: ChangeHash) -> Result<Option<Vec<u8>>>;

    /// Everything in the log that came held, by document and device; whether it was released since is the directory's
    /// to say.
    ///
    /// # Errors
    /// When the database fails.
    fn held(&self) -> Result<Vec<HeldBatch>>;
}
