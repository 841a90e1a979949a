//! Which parts of a round this officer has taken, when several split it: compartments of a vehicle, rooms of a store.
//! It is this phone's business alone. Who works on a part is seen from the answers in it, which merge whoever takes what.

use link::slice::{CardView, EventState, RoundView};
use shared::ids::SubjectId;

use super::walk;
use super::{RoundPart, Route};
use crate::browser;
use crate::store::Tentative;

/// A part: a group of lines about one subject, as the left of one vehicle's boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartId {
    /// About what.
    pub subject: SubjectId,
    /// Index into the round's groups.
    pub group: u32,
}

/// The parts that were taken, each by its subject and the Chinese name of its group, which stay when lines are added; none
/// taken is the whole round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts(Vec<String>);

/// How far a part is, and who is on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartState {
    /// Cards with an answer.
    pub answered: u32,
    /// Cards.
    pub total: u32,
    /// Other people whose answers stand in it, in the order of their first.
    pub people: Vec<String>,
}

fn key(round: &RoundView) -> String {
    browser::own(&["muster.parts ", &Route::Round(round.name.clone(), RoundPart::Cards).address()].concat())
}

/// Whether a round can be split: it asks about things in several parts. Rounds about people's kits are split by people.
pub fn can_split(round: &RoundView) -> bool {
    let is_about_kits = round.subjects.iter().any(|subject| subject.id.as_officer().is_some());
    let first = round.cards.first().map(PartId::of);
    !is_about_kits && round.cards.iter().any(|card| Some(PartId::of(card)) != first)
}

impl Parts {
    /// What was taken before, as far as the round still has it.
    pub fn kept(round: &RoundView) -> Self {
        if !can_split(round) {
            return Self::default();
        }
        let kept = browser::kept(&key(round)).unwrap_or_default();
        let is_there = |line: &&str| round.cards.iter().any(|card| name(round, &PartId::of(card)) == **line);
        Self(kept.lines().filter(is_there).map(str::to_owned).collect())
    }

    /// Takes a part, or gives it back.
    #[must_use]
    pub fn toggled(&self, round: &RoundView, part: &PartId) -> Self {
        let name = name(round, part);
        let mut names = self.0.clone();
        match names.iter().position(|taken| *taken == name) {
            Some(at) => drop(names.remove(at)),
            None => names.push(name),
        }
        Self(names)
    }

    /// Keeps them for the next time this round is opened.
    pub fn keep(&self, round: &RoundView) {
        if self.is_whole() {
            browser::forget(&key(round));
        } else {
            browser::keep(&key(round), &self.0.join("\n"));
        }
    }

    /// Whether nothing was taken, which is everything.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a part was taken.
    pub fn has(&self, round: &RoundView, part: &PartId) -> bool {
        self.0.contains(&name(round, part))
    }

    /// Whether a card is in what was taken.
    pub fn takes(&self, round: &RoundView, card: &CardView) -> bool {
        self.is_whole() || self.has(round, &PartId::of(card))
    }
}

impl PartId {
    /// The part of a card.
    pub fn of(card: &CardView) -> Self {
        Self { subject: card.subject.clone(), group: card.group }
    }
}

fn name(round: &RoundView, part: &PartId) -> String {
    let group = round.groups.get(part.group as usize).map(|label| label.zh.as_str()).unwrap_or_default();
    [part.subject.as_str(), " ", group].concat()
}

/// How far a part is.
pub fn state(round: &RoundView, part: &PartId, tentative: &[Tentative]) -> PartState {
    let mut state = PartState::default();
    for card in round.cards.iter().filter(|card| PartId::of(card) == *part) {
        state.total += 1;
        state.answered += u32::from(walk::is_answered(round, card, tentative));
        let others = card.events.iter().filter(|event| !event.is_mine && event.state == EventState::Standing);
        for event in others {
            if !state.people.contains(&event.author) {
                state.people.push(event.author.clone());
            }
        }
    }
    state
}

/// Where an officer goes who has nothing more to answer: to the list while the round has other parts open, to see what is
/// left for whom; to the summary when that was all.
pub fn after(round: &RoundView, tentative: &[Tentative], parts: &Parts) -> RoundPart {
    let is_all = round.cards.iter().all(|card| walk::is_answered(round, card, tentative));
    if parts.is_whole() || is_all { RoundPart::Summary } else { RoundPart::List }
}
