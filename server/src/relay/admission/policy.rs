//! Whether an author may add what a change adds: the event is under a key of the author's own device, of a kind that
//! phones may add there, and says of itself what is true of its author and its document.

use shared::document::inspect;
use shared::document::prewalk::Walked;
use shared::domain::asset::RegisterEntry;
use shared::domain::policy::check_custody;
use shared::ids::{BureauId, ChangeHash, DocumentId, DocumentKind, Shelf};
use shared::protocol::{Batch, RejectCode};
use shared::trust::rights::EventKind;

use super::Rejection;
use crate::store::DeviceRecord;

/// Checks what a change adds; whether it is a sign-off, which the round's checklist has a word in.
///
/// # Errors
/// `policy`.
pub fn check(
    batch: &Batch,
    bureau: &BureauId,
    author: &DeviceRecord,
    change: ChangeHash,
    walked: &Walked<'_>,
) -> Result<bool, Rejection> {
    let refused = |detail: String| Err(Rejection::of_change(RejectCode::Policy, change, detail));
    let kind = batch.document.kind();
    let added = match inspect::added(walked, kind) {
        Ok(added) => added,
        Err(error) => return refused(error.to_string()),
    };
    // The device alone: a later slot of the same phone may write an event again under the key it had.
    if added.device != author.id {
        return refused(format!("a {} under another device's key", added.kind.word()));
    }
    if !author.rights.may_add(added.kind, kind) {
        return refused(format!("phones do not add a {} to a {}", added.kind.word(), kind.word()));
    }
    if let Some(visit) = &added.visit {
        if visit.officer != author.rights.officer {
            return refused("a visit in another person's name".to_owned());
        }
        if visit.name.collection() != batch.collection || visit.name.document(bureau) != batch.document {
            return refused("a visit to another round".to_owned());
        }
    }
    if kind == DocumentKind::Register
        && let Err(detail) = entry(batch, bureau, author, added.entry.as_deref().unwrap_or_default())
    {
        return refused(detail);
    }
    Ok(added.kind == EventKind::SignOff)
}

/// An entry of a register is about who has a thing and where it is, in its author's name, in the register of the
/// collection's station. What is on the books is the relay's to enter.
fn entry(batch: &Batch, bureau: &BureauId, author: &DeviceRecord, body: &str) -> Result<(), String> {
    let Ok(Shelf::Live(station)) = batch.collection.shelf() else {
        return Err("a register that is no station's".to_owned());
    };
    if batch.document != DocumentId::register(bureau, &station) {
        return Err("another register than the station's".to_owned());
    }
    match RegisterEntry::from_json(body.as_bytes()) {
        Some(RegisterEntry::Custody(custody)) => {
            check_custody(&author.rights, &station, &custody).map_err(|error| error.to_string())
        }
        Some(RegisterEntry::Asset(_)) => Err("phones enter nothing on the books".to_owned()),
        None => Err("an entry that says nothing".to_owned()),
    }
}
