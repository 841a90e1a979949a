//! Step 2 of the walk: a tap becomes a command and the view changes in the same frame; an answer that the core
//! refuses is rolled back where people see it, with what they typed kept for another try.

use link::slice::{CardView, RoundView};
use link::{Command, Problem};
use shared::domain::answer::Answer;
use shared::ids::EventKey;
use yew::Callback;

use super::walk::{CardId, own_standing};
use crate::hooks::Reach;
use crate::store::{Progress, Tentative, own_events};

/// What a person says about a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The answer.
    pub answer: Answer,
    /// Fault chips by their Chinese text, joined by 、.
    pub fault: String,
    /// A note.
    pub note: String,
}

impl Said {
    /// An answer without a word.
    pub fn plain(answer: Answer) -> Self {
        Self { answer, fault: String::new(), note: String::new() }
    }
}

/// An answer that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// About which card.
    pub card: CardId,
    /// What was said.
    pub said: Said,
    /// Why.
    pub code: String,
}

/// Sends an answer as this card shows it now; `failed` is called when it was not kept.
pub fn answer(reach: &Reach, round: &RoundView, card: &CardView, said: Said, failed: Callback<Failed>) {
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
    reach.store.change(|view| view.begin(tentative));
    // The same answer again with other words is the earlier observation, amended; anything else is a new one.
    let amends = own_standing(card).filter(|own| own.answer == said.answer).map(|own| own.key.clone());
    let order = Command::Answer {
        round: round.name.clone(),
        subject: id.subject.clone(),
        item: id.item.clone(),
        answer: said.answer.clone(),
        fault: said.fault.clone(),
        note: said.note.clone(),
        sees: card.reading.standing.clone(),
        amends,
    };
    let store = reach.store.clone();
    reach.core.send(order, move |outcome| match outcome {
        Ok(()) => store.change(|view| view.saved(command)),
        Err(Problem { code, .. }) => {
            store.change(|view| view.roll_back(command));
            failed.emit(Failed { card: id, said, code });
        }
    });
}

/// Takes an own observation back.
pub fn withdraw(reach: &Reach, round: &RoundView, event: EventKey, failed: Callback<String>) {
    let order = Command::Withdraw { round: round.name.clone(), event };
    reach.core.send(order, move |outcome| {
        if let Err(problem) = outcome {
            failed.emit(problem.code);
        }
    });
}
