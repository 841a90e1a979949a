//! Faults that are found in rounds become defects, one for each thing, whoever found them and wherever they were.

use std::sync::Arc;

use shared::domain::answer::{Answer, Condition};
use shared::domain::defect::{Defect, DefectAct, DefectEntry, DefectState};
use shared::domain::history::Told;
use shared::domain::need::NeedState;
use shared::domain::photo::{Attached, Photo};
use shared::ids::{EventKey, OfficerId, PhotoHash, StationCode, SubjectId};
use shared::sync::device::{Deed, Report};
use shared::time::Timestamp;

use crate::rig::hub::{Hub, bureau, flood, torch};
use crate::rig::phone::{Phone, fault, ok};

fn station() -> StationCode {
    flood().station
}

fn defects(phone: &mut Phone) -> Vec<Arc<Defect>> {
    phone.device.defects(Some(&station()))
}

fn only(phone: &mut Phone) -> Arc<Defect> {
    let mut all = defects(phone);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn own(phone: &mut Phone) -> EventKey {
    phone.round().observations.last().unwrap().key.clone()
}

#[test]
fn two_phones_that_find_one_fault_apart_have_reported_one_defect_twice() {
    let mut hub = Hub::new();
    let (mut a, mut b) = (Phone::new(&hub, "li", 1), Phone::new(&hub, "wang", 2));
    for phone in [&mut a, &mut b] {
        phone.meet(&mut hub);
        phone.lose();
        phone.answer(fault());
        assert_eq!(only(phone).reports().count(), 1);
    }
    a.meet(&mut hub);
    b.meet(&mut hub);
    a.meet(&mut hub);
    for phone in [&mut a, &mut b] {
        let defect = only(phone);
        assert_eq!((defect.state, defect.reports().count()), (DefectState::Reported, 2));
        // It is known now: the answer is kept, and nothing is reported a third time.
        phone.answer(fault());
        assert_eq!(only(phone).reports().count(), 2);
    }
    assert_eq!((a.device.status().pending, b.device.status().pending), (1, 1), "the answers");
}

#[test]
fn undoing_the_answer_takes_its_report_back() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.answer(fault());
    let answer = own(&mut a);
    a.withdraw(answer);
    assert_eq!(only(&mut a).state, DefectState::Withdrawn);
    // Another time it is there again, in the same defect: nothing was closed.
    a.answer(Answer::Condition(Condition::Missing));
    let defect = only(&mut a);
    assert_eq!((defect.state, defect.name.number, defect.is_missing), (DefectState::Reported, 1, true));
    // More words for the same answer are more words in its report.
    let answer = own(&mut a);
    a.say(Answer::Condition(Condition::Missing), "船上没有", Some(answer));
    let notes: Vec<String> = only(&mut a).reports().map(|report| report.said.note.clone()).collect();
    assert_eq!(notes, ["船上没有"]);
    // Better after all, and nobody has acted on it: there is nothing to act on.
    a.answer(ok());
    assert_eq!(only(&mut a).state, DefectState::Withdrawn);
}

#[test]
fn other_words_for_a_fault_that_is_in_hand_leave_its_defect_as_it_is() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.answer(fault());
    a.meet(&mut hub);
    let defect = only(&mut a);
    let by = OfficerId::parse("zhou").unwrap();
    let told = Told { by, at: Timestamp(1), clock: None, sees: defect.history.heads() };
    let entry = DefectEntry::new(defect.name.clone(), DefectAct::Acknowledge, told);
    hub.publish_in(&defect.name.collection(), defect.name.document(&bureau()), &[entry]);
    a.meet(&mut hub);
    assert_eq!(only(&mut a).state, DefectState::Acknowledged);
    let answer = own(&mut a);
    a.say(fault(), "喷嘴也堵了", Some(answer));
    let defect = only(&mut a);
    assert_eq!((defect.state, defect.history.entries.len()), (DefectState::Acknowledged, 2));
}

#[test]
fn an_answer_and_its_report_become_durable_together_or_not_at_all() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.storage_is_full = true;
    let command = a.answer(fault());
    assert!(a.failed.contains_key(&command));
    assert!(a.round().observations.is_empty() && defects(&mut a).is_empty());
    a.storage_is_full = false;
    a.answer_without_storage(fault());
    let mut a = a.die_and_start();
    assert!(a.round().observations.is_empty() && defects(&mut a).is_empty());
}

#[test]
fn only_a_condition_that_is_broken_or_missing_is_a_defect() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    for answer in [ok(), Answer::Condition(Condition::Watch), Answer::NotChecked, Answer::NotApplicable] {
        a.answer(answer);
    }
    assert!(defects(&mut a).is_empty());
}

/// A photo, by a number.
fn photo(n: u8) -> Photo {
    Photo { original: PhotoHash([n; 32]), thumbnail: PhotoHash([n + 100; 32]) }
}

/// Says that the torch is broken, with these photos, in the place of what was said last.
fn say_fault(phone: &mut Phone, photos: &[u8]) {
    let amends = phone.round().observations.last().map(|observation| observation.key.clone());
    let attached = Attached { photos: photos.iter().map(|n| photo(*n)).collect(), memo: None };
    phone.deed(Deed::Answer {
        round: flood(),
        subject: SubjectId::station(),
        item: torch(),
        answer: fault(),
        fault: String::new(),
        note: String::new(),
        sees: Vec::new(),
        amends,
        attached,
    });
}

#[test]
fn the_photos_of_a_fault_are_its_reports_photos_and_a_later_one_joins_them() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    let mut said = |photos: &[u8]| {
        say_fault(&mut a, photos);
        let live: Vec<_> = only(&mut a).reports().map(|report| report.said.shown_photos()).collect();
        live
    };
    assert_eq!(said(&[1]), [vec![photo(1)]]);
    assert_eq!(said(&[1, 2]), [vec![photo(1), photo(2)]]);
}

#[test]
fn photos_of_a_report_that_is_over_join_no_other_report() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    say_fault(&mut a, &[1]);
    a.meet(&mut hub);
    let defect = only(&mut a);
    let by = OfficerId::parse("zhou").unwrap();
    let told = Told { by, at: Timestamp(1), clock: None, sees: defect.history.heads() };
    let mut entry = DefectEntry::new(defect.name.clone(), DefectAct::Reject, told);
    entry.note = "不影响使用".to_owned();
    hub.publish_in(&defect.name.collection(), defect.name.document(&bureau()), &[entry]);
    a.meet(&mut hub);
    assert_eq!(only(&mut a).state, DefectState::Rejected);
    // More photos of the same answer, one after the other.
    for photos in [&[1, 2][..], &[1, 2, 3], &[1, 2, 3, 4]] {
        say_fault(&mut a, photos);
        let told = only(&mut a);
        assert_eq!(told.history.entries[0].said.shown_photos(), [photo(1)], "it stays as it was refused");
    }
    // Mended, and broken once more: that is another report, with its own photos.
    a.answer(ok());
    a.deed(Deed::Answer {
        round: flood(),
        subject: SubjectId::station(),
        item: torch(),
        answer: fault(),
        fault: String::new(),
        note: String::new(),
        sees: Vec::new(),
        amends: None,
        attached: Attached { photos: vec![photo(9)], memo: None },
    });
    let next = defects(&mut a).into_iter().find(|defect| defect.name.number == 2).expect("the next");
    let shown: Vec<_> = next.reports().map(|report| report.said.shown_photos()).collect();
    assert_eq!(shown, [vec![photo(9)]]);
}

#[test]
fn a_fault_is_reported_without_a_checklist_and_the_station_has_a_say() {
    let mut hub = Hub::new();
    let (mut a, mut b) = (Phone::new(&hub, "li", 1), Phone::new(&hub, "wang", 2));
    a.meet(&mut hub);
    let report = Report {
        asset: None,
        place: "码头岗亭".to_owned(),
        is_expiry: false,
        is_missing: false,
        is_urgent: false,
        note: "门锁打不开".to_owned(),
        photos: Vec::new(),
    };
    let empty = a.deed(Deed::Report(Report { note: " ".to_owned(), ..report.clone() }));
    assert!(a.failed.contains_key(&empty), "words are needed");
    let photo = Photo { original: PhotoHash([1; 32]), thumbnail: PhotoHash([2; 32]) };
    let report = Report { photos: vec![photo], ..report };
    let done = a.deed(Deed::Report(report));
    assert!(a.done.contains(&done));
    a.meet(&mut hub);
    b.meet(&mut hub);
    let told = only(&mut b);
    let shown: Vec<_> = told.reports().map(|report| report.said.shown_photos()).collect();
    assert_eq!(shown, [vec![photo]], "its photo is told with it");
    let name = told.name.clone();
    let say = |act| Deed::SayOfDefect { defect: name.clone(), act, note: String::new() };
    let early = b.deed(say(DefectAct::Verify));
    assert!(b.failed.contains_key(&early), "nothing has been done that could be verified");
    let bureaus = b.deed(say(DefectAct::Done));
    assert!(b.failed.contains_key(&bureaus), "that is the bureau's to say");
    b.deed(say(DefectAct::Urgent));
    b.meet(&mut hub);
    a.meet(&mut hub);
    assert!(only(&mut a).is_urgent);
    let other = a.deed(Deed::WithdrawFromDefect { defect: name.clone(), act: DefectAct::Urgent });
    assert!(a.failed.contains_key(&other), "it is not theirs to take back");
    b.deed(Deed::WithdrawFromDefect { defect: name, act: DefectAct::Urgent });
    assert!(!only(&mut b).is_urgent);
}

#[test]
fn a_need_is_raised_and_may_be_taken_back_by_who_raised_it() {
    let mut hub = Hub::new();
    let (mut a, mut b) = (Phone::new(&hub, "li", 1), Phone::new(&hub, "wang", 2));
    a.meet(&mut hub);
    a.deed(Deed::RaiseNeed { wish: "背心太重".to_owned(), model: "FDY-3R".to_owned() });
    a.meet(&mut hub);
    b.meet(&mut hub);
    let need = b.device.needs(Some(&station())).remove(0);
    assert_eq!(
        (need.state, need.wish.as_str(), need.model.as_str()),
        (NeedState::Raised, "背心太重", "FDY-3R")
    );
    assert_eq!(need.by, Some(OfficerId::parse("li").unwrap()));
    let early = b.deed(Deed::RateNeed { need: need.name.clone(), rating: 4 });
    let foreign = b.deed(Deed::WithdrawNeed { need: need.name.clone() });
    assert!([early, foreign].iter().all(|command| b.failed.contains_key(command)));
    a.deed(Deed::WithdrawNeed { need: need.name.clone() });
    assert_eq!(a.device.need(&need.name).unwrap().state, NeedState::Withdrawn);
}

#[test]
fn a_defect_is_named_by_what_it_is_about() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    let (name, known) = a.device.defect_of(&station(), &SubjectId::station(), &torch());
    assert_eq!((name.number, known.is_none()), (1, true));
    a.answer(fault());
    assert_eq!(only(&mut a).name, name);
}
