//! The checks against the log, inside the transaction that will append: what was pushed before is in the log already,
//! and nothing comes in between.

use std::collections::HashMap;

use shared::document::chunk::Outline;
use shared::document::genesis;
use shared::ids::{ChangeHash, DocumentId};
use shared::protocol::RejectCode;

use super::{Inspected, Rejection};
use crate::store::{Append, Place, Result};

/// What the log makes of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admitted {
    /// The changes from this place in the batch on are new, and may be appended.
    New {
        /// Index of the first new change.
        first: usize,
    },
    /// All of it is in the log.
    Duplicate(Place),
}

/// Checks an inspected batch against the log.
///
/// # Errors
/// When the database fails. The inner result is the first check that the batch fails.
pub fn admit(tx: &mut dyn Append, inspected: &Inspected) -> Result<Result<Admitted, Rejection>> {
    let Inspected { batch, outlines, .. } = inspected;
    if let Some(home) = tx.home(batch.document)?
        && home != batch.collection
    {
        let detail = format!("{} is in {home}", batch.document);
        return Ok(Err(Rejection::new(RejectCode::Collection, detail)));
    }
    let last = tx.actor_seq(batch.document, batch.actor)?;
    let first = outlines.iter().take_while(|outline| outline.seq <= last).count();
    let mut place = None;
    for known in &outlines[..first] {
        place = tx.place(batch.document, known.hash)?;
        if place.is_none() {
            let detail = format!("number {} of the writer was another change", known.seq);
            return Ok(Err(Rejection::of_change(RejectCode::ActorForked, known.hash, detail)));
        }
    }
    let Some(next) = outlines.get(first) else {
        return Ok(match place {
            Some(place) => Ok(Admitted::Duplicate(place)),
            None => Err(Rejection::new(RejectCode::TooLarge, "no changes")),
        });
    };
    if next.seq != last + 1 {
        let detail = format!("number {} follows {last}", next.seq);
        return Ok(Err(Rejection::of_change(RejectCode::Actor, next.hash, detail)));
    }
    let causes = causes(tx, batch.document, &outlines[first..])?;
    Ok(causes.map(|()| Admitted::New { first }))
}

/// Every dependency is genesis, in the log, or earlier in the batch; and operations are counted on from them.
fn causes(tx: &mut dyn Append, document: DocumentId, outlines: &[Outline]) -> Result<Result<(), Rejection>> {
    let mut here: HashMap<ChangeHash, u64> = HashMap::with_capacity(outlines.len() + 1);
    let kind = document.kind();
    here.insert(genesis::hash(kind), genesis::next_op(kind) - 1);
    for outline in outlines {
        let mut last_ops = Vec::with_capacity(outline.deps.len());
        for dep in &outline.deps {
            let last_op = match here.get(dep) {
                Some(last_op) => *last_op,
                None => match tx.place(document, *dep)? {
                    Some(place) => *here.entry(*dep).or_insert(place.last_op),
                    None => {
                        let detail = format!("{dep} is not here");
                        let code = RejectCode::MissingDependency;
                        return Ok(Err(Rejection::of_change(code, outline.hash, detail)));
                    }
                },
            };
            last_ops.push(last_op);
        }
        if let Err(rejection) = counted_on(outline, &last_ops) {
            return Ok(Err(rejection));
        }
        here.insert(outline.hash, outline.last_op);
    }
    Ok(Ok(()))
}

/// A change counts its operations on from the last one that it depends on: exactly, since a jump would leave nobody
/// else room to count in. `last_ops` are its dependencies'; 0 stands for one that was stored before it was noted.
///
/// # Errors
/// `missing-dependency`, when it depends on nothing, not even the genesis; `start-op`.
pub fn counted_on(outline: &Outline, last_ops: &[u64]) -> Result<(), Rejection> {
    let Some(last) = last_ops.iter().max() else {
        let detail = "it depends on nothing";
        return Err(Rejection::of_change(RejectCode::MissingDependency, outline.hash, detail));
    };
    let is_known = !last_ops.contains(&0);
    if outline.start_op == last + 1 || (!is_known && outline.start_op > *last) {
        Ok(())
    } else {
        let detail = format!("operation {} follows {last}", outline.start_op);
        Err(Rejection::of_change(RejectCode::StartOp, outline.hash, detail))
    }
}
