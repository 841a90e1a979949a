//! Findings, the tally, and what takes two people.

use proptest::prelude::*;

use super::*;
use crate::domain::observation::Act;
use crate::domain::photo::Attached;
use crate::domain::reading;
use crate::ids::{ItemId, SubjectId};
use crate::time::Timestamp;

fn answer() -> impl Strategy<Value = Option<Answer>> {
    let choice = |code: &str| Some(Answer::Choice(code.to_owned()));
    prop_oneof![
        Just(None),
        Just(Some(Answer::NotChecked)),
        Just(Some(Answer::Condition(Condition::Missing))),
        Just(Some(Answer::Condition(Condition::Fault))),
        Just(choice(IN_PLACE)),
        Just(choice(ON_LOAN)),
        Just(choice(IN_REPAIR)),
        Just(choice(MISPLACED)),
        Just(choice("a later option")),
    ]
}

proptest! {
    #[test]
    fn everything_expected_is_told_once(things in prop::collection::vec((answer(), any::<bool>()), 0..60)) {
        let mut tally = Tally::default();
        for (answer, is_expected) in &things {
            tally.add(Finding::of(answer.as_ref(), *is_expected), *is_expected);
        }
        let expected = things.iter().filter(|(_, is_expected)| *is_expected).count();
        prop_assert_eq!(tally.expected as usize, expected);
        let strange = things.iter().filter(|(answer, is_expected)| {
            !is_expected && Finding::of(answer.as_ref(), false) == Finding::Missing
        });
        let told = tally.open + tally.waiting + tally.in_place + tally.on_loan + tally.in_repair + tally.misplaced
            + tally.missing;
        prop_assert_eq!(told as usize, expected + strange.count());
        prop_assert!(tally.match_permille().is_none_or(|permille| permille <= 1_000));
    }
}

#[test]
fn what_was_found_and_is_not_expected_is_unexpected_however_it_was_found() {
    let there = Answer::Choice(IN_PLACE.to_owned());
    assert_eq!(Finding::of(Some(&there), true), Finding::InPlace);
    assert_eq!(Finding::of(Some(&there), false), Finding::Unexpected);
    assert_eq!(Finding::of(Some(&Answer::Condition(Condition::Watch)), true), Finding::InPlace);
    assert_eq!(Finding::of(Some(&Answer::NotApplicable), true), Finding::Open);
}

/// What somebody did to a line: who, which answer or what they took back, and whether they had seen all before.
#[derive(Debug, Clone)]
struct Deed {
    who: usize,
    answer: Option<Answer>,
    has_seen: bool,
}

fn deed() -> impl Strategy<Value = Deed> {
    (0..3_usize, answer(), any::<bool>()).prop_map(|(who, answer, has_seen)| Deed { who, answer, has_seen })
}

/// The deeds as they stand in a round; a deed without an answer takes its author's latest back.
fn written(deeds: &[Deed]) -> Vec<Observation> {
    let key = |n: usize| EventKey::from_text(&format!("e{n}"));
    let mut all: Vec<Observation> = Vec::new();
    for (n, deed) in deeds.iter().enumerate() {
        let author = OfficerId::parse(["chen", "li", "wang"][deed.who]).unwrap();
        let own =
            all.iter().rev().find(|o| o.author == author && o.answer().is_some()).map(|o| o.key.clone());
        let act = match (&deed.answer, own) {
            (Some(answer), _) => Act::Answer {
                answer: answer.clone(),
                fault: String::new(),
                note: String::new(),
                amends: None,
                attached: Attached::default(),
            },
            (None, Some(own)) => Act::Withdraw(own),
            (None, None) => continue,
        };
        let sees = if deed.has_seen { all.iter().map(|o| o.key.clone()).collect() } else { Vec::new() };
        all.push(Observation {
            key: key(n),
            counter: n as u64,
            author,
            subject: SubjectId::asset(&AssetId::parse("ZM-P03-01").unwrap()),
            item: ItemId::parse("found").unwrap(),
            act,
            at: Timestamp(0),
            clock_offset_ms: 0,
            sees,
            is_held: false,
        });
    }
    all
}

/// Who has found it as it stands, the first first, and what it comes to when it takes two.
fn by_two(observations: &[Observation]) -> (Vec<String>, Finding) {
    let observations: Vec<&Observation> = observations.iter().collect();
    let reading = reading::read(None, &observations);
    let found = found_by(&observations, &reading);
    let finding = Finding::of(reading.answer(), true).by_two(found.len());
    (found.iter().map(|o| o.author.to_string()).collect(), finding)
}

fn said(who: usize, code: &str, has_seen: bool) -> Deed {
    Deed { who, answer: Some(Answer::Choice(code.to_owned())), has_seen }
}

#[test]
fn it_takes_two_people_to_find_a_thing_and_one_to_miss_it() {
    let (chen, li) = (0, 1);
    let back = |who| Deed { who, answer: None, has_seen: true };
    let missing = Deed { answer: Some(Answer::Condition(Condition::Missing)), ..said(chen, "", true) };
    let cases: [(&str, Vec<Deed>, Finding); 10] = [
        ("nobody", vec![], Finding::Open),
        ("one", vec![said(chen, IN_PLACE, true)], Finding::Waiting),
        ("one twice", vec![said(chen, IN_PLACE, true), said(chen, IN_PLACE, true)], Finding::Waiting),
        ("two in turn", vec![said(chen, IN_PLACE, true), said(li, IN_PLACE, true)], Finding::InPlace),
        ("two apart", vec![said(chen, IN_PLACE, false), said(li, IN_PLACE, false)], Finding::InPlace),
        (
            "two, one took it back",
            vec![said(chen, IN_PLACE, true), said(li, IN_PLACE, true), back(li)],
            Finding::Waiting,
        ),
        (
            "two, one changed their mind",
            vec![said(chen, IN_PLACE, true), said(li, IN_PLACE, true), said(li, ON_LOAN, true)],
            Finding::Waiting,
        ),
        ("two, differently", vec![said(chen, IN_PLACE, true), said(li, ON_LOAN, true)], Finding::Waiting),
        ("one misses it", vec![missing.clone()], Finding::Missing),
        ("one misplaced", vec![said(chen, MISPLACED, true)], Finding::Misplaced),
    ];
    for (what, deeds, expected) in cases {
        assert_eq!(by_two(&written(&deeds)).1, expected, "{what}");
    }
}

#[test]
fn who_was_first_is_told() {
    let (chen, li) = (0, 1);
    let found = written(&[said(li, IN_PLACE, true), said(chen, IN_PLACE, true), said(li, IN_PLACE, true)]);
    assert_eq!(by_two(&found).0, ["chen", "li"]);
    assert_eq!(by_two(&written(&[said(li, IN_PLACE, true)])).0, ["li"]);
}

proptest! {
    #[test]
    fn a_match_by_two_has_two_people_who_say_so_and_no_order_enters(deeds in prop::collection::vec(deed(), 0..9)) {
        let all = written(&deeds);
        let (people, finding) = by_two(&all);
        let turned: Vec<Observation> = all.iter().rev().chain(&all).cloned().collect();
        prop_assert_eq!(&by_two(&turned), &(people.clone(), finding));
        let mut distinct = people.clone();
        distinct.sort();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), people.len(), "each once");
        prop_assert_eq!(finding.is_match(), people.len() >= 2 && finding != Finding::Missing && !finding.is_difference());
        prop_assert_eq!(finding == Finding::Waiting, people.len() < 2 && {
            let observations: Vec<&Observation> = all.iter().collect();
            Finding::of(reading::read(None, &observations).answer(), true).is_match()
        });
    }

    #[test]
    fn a_second_person_who_finds_the_same_ends_the_waiting(deeds in prop::collection::vec(deed(), 0..9)) {
        let all = written(&deeds);
        let (people, finding) = by_two(&all);
        if finding == Finding::Waiting && !people.is_empty() {
            let observations: Vec<&Observation> = all.iter().collect();
            let stands = reading::read(None, &observations).answer().cloned();
            let second = ["chen", "li", "wang"].iter().position(|who| people[0] != *who).unwrap();
            let deeds: Vec<Deed> = deeds.into_iter().chain([Deed { who: second, answer: stands, has_seen: true }]).collect();
            prop_assert!(by_two(&written(&deeds)).1.is_match());
        }
    }
}
