//! What an answer means for this phone's storage: acks drop marks, entries become stored changes, and the place in
//! the log moves on in the same transaction. The chain is computed here, entry by entry: a relay that was restored,
//! forked or edited shows.

use std::collections::{BTreeMap, BTreeSet};

use super::documents::Documents;
use super::outbox::Outbox;
use super::port::{Mark, StoredChange, Write};
use super::seals;
use crate::document::chunk;
use crate::ids::{ChangeHash, CollectionId, DeviceId, DocumentId};
use crate::protocol::{Ack, AckOutcome, Batch, Carried, Cursor, Pull};
use crate::time::Timestamp;
use crate::trust::chain::{self, Link};

/// A pull that cannot be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PullError {
    /// It does not start where this phone stands (a delivery was lost): ask again from here.
    #[error("the pull does not start at this phone's place")]
    Gap,
    /// Its entries do not give the chain that it claims: ask again from the beginning.
    #[error("the pull's entries do not give its chain")]
    Chain,
}

/// The writes of one pull. `seen` collects what a diverged log holds, for reconciliation.
pub(super) fn writes(
    pull: &Pull,
    from: Cursor,
    documents: &Documents,
    seen: Option<&mut BTreeSet<(DocumentId, ChangeHash)>>,
) -> Result<Vec<Write>, PullError> {
    let mut place = if pull.diverged { Cursor::START } else { from };
    let mut writes = Vec::new();
    let mut hashes = Vec::new();
    for run in &pull.runs {
        if run.seq_first != place.seq + 1 {
            return Err(PullError::Gap);
        }
        let mut last = None;
        for carried in &run.changes {
            let hash = match carried {
                Carried::Known(hash) if documents.contains(run.document, *hash) => *hash,
                Carried::Known(_) => return Err(PullError::Gap),
                Carried::Change(bytes) => chunk::hash(bytes).map_err(|_| PullError::Chain)?,
            };
            place.seq += 1;
            let link = Link {
                seq: place.seq,
                document: run.document,
                change: hash,
                device: run.device,
                signature_hash: &run.signature_hash,
                receipt_time: run.receipt_time,
            };
            place.chain = chain::extend(place.chain, link);
            hashes.push((run.document, hash));
            last = Some(hash);
            if let Carried::Change(bytes) = carried
                && !documents.contains(run.document, hash)
            {
                let change = bytes.clone();
                let collection = pull.collection.clone();
                writes.push(Write::Change(StoredChange { collection, document: run.document, hash, change }));
            }
        }
        if let Some(last) = last {
            let seal = seals::of_run(run, last).map_err(|_| PullError::Chain)?;
            writes.extend(seal.map(Write::Seal));
        }
    }
    if place.seq != pull.cursor.seq {
        return Err(PullError::Gap);
    }
    if place.chain != pull.cursor.chain {
        return Err(PullError::Chain);
    }
    if let Some(seen) = seen {
        seen.extend(hashes);
    }
    if pull.cursor != from {
        writes.push(Write::Cursor { collection: pull.collection.clone(), cursor: pull.cursor });
    }
    Ok(writes)
}

/// The writes of the acks of one push.
pub(super) fn ack_writes(acks: &[Ack], pushed: &[Batch]) -> Vec<Write> {
    let batches: BTreeMap<(DocumentId, ChangeHash), &Batch> =
        pushed.iter().map(|batch| ((batch.document, batch.head), batch)).collect();
    let mut writes = Vec::new();
    for ack in acks {
        let Some(batch) = batches.get(&(ack.document, ack.head)) else { continue };
        let hashes = batch.changes.iter().filter_map(|change| chunk::hash(change).ok());
        for hash in hashes {
            let document = ack.document;
            match &ack.outcome {
                AckOutcome::Accepted { .. } | AckOutcome::Duplicate { .. } => {
                    writes.push(Write::DropMark { document, hash });
                }
                // What was rejected is made again or kept as rejected by `remake`; until then it stays marked.
                AckOutcome::Rejected { .. } | AckOutcome::Deferred { .. } => {}
            }
        }
    }
    writes
}

/// What a diverged log has lost of what this phone holds.
pub(super) fn lost(
    collection: &CollectionId,
    documents: &Documents,
    outbox: &Outbox,
    seen: &BTreeSet<(DocumentId, ChangeHash)>,
) -> BTreeSet<(DocumentId, ChangeHash)> {
    let held = documents.in_collection(collection).map(|(document, hash, _)| (document, hash));
    held.filter(|(document, hash)| !seen.contains(&(*document, *hash)) && !outbox.contains(*document, *hash))
        .collect()
}

/// Own changes among what was lost are marked again: they wait until the relay has them.
pub(super) fn lost_writes(
    device: DeviceId,
    documents: &Documents,
    lost: &BTreeSet<(DocumentId, ChangeHash)>,
    now: Timestamp,
) -> Vec<Write> {
    let is_own = |change: &[u8]| chunk::outline(change).is_ok_and(|outline| outline.actor.device() == device);
    lost.iter()
        .filter(|(document, hash)| {
            documents.change(*document, *hash).is_some_and(|(_, change)| is_own(change))
        })
        .map(|(document, hash)| Write::Mark(Mark::new(*document, *hash, now)))
        .collect()
}
