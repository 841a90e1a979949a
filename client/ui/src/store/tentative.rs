//! An answer between the tap and the slice that holds it: shown at once, as "saving", then as "on this phone" when
//! the core has acknowledged it. When the core refuses it, it is rolled back visibly by `pages::round`.

use link::slice::{CardView, RoundView};
use shared::domain::answer::Answer;
use shared::domain::photo::Attached;
use shared::domain::round::RoundName;
use shared::ids::{ItemId, SubjectId};

/// An answer on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tentative {
    /// The number of its command.
    pub command: u32,
    /// In which round.
    pub round: RoundName,
    /// About what.
    pub subject: SubjectId,
    /// Which line.
    pub item: ItemId,
    /// The answer.
    pub answer: Answer,
    /// Fault chips.
    pub fault: String,
    /// Note.
    pub note: String,
    /// Photos and a memo.
    pub attached: Attached,
    /// How many own observations the card had at the tap: when it has more, the slice has caught up.
    pub own_before: usize,
    /// How far it is.
    pub progress: Progress,
}

/// How far an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// On its way to the disk.
    Saving,
    /// On the disk.
    Saved,
}

impl Tentative {
    /// Whether both are about one card.
    pub fn is_same_card(&self, other: &Self) -> bool {
        self.round == other.round && self.subject == other.subject && self.item == other.item
    }

    /// Whether it is about this card of this round.
    pub fn is_about(&self, round: &RoundName, card: &CardView) -> bool {
        self.round == *round && self.subject == card.subject && self.item == card.item
    }

    /// Whether it is durable and the slice shows it.
    pub fn is_settled_by(&self, round: &RoundView) -> bool {
        self.progress == Progress::Saved
            && self.round == round.name
            && round
                .cards
                .iter()
                .any(|card| self.is_about(&round.name, card) && own_events(card) > self.own_before)
    }
}

/// How many of a card's observations are this person's.
pub fn own_events(card: &CardView) -> usize {
    card.events.iter().filter(|event| event.is_mine).count()
}
