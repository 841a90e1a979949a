//! Both ends of the exchange against each other, in memory: real state machines, real documents, a log in a vector.
//! What a relay on a disk adds (admission, fsync, crashes) is tested in `tests/`.
#![cfg(feature = "sync")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod rig {
    pub mod hub;
    pub mod phone;
}
/// More of the same, by subject.
mod subjects {
    mod catch_up;
    mod checklists;
    mod defects;
}

mod trust {
    mod receipts;
}

use rig::hub::Hub;
use rig::phone::{Phone, fault, ok};
use shared::domain::answer::{Answer, Condition};
use shared::domain::reading::{self, Verdict};
use shared::domain::template::Asked;
use shared::ids::{CollectionId, Shelf, StationCode};
use shared::sync::device::Input;

const FAULT: Answer = Answer::Condition(Condition::Fault);
const OK: Answer = Answer::Condition(Condition::Ok);

/// What a phone reads about the flood round's torch.
fn verdict(phone: &mut Phone) -> Verdict {
    let round = phone.round();
    let observations: Vec<_> = round.observations.iter().collect();
    let template = phone.device.templates().values().next().expect("pulled").clone();
    reading::read(template.item(&rig::hub::torch()).map(Asked::alone), &observations).verdict
}

#[test]
fn two_phones_start_one_round_offline_and_merge_in_either_order() {
    for first_is_a in [true, false] {
        let mut hub = Hub::new();
        let (mut a, mut b) = (Phone::new(&hub, "li", 1), Phone::new(&hub, "wang", 2));
        a.meet(&mut hub);
        b.meet(&mut hub);
        a.lose();
        b.lose();
        a.answer(ok());
        b.answer(fault());
        assert_eq!(
            (a.device.status().pending, b.device.status().pending),
            (2, 3),
            "a visit and an answer each, and a report of the fault"
        );
        let (first, second) = if first_is_a { (&mut a, &mut b) } else { (&mut b, &mut a) };
        first.meet(&mut hub);
        second.meet(&mut hub);
        first.meet(&mut hub);
        assert_eq!(a.heads(), b.heads());
        assert_eq!(a.round().observations.len(), 2);
        assert_eq!((verdict(&mut a), verdict(&mut b)), (Verdict::Disputed(FAULT), Verdict::Disputed(FAULT)));
        assert_eq!((a.device.status().pending, b.device.status().pending), (0, 0));
        // An informed OK clears it.
        a.answer(ok());
        a.meet(&mut hub);
        b.meet(&mut hub);
        assert_eq!(verdict(&mut b), Verdict::Agreed(OK));
    }
}

#[test]
fn a_phone_that_never_saw_the_data_reaches_equal_heads() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    for _ in 0..50 {
        a.answer(ok());
    }
    a.meet(&mut hub);
    let mut late = Phone::new(&hub, "wang", 2);
    late.meet(&mut hub);
    assert_eq!(late.heads(), a.heads());
    assert_eq!(late.round().observations.len(), 50);
}

#[test]
fn a_phone_that_dies_keeps_what_was_confirmed_and_nothing_else() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.lose();
    a.answer(ok());
    let command = a.answer_without_storage(fault());
    assert!(!a.done.contains(&command), "not confirmed");
    let mut again = a.die_and_start();
    assert_eq!(again.round().observations.len(), 1);
    again.answer(fault());
    again.meet(&mut hub);
    assert_eq!(hub.rejected, 0, "the number of the lost change was used again, and nobody had seen it");
    let mut other = Phone::new(&hub, "wang", 2);
    other.meet(&mut hub);
    assert_eq!(other.heads(), again.heads());
}

#[test]
fn a_full_storage_says_so_and_takes_back_what_it_showed() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.storage_is_full = true;
    let command = a.answer(fault());
    assert_eq!(a.failed.get(&command).map(String::as_str), Some("storage-full"));
    assert_eq!((a.round().observations.len(), a.device.status().pending), (0, 0));
    a.storage_is_full = false;
    a.answer(ok());
    a.meet(&mut hub);
    assert_eq!(hub.rejected, 0);
    assert_eq!(verdict(&mut a), Verdict::Agreed(OK));
}

#[test]
fn a_lost_answer_is_pushed_again_and_counted_once() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.answer(ok());
    a.meet_without_hearing(&mut hub);
    assert_eq!(a.device.status().pending, 2, "stored at the relay, but this phone does not know");
    let length = hub.length();
    a.meet(&mut hub);
    assert_eq!((a.device.status().pending, hub.length()), (0, length));
}

#[test]
fn live_delivery_needs_no_question() {
    let mut hub = Hub::new();
    let (mut a, mut b) = (Phone::new(&hub, "li", 1), Phone::new(&hub, "wang", 2));
    b.meet(&mut hub);
    a.meet(&mut hub);
    a.answer(fault());
    a.talk(&mut hub);
    let asked = b.sent;
    hub.deliver(&mut b);
    assert_eq!(verdict(&mut b), Verdict::Agreed(FAULT));
    assert_eq!(b.sent, asked);
}

#[test]
fn a_relay_that_lost_its_tail_gets_it_back() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.answer(ok());
    a.answer(fault());
    a.meet(&mut hub);
    let heads = a.heads();
    hub.restore_without_rounds();
    a.lose();
    a.meet(&mut hub);
    let mut other = Phone::new(&hub, "wang", 2);
    other.meet(&mut hub);
    assert_eq!(other.heads(), heads);
}

#[test]
fn two_tabs_of_one_phone_lose_nothing() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.lose();
    let mut tab = a.open_tab();
    a.answer(ok());
    tab.hear_tab(&mut a);
    tab.answer(fault());
    a.hear_tab(&mut tab);
    assert_eq!(a.device.status().pending, 5, "both tabs' changes wait in the tab that syncs");
    a.meet(&mut hub);
    tab.hear_tab(&mut a);
    assert_eq!((a.device.status().pending, tab.device.status().pending), (0, 0));
    assert_eq!(hub.rejected, 0);
    assert_eq!(a.heads(), tab.heads());
}

#[test]
fn an_edited_log_shows() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.answer(ok());
    a.meet(&mut hub);
    hub.forge_receipt_time();
    let mut other = Phone::new(&hub, "wang", 2);
    other.meet(&mut hub);
    assert_eq!(other.device.status().problem.as_deref(), Some("chain-broken"));
    assert!(other.round().observations.is_empty(), "nothing of a broken log is taken in");
}

#[test]
fn a_supervisor_holds_every_station_that_the_directory_tells_of() {
    let mut hub = Hub::new();
    let mut supervisor = Phone::supervisor(&hub);
    supervisor.connect(&mut hub);
    let live = CollectionId::of(&Shelf::Live(rig::hub::flood().station));
    assert!(supervisor.device.is_caught_up(&live), "without asking twice");
}

#[test]
fn whoever_goes_to_another_station_asks_for_that_one_and_still_gives_what_was_done_before() {
    let mut hub = Hub::new();
    let mut phone = Phone::new(&hub, "li", 1);
    phone.meet(&mut hub);
    let old = rig::hub::flood();
    phone.input(Input::Want(old.collection()));
    phone.lose();
    phone.answer(ok());
    let new = StationCode::parse("huailin").unwrap();
    phone.move_to(new.clone());
    // The relay's end would refuse whatever may not be read.
    phone.meet(&mut hub);
    let wanted = phone.device.wanted(rig::hub::NOW);
    assert!(wanted.contains(&CollectionId::of(&Shelf::Live(new))), "{wanted:?}");
    assert!(!wanted.contains(&CollectionId::of(&Shelf::Live(old.station))), "{wanted:?}");
    assert_eq!((phone.device.status().pending, hub.round().observations.len()), (0, 1));
}
