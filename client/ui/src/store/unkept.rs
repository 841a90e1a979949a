//! An answer that the core did not keep: what was said and why it failed stay on the screen, wherever the person has
//! gone meanwhile, until the same is said again.

use link::slice::CardView;
use shared::domain::answer::Answer;
use shared::domain::round::RoundName;
use shared::ids::{ItemId, SubjectId};

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
pub struct Unkept {
    /// In which round.
    pub round: RoundName,
    /// About what.
    pub subject: SubjectId,
    /// Which line.
    pub item: ItemId,
    /// What was said.
    pub said: Said,
    /// Why, as a code's word.
    pub code: String,
}

impl Unkept {
    /// Whether it is about this card of this round.
    pub fn is_about(&self, round: &RoundName, card: &CardView) -> bool {
        self.round == *round && self.subject == card.subject && self.item == card.item
    }
}
