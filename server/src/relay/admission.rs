//! What a batch must be before its changes get positions in the log, cheapest check first. [`inspect`] is about the
//! batch alone and its author; [`admit`] is about the batch and the log, inside the writer's transaction. Each check
//! is a function with the one code that it refuses by. Whether the content makes sense is asked by whoever reads it.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use shared::document::Document;
use shared::document::chunk::{self, ChunkError, Outline};
use shared::ids::{BureauId, ChangeHash, DeviceId, DocumentId, DocumentKind, Shelf};
use shared::limits::{BATCH_CHANGES_MAX, CHANGE_BYTES_MAX};
use shared::protocol::{Batch, RejectCode};
use shared::trust::signing::BatchClaim;

use crate::identity::key;
use crate::store::{Append, DeviceRecord, Place, Result};

/// Why a batch is kept off the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The cause.
    pub code: RejectCode,
    /// For the log, in English.
    pub detail: String,
}

fn rejected<T>(code: RejectCode, detail: impl Into<String>) -> Result<T, Rejection> {
    Err(Rejection { code, detail: detail.into() })
}

/// A batch that is right in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// The batch.
    pub batch: Batch,
    /// What the log must know of each change, in the batch's order.
    pub outlines: Vec<Outline>,
}

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

/// Checks a batch by itself: its size, its changes, its writer, the author's right and the signature.
///
/// # Errors
/// The first check that it fails.
pub fn inspect(
    batch: Batch,
    bureau: &BureauId,
    authors: &HashMap<DeviceId, DeviceRecord>,
) -> Result<Inspected, Rejection> {
    size(&batch)?;
    shelf(&batch)?;
    let author = author(&batch, authors)?;
    right(&batch, author)?;
    let outlines = changes(&batch)?;
    head(&batch, &outlines)?;
    writer(&batch, &outlines)?;
    signature(&batch, bureau, &author.public_key)?;
    Ok(Inspected { batch, outlines })
}

/// Checks a batch that the relay wrote itself: all that [`inspect`] does but the author's right.
///
/// # Errors
/// The first check that it fails.
pub(super) fn inspect_own(batch: Batch) -> Result<Inspected, Rejection> {
    size(&batch)?;
    shelf(&batch)?;
    let outlines = changes(&batch)?;
    head(&batch, &outlines)?;
    writer(&batch, &outlines)?;
    Ok(Inspected { batch, outlines })
}

/// Checks a batch that the relay wrote itself and lost, and that a phone gives back: the relay's own signature is all
/// the right that it needs, for the documents that only the relay writes.
///
/// # Errors
/// The first check that it fails.
pub(super) fn inspect_given_back(
    batch: Batch,
    bureau: &BureauId,
    public_key: &[u8],
) -> Result<Inspected, Rejection> {
    if batch.document.kind() == DocumentKind::Round {
        return rejected(RejectCode::NoRight, "the relay writes no rounds");
    }
    let inspected = inspect_own(batch)?;
    signature(&inspected.batch, bureau, public_key)?;
    Ok(inspected)
}

fn size(batch: &Batch) -> Result<(), Rejection> {
    let count = batch.changes.len();
    if !(1..=BATCH_CHANGES_MAX).contains(&count) {
        return rejected(
            RejectCode::TooLarge,
            format!("{count} changes; 1 to {BATCH_CHANGES_MAX} are taken"),
        );
    }
    match batch.changes.iter().map(|change| change.len()).find(|bytes| *bytes > CHANGE_BYTES_MAX) {
        Some(bytes) => {
            rejected(RejectCode::TooLarge, format!("change of {bytes} bytes; at most {CHANGE_BYTES_MAX}"))
        }
        None => Ok(()),
    }
}

/// A document's kind says on which shelf it stands, so nobody can take the place of a document that is not there yet.
fn shelf(batch: &Batch) -> Result<(), Rejection> {
    let fits = match (batch.document.kind(), batch.collection.shelf()) {
        (DocumentKind::Round, Ok(Shelf::Rounds(..))) | (DocumentKind::Register, Ok(Shelf::Live(_))) => true,
        (DocumentKind::Template | DocumentKind::Calendar | DocumentKind::Directory, Ok(Shelf::Bureau)) => {
            true
        }
        (_, Ok(_) | Err(_)) => false,
    };
    if fits {
        Ok(())
    } else {
        rejected(RejectCode::Collection, format!("{} in {}", batch.document, batch.collection))
    }
}

/// The carrier of a batch is not asked: only its author counts.
fn author<'a>(
    batch: &Batch,
    authors: &'a HashMap<DeviceId, DeviceRecord>,
) -> Result<&'a DeviceRecord, Rejection> {
    match authors.get(&batch.actor.device()) {
        Some(author) if author.revoked.is_none() => Ok(author),
        Some(_) => rejected(RejectCode::NoRight, "the author's device is revoked"),
        None => rejected(RejectCode::NoRight, "the author's device is not enrolled"),
    }
}

fn right(batch: &Batch, author: &DeviceRecord) -> Result<(), Rejection> {
    if author.rights.may_write(&batch.collection) {
        Ok(())
    } else {
        rejected(RejectCode::NoRight, format!("{} may not write {}", author.rights.officer, batch.collection))
    }
}

fn changes(batch: &Batch) -> Result<Vec<Outline>, Rejection> {
    batch.changes.iter().map(|change| outline(change)).collect()
}

fn outline(change: &[u8]) -> Result<Outline, Rejection> {
    // Automerge was not built for hostile bytes: a panic in its parser is a change that does not parse.
    let outlined = catch_unwind(AssertUnwindSafe(|| chunk::outline(change)));
    let outlined = outlined.unwrap_or_else(|_| Err(ChunkError::NotAChange("the parser panicked".to_owned())));
    outlined.or_else(|error| {
        let code = match error {
            ChunkError::TooLarge { .. } => RejectCode::TooLarge,
            ChunkError::Checksum => RejectCode::Checksum,
            ChunkError::Actor(_) => RejectCode::Actor,
            ChunkError::NotAChunk(_) | ChunkError::WrongType(_) | ChunkError::NotAChange(_) => {
                RejectCode::NotAChange
            }
        };
        rejected(code, error.to_string())
    })
}

fn head(batch: &Batch, outlines: &[Outline]) -> Result<(), Rejection> {
    if outlines.last().is_some_and(|last| last.hash == batch.head) {
        Ok(())
    } else {
        rejected(RejectCode::Checksum, "the head is not the last change")
    }
}

/// Every change is the batch's writer's, and their numbers follow each other.
fn writer(batch: &Batch, outlines: &[Outline]) -> Result<(), Rejection> {
    if outlines.iter().any(|outline| outline.actor != batch.actor) {
        return rejected(RejectCode::Actor, "a change of another writer");
    }
    let follows = |pair: &[Outline]| pair[0].seq.checked_add(1) == Some(pair[1].seq);
    if outlines.windows(2).all(follows) {
        Ok(())
    } else {
        rejected(RejectCode::Actor, "the writer's numbers do not follow each other")
    }
}

fn signature(batch: &Batch, bureau: &BureauId, public_key: &[u8]) -> Result<(), Rejection> {
    let claim = BatchClaim {
        bureau,
        collection: &batch.collection,
        document: batch.document,
        actor: batch.actor,
        head: batch.head,
        count: u32::try_from(batch.changes.len()).unwrap_or(u32::MAX),
    };
    if key::verifies(batch.suite, public_key, &claim.to_bytes(batch.suite), &batch.signature) {
        Ok(())
    } else {
        rejected(RejectCode::Signature, "the signature does not fit")
    }
}

/// Checks an inspected batch against the log, inside the transaction that will append it: what was pushed before it is
/// in the log already.
///
/// # Errors
/// When the database fails. The inner result is the first check that the batch fails.
pub fn admit(tx: &mut dyn Append, inspected: &Inspected) -> Result<Result<Admitted, Rejection>> {
    let Inspected { batch, outlines } = inspected;
    if let Some(home) = tx.home(batch.document)?
        && home != batch.collection
    {
        return Ok(rejected(RejectCode::Collection, format!("{} is in {home}", batch.document)));
    }
    let last = tx.actor_seq(batch.document, batch.actor)?;
    let first = outlines.iter().take_while(|outline| outline.seq <= last).count();
    let mut place = None;
    for known in &outlines[..first] {
        place = tx.place(batch.document, known.hash)?;
        if place.is_none() {
            let detail = format!("number {} of the writer was another change", known.seq);
            return Ok(rejected(RejectCode::ActorForked, detail));
        }
    }
    let Some(next) = outlines.get(first) else {
        return Ok(match place {
            Some(place) => Ok(Admitted::Duplicate(place)),
            None => rejected(RejectCode::TooLarge, "no changes"),
        });
    };
    if next.seq != last + 1 {
        return Ok(rejected(RejectCode::Actor, format!("number {} follows {last}", next.seq)));
    }
    dependencies(tx, batch.document, &outlines[first..]).map(|found| found.map(|()| Admitted::New { first }))
}

/// Every dependency is genesis, in the log, or earlier in the batch.
fn dependencies(
    tx: &mut dyn Append,
    document: DocumentId,
    outlines: &[Outline],
) -> Result<Result<(), Rejection>> {
    let mut here: HashSet<ChangeHash> = HashSet::with_capacity(outlines.len() + 1);
    here.insert(genesis(document.kind()));
    for outline in outlines {
        for dep in &outline.deps {
            if !here.contains(dep) {
                if tx.place(document, *dep)?.is_none() {
                    return Ok(rejected(RejectCode::MissingDependency, format!("{dep} is not here")));
                }
                here.insert(*dep);
            }
        }
        here.insert(outline.hash);
    }
    Ok(Ok(()))
}

/// The first change of every document of a kind; both ends know it, and it is in no log.
fn genesis(kind: DocumentKind) -> ChangeHash {
    static GENESES: LazyLock<Vec<(DocumentKind, ChangeHash)>> = LazyLock::new(|| {
        let genesis = |kind| {
            Document::new(DocumentId::derive(kind, &[])).heads().into_iter().map(move |head| (kind, head))
        };
        DocumentKind::ALL.into_iter().flat_map(genesis).collect()
    });
    let found = GENESES.iter().find(|(of, _)| *of == kind);
    found.map(|(_, hash)| *hash).expect("every kind has a genesis, which is its only head")
}
