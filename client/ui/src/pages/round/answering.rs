//! Step 2 of the walk: a tap becomes a command and the view changes in the same frame; an answer that the core
//! refuses is rolled back where people see it, with what they typed kept for another try.

use std::rc::Rc;

use link::slice::{CardView, EventView, RoundView};
use link::{Command, Problem};
use shared::domain::photo::Attached;
use shared::limits::PHOTOS_MAX;
use yew::Callback;

use super::capture::draft;
use super::walk::{CardId, own_standing};
use crate::browser;
use crate::format::Status;
use crate::hooks::Reach;
use crate::preferences::Touch;
use crate::store::{Progress, Said, Tentative, Unkept, View, own_events};

/// Sends an answer as this card shows it now. When it is not kept, the store says so, and then `failed` is called.
pub fn answer(reach: &Reach, round: &RoundView, card: &CardView, said: Said, failed: Callback<CardId>) {
    let command = reach.core.next_id();
    let id = CardId::of(card);
    // The same answer again with other words is the earlier observation, amended; anything else is a new one.
    let amended = own_standing(card).filter(|own| own.answer == said.answer);
    let attached = attached(&reach.store.view(), round, card, amended);
    let tentative = Tentative {
        command,
        round: round.name.clone(),
        subject: id.subject.clone(),
        item: id.item.clone(),
        answer: said.answer.clone(),
        fault: said.fault.clone(),
        note: said.note.clone(),
        attached: attached.clone(),
        own_before: own_events(card),
        progress: Progress::Saving,
    };
    reach.store.change(|view| {
        view.unkept = None;
        view.begin(tentative);
    });
    let order = Command::Answer {
        round: round.name.clone(),
        subject: id.subject.clone(),
        item: id.item.clone(),
        answer: said.answer.clone(),
        fault: said.fault.clone(),
        note: said.note.clone(),
        sees: card.reading.standing.clone(),
        amends: amended.map(|own| own.key.clone()),
        attached,
    };
    let (store, round) = (reach.store.clone(), round.name.clone());
    reach.core.send(order, move |outcome| match outcome {
        Ok(()) => store.change(|view| view.saved(command)),
        Err(Problem { code, .. }) => {
            let unkept = Unkept { round, subject: id.subject.clone(), item: id.item.clone(), said, code };
            store.change(|view| view.roll_back(command, unkept));
            failed.emit(id);
        }
    });
}

/// What goes with an answer: what went with the one that it amends, and what was taken since.
fn attached(view: &View, round: &RoundView, card: &CardView, amended: Option<&EventView>) -> Attached {
    let mut attached = amended.map(|own| own.attached.clone()).unwrap_or_default();
    let Attached { photos, memo } = draft(view, round, card);
    attached.photos.extend(photos);
    attached.photos.truncate(PHOTOS_MAX);
    attached.memo = memo.or(attached.memo);
    attached
}

/// Says by touch that an answer was taken, to somebody who looks at the thing in their hand and not at the phone: once when
/// it is fine, twice when it is not.
pub fn feel(reach: &Reach, status: Status) {
    let is_adverse = matches!(status, Status::Watch | Status::Fault | Status::Missing);
    tremble(reach, if is_adverse { &[40, 60, 40] } else { &[18] });
}

/// Says by touch that an answer was not kept.
pub fn feel_failure(reach: &Reach) {
    tremble(reach, &[300]);
}

fn tremble(reach: &Reach, pattern: &[u32]) {
    if reach.store.view().preferences.touch == Touch::Felt {
        browser::buzz(pattern);
    }
}

/// Takes an own observation back.
pub fn withdraw(reach: &Reach, round: &RoundView, card: &CardView, event: &EventView) {
    let order = Command::Withdraw { round: round.name.clone(), event: event.key.clone() };
    let (store, CardId { subject, item }) = (reach.store.clone(), CardId::of(card));
    let said = Said { answer: event.answer.clone(), fault: event.fault.clone(), note: event.note.clone() };
    let round = round.name.clone();
    reach.core.send(order, move |outcome| {
        if let Err(Problem { code, .. }) = outcome {
            store.change(|view| view.unkept = Some(Rc::new(Unkept { round, subject, item, said, code })));
        }
    });
}
