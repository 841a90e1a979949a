//! The way through a round's cards: which belong together, which comes next, and where to resume. Pure.

use link::slice::{CardView, EventState, EventView, RoundView};
use shared::ids::{ItemId, SubjectId};

use super::parts::Parts;
use crate::components::card_face::{Own, Saved, remark};
use crate::store::{Progress, Tentative};

/// A card of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardId {
    /// About what.
    pub subject: SubjectId,
    /// Which line.
    pub item: ItemId,
}

impl CardId {
    /// The id of a card.
    pub fn of(card: &CardView) -> Self {
        Self { subject: card.subject.clone(), item: card.item.clone() }
    }

    /// The text that is kept to resume here.
    pub fn to_text(&self) -> String {
        [self.subject.as_str(), " ", self.item.as_str()].concat()
    }

    /// Reads what was kept.
    pub fn from_text(text: &str) -> Option<Self> {
        let (subject, item) = text.split_once(' ')?;
        Some(Self { subject: SubjectId::parse(subject).ok()?, item: ItemId::parse(item).ok()? })
    }

    /// Where the card is in the round.
    pub fn index(&self, round: &RoundView) -> Option<usize> {
        round.cards.iter().position(|card| card.subject == self.subject && card.item == self.item)
    }
}

/// Whether two cards are filled in one go: those of one officer's kit, or all of a round about the station or its
/// assets.
fn is_together(a: &CardView, b: &CardView) -> bool {
    a.subject == b.subject || (a.subject.as_officer().is_none() && b.subject.as_officer().is_none())
}

/// The cards that are filled in one go with this one, by index: of the parts that were taken, unless the card itself is
/// in none of them.
pub fn stretch(round: &RoundView, at: usize, parts: &Parts) -> Vec<usize> {
    let Some(card) = round.cards.get(at) else { return Vec::new() };
    let is_inside = parts.takes(round, card);
    let is_near = |other: &CardView| !is_inside || parts.takes(round, other);
    let is_one = |index: &usize| {
        let other = &round.cards[*index];
        is_together(other, card) && is_near(other)
    };
    (0..round.cards.len()).filter(is_one).collect()
}

/// Whether somebody has answered a card, or this person just has.
pub fn is_answered(round: &RoundView, card: &CardView, tentative: &[Tentative]) -> bool {
    !card.reading.answers.is_empty() || tentative.iter().any(|answer| answer.is_about(&round.name, card))
}

/// The first card without an answer in the same stretch: after `at`, then from its beginning.
pub fn next_open(round: &RoundView, at: usize, tentative: &[Tentative], parts: &Parts) -> Option<usize> {
    let stretch = stretch(round, at, parts);
    let is_open = |index: &&usize| **index != at && !is_answered(round, &round.cards[**index], tentative);
    stretch
        .iter()
        .filter(|index| **index > at)
        .find(is_open)
        .or_else(|| stretch.iter().find(is_open))
        .copied()
}

/// Where to open a round: at the card where one was, or the next without an answer; otherwise at the first own card
/// without one; otherwise at the first.
pub fn resume(round: &RoundView, kept: Option<&CardId>, parts: &Parts) -> usize {
    if let Some(at) = kept.and_then(|kept| kept.index(round)) {
        if !is_answered(round, &round.cards[at], &[]) {
            return at;
        }
        return next_open(round, at, &[], parts).unwrap_or(at);
    }
    let is_mine = |card: &CardView| {
        let subject = round.subjects.iter().find(|subject| subject.id == card.subject);
        let is_own = card.subject.as_officer().is_none() || subject.is_some_and(|subject| subject.is_mine);
        is_own && parts.takes(round, card)
    };
    let is_open = |card: &CardView| !is_answered(round, card, &[]);
    let first = |is: &dyn Fn(&CardView) -> bool| round.cards.iter().position(is);
    first(&|card| is_mine(card) && is_open(card)).or_else(|| first(&is_mine)).unwrap_or_default()
}

/// The newest own observation of a card that stands.
pub fn own_standing(card: &CardView) -> Option<&EventView> {
    card.events.iter().rev().find(|event| event.is_mine && event.state == EventState::Standing)
}

/// What this person said about a card last, be it still on its way.
pub fn own(round: &RoundView, card: &CardView, tentative: &[Tentative]) -> Option<Own> {
    if let Some(answer) = tentative.iter().find(|answer| answer.is_about(&round.name, card)) {
        let saved = match answer.progress {
            Progress::Saving => Saved::Saving,
            Progress::Saved => Saved::Phone,
        };
        let remark = remark(&answer.fault, &answer.note).into();
        return Some(Own { answer: answer.answer.clone(), remark, saved });
    }
    let event = own_standing(card)?;
    let remark = remark(&event.fault, &event.note).into();
    Some(Own { answer: event.answer.clone(), remark, saved: event.place.into() })
}

#[cfg(test)]
mod tests {
    use link::slice::{Input, Progress, ReadingView, RoundState, SubjectView};
    use shared::domain::Label;
    use shared::domain::answer::{Answer, Condition};
    use shared::domain::round::{Period, RoundName};
    use shared::ids::{StationCode, TemplateId};
    use shared::time::Date;

    use super::super::parts;
    use super::*;

    /// A round about officers a (mine) and b; `x` in the text is a card with a reading.
    fn round(mine: &str, other: &str) -> RoundView {
        let subject = |name: &str, is_mine| SubjectView {
            id: SubjectId::parse(name).unwrap(),
            name: Label::default(),
            is_mine,
            progress: Progress::default(),
        };
        let cards = |name: &str, marks: &str| -> Vec<CardView> {
            let card = |(n, mark)| CardView {
                subject: SubjectId::parse(name).unwrap(),
                group: 0,
                item: ItemId::parse(&format!("P{n}")).unwrap(),
                name: Label::default(),
                standard: Label::default(),
                asset: String::new(),
                expires: None,
                is_required_open: false,
                input: Input::Condition,
                is_safety_critical: false,
                faults: Vec::new(),
                reading: ReadingView {
                    answers: if mark == 'x' { vec![Answer::Condition(Condition::Ok)] } else { Vec::new() },
                    ..ReadingView::default()
                },
                events: Vec::new(),
                last: None,
                is_required: false,
            };
            marks.chars().enumerate().map(card).collect()
        };
        RoundView {
            name: RoundName {
                station: StationCode::parse("zhongmiao").unwrap(),
                template: TemplateId::parse("kit").unwrap(),
                period: Period::Day(Date::new(2026, 11, 24).unwrap()),
            },
            template_name: Label::default(),
            station_name: Label::default(),
            state: RoundState::Started,
            subjects: vec![subject("officer:a", true), subject("officer:b", false)],
            groups: Vec::new(),
            cards: [cards("officer:a", mine), cards("officer:b", other)].concat(),
            people: Vec::new(),
            sign_offs: Vec::new(),
            late: 0,
            may_answer: true,
            may_sign: false,
            is_loaded: true,
            unreadable: 0,
        }
    }

    #[test]
    fn a_round_resumes_at_the_first_own_card_without_an_answer() {
        for (mine, at) in [("...", 0), ("xx.", 2), ("xxx", 0)] {
            assert_eq!(resume(&round(mine, "..."), None, &Parts::default()), at, "{mine}");
        }
    }

    #[test]
    fn a_round_resumes_where_one_was_or_behind_it() {
        let kept = |item: &str| CardId {
            subject: SubjectId::parse("officer:a").unwrap(),
            item: ItemId::parse(item).unwrap(),
        };
        assert_eq!(resume(&round("...", "..."), Some(&kept("P1")), &Parts::default()), 1);
        assert_eq!(resume(&round(".x.", "..."), Some(&kept("P1")), &Parts::default()), 2);
        assert_eq!(resume(&round("xxx", "..."), Some(&kept("P1")), &Parts::default()), 1);
        assert_eq!(
            resume(&round("x..", "..."), Some(&kept("P9")), &Parts::default()),
            1,
            "an item that is no more"
        );
        assert_eq!(CardId::from_text(&kept("P1").to_text()), Some(kept("P1")));
    }

    #[test]
    fn the_next_card_stays_within_one_officers_kit() {
        assert_eq!(next_open(&round("x..", "..."), 1, &[], &Parts::default()), Some(2));
        assert_eq!(next_open(&round(".xx", "..."), 2, &[], &Parts::default()), Some(0));
        assert_eq!(next_open(&round("xxx", "..."), 2, &[], &Parts::default()), None);
        assert_eq!(stretch(&round("...", ".."), 4, &Parts::default()), [3, 4]);
    }

    /// A vehicle with two compartments of three things each.
    fn vehicle(left: &str, right: &str) -> RoundView {
        let mut round = round(left, right);
        round.groups = vec![Label::new("左舱", "Left"), Label::new("右舱", "Right")];
        for (index, card) in round.cards.iter_mut().enumerate() {
            card.subject = SubjectId::parse("asset:CAR-1").unwrap();
            card.group = u32::from(index >= left.len());
        }
        round.subjects.clear();
        round
    }

    #[test]
    fn who_has_taken_a_part_stays_in_it() {
        let whole = Parts::default();
        let part = parts::PartId { subject: SubjectId::parse("asset:CAR-1").unwrap(), group: 1 };
        let right = whole.toggled(&vehicle("...", "..."), &part);
        for (left, marks, at, parts, next) in [
            ("...", "x..", 3, &whole, Some(4)),
            ("...", "xxx", 5, &whole, Some(0)),
            ("...", "x..", 3, &right, Some(4)),
            ("...", "xxx", 5, &right, None),
            ("x..", "...", 0, &right, Some(1)),
        ] {
            assert_eq!(next_open(&vehicle(left, marks), at, &[], parts), next, "{left} {marks} from {at}");
        }
        assert_eq!(resume(&vehicle("...", "x.."), None, &right), 4);
        assert_eq!(resume(&vehicle("...", "x.."), None, &whole), 0);
        assert_eq!(stretch(&vehicle("...", "..."), 4, &right), [3, 4, 5]);
        assert_eq!(right.toggled(&vehicle("...", "..."), &part), whole);
    }

    #[test]
    fn only_what_has_parts_is_split() {
        assert!(parts::can_split(&vehicle("..", "..")));
        assert!(!parts::can_split(&vehicle("...", "")));
        assert!(!parts::can_split(&round("...", "...")), "kits are split by people");
        let part = parts::PartId { subject: SubjectId::parse("asset:CAR-1").unwrap(), group: 0 };
        let state = parts::state(&vehicle("x..", "..."), &part, &[]);
        assert_eq!((state.answered, state.total), (1, 3));
    }
}
