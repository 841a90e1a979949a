//! Whether an author may add what a change adds: the event is under a key of the author's own device, of a kind that
//! phones may add there, and says of itself what is true of its author and its document. An entry of a defect or a need
//! does too: what is the bureau's to say the relay writes itself.

use shared::document::inspect;
use shared::document::prewalk::Walked;
use shared::domain::asset::RegisterEntry;
use shared::domain::defect::DefectEntry;
use shared::domain::need::NeedEntry;
use shared::domain::policy::check_custody;
use shared::ids::{BureauId, ChangeHash, DocumentId, DocumentKind, Shelf};
use shared::limits::HANDLED_BYTES_MAX;
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
    let entry = added.body.as_deref().unwrap_or_default();
    let is_sound = match kind {
        DocumentKind::Register => register(batch, bureau, author, entry),
        DocumentKind::Defect => defect(batch, bureau, author, entry),
        DocumentKind::Need => need(batch, bureau, author, entry),
        _ => Ok(()),
    };
    if let Err(detail) = is_sound {
        return refused(detail.to_owned());
    }
    Ok(added.kind == EventKind::SignOff)
}

/// An entry of a register is about who has a thing and where it is, in its author's name, in the register of the
/// collection's station. What is on the books is the relay's to enter.
fn register(
    batch: &Batch,
    bureau: &BureauId,
    author: &DeviceRecord,
    entry: &str,
) -> Result<(), &'static str> {
    if entry.len() > HANDLED_BYTES_MAX {
        return Err("an entry that is too long");
    }
    let Ok(Shelf::Live(station)) = batch.collection.shelf() else {
        return Err("a register that is no station's");
    };
    if batch.document != DocumentId::register(bureau, &station) {
        return Err("another register than the station's");
    }
    match RegisterEntry::from_json(entry.as_bytes()) {
        Some(RegisterEntry::Custody(custody)) => check_custody(&author.rights, &station, &custody)
            .map_err(|_| "a handing over in another's name, or beyond its bounds"),
        Some(RegisterEntry::Asset(_)) => Err("phones enter nothing on the books"),
        None => Err("an entry that says nothing"),
    }
}

/// What a phone says of a defect: in its person's name, in the defect's own document, and of the station's acts alone.
fn defect(batch: &Batch, bureau: &BureauId, author: &DeviceRecord, entry: &str) -> Result<(), &'static str> {
    if entry.len() > HANDLED_BYTES_MAX {
        return Err("an entry that is too long");
    }
    let entry = DefectEntry::from_json(entry.as_bytes()).ok_or("an entry that is no defect's")?;
    let DefectEntry { defect, act, told, .. } = &entry;
    if told.by != author.rights.officer {
        return Err("an entry in another person's name");
    }
    if defect.collection() != batch.collection || defect.document(bureau) != batch.document {
        return Err("an entry about another defect");
    }
    if !act.is_of_station() {
        return Err("an act that is the bureau's");
    }
    entry.check().map_err(|_| "an entry that is too long, or not whole")
}

/// What a phone says of a need, likewise.
fn need(batch: &Batch, bureau: &BureauId, author: &DeviceRecord, entry: &str) -> Result<(), &'static str> {
    if entry.len() > HANDLED_BYTES_MAX {
        return Err("an entry that is too long");
    }
    let entry = NeedEntry::from_json(entry.as_bytes()).ok_or("an entry that is no need's")?;
    let NeedEntry { need, act, told, .. } = &entry;
    if told.by != author.rights.officer {
        return Err("an entry in another person's name");
    }
    if need.collection() != batch.collection || need.document(bureau) != batch.document {
        return Err("an entry about another need");
    }
    if !act.is_of_station() {
        return Err("an act that is the bureau's");
    }
    entry.check().map_err(|_| "an entry that is too long, or not whole")
}
