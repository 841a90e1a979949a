//! What a batch must be before its changes get positions in the log. Each check is a function with the one code that
//! it refuses by, and stands in this order:
//!
//! | check | code | where |
//! | --- | --- | --- |
//! | [`size`]: changes in the batch, bytes of each | `too-large` | here |
//! | [`change::open`]: one uncompressed change each; nothing is ever inflated | `not-a-change` | [`change`] |
//! | [`change::walk`]: operations, runs, actors, dependencies | `operations` | [`change`] |
//! | [`change::checksum`], [`head`]: the hashes are those of the bytes | `checksum` | [`change`] |
//! | [`shelf`]: the document's kind may stand in the collection | `collection` | here |
//! | [`right`]: the author's device is enrolled and may write there | `no-right` | here |
//! | [`writer`]: the actor is the author's, numbers follow each other | `actor` | here |
//! | [`signature`]: the author signed the batch | `signature` | here |
//! | [`policy::check`]: one event each, of the author's, in its place | `policy` | [`policy`] |
//! | the document takes it, and who signs a round may | `not-applied`, `no-right` | `relay::shadow` |
//! | [`log::admit`]: home, fork, number, dependencies, counters | several | [`log`] |
//!
//! The last one depends on what is in the log, so it is done inside the transaction that appends; everything before it
//! needs no log and is spread over the machine's cores. That order costs the work on a batch whose causes are missing,
//! which no honest phone sends; the other one would do all of the work on the one thread that writes.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use shared::document::chunk::Outline;
use shared::ids::{BureauId, ChangeHash, DeviceId, DocumentKind, Shelf};
use shared::limits::{BATCH_CHANGES_MAX, CHANGE_BYTES_MAX};
use shared::protocol::{Batch, RejectCode};
use shared::trust::rights::Rights;
use shared::trust::signing::BatchClaim;

use crate::identity::key;
use crate::store::DeviceRecord;

pub mod change;
pub mod log;
pub mod policy;

pub use log::{Admitted, admit};

/// Why a batch is kept off the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The cause.
    pub code: RejectCode,
    /// For the log, in English, without content.
    pub detail: String,
    /// The first change that is to blame, when it is not the batch as a whole.
    pub change: Option<ChangeHash>,
}

impl Rejection {
    /// The batch as a whole is to blame.
    pub fn new(code: RejectCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), change: None }
    }

    /// One change is to blame.
    pub fn of_change(code: RejectCode, change: ChangeHash, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), change: Some(change) }
    }
}

/// A batch that is right in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// The batch.
    pub batch: Batch,
    /// What the log must know of each change, in the batch's order.
    pub outlines: Vec<Outline>,
    /// The author's device was revoked before the batch came: it enters the log, and counts when it is released.
    pub held: bool,
    /// The author's rights, when the batch signs a round: whether they suffice, the round's checklist says.
    pub signs: Option<Rights>,
}

/// Checks a batch by itself: its size, its changes, its writer, the author's right, signature, and what it adds.
///
/// # Errors
/// The first check that it fails; the batch comes back with it.
pub fn inspect(
    batch: Batch,
    bureau: &BureauId,
    authors: &HashMap<DeviceId, DeviceRecord>,
) -> Result<Inspected, Box<(Batch, Rejection)>> {
    match guarded(|| checked(&batch, bureau, authors)) {
        Ok((outlines, held, signs)) => Ok(Inspected { batch, outlines, held, signs }),
        Err(rejection) => Err(Box::new((batch, rejection))),
    }
}

/// None of the checks should panic; if one does, it must cost the batch that it panics at, and nothing else.
fn guarded<T>(check: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    let panicked = |_| Err(Rejection::new(RejectCode::Operations, "looking at it panicked"));
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(panicked)
}

type Checked = (Vec<Outline>, bool, Option<Rights>);

fn checked(
    batch: &Batch,
    bureau: &BureauId,
    authors: &HashMap<DeviceId, DeviceRecord>,
) -> Result<Checked, Rejection> {
    let (walked, outlines) = sound(batch)?;
    let author = right(batch, authors)?;
    let (outlines, signs) = authentic(batch, bureau, author, &walked, outlines)?;
    Ok((outlines, author.revoked.is_some(), signs))
}

/// What is asked of the bytes alone.
fn sound(batch: &Batch) -> Result<(Vec<change::Known<'_>>, Vec<Outline>), Rejection> {
    size(batch)?;
    let walked = change::all(batch)?;
    let outlines = change::outlines(&walked)?;
    head(batch, &outlines)?;
    shelf(batch)?;
    Ok((walked, outlines))
}

/// What is asked of a batch once it is known whose it is; the author's rights, if it signs a round.
fn authentic(
    batch: &Batch,
    bureau: &BureauId,
    author: &DeviceRecord,
    walked: &[change::Known<'_>],
    outlines: Vec<Outline>,
) -> Result<(Vec<Outline>, Option<Rights>), Rejection> {
    writer(batch, &outlines)?;
    signature(batch, bureau, &author.public_key)?;
    let mut signs = false;
    for (hash, walked) in walked {
        signs |= policy::check(batch, bureau, author, *hash, walked)?;
    }
    Ok((outlines, signs.then(|| author.rights.clone())))
}

/// Checks a batch of somebody who may not write there any more: all but the right, and it is held.
///
/// # Errors
/// The first check that it fails.
pub(super) fn inspect_moved(
    batch: &Batch,
    bureau: &BureauId,
    author: &DeviceRecord,
) -> Result<Inspected, Rejection> {
    let (outlines, signs) = guarded(|| {
        let (walked, outlines) = sound(batch)?;
        authentic(batch, bureau, author, &walked, outlines)
    })?;
    Ok(Inspected { batch: batch.clone(), outlines, held: true, signs })
}

/// Checks a batch that the relay wrote itself: all that [`inspect`] does but the author's right, signature and policy.
///
/// # Errors
/// The first check that it fails; the batch comes back with it.
pub(super) fn inspect_own(batch: Batch) -> Result<Inspected, Box<(Batch, Rejection)>> {
    match own(&batch) {
        Ok(outlines) => Ok(Inspected { batch, outlines, held: false, signs: None }),
        Err(rejection) => Err(Box::new((batch, rejection))),
    }
}

fn own(batch: &Batch) -> Result<Vec<Outline>, Rejection> {
    let (_, outlines) = sound(batch)?;
    writer(batch, &outlines)?;
    Ok(outlines)
}

/// Checks a batch that the relay wrote itself and lost, and that a phone gives back: the relay's own signature is all
/// the right that it needs, for the documents that only the relay writes.
///
/// # Errors
/// The first check that it fails; the batch comes back with it.
pub(super) fn inspect_given_back(
    batch: Batch,
    bureau: &BureauId,
    public_key: &[u8],
) -> Result<Inspected, Box<(Batch, Rejection)>> {
    let checked = || {
        if batch.document.kind() == DocumentKind::Round {
            return Err(Rejection::new(RejectCode::NoRight, "the relay writes no rounds"));
        }
        let outlines = own(&batch)?;
        signature(&batch, bureau, public_key)?;
        Ok(outlines)
    };
    match guarded(checked) {
        Ok(outlines) => Ok(Inspected { batch, outlines, held: false, signs: None }),
        Err(rejection) => Err(Box::new((batch, rejection))),
    }
}

/// How many changes there are, and how long each is.
///
/// # Errors
/// `too-large`.
pub fn size(batch: &Batch) -> Result<(), Rejection> {
    let count = batch.changes.len();
    if !(1..=BATCH_CHANGES_MAX).contains(&count) {
        let detail = format!("{count} changes; 1 to {BATCH_CHANGES_MAX} are taken");
        return Err(Rejection::new(RejectCode::TooLarge, detail));
    }
    match batch.changes.iter().map(|change| change.len()).find(|bytes| *bytes > CHANGE_BYTES_MAX) {
        Some(bytes) => {
            let detail = format!("change of {bytes} bytes; at most {CHANGE_BYTES_MAX}");
            Err(Rejection::new(RejectCode::TooLarge, detail))
        }
        None => Ok(()),
    }
}

/// The head is the last change.
///
/// # Errors
/// `checksum`.
pub fn head(batch: &Batch, outlines: &[Outline]) -> Result<(), Rejection> {
    if outlines.last().is_some_and(|last| last.hash == batch.head) {
        Ok(())
    } else {
        Err(Rejection::new(RejectCode::Checksum, "the head is not the last change"))
    }
}

/// A document's kind says on which shelf it stands, so nobody can take the place of a document that is not there yet.
///
/// # Errors
/// `collection`.
pub fn shelf(batch: &Batch) -> Result<(), Rejection> {
    let fits = match (batch.document.kind(), batch.collection.shelf()) {
        (DocumentKind::Round, Ok(Shelf::Rounds(..)))
        | (DocumentKind::Register | DocumentKind::Defect | DocumentKind::Need, Ok(Shelf::Live(_))) => true,
        (DocumentKind::Template | DocumentKind::Calendar | DocumentKind::Directory, Ok(Shelf::Bureau)) => {
            true
        }
        (_, Ok(_) | Err(_)) => false,
    };
    if fits {
        Ok(())
    } else {
        let detail = format!("{} in {}", batch.document, batch.collection);
        Err(Rejection::new(RejectCode::Collection, detail))
    }
}

/// Looks up the author, who must be enrolled and may write into the collection. The carrier of a batch is not asked.
/// A device that was revoked is an author still: what it signed is authentic, and is held.
///
/// # Errors
/// `no-right`.
pub fn right<'a>(
    batch: &Batch,
    authors: &'a HashMap<DeviceId, DeviceRecord>,
) -> Result<&'a DeviceRecord, Rejection> {
    let Some(author) = authors.get(&batch.actor.device()) else {
        return Err(Rejection::new(RejectCode::NoRight, "the author's device is not enrolled"));
    };
    if author.rights.may_write(&batch.collection) {
        Ok(author)
    } else {
        let detail = format!("{} may not write {}", author.rights.officer, batch.collection);
        Err(Rejection::new(RejectCode::NoRight, detail))
    }
}

/// Every change is the batch's writer's, and their numbers follow each other.
///
/// # Errors
/// `actor`.
pub fn writer(batch: &Batch, outlines: &[Outline]) -> Result<(), Rejection> {
    if let Some(other) = outlines.iter().find(|outline| outline.actor != batch.actor) {
        return Err(Rejection::of_change(RejectCode::Actor, other.hash, "a change of another writer"));
    }
    let follows = |pair: &&[Outline]| pair[0].seq.checked_add(1) == Some(pair[1].seq);
    match outlines.windows(2).find(|pair| !follows(pair)) {
        Some(pair) => {
            let detail = "the writer's numbers do not follow each other";
            Err(Rejection::of_change(RejectCode::Actor, pair[1].hash, detail))
        }
        None => Ok(()),
    }
}

/// The author signed the batch.
///
/// # Errors
/// `signature`.
pub fn signature(batch: &Batch, bureau: &BureauId, public_key: &[u8]) -> Result<(), Rejection> {
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
        Err(Rejection::new(RejectCode::Signature, "the signature does not fit"))
    }
}
