//! What the bureau does about defects and needs. Phones write what the station says; this the relay writes, in the name
//! of who asked, on top of everything that is in the log. Here is who may, and what can still be done.

use std::collections::BTreeSet;

use shared::api::handling::{DefectMove, LeftDefect, Moved, MovedDefect, NeedMove, SeenDefect};
use shared::document::Document;
use shared::document::read;
use shared::document::write::Event;
use shared::domain::defect::{DefectAct, DefectEntry, DefectState};
use shared::domain::history::Told;
use shared::domain::need::{NeedAct, NeedEntry};
use shared::ids::{ChangeHash, CollectionId, DocumentId, EventKey};
use shared::limits::DEFECT_MOVES_MAX;
use shared::trust::rights::Rights;

use crate::publishing;
use crate::relay::Relay;
use crate::relay::author::PublishError;
use crate::relay::snapshot::{self, LoadError};
use crate::store::{self, StoreError};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum HandlingError {
    /// The role does not allow it.
    #[error("the role does not allow it")]
    NoRight,
    /// There is no such defect or need.
    #[error("there is no such defect or need")]
    Unknown,
    /// The defect has gone on to this: what was asked cannot be done any more.
    #[error("it has gone on meanwhile")]
    GoneOn(DefectState),
    /// The need has gone on in the same way.
    #[error("it has gone on meanwhile")]
    NeedGoneOn,
    /// An act that is the station's, a text that is too long, a reason or a disposition that is missing, or too many at once.
    #[error("an act of the bureau, with a disposition to handle and a reason to reject or decline")]
    Unsound,
    /// What is there could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The log could not be read.
    #[error("the log could not be read")]
    Store(#[from] StoreError),
    /// The log did not take it.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// Moves defects, each that can still be moved.
///
/// # Errors
/// When the role does not allow it, the act is not the bureau's or not whole, the only one cannot be moved so any more, or
/// the log does not take the first.
pub async fn move_defects(relay: &Relay, rights: &Rights, asked: DefectMove) -> Result<Moved, HandlingError> {
    if !rights.may_handle() {
        return Err(HandlingError::NoRight);
    }
    let is_sound = asked.act.is_of_bureau() && (1..=DEFECT_MOVES_MAX).contains(&asked.defects.len());
    if !is_sound {
        return Err(HandlingError::Unsound);
    }
    let mut done = Moved::default();
    for seen in &asked.defects {
        let defect = seen.defect.clone();
        match move_defect(relay, rights, &asked, seen).await {
            Ok(entry) => done.moved.push(MovedDefect { defect, entry }),
            Err(error) if asked.defects.len() == 1 => return Err(error),
            Err(HandlingError::GoneOn(state)) => done.left.push(LeftDefect { defect, state: Some(state) }),
            // Before anything is done all of it fails; afterwards what was done is told.
            Err(error) if done.moved.is_empty() => return Err(error),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "one of several defects was not moved"
                );
                done.left.push(LeftDefect { defect, state: None });
            }
        }
    }
    Ok(done)
}

async fn move_defect(
    relay: &Relay,
    rights: &Rights,
    asked: &DefectMove,
    seen: &SeenDefect,
) -> Result<EventKey, HandlingError> {
    let (name, bureau) = (&seen.defect, &relay.bureau().id);
    let (document, held) = load(relay, name.document(bureau)).await?;
    let defect = read::defect(&document, bureau, &held).ok_or(HandlingError::Unknown)?;
    let mut entry = DefectEntry::new(name.clone(), asked.act, told(relay, rights, &seen.sees));
    if asked.act == DefectAct::Withdraw {
        let target = seen.takes_back.as_ref().ok_or(HandlingError::Unsound)?;
        if !defect.history.is_own(&rights.officer, target, |entry| entry.act.is_of_bureau()) {
            return Err(HandlingError::GoneOn(defect.state));
        }
        entry.target = Some(target.clone());
    } else if !defect.state.takes(asked.act) {
        return Err(HandlingError::GoneOn(defect.state));
    }
    asked.note.trim().clone_into(&mut entry.note);
    entry.disposition = asked.disposition.filter(|_| asked.act == DefectAct::Handle);
    entry.check().map_err(|_| HandlingError::Unsound)?;
    write(relay, &name.collection(), document.id(), entry.to_json()).await
}

/// Moves a need.
///
/// # Errors
/// When the role does not allow it, the act is not the bureau's or not whole, it can no longer be done, or the log does not
/// take it.
pub async fn move_need(relay: &Relay, rights: &Rights, asked: NeedMove) -> Result<(), HandlingError> {
    if !rights.may_handle() {
        return Err(HandlingError::NoRight);
    }
    if !asked.act.is_of_bureau() {
        return Err(HandlingError::Unsound);
    }
    let (name, bureau) = (&asked.need, &relay.bureau().id);
    let (document, held) = load(relay, name.document(bureau)).await?;
    let need = read::need(&document, bureau, &held).ok_or(HandlingError::Unknown)?;
    let mut entry = NeedEntry::new(name.clone(), asked.act, told(relay, rights, &asked.sees));
    if asked.act == NeedAct::Withdraw {
        let own = need.history.own(&rights.officer, |entry| entry.act.is_of_bureau());
        entry.target = Some(own.cloned().ok_or(HandlingError::NeedGoneOn)?);
    } else if !need.state.takes(asked.act) {
        return Err(HandlingError::NeedGoneOn);
    }
    asked.note.trim().clone_into(&mut entry.note);
    entry.check().map_err(|_| HandlingError::Unsound)?;
    write(relay, &name.collection(), document.id(), entry.to_json()).await?;
    Ok(())
}

fn told(relay: &Relay, rights: &Rights, sees: &[EventKey]) -> Told {
    Told { by: rights.officer.clone(), at: relay.clock().now(), clock: None, sees: sees.to_vec() }
}

/// A document as the log has it, and which of its changes do not count.
async fn load(relay: &Relay, id: DocumentId) -> Result<(Document, BTreeSet<ChangeHash>), HandlingError> {
    let document = store::blocking(relay.store(), move |store| Ok(snapshot::load(store, id))).await??;
    let held = publishing::directory(relay).await?.held_in(id);
    Ok((document, held))
}

/// Writes an entry; its key.
async fn write(
    relay: &Relay,
    collection: &CollectionId,
    id: DocumentId,
    body: String,
) -> Result<EventKey, HandlingError> {
    let published = relay.publish(collection, id, &[Event::Entry { body }]).await?;
    Ok(published.written.into_iter().next().expect("one event is one change").key)
}
