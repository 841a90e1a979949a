//! The log's chain: each position commits to everything before it, so a relay that was restored, forked or edited
//! cannot hide it.

use sha2::{Digest, Sha256};

use crate::ids::{Chain, ChangeHash, DeviceId, DocumentId};
use crate::time::Timestamp;

/// What the chain commits to at one position.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// Position, from 1.
    pub seq: u64,
    /// The document.
    pub document: DocumentId,
    /// The change.
    pub change: ChangeHash,
    /// The author's device.
    pub device: DeviceId,
    /// SHA-256 of the signature of the batch that brought it.
    pub signature_hash: &'a [u8; 32],
    /// When the relay took it.
    pub receipt_time: Timestamp,
}

/// `SHA-256("muster/chain" || previous || seq || document || change || device || signature hash || receipt time)`,
/// integers as 8 bytes big-endian.
pub fn extend(previous: Chain, link: Link<'_>) -> Chain {
    let mut hash = Sha256::new();
    hash.update(b"muster/chain");
    hash.update(previous.0);
    hash.update(link.seq.to_be_bytes());
    hash.update(link.document.to_bytes());
    hash.update(link.change.0);
    hash.update(link.device.as_bytes());
    hash.update(link.signature_hash);
    hash.update(link.receipt_time.0.to_be_bytes());
    Chain(hash.finalize().into())
}

/// SHA-256 of a batch's signature, as the chain takes it.
pub fn signature_hash(signature: &[u8]) -> [u8; 32] {
    Sha256::digest(signature).into()
}
