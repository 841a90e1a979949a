//! Checklists in the middle of rounds: lines that others bring in, a later version, what a station adds.

use serde_json::{Value, json};
use shared::domain::answer::{Answer, Condition};
use shared::domain::directory::Directory;
use shared::domain::reading::Verdict;
use shared::domain::template::{Addition, Template};
use shared::ids::DocumentId;
use shared::projection::{self, RoundSheet, Stage};

use crate::rig::hub::{Hub, bureau, flood};
use crate::rig::phone::{Phone, fault, ok};

fn line(id: &str, kind: &Value, safe_side: &str) -> Value {
    json!({"id": id, "name": {"zh": "项", "en": "line"}, "kind": kind, "safe_side": safe_side})
}

fn condition(id: &str) -> Value {
    line(id, &json!({"type": "condition"}), "worst")
}

fn template(version: u32, items: &[Value]) -> Template {
    serde_json::from_value(json!({"id": "flood", "version": version, "name": {"zh": "防汛", "en": "Flood"},
        "subject": "station", "signed_by": "officer",
        "groups": [{"name": {"zh": "照明", "en": "Light"}, "items": items}]}))
    .unwrap()
}

fn document() -> DocumentId {
    DocumentId::template(&bureau(), &flood().template)
}

/// What a phone shows of the round: for each line its id, whether it is asked, and what is true of it.
fn lines(phone: &mut Phone) -> Vec<(String, bool, Verdict)> {
    sheet(phone, |sheet| {
        let line = |line: &projection::Line<'_>| {
            (line.item.to_string(), line.group.is_some(), line.reading.verdict.clone())
        };
        sheet.lines.iter().map(line).collect()
    })
}

fn sheet<T>(phone: &mut Phone, look: impl Fn(&RoundSheet<'_>) -> T) -> T {
    let template = phone.device.template(&flood()).unwrap();
    let round = phone.round();
    let subjects = projection::expected_subjects(
        &template,
        &flood().station,
        &Directory::default(),
        &Default::default(),
    );
    look(&projection::round(&template, subjects, &round))
}

fn asked(id: &str, verdict: Verdict) -> (String, bool, Verdict) {
    (id.to_owned(), true, verdict)
}

fn two_phones(hub: &mut Hub) -> (Phone, Phone) {
    let (mut a, mut b) = (Phone::new(hub, "li", 1), Phone::new(hub, "wang", 2));
    a.meet(hub);
    b.meet(hub);
    a.lose();
    b.lose();
    (a, b)
}

#[test]
fn answers_under_two_versions_meet_by_their_lines_ids() {
    let mut hub = Hub::new();
    let (mut a, mut b) = two_phones(&mut hub);
    // Under version 1 there is the torch alone.
    a.answer_line("torch", fault());
    // Version 2 has another line before it, and reaches one of the two in the middle of the round.
    hub.publish(document(), &[template(2, &[condition("rope"), condition("torch")])]);
    b.meet(&mut hub);
    b.lose();
    b.answer_line("rope", ok());
    b.answer_line("torch", ok());
    a.meet(&mut hub);
    b.meet(&mut hub);
    a.meet(&mut hub);
    let expected = [asked("rope", Verdict::Agreed(ok())), asked("torch", Verdict::Disputed(fault()))];
    assert_eq!((lines(&mut a), lines(&mut b)), (expected.to_vec(), expected.to_vec()));
    assert_eq!(a.heads(), b.heads());
    let versions = |phone: &mut Phone| {
        let mut versions: Vec<u32> =
            phone.round().visits.values().map(|visit| visit.template_version).collect();
        versions.sort_unstable();
        versions
    };
    assert_eq!(versions(&mut a), [1, 2], "each answer says under which it was given");
}

#[test]
fn a_line_that_a_later_version_drops_keeps_what_was_said() {
    let mut hub = Hub::new();
    let (mut a, mut b) = two_phones(&mut hub);
    a.answer_line("torch", fault());
    hub.publish(document(), &[template(2, &[condition("rope")])]);
    a.meet(&mut hub);
    b.meet(&mut hub);
    let dropped = ("torch".to_owned(), false, Verdict::Agreed(fault()));
    assert_eq!(lines(&mut b), [asked("rope", Verdict::Unanswered), dropped]);
    assert_eq!(sheet(&mut b, |sheet| (sheet.total, sheet.answered, sheet.faults)), (1, 0, 1));
}

#[test]
fn a_phone_that_knows_only_version_1_reads_what_others_said_under_2() {
    let mut hub = Hub::new();
    let (mut a, mut b) = two_phones(&mut hub);
    let before = a.device.template(&flood()).unwrap();
    hub.publish(document(), &[template(2, &[condition("torch"), condition("rope")])]);
    b.meet(&mut hub);
    b.answer_line("rope", fault());
    b.meet(&mut hub);
    a.meet(&mut hub);
    let round = a.round();
    let subjects =
        projection::expected_subjects(&before, &flood().station, &Directory::default(), &Default::default());
    let sheet = projection::round(&before, subjects, &round);
    assert_eq!((sheet.total, sheet.answered, sheet.faults), (1, 0, 1), "a fault on a line it lacks counts");
    let ids: Vec<_> = sheet.lines.iter().map(|line| (line.item.to_string(), line.group)).collect();
    assert_eq!(ids, [("torch".to_owned(), Some(0)), ("rope".to_owned(), None)]);
}

#[test]
fn a_line_is_asked_while_anybody_says_so_and_its_fault_outlives_that() {
    let mut hub = Hub::new();
    let mut boat = condition("boat");
    boat["show_if"] = json!({"item": "boats", "at_least": 1000});
    let mut motor = condition("motor");
    motor["show_if"] = json!({"item": "boat", "is": ["ok", "watch"]});
    let count = json!({"type": "count", "unit": {"zh": "艘", "en": "boats"}, "expected": {}});
    hub.publish(document(), &[template(2, &[line("boats", &count, "min"), boat, motor])]);
    let (mut a, mut b) = two_phones(&mut hub);
    let number = |n: i64| Answer::Number(n * 1_000);
    let none = Verdict::Unanswered;
    assert_eq!(lines(&mut a), [asked("boats", none.clone())]);
    a.answer_line("boats", number(0));
    assert_eq!(sheet(&mut a, |sheet| (sheet.stage, sheet.total)), (Stage::Complete, 1));
    b.answer_line("boats", number(1));
    b.answer_line("boat", ok());
    b.answer_line("motor", fault());
    a.meet(&mut hub);
    b.meet(&mut hub);
    a.meet(&mut hub);
    // Both counts stand and agree in what they mean, and one of them brings the boat in.
    let expected = [
        asked("boats", Verdict::Agreed(number(0))),
        asked("boat", Verdict::Agreed(ok())),
        asked("motor", Verdict::Agreed(fault())),
    ];
    assert_eq!((lines(&mut a), lines(&mut b)), (expected.to_vec(), expected.to_vec()));
    // Somebody who saw both says that there is none: nothing more is asked, and the fault is still there.
    b.answer_line("boats", number(0));
    let left = [
        asked("boats", Verdict::Agreed(number(0))),
        ("boat".to_owned(), false, Verdict::Agreed(ok())),
        ("motor".to_owned(), false, Verdict::Agreed(fault())),
    ];
    assert_eq!(lines(&mut b), left);
    assert_eq!(sheet(&mut b, |sheet| (sheet.total, sheet.answered, sheet.faults)), (1, 1, 1));
}

#[test]
fn jackets_are_held_against_the_larger_team_that_anybody_counted() {
    let mut hub = Hub::new();
    let people = json!({"type": "count", "unit": {"zh": "人", "en": "people"}, "expected": {}});
    let jackets =
        json!({"type": "count", "unit": {"zh": "件", "en": "pcs"}, "expected": {"of": "team", "plus": 2}});
    let items = [line("team", &people, "max"), line("jackets", &jackets, "min")];
    hub.publish(document(), &[template(2, &items)]);
    let (mut a, mut b) = two_phones(&mut hub);
    let number = |n: i64| Answer::Number(n * 1_000);
    a.answer_line("jackets", number(8));
    assert_eq!(sheet(&mut a, |sheet| sheet.faults), 0, "nobody knows for how many");
    a.answer_line("team", number(6));
    assert_eq!(sheet(&mut a, |sheet| sheet.faults), 0);
    b.answer_line("team", number(7));
    a.meet(&mut hub);
    b.meet(&mut hub);
    assert_eq!(sheet(&mut b, |sheet| sheet.faults), 1, "eight are one too few for seven");
}

#[test]
fn a_round_is_signed_when_what_it_requires_is_answered() {
    let mut hub = Hub::new();
    let mut torch = condition("torch");
    torch["is_required"] = json!(true);
    hub.publish(document(), &[template(2, &[torch, condition("rope")])]);
    let (mut a, _) = two_phones(&mut hub);
    let signed = |phone: &mut Phone| {
        phone.sign_off();
        phone.round().sign_offs.len()
    };
    assert_eq!(signed(&mut a), 0);
    a.answer_line("torch", Answer::NotChecked);
    assert_eq!(signed(&mut a), 0, "not checked is no answer");
    a.answer_line("torch", Answer::Condition(Condition::Missing));
    assert_eq!(signed(&mut a), 1, "a bad one is");
}

#[test]
fn an_answer_that_a_line_does_not_take_is_not_written() {
    let mut hub = Hub::new();
    let (mut a, _) = two_phones(&mut hub);
    a.answer_line("torch", Answer::YesNo(true));
    a.answer_line("torch", Answer::Number(5_000));
    assert_eq!(a.round().observations.len(), 0);
    a.answer_line("torch", ok());
    assert_eq!(a.round().observations.len(), 1);
}

#[test]
fn a_station_fills_its_own_lines_beside_the_core() {
    let mut hub = Hub::new();
    let addition = |number: u32, station: &str, items: &[Value]| -> Addition {
        serde_json::from_value(json!({"station": station, "template": "flood", "addition": number,
            "groups": [{"name": {"zh": "码头", "en": "Pier"}, "items": items}]}))
        .unwrap()
    };
    let (mut a, mut b) = two_phones(&mut hub);
    hub.publish(
        document(),
        &[
            addition(2, "zhongmiao", &[condition("own.pier"), condition("torch")]),
            addition(1, "zhongmiao", &[condition("own.old")]),
            addition(7, "huailin", &[condition("own.else")]),
        ],
    );
    a.meet(&mut hub);
    a.answer_line("own.pier", fault());
    a.meet(&mut hub);
    b.meet(&mut hub);
    let expected = [asked("torch", Verdict::Unanswered), asked("own.pier", Verdict::Agreed(fault()))];
    assert_eq!(
        lines(&mut b),
        expected,
        "neither another station's, nor an earlier one, nor a core's line twice"
    );
    // A later core and the station's lines go on beside each other.
    hub.publish(document(), &[template(2, &[condition("rope"), condition("torch")])]);
    b.meet(&mut hub);
    let ids: Vec<_> = lines(&mut b).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(ids, ["rope", "torch", "own.pier"]);
}
