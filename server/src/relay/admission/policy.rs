//! Whether an author may add what a change adds: the event is under a key of the author's own device, of a kind that
//! phones may add there, and says of itself what is true of its author and its document.

use shared::document::inspect;
use shared::document::prewalk::Walked;
use shared::ids::{BureauId, ChangeHash};
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
    Ok(added.kind == EventKind::SignOff)
}
