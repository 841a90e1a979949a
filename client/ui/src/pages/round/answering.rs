//! Step 2 of the walk: a tap becomes a command and the view changes in the same frame; an answer that the core
//! refuses is rolled back where people see it, with what they typed kept for another try.

use std::rc::Rc;

use link::slice::{CardView, EventState, EventView, Input, RoundView};
use link::{Command, Problem};
use shared::domain::answer::Answer;
use shared::domain::photo::Attached;
use shared::ids::EventKey;
use shared::limits::PHOTOS_MAX;
use yew::Callback;

use super::capture::draft;
use super::walk::{CardId, own_standing};
use crate::format::Status;
use crate::hooks::{self, Reach};
use crate::store::{Progress, Said, Tentative, Unkept, View, own_events};

/// Sends an answer as this card shows it now. When it is not kept, the store says so, and then `failed` is called.
pub fn answer(reach: &Reach, round: &RoundView, card: &CardView, said: Said, failed: Callback<CardId>) {
    let command = reach.core.next_id();
    let id = CardId::of(card);
    // The same answer again with other words is the earlier observation, amended; anything else is a new one.
    let amended = own_standing(card).filter(|own| own.answer == said.answer);
    let attached = attached(&reach.store.view(), round, card, &said.answer, amended);
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
        sees: seen(card, &said.answer),
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

/// Says by touch that an answer was taken, to somebody who looks at the thing in their hand and not at the phone: once when
/// it is fine, twice when it is not.
pub fn feel(reach: &Reach, status: Status) {
    let is_adverse = matches!(status, Status::Watch | Status::Fault | Status::Missing);
    hooks::feel(reach, if is_adverse { &[40, 60, 40] } else { &[18] });
}

/// Says by touch that an answer was not kept.
pub fn feel_failure(reach: &Reach) {
    hooks::feel(reach, &[300]);
}

/// What an answer takes the place of, where nobody else has said otherwise. Scans and photos stand side by side: what had
/// seen the others would replace them.
fn seen(card: &CardView, answer: &Answer) -> Vec<EventKey> {
    match (&card.input, answer) {
        (Input::Scan, _) => Vec::new(),
        (Input::Photo, Answer::Photo(_)) => {
            let others = card.events.iter().filter(|event| {
                event.state == EventState::Standing && !matches!(event.answer, Answer::Photo(_))
            });
            others.map(|event| event.key.clone()).collect()
        }
        _ => card.reading.standing.clone(),
    }
}

/// What goes with an answer: what went with the one that it amends, and what was taken since. Of a line that asks for
/// photos each is an answer, and takes itself along.
fn attached(
    view: &View,
    round: &RoundView,
    card: &CardView,
    answer: &Answer,
    amended: Option<&EventView>,
) -> Attached {
    let mut attached = amended.map(|own| own.attached.clone()).unwrap_or_default();
    let Attached { mut photos, memo } = draft(view, round, card);
    if card.input == Input::Photo {
        photos.retain(|photo| *answer == Answer::Photo(photo.original));
    }
    attached.photos.extend(photos);
    attached.photos.truncate(PHOTOS_MAX);
    attached.memo = memo.or(attached.memo);
    attached
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
