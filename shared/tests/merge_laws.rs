//! The laws of merging, as properties: whatever two or three phones do apart, in whatever order and however often
//! their changes arrive, everybody reads the same; nothing foreign makes reading panic; clocks do not matter.
#![cfg(feature = "documents")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use shared::document::Document;
use shared::document::read;
use shared::document::write::Event;
use shared::domain::Label;
use shared::domain::answer::{Answer, Condition, SafeSide};
use shared::domain::observation::Observation;
use shared::domain::reading::{self, Reading};
use shared::domain::round::{Period, RoundName};
use shared::domain::template::{Asked, Choice, Expected, Item, ItemKind};
use shared::ids::{
    Actor, BureauId, DeviceId, DocumentId, DocumentKind, EventKey, ItemId, OfficerId, StationCode, SubjectId,
    TemplateId,
};
use shared::time::{Date, Timestamp};

const PHONES: u8 = 3;

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    /// A phone answers, seeing everything that stands on it or nothing.
    Answer { phone: usize, answer: Answer, looks: bool, clock: i64 },
    /// A phone takes its n-th own answer back.
    Withdraw { phone: usize, nth: usize },
    /// A phone replaces its n-th own answer.
    Amend { phone: usize, nth: usize, answer: Answer },
    /// One phone takes in everything another has.
    Meet { from: usize, to: usize },
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        3 => Just(Answer::Condition(Condition::Ok)),
        2 => Just(Answer::Condition(Condition::Fault)),
        1 => Just(Answer::Condition(Condition::Watch)),
        1 => Just(Answer::Condition(Condition::Missing)),
        1 => Just(Answer::NotChecked),
        1 => Just(Answer::NotApplicable),
        1 => (0i64..100).prop_map(|n| Answer::Number(n * 1_000)),
        1 => prop_oneof![Just("in"), Just("out"), Just("gone")].prop_map(|code| Answer::Choice(code.to_owned())),
        1 => any::<bool>().prop_map(Answer::YesNo),
        1 => (20_000i64..20_010).prop_map(|days| Answer::Date(Date::from_days(days))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let phone = 0..usize::from(PHONES);
    prop_oneof![
        4 => (phone.clone(), answer(), any::<bool>(), any::<i64>())
            .prop_map(|(phone, answer, looks, clock)| Step::Answer { phone, answer, looks, clock }),
        1 => (phone.clone(), 0..4usize).prop_map(|(phone, nth)| Step::Withdraw { phone, nth }),
        1 => (phone.clone(), 0..4usize, answer())
            .prop_map(|(phone, nth, answer)| Step::Amend { phone, nth, answer }),
        2 => (phone.clone(), phone).prop_map(|(from, to)| Step::Meet { from, to }),
    ]
}

fn item(is_safety_critical: bool) -> Item {
    Item {
        id: ItemId::parse("torch").unwrap(),
        name: Label::new("强光灯", "Torch"),
        standard: Label::default(),
        kind: ItemKind::Condition,
        safe_side: SafeSide::Worst,
        is_safety_critical,
        is_required: false,
        show_if: None,
        faults: Vec::new(),
    }
}

/// A line of any kind that is weighed in a way of its own.
fn any_item() -> impl Strategy<Value = Item> {
    let option = |code: &str, means| Choice { code: code.to_owned(), name: Label::new(code, code), means };
    let options = vec![option("in", Condition::Ok), option("out", Condition::Fault)];
    let (unit, of) = (Label::new("件", "pcs"), Some(ItemId::parse("team").unwrap()));
    let count = |of| ItemKind::Count {
        unit: unit.clone(),
        expected: Expected { plus: 50, of, each: 1 },
        is_blind: false,
    };
    let kinds = [
        (ItemKind::Condition, SafeSide::Worst),
        (ItemKind::Choice { options }, SafeSide::Worst),
        (count(None), SafeSide::Min),
        (count(of), SafeSide::Max),
        (ItemKind::Date, SafeSide::Earliest),
        (ItemKind::Text, SafeSide::All),
    ];
    (prop::sample::select(kinds.to_vec()), any::<bool>()).prop_map(|((kind, safe_side), is_critical)| Item {
        kind,
        safe_side,
        ..item(is_critical)
    })
}

fn bureau() -> BureauId {
    BureauId::parse("chaohu").unwrap()
}

fn name() -> RoundName {
    RoundName {
        station: StationCode::parse("zhongmiao").unwrap(),
        template: TemplateId::parse("flood").unwrap(),
        period: Period::Day(Date::from_days(20_000)),
    }
}

/// A phone: its document and every change it has seen, in the order it saw them.
struct Phone {
    document: Document,
    changes: Vec<Vec<u8>>,
    actor: Actor,
    visit: EventKey,
    own: Vec<EventKey>,
}

impl Phone {
    fn new(number: u8, clock: i64) -> Self {
        let mut document = Document::new(name().document(&bureau()));
        let actor = Actor::new(DeviceId::from([number + 1; 16]), 0);
        let visit = Event::Visit {
            name: name(),
            officer: OfficerId::parse(&format!("officer-{number}")).unwrap(),
            template_version: 1,
            utc_offset_minutes: 480,
            clock_offset_ms: Some(clock),
            register: Vec::new(),
        };
        let written = document.write(actor, &visit).unwrap();
        Self { document, changes: vec![written.change], actor, visit: written.key, own: Vec::new() }
    }

    fn observations(&self) -> Vec<Observation> {
        read::round(&self.document, &bureau()).observations
    }

    fn reading(&self, item: &Item) -> Reading {
        reading::read(Some(Asked::alone(item)), &self.observations().iter().collect::<Vec<_>>())
    }

    fn say(&mut self, answer: Answer, sees: Vec<EventKey>, amends: Option<EventKey>, clock: i64) {
        let event = Event::Answer {
            visit: self.visit.clone(),
            subject: SubjectId::station(),
            item: item(false).id,
            answer,
            fault: String::new(),
            note: String::new(),
            at: Timestamp(clock),
            sees,
            amends,
            attached: Default::default(),
        };
        self.write(&event, true);
    }

    fn write(&mut self, event: &Event, is_answer: bool) {
        let written = self.document.write(self.actor, event).unwrap();
        self.changes.push(written.change);
        if is_answer {
            self.own.push(written.key);
        }
    }

    fn take(&mut self, changes: &[Vec<u8>]) {
        self.document.apply(changes.iter().map(Vec::as_slice)).unwrap();
        for change in changes {
            if !self.changes.contains(change) {
                self.changes.push(change.clone());
            }
        }
    }
}

/// Lets the phones do what they do.
fn play(steps: &[Step], item: &Item, clocks: i64) -> Vec<Phone> {
    let mut phones: Vec<Phone> =
        (0..PHONES).map(|n| Phone::new(n, clocks.wrapping_mul(i64::from(n)))).collect();
    for step in steps {
        match step.clone() {
            Step::Answer { phone, answer, looks, clock } => {
                let phone = &mut phones[phone];
                let sees = if looks { phone.reading(item).standing } else { Vec::new() };
                phone.say(answer, sees, None, clock.wrapping_mul(clocks));
            }
            Step::Withdraw { phone, nth } => {
                let phone = &mut phones[phone];
                if let Some(target) = phone.own.get(nth).cloned() {
                    let visit = phone.visit.clone();
                    let (subject, item) = (SubjectId::station(), item.id.clone());
                    phone.write(&Event::Withdraw { visit, subject, item, target, at: Timestamp(0) }, false);
                }
            }
            Step::Amend { phone, nth, answer } => {
                let phone = &mut phones[phone];
                if let Some(target) = phone.own.get(nth).cloned() {
                    phone.say(answer, Vec::new(), Some(target), 0);
                }
            }
            Step::Meet { from, to } => {
                let changes = phones[from].changes.clone();
                phones[to].take(&changes);
            }
        }
    }
    phones
}

/// Everything that all phones have, each change once, causes before effects within a phone.
fn union(phones: &[Phone]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for change in phones.iter().flat_map(|phone| &phone.changes) {
        if !all.contains(change) {
            all.push(change.clone());
        }
    }
    all
}

fn fresh(changes: &[Vec<u8>]) -> Document {
    let mut document = Document::new(name().document(&bureau()));
    document.apply(changes.iter().map(Vec::as_slice)).unwrap();
    document
}

fn read_of(document: &Document, item: &Item) -> Reading {
    let round = read::round(document, &bureau());
    reading::read(Some(Asked::alone(item)), &round.observations.iter().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_repetition_read_the_same(
        steps in prop::collection::vec(step(), 1..24),
        item in any_item(),
        order in any::<prop::sample::Index>(),
        shuffle in prop::collection::vec(any::<u32>(), 80),
    ) {
        let all = union(&play(&steps, &item, 1));
        let expected = read_of(&fresh(&all), &item);
        let mut shuffled: Vec<_> = all.iter().cloned().zip(shuffle.iter().cycle()).collect();
        shuffled.sort_by_key(|(_, rank)| **rank);
        let mut shuffled: Vec<_> = shuffled.into_iter().map(|(change, _)| change).collect();
        let again = shuffled[order.index(shuffled.len())].clone();
        shuffled.push(again);
        // One at a time: some wait inside the document for what they depend on.
        let mut document = Document::new(name().document(&bureau()));
        for change in &shuffled {
            document.apply([change.as_slice()]).unwrap();
        }
        prop_assert_eq!(document.heads(), fresh(&all).heads());
        prop_assert_eq!(read_of(&document, &item), expected);
    }

    #[test]
    fn a_subset_that_is_completed_later_reads_the_same(
        steps in prop::collection::vec(step(), 1..24),
        item in any_item(),
        cut in any::<prop::sample::Index>(),
    ) {
        let phones = play(&steps, &item, 1);
        let all = union(&phones);
        let expected = read_of(&fresh(&all), &item);
        let (first, _) = all.split_at(cut.index(all.len()));
        let mut document = fresh(first);
        let _ = read_of(&document, &item);
        document.apply(all.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(read_of(&document, &item), expected.clone());
        // And so does every phone that meets all the others.
        for mut phone in phones {
            phone.take(&all);
            prop_assert_eq!(phone.reading(&item), expected.clone());
        }
    }

    #[test]
    fn no_answer_is_ever_lost(steps in prop::collection::vec(step(), 1..24)) {
        let item = item(false);
        let phones = play(&steps, &item, 1);
        let observations = read::round(&fresh(&union(&phones)), &bureau()).observations;
        for key in phones.iter().flat_map(|phone| &phone.own) {
            prop_assert!(observations.iter().any(|observation| observation.key == *key));
        }
    }

    #[test]
    fn clocks_do_not_decide(steps in prop::collection::vec(step(), 1..16), clocks in any::<i64>()) {
        let item = item(false);
        let honest = read_of(&fresh(&union(&play(&steps, &item, 1))), &item);
        let skewed = read_of(&fresh(&union(&play(&steps, &item, clocks))), &item);
        prop_assert_eq!(honest.verdict, skewed.verdict);
        prop_assert_eq!(honest.standing, skewed.standing);
    }

    #[test]
    fn nobody_who_did_not_see_a_fault_can_hide_it(steps in prop::collection::vec(step(), 0..16)) {
        let item = item(false);
        let mut phones = play(&steps, &item, 1);
        // Phone 0 reports a fault that no other phone ever sees.
        phones[0].say(Answer::Condition(Condition::Fault), Vec::new(), None, 0);
        let key = phones[0].own.last().unwrap().clone();
        phones[1].say(Answer::Condition(Condition::Ok), Vec::new(), None, 0);
        let reading = read_of(&fresh(&union(&phones)), &item);
        prop_assert!(reading.standing.contains(&key));
        prop_assert!(matches!(reading.answer(), Some(Answer::Condition(Condition::Fault | Condition::Missing))));
    }

    #[test]
    fn foreign_entries_never_panic(bodies in prop::collection::vec(".{0,60}", 0..6)) {
        for kind in DocumentKind::ALL {
            let mut document = Document::new(DocumentId::derive(kind, &["x"]));
            let actor = Actor::new(DeviceId::from([1; 16]), 0);
            for body in &bodies {
                let _ = document.write(actor, &Event::Entry { body: body.clone() });
            }
            let _ = (read::round(&document, &bureau()), read::template(&document), read::calendar(&document));
            let held = BTreeSet::new();
            let _ = (read::directory(&document), read::register(&document, &held));
            let _ = (read::defect(&document, &bureau(), &held), read::need(&document, &bureau(), &held));
        }
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = shared::document::chunk::outline(&bytes);
        let _ = shared::protocol::decode(&bytes);
        let mut frame = vec![shared::protocol::VERSION, 0];
        frame.extend(bytes);
        let _ = shared::protocol::decode(&frame);
    }
}

#[test]
fn two_first_answers_about_one_subject_are_both_kept() {
    let item = item(false);
    let steps = [
        Step::Answer { phone: 0, answer: Answer::Condition(Condition::Ok), looks: true, clock: 0 },
        Step::Answer { phone: 1, answer: Answer::Condition(Condition::Fault), looks: true, clock: 0 },
    ];
    let document = fresh(&union(&play(&steps, &item, 1)));
    assert_eq!(read::round(&document, &bureau()).observations.len(), 2);
}
