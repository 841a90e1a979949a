//! Edits that the relay does not take: made again, or kept and shown; never lost, never tried for ever.
#![cfg(feature = "sync")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod rig {
    pub mod hub;
    pub mod phone;
}

#[path = "subjects/scripts.rs"]
mod scripts;

use std::collections::BTreeSet;

use rig::hub::{Hub, NOW, bureau, flood, torch};
use rig::phone::{Phone, fault, ok};
use shared::document::write::Event;
use shared::document::{Document, decode, read};
use shared::domain::observation::Act;
use shared::ids::{Actor, DeviceId, DocumentKind, EventKey, OfficerId, SubjectId};
use shared::protocol::RejectCode;
use shared::sync::device::{Input, Why, Write};

/// Rejects answers with these notes.
fn rejecting(notes: &'static [&'static str], code: RejectCode, is_named: bool) -> rig::hub::Judge {
    Box::new(move |_, event| match event {
        Event::Answer { note, .. } if notes.contains(&note.as_str()) => Some((code, is_named)),
        _ => None,
    })
}

/// Notes of the answers that the relay has, and their keys. A twin that was never found out may have used one twice.
fn at_relay(hub: &Hub) -> Vec<(EventKey, String)> {
    let round = hub.round();
    assert_eq!(round.unreadable, 0, "everything that was made again can be read");
    let notes = round.observations.iter().filter_map(|observation| match &observation.act {
        Act::Answer { note, .. } => Some((observation.key.clone(), note.clone())),
        Act::Withdraw(_) => None,
    });
    notes.collect()
}

fn notes(hub: &Hub) -> Vec<String> {
    let mut notes: Vec<String> = at_relay(hub).into_iter().map(|(_, note)| note).collect();
    notes.sort();
    notes
}

/// Notes that the phone shows as rejected, and why.
fn shown(phone: &Phone) -> Vec<(String, Why)> {
    let rejected = phone.device.status().rejected;
    let note = |change: &[u8]| match decode::event(DocumentKind::Round, change).unwrap().1 {
        Event::Answer { note, .. } => note,
        Event::Withdraw { .. } => "withdrawal".to_owned(),
        Event::SignOff { .. } => "signature".to_owned(),
        Event::Visit { .. } | Event::Entry { .. } => "visit".to_owned(),
    };
    rejected.iter().map(|rejected| (note(&rejected.change), rejected.why)).collect()
}

/// A phone that knows the bureau and is out of reach.
fn phone(hub: &mut Hub, number: u8) -> Phone {
    let mut phone = Phone::new(hub, "li", number);
    phone.meet(hub);
    phone.lose();
    phone
}

#[test]
fn what_is_to_blame_is_shown_and_the_rest_arrives_under_its_own_keys() {
    for is_named in [true, false] {
        let mut hub = Hub::new();
        hub.judge = rejecting(&["b"], RejectCode::Policy, is_named);
        let mut a = phone(&mut hub, 1);
        for note in ["a", "b", "c", "d"] {
            a.say(ok(), note, None);
        }
        let keys: Vec<EventKey> = ["a", "c", "d"].iter().map(|note| a.key_of(note)).collect();
        a.meet(&mut hub);
        assert_eq!(
            at_relay(&hub).into_iter().map(|(key, _)| key).collect::<BTreeSet<_>>(),
            keys.into_iter().collect()
        );
        assert_eq!(notes(&hub), ["a", "c", "d"]);
        assert_eq!(shown(&a), [("b".to_owned(), Why::ToBlame)]);
        assert_eq!(a.device.status().pending, 0);
        let mut other = Phone::new(&hub, "wang", 2);
        other.meet(&mut hub);
        assert_eq!(other.heads(), a.heads());
        // The next start has the same, and goes on writing.
        let mut again = a.die_and_start();
        again.say(fault(), "e", None);
        again.meet(&mut hub);
        assert_eq!(notes(&hub), ["a", "c", "d", "e"]);
        assert_eq!(shown(&again), [("b".to_owned(), Why::ToBlame)]);
    }
}

#[test]
fn the_edits_in_front_of_the_one_to_blame_stay_as_they_are() {
    let mut hub = Hub::new();
    hub.judge = rejecting(&["b"], RejectCode::Policy, true);
    let mut a = phone(&mut hub, 1);
    a.say(ok(), "a", None);
    a.sign_off();
    let signed = a.heads();
    a.say(ok(), "b", None);
    a.meet(&mut hub);
    assert_eq!((a.heads(), hub.round().sign_offs.len()), (signed, 1), "no signature was lost for it");
}

#[test]
fn a_signature_behind_the_one_to_blame_must_be_given_again() {
    let mut hub = Hub::new();
    hub.judge = rejecting(&["b"], RejectCode::Policy, true);
    let mut a = phone(&mut hub, 1);
    a.say(ok(), "a", None);
    a.say(ok(), "b", None);
    a.say(ok(), "c", None);
    a.sign_off();
    a.meet(&mut hub);
    assert_eq!((notes(&hub), hub.round().sign_offs.len()), (vec!["a".to_owned(), "c".to_owned()], 0));
    assert_eq!(shown(&a), [("b".to_owned(), Why::ToBlame), ("signature".to_owned(), Why::Signature)]);
    a.sign_off();
    a.meet(&mut hub);
    assert_eq!(hub.round().sign_offs.first().unwrap().uncovered, Some(Vec::new()));
}

#[test]
fn what_corrects_or_takes_back_a_rejected_answer_goes_with_it() {
    let mut hub = Hub::new();
    hub.judge = rejecting(&["b"], RejectCode::Policy, true);
    let mut a = phone(&mut hub, 1);
    a.say(ok(), "a", None);
    a.say(ok(), "b", None);
    let (kept, rejected) = (a.key_of("a"), a.key_of("b"));
    a.say(fault(), "instead of b", Some(rejected.clone()));
    a.withdraw(rejected);
    a.say(fault(), "instead of a", Some(kept));
    a.meet(&mut hub);
    assert_eq!(notes(&hub), ["a", "instead of a"]);
    let along = Why::AlongWithAnother;
    let expected = [("b", Why::ToBlame), ("instead of b", along), ("withdrawal", along)];
    assert_eq!(shown(&a), expected.map(|(note, why)| (note.to_owned(), why)));
}

#[test]
fn without_right_nothing_is_tried_again() {
    let mut hub = Hub::new();
    let mut a = phone(&mut hub, 1);
    hub.judge = Box::new(|_, _| Some((RejectCode::NoRight, false)));
    a.say(ok(), "a", None);
    a.say(ok(), "b", None);
    a.meet(&mut hub);
    assert_eq!((hub.rejected, a.device.status().pending), (1, 0));
    let expected = ["visit", "a", "b"].map(|note| (note.to_owned(), Why::ToBlame));
    assert_eq!(shown(&a), expected);
    assert!(a.round().observations.is_empty(), "nothing on the screen looks as if it counted");
}

#[test]
fn a_rejection_that_nothing_explains_ends() {
    for code in [RejectCode::Actor, RejectCode::ActorForked, RejectCode::StartOp, RejectCode::Signature] {
        let mut hub = Hub::new();
        let mut a = phone(&mut hub, 1);
        hub.judge = Box::new(move |_, _| Some((code, false)));
        a.say(ok(), "a", None);
        a.say(ok(), "b", None);
        for _ in 0..8 {
            a.meet(&mut hub);
            a.lose();
        }
        let rejected = hub.rejected;
        assert!(rejected < 16, "{code:?}: {rejected}");
        assert_eq!(a.device.status().pending, 0, "{code:?}");
        assert_eq!(shown(&a).len(), 3, "{code:?}: a visit and two answers are kept");
        a.meet(&mut hub);
        assert_eq!(hub.rejected, rejected, "{code:?}: never again");
    }
}

#[test]
fn what_the_log_has_is_not_made_twice() {
    let mut hub = Hub::new();
    hub.judge = rejecting(&["b"], RejectCode::Policy, true);
    let mut a = phone(&mut hub, 1);
    a.say(ok(), "a", None);
    a.meet_without_hearing(&mut hub);
    a.say(ok(), "b", None);
    a.say(ok(), "c", None);
    a.meet(&mut hub);
    assert_eq!(notes(&hub), ["a", "c"]);
    assert_eq!((hub.round().visits.len(), a.device.status().pending), (1, 0));
}

#[test]
fn what_waits_on_both_sides_of_what_the_relay_has_is_cut_there() {
    let mut hub = Hub::new();
    let mut a = phone(&mut hub, 1);
    a.say(ok(), "a", None);
    let mut back = a.twin();
    a.say(ok(), "b", None);
    a.meet(&mut hub);
    // The older copy of the storage, where "a" still waits, hears of "b" and writes on.
    let known = back.stored().changes.clone();
    let news = a.stored().changes.iter().filter(|change| !known.contains(change)).cloned();
    back.input(Input::FromOtherTab(news.map(Write::Change).collect()));
    back.say(ok(), "c", None);
    back.meet(&mut hub);
    assert_eq!((notes(&hub), hub.rejected), (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], 0));
    assert_eq!(back.device.status().pending, 0);
}

#[test]
fn two_phones_that_are_copies_of_one_lose_nothing() {
    let mut hub = Hub::new();
    let mut a = phone(&mut hub, 1);
    a.say(ok(), "before", None);
    let mut b = a.twin();
    for note in ["a1", "a2", "a3"] {
        a.say(ok(), note, None);
    }
    b.say(fault(), "b1", None);
    let earlier = b.key_of("b1");
    b.say(fault(), "b2", Some(earlier));
    a.meet(&mut hub);
    b.meet(&mut hub);
    assert_eq!(notes(&hub), ["a1", "a2", "a3", "b1", "b2", "before"]);
    assert_eq!(shown(&b), [], "nothing was to blame");
    let rejected = hub.rejected;
    assert_eq!(rejected, 1);
    // Both go on; their next starts too.
    let (mut a, mut b) = (a.die_and_start(), b.die_and_start());
    a.say(ok(), "a4", None);
    b.say(ok(), "b3", None);
    for phone in [&mut a, &mut b] {
        phone.meet(&mut hub);
        phone.lose();
    }
    for phone in [&mut a, &mut b] {
        phone.meet(&mut hub);
    }
    assert_eq!(notes(&hub), ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "before"]);
    assert_eq!(hub.rejected, rejected, "the twins write under different slots now");
    assert_eq!(a.heads(), b.heads());
    let amended = hub.round().observations.iter().find_map(|observation| match &observation.act {
        Act::Answer { note, amends, .. } if note == "b2" => amends.clone(),
        _ => None,
    });
    assert_eq!(at_relay(&hub).into_iter().find(|(key, _)| Some(key) == amended.as_ref()).unwrap().1, "b1");
}

#[test]
fn twins_that_are_in_contact_at_once_end_apart() {
    let mut hub = Hub::new();
    let mut a = phone(&mut hub, 1);
    let mut b = a.twin();
    a.meet(&mut hub);
    b.meet(&mut hub);
    for round in 0..4 {
        a.say(ok(), &format!("a{round}"), None);
        b.say(ok(), &format!("b{round}"), None);
        a.talk(&mut hub);
        b.talk(&mut hub);
        hub.deliver(&mut a);
        hub.deliver(&mut b);
    }
    a.meet(&mut hub);
    b.meet(&mut hub);
    a.meet(&mut hub);
    assert_eq!(notes(&hub), ["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]);
    assert_eq!(hub.rejected, 1);
    assert_eq!(a.heads(), b.heads());
}

#[test]
fn two_tabs_hear_what_was_made_again() {
    let mut hub = Hub::new();
    hub.judge = rejecting(&["b"], RejectCode::Policy, true);
    let mut a = phone(&mut hub, 1);
    let mut tab = a.open_tab();
    a.say(ok(), "a", None);
    tab.hear_tab(&mut a);
    tab.say(ok(), "b", None);
    tab.say(ok(), "c", None);
    a.hear_tab(&mut tab);
    a.say(ok(), "d", None);
    a.meet(&mut hub);
    assert_eq!(notes(&hub), ["a", "c", "d"]);
    // This tab has not heard of it yet: what it writes now builds on what is gone.
    tab.say(ok(), "e", None);
    a.hear_tab(&mut tab);
    tab.hear_tab(&mut a);
    a.meet(&mut hub);
    assert_eq!(notes(&hub), ["a", "c", "d", "e"]);
    tab.hear_tab(&mut a);
    assert_eq!((tab.heads(), tab.device.status().pending), (a.heads(), 0));
    assert_eq!(shown(&tab), shown(&a));
}

#[test]
fn a_full_storage_leaves_everything_as_it_was() {
    let mut hub = Hub::new();
    hub.judge = rejecting(&["b"], RejectCode::Policy, true);
    let mut a = phone(&mut hub, 1);
    a.say(ok(), "a", None);
    a.say(ok(), "b", None);
    a.say(ok(), "c", None);
    let before = a.heads();
    a.storage_is_full = true;
    a.meet(&mut hub);
    a.lose();
    assert_eq!((a.heads(), a.device.status().pending, shown(&a).len()), (before, 4, 0));
    a.storage_is_full = false;
    a.meet(&mut hub);
    assert_eq!(notes(&hub), ["a", "c"]);
    assert_eq!((a.device.status().pending, shown(&a).len()), (0, 1));
}

#[test]
fn a_log_that_lost_what_an_edit_builds_on_is_given_it_back_on_the_same_line() {
    let mut hub = Hub::new();
    let mut phone = Phone::new(&hub, "li", 1);
    phone.meet(&mut hub);
    phone.answer(fault());
    phone.meet(&mut hub);
    phone.lose();
    // Its place in the log is not known any more, so the log is not seen to be another one.
    let mut phone = phone.die_after(|stored| stored.cursors.clear());
    hub.restore_without_rounds();
    phone.answer(ok());
    phone.meet(&mut hub);
    assert_eq!(phone.device.status().pending, 0);
    assert_eq!((hub.round().observations.len(), phone.round().observations.len()), (2, 2));
}

/// How many answers are read when a phone wrote one, and wrote it again under the same key elsewhere.
fn read_when_written_again(note: &str) -> usize {
    let id = flood().document(&bureau());
    let writer = |slot| Actor::new(DeviceId::from([1; 16]), slot);
    let visit = Event::Visit {
        name: flood(),
        officer: OfficerId::parse("li").unwrap(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: None,
        register: Vec::new(),
    };
    let (mut here, mut elsewhere) = (Document::new(id), Document::new(id));
    let visit = here.write(writer(0), &visit).unwrap();
    elsewhere.apply([visit.change.as_slice()]).unwrap();
    let answer = |note: &str| Event::Answer {
        visit: visit.key.clone(),
        subject: SubjectId::station(),
        item: torch(),
        answer: ok(),
        fault: String::new(),
        note: note.to_owned(),
        at: NOW,
        sees: Vec::new(),
        amends: None,
        attached: Default::default(),
    };
    let key = here.next_key(writer(0));
    here.write_under(writer(0), key.clone(), &answer("dry")).unwrap();
    let again = elsewhere.write_under(writer(65_536), key, &answer(note)).unwrap();
    here.apply([again.change.as_slice()]).unwrap();
    read::round(&here, &bureau()).observations.len()
}

#[test]
fn an_edit_that_was_made_again_and_came_back_is_read_once() {
    assert_eq!(read_when_written_again("dry"), 1);
    assert_eq!(read_when_written_again("wet"), 2, "what says something else is another one");
}
