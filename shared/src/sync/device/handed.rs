//! What waits on this phone, for a file that is carried by hand: the same batches as a push, signed in the same way. Nothing
//! of it counts as being anywhere: only the relay's answer to a push drops a mark.

use super::{Device, outbox};
use crate::ids::{ChangeHash, DocumentId};
use crate::protocol::Batch;

impl Device {
    /// What waits and is durable here, as the pushes that it would be sent in: each batch with the claim to sign for it.
    pub fn waiting(&self, pushes_max: usize) -> Vec<Vec<(Batch, Vec<u8>)>> {
        let bureau = &self.identity.bureau;
        let claimed = |batch: Batch| {
            let claim = outbox::claim(bureau, &batch);
            (batch, claim)
        };
        let pushes = self.outbox.pushes(&self.documents, pushes_max).into_iter();
        pushes.map(|push| push.into_iter().map(claimed).collect()).collect()
    }

    /// The changes that wait.
    pub fn waiting_changes(&self) -> Vec<(DocumentId, ChangeHash)> {
        self.outbox.marked().collect()
    }

    /// Whether a change waits.
    pub fn is_waiting(&self, document: DocumentId, hash: ChangeHash) -> bool {
        self.outbox.contains(document, hash)
    }
}
