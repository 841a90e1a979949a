//! The rules of readings, one table each.

use super::*;
use crate::domain::Label;
use crate::domain::template::{Item, ItemKind};
use crate::ids::{ItemId, OfficerId, SubjectId};
use crate::time::Timestamp;

const OK: Answer = Answer::Condition(Condition::Ok);
const FAULT: Answer = Answer::Condition(Condition::Fault);
const MISSING: Answer = Answer::Condition(Condition::Missing);

fn item(safe_side: SafeSide, is_safety_critical: bool) -> Item {
    Item {
        id: ItemId::parse("P04").unwrap(),
        name: Label::new("强光手电", "Flashlight"),
        standard: Label::default(),
        kind: match safe_side {
            SafeSide::Min => ItemKind::Number {
                unit: Label::new("%", "%"),
                ok_min: Some(70_000),
                ok_max: None,
                min: None,
                max: None,
            },
            _ => ItemKind::Condition,
        },
        safe_side,
        is_safety_critical,
        is_required: false,
        show_if: None,
        faults: Vec::new(),
    }
}

fn key(n: u64) -> EventKey {
    EventKey::from_text(&format!("e{n}"))
}

fn event(n: u64, author: &str, act: Act, sees: &[u64]) -> Observation {
    Observation {
        key: key(n),
        counter: n,
        author: OfficerId::parse(author).unwrap(),
        subject: SubjectId::station(),
        item: ItemId::parse("P04").unwrap(),
        act,
        at: Timestamp(0),
        clock_offset_ms: 0,
        sees: sees.iter().map(|n| key(*n)).collect(),
        is_held: false,
    }
}

fn says(n: u64, author: &str, answer: Answer, sees: &[u64]) -> Observation {
    event(
        n,
        author,
        Act::Answer {
            answer,
            fault: String::new(),
            note: String::new(),
            amends: None,
            attached: Default::default(),
        },
        sees,
    )
}

fn amends(n: u64, author: &str, answer: Answer, target: u64) -> Observation {
    let amends = Some(key(target));
    event(
        n,
        author,
        Act::Answer {
            answer,
            fault: String::new(),
            note: String::new(),
            amends,
            attached: Default::default(),
        },
        &[],
    )
}

fn withdraws(n: u64, author: &str, target: u64) -> Observation {
    event(n, author, Act::Withdraw(key(target)), &[])
}

#[track_caller]
fn check(item: &Item, events: &[Observation], expected: Verdict) {
    let forward: Vec<&Observation> = events.iter().collect();
    let backward: Vec<&Observation> = events.iter().rev().chain(events.iter()).collect();
    assert_eq!(read(Some(Asked::alone(item)), &forward).verdict, expected);
    assert_eq!(read(Some(Asked::alone(item)), &backward).verdict, expected, "another order, each twice");
}

#[test]
fn an_uninformed_ok_cannot_clear_a_fault() {
    let item = item(SafeSide::Worst, false);
    check(&item, &[says(1, "a", OK, &[]), says(1_000, "b", FAULT, &[])], Verdict::Disputed(FAULT));
    check(&item, &[says(1, "a", FAULT, &[]), says(2, "b", OK, &[])], Verdict::Disputed(FAULT));
    check(&item, &[says(1, "a", FAULT, &[]), says(2, "b", OK, &[1])], Verdict::Agreed(OK));
}

#[test]
fn a_dispute_ends_when_somebody_who_saw_all_of_it_answers() {
    let item = item(SafeSide::Worst, false);
    let dispute = [says(1, "a", OK, &[]), says(2, "b", FAULT, &[])];
    let [ok, fault] = dispute.clone();
    check(&item, &[ok.clone(), fault.clone(), says(3, "a", OK, &[1])], Verdict::Disputed(FAULT));
    check(&item, &[ok, fault, says(3, "c", OK, &[1, 2])], Verdict::Agreed(OK));
}

#[test]
fn the_undo_of_a_mistaken_ok_brings_the_fault_back() {
    let item = item(SafeSide::Worst, false);
    check(
        &item,
        &[says(1, "a", FAULT, &[]), says(2, "b", OK, &[1]), withdraws(3, "b", 2)],
        Verdict::Agreed(FAULT),
    );
    check(
        &item,
        &[says(1, "a", FAULT, &[]), says(2, "b", OK, &[1]), withdraws(3, "a", 2)],
        Verdict::Agreed(OK),
    );
}

#[test]
fn an_amendment_inherits_what_it_amends_had_seen() {
    let item = item(SafeSide::Worst, false);
    let history = [says(1, "a", FAULT, &[]), says(2, "b", MISSING, &[1]), amends(3, "b", OK, 2)];
    check(&item, &history, Verdict::Agreed(OK));
    let mut undone = history.to_vec();
    undone.push(withdraws(4, "b", 3));
    check(&item, &undone, Verdict::Agreed(MISSING));
    check(&item, &[says(1, "a", FAULT, &[]), amends(2, "b", OK, 1)], Verdict::Disputed(FAULT));
}

#[test]
fn not_checked_overrides_nobody_else() {
    let item = item(SafeSide::Worst, false);
    check(
        &item,
        &[says(1, "a", FAULT, &[]), says(2, "b", Answer::NotApplicable, &[1])],
        Verdict::Agreed(FAULT),
    );
    check(
        &item,
        &[says(1, "a", OK, &[]), says(2, "a", Answer::NotChecked, &[1])],
        Verdict::Agreed(Answer::NotChecked),
    );
    check(&item, &[says(1, "a", Answer::NotApplicable, &[])], Verdict::Agreed(Answer::NotApplicable));
}

#[test]
fn a_safety_critical_fault_takes_two_people_to_clear() {
    let item = item(SafeSide::Worst, true);
    let fault = says(1, "a", FAULT, &[]);
    let first = says(2, "b", OK, &[1]);
    check(&item, &[fault.clone(), first.clone()], Verdict::Disputed(FAULT));
    check(&item, &[fault.clone(), first.clone(), says(3, "b", OK, &[1, 2])], Verdict::Disputed(FAULT));
    check(&item, &[fault.clone(), first.clone(), says(3, "c", OK, &[1])], Verdict::Disputed(FAULT));
    check(&item, &[fault.clone(), first.clone(), says(3, "c", OK, &[1, 2])], Verdict::Agreed(OK));
    check(&item, &[fault.clone(), first.clone(), says(3, "a", OK, &[1, 2])], Verdict::Agreed(OK));
    check(&item, &[fault, first, says(3, "c", MISSING, &[1, 2])], Verdict::Agreed(MISSING));
}

#[test]
fn numbers_dispute_only_across_bands() {
    let item = item(SafeSide::Min, false);
    let number = Answer::Number;
    check(
        &item,
        &[says(1, "a", number(79_000), &[]), says(2, "b", number(80_000), &[])],
        Verdict::Agreed(number(79_000)),
    );
    check(
        &item,
        &[says(1, "a", number(69_000), &[]), says(2, "b", number(80_000), &[])],
        Verdict::Disputed(number(69_000)),
    );
}

#[test]
fn texts_stand_side_by_side() {
    let text = |text: &str| Answer::Text(text.into());
    check(
        &item(SafeSide::All, false),
        &[says(1, "a", text("左侧"), &[]), says(2, "b", text("右侧"), &[]), says(3, "c", text("右侧"), &[])],
        Verdict::Collected(vec![text("右侧"), text("左侧")]),
    );
}

#[test]
fn two_answers_that_claim_to_have_seen_each_other_both_stand() {
    let item = item(SafeSide::Worst, false);
    check(&item, &[says(5, "a", OK, &[6]), says(6, "b", FAULT, &[])], Verdict::Disputed(FAULT));
    let circle = [says(5, "a", OK, &[5]), says(5, "a", OK, &[5])];
    check(&item, &circle, Verdict::Agreed(OK));
}

#[test]
fn a_held_answer_waits_for_its_release() {
    let item = item(SafeSide::Worst, false);
    let mut late = says(2, "b", OK, &[1]);
    late.is_held = true;
    check(&item, &[says(1, "a", FAULT, &[]), late], Verdict::Agreed(FAULT));
}
