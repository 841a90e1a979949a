//! Step 2 of the walk: a tap becomes a command and the view changes in the same frame; an answer that the core
//! refuses is rolled back where people see it, with what they typed kept for another try.

use std::rc::Rc;

use link::slice::{CardView, EventView, Input, RoundView};
use link::{Command, Problem};
use yew::Callback;

use super::walk::{CardId, own_standing};
use crate::browser;
use crate::format::Status;
use crate::hooks::Reach;
use crate::preferences::Touch;
use crate::store::{Progress, Said, Tentative, Unkept, own_events};

/// Sends an answer as this card shows it now. When it is not kept, the store says so, and then `failed` is called.
pub fn answer(reach: &Reach, round: &RoundView, card: &CardView, said: Said, failed: Callback<CardId>) {
    let command = reach.core.next_id();
    let id = CardId::of(card);
    let tentative = Tentative {
        command,
        round: round.name.clone(),
        subject: id.subject.clone(),
        item: id.item.clone(),
        answer: said.answer.clone(),
        fault: said.fault.clone(),
        note: said.note.clone(),
        own_before: own_events(card),
        progress: Progress::Saving,
    };
    reach.store.change(|view| {
        view.unkept = None;
        view.begin(tentative);
    });
    // The same answer again with other words is the earlier observation, amended; anything else is a new one.
    let amends = own_standing(card).filter(|own| own.answer == said.answer).map(|own| own.key.clone());
    let order = Command::Answer {
        round: round.name.clone(),
        subject: id.subject.clone(),
        item: id.item.clone(),
        answer: said.answer.clone(),
        fault: said.fault.clone(),
        note: said.note.clone(),
        // Scans stand side by side: what had seen the others would replace them.
        sees: if card.input == Input::Scan { Vec::new() } else { card.reading.standing.clone() },
        amends,
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
    tremble(reach, if is_adverse { &[40, 60, 40] } else { &[18] });
}

/// Says by touch that an answer was not kept.
pub fn feel_failure(reach: &Reach) {
    tremble(reach, &[300]);
}

/// Lets the phone be felt, unless the person wants it silent.
pub fn tremble(reach: &Reach, pattern: &[u32]) {
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
