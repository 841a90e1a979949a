//! What an answer means for this phone's storage: acks drop marks, entries become stored changes, and the place in
//! the log moves on in the same transaction. The chain is computed here, entry by entry: a relay that was restored,
//! forked or edited shows.

use std::collections::BTreeMap;

use super::documents::Documents;
use super::port::{StoredChange, Write};
use super::seals::{self, Written};
use crate::document::chunk;
use crate::flat::FlatMap;
use crate::gather::Gather;
use crate::ids::{ChangeHash, DocumentId};
use crate::protocol::{Ack, AckOutcome, Batch, Carried, Cursor, Pull};
use crate::trust::chain::{self, Link};

/// A pull that cannot be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PullError {
    /// It does not start where this phone stands (a delivery was lost): ask again from here.
    #[error("the pull does not start at this phone's place")]
    Gap,
    /// Its entries do not give the chain, or its documents the digests, that it claims: ask again from the beginning.
    #[error("the pull's entries are not what it claims")]
    Chain,
}

/// Gives every entry that the phone pushed, and of which only the number came back, its name; whether all are here.
pub(super) fn name_known(pull: &mut Pull, documents: &Documents) -> bool {
    let wholes = pull.documents.iter_mut().flat_map(|whole| &mut whole.runs);
    let mut cut = pull.runs.iter_mut().chain(wholes).filter(|run| run.before > 0);
    let mut written: BTreeMap<DocumentId, Option<Written<'_>>> = BTreeMap::new();
    cut.all(|run| {
        let Some(Carried::Known(first)) = run.changes.first() else { return false };
        let of_document =
            written.entry(run.document).or_insert_with(|| Written::read(documents, run.document));
        let Some(of_document) = of_document else { return false };
        let before = of_document.before(*first, run.before);
        let is_all = u32::try_from(before.len()) == Ok(run.before);
        run.changes.splice(0..0, before.into_iter().map(Carried::Known));
        run.before = 0;
        is_all
    })
}

/// The writes of one pull by place.
pub(super) fn writes(pull: &Pull, from: Cursor, documents: &Documents) -> Result<Vec<Write>, PullError> {
    let mut place = from;
    let mut writes = Vec::new();
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
    if pull.cursor != from {
        writes.push(Write::Cursor { collection: pull.collection.clone(), cursor: pull.cursor });
    }
    Ok(writes)
}

/// The writes of the acks of one push.
pub(super) fn ack_writes(acks: &[Ack], pushed: &[Batch]) -> Vec<Write> {
    let batches: FlatMap<(DocumentId, ChangeHash), &Batch> =
        pushed.iter().map(|batch| ((batch.document, batch.head), batch)).into_flat();
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
