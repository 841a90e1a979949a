//! `GET /api/quarantine` and `POST /api/held/release`: what does not count, as supervisors see it, and their word that
//! it does. The view also travels from the phone's core to its interface, hence both encodings.

use minicbor::Encode;
use serde::{Deserialize, Serialize};

use crate::ids::{CollectionId, DeviceId, DocumentId};
use crate::time::Timestamp;

/// What does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Encode)]
pub struct QuarantineView {
    /// Held in the log, the latest first.
    #[n(0)]
    pub held: Vec<HeldChanges>,
    /// Rejected, the latest first.
    #[n(1)]
    pub rejected: Vec<RejectedBatch>,
}

crate::read_both!(QuarantineView { held, rejected });

/// A phone or browser, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct Who {
    /// The device.
    #[n(0)]
    pub device: DeviceId,
    /// Its person's name; none for a device that was never enrolled.
    #[n(1)]
    pub name: Option<String>,
}

crate::read_both!(Who { device, name });

/// Changes that are authentic and came after their device was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct HeldChanges {
    /// Where.
    #[n(0)]
    pub collection: CollectionId,
    /// In which document.
    #[n(1)]
    pub document: DocumentId,
    /// Who wrote them.
    #[n(2)]
    pub author: Who,
    /// When the last of them came.
    #[n(3)]
    pub at: Timestamp,
    /// How many.
    #[n(4)]
    pub changes: u32,
}

crate::read_both!(HeldChanges { collection, document, author, at, changes });

/// A batch that the relay rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct RejectedBatch {
    /// When it was last rejected.
    #[n(0)]
    pub at: Timestamp,
    /// Why: the reject code's word.
    #[n(1)]
    pub code: String,
    /// More, English, without content.
    #[n(2)]
    pub detail: String,
    /// Where it was to go.
    #[n(3)]
    pub collection: CollectionId,
    /// Its document.
    #[n(4)]
    pub document: DocumentId,
    /// Who wrote it, as it claims.
    #[n(5)]
    pub author: Who,
    /// Who brought it last.
    #[n(6)]
    pub carrier: Who,
    /// How many changes it has.
    #[n(7)]
    pub changes: u32,
    /// Its bytes.
    #[n(8)]
    pub bytes: u64,
    /// How often it was rejected.
    #[n(9)]
    pub times: u32,
}

crate::read_both!(RejectedBatch {
    at,
    code,
    detail,
    collection,
    document,
    author,
    carrier,
    changes,
    bytes,
    times
});

/// Asks to release what is held of a device in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRequest {
    /// In which document.
    pub document: DocumentId,
    /// Whose changes.
    pub device: DeviceId,
}

/// What was released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// How many changes count from now on; 0 when nothing was held.
    pub changes: u32,
}
