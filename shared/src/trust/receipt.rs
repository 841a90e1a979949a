//! Which batches of a push a receipt is about: computed the same way by the relay that signs and by the phone that
//! verifies.

use crate::ids::{ChangeHash, CollectionId, DocumentId};
use crate::protocol::{Ack, AckOutcome};

/// A batch that is on disk: its document, its head, and the position of its last change.
pub type Acked = (DocumentId, ChangeHash, u64);

/// The batches of one collection that are on disk, in the order of the acks. `answered` is each batch's collection and
/// its ack.
pub fn acked<'a>(
    collection: &CollectionId,
    answered: impl Iterator<Item = (&'a CollectionId, &'a Ack)>,
) -> Vec<Acked> {
    let of_it = answered.filter(|(of, _)| *of == collection);
    of_it.filter_map(|(_, ack)| Some((ack.document, ack.head, seq(ack)?))).collect()
}

/// The position of a batch's last change, when the batch is on disk.
pub fn seq(ack: &Ack) -> Option<u64> {
    match ack.outcome {
        AckOutcome::Accepted { seq, .. } | AckOutcome::Duplicate { seq, .. } => Some(seq),
        AckOutcome::Rejected { .. } | AckOutcome::Deferred { .. } => None,
    }
}
