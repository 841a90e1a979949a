//! Entries over which the app dies. The death is automerge's own: it panics at an operation on an object that is not
//! there. What a worker's file does for the app, a cell does here.
#![cfg(feature = "sync")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod rig {
    pub mod hub;
    pub mod phone;
}

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change, ExpandedChange, ObjType, ROOT};
use rig::hub::Hub;
use rig::phone::{Phone, fault, ok};
use shared::document::Document;
use shared::ids::{ChangeHash, DocumentKind};
use shared::sync::device::{Applying, Aside, Input, Recorder};

thread_local! {
    static NOTE: RefCell<Option<Applying>> = const { RefCell::new(None) };
    static NOTES: Cell<usize> = const { Cell::new(0) };
}

const RECORDER: Recorder = Recorder {
    applying: |applying| {
        NOTES.set(NOTES.get() + 1);
        NOTE.replace(Some(applying.clone()));
    },
    applied: || drop(NOTE.take()),
};

/// A change that is well formed, whose dependencies are there, and over which automerge panics.
fn poison(number: u8) -> Vec<u8> {
    let genesis = Document::new(rig::hub::flood().document(&rig::hub::bureau())).heads();
    let mut doc = Automerge::new().with_actor(ActorId::from([number; 20].as_slice()));
    let mut tx = doc.transaction();
    let missing = tx.put_object(ROOT, "missing", ObjType::Map).unwrap();
    tx.commit_with(CommitOptions::default().with_time(0));
    let mut tx = doc.transaction();
    tx.put(&missing, "x", 1).unwrap();
    tx.commit_with(CommitOptions::default().with_time(0));
    let mut change: ExpandedChange = doc.get_changes(&[])[1].decode();
    change.deps = genesis.iter().map(|hash| automerge::ChangeHash(hash.0)).collect();
    change.seq = 1;
    change.start_op = 40.try_into().unwrap();
    change.hash = None;
    Change::from(change).raw_bytes().to_vec()
}

/// Looks at the round until the app survives it; gives the phone and how often it died.
fn look(mut phone: Phone) -> (Phone, u32) {
    for deaths in 0..8 {
        if catch_unwind(AssertUnwindSafe(|| drop(phone.round()))).is_ok() {
            return (phone, deaths);
        }
        phone = phone.die_and_start_recorded(RECORDER, NOTE.take());
    }
    panic!("the app never comes up again");
}

fn aside(phone: &Phone) -> Vec<ChangeHash> {
    let entries: Vec<Aside> = phone.device.status().aside;
    entries.into_iter().map(|aside| aside.hash).collect()
}

/// A phone that has pulled another's answers with poison among them, and has not looked.
fn poisoned(hub: &mut Hub, poisons: &[u8]) -> (Phone, Vec<ChangeHash>) {
    let mut other = Phone::new(hub, "wang", 2);
    other.meet(hub);
    other.answer(ok());
    other.meet(hub);
    let hashes = poisons.iter().map(|number| hub.slip_in(poison(*number))).collect();
    other.answer(fault());
    // The other phone's own link is not used for the poison: it pushes, and does not hear.
    other.meet_without_hearing(hub);
    let mut phone = Phone::new(hub, "li", 1).die_and_start_recorded(RECORDER, None);
    phone.connect(hub);
    phone.lose();
    (phone, hashes)
}

#[test]
fn automerge_panics_at_it() {
    let mut document = Document::new(rig::hub::flood().document(&rig::hub::bureau()));
    assert_eq!(document.id().kind(), DocumentKind::Round);
    let bytes = poison(7);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(document.apply([bytes.as_slice()])))).is_err());
}

#[test]
fn what_kills_the_app_is_left_out_and_the_rest_counts() {
    let mut hub = Hub::new();
    let (phone, hashes) = poisoned(&mut hub, &[7]);
    let (mut phone, deaths) = look(phone);
    assert_eq!(deaths, 2, "once over all that came, once over the one to blame");
    assert_eq!(phone.round().observations.len(), 2);
    assert_eq!(aside(&phone), hashes);
    // It is durable, and the next start does not look for it again.
    assert_eq!(phone.stored().aside.len(), 1);
    let (mut phone, deaths) = look(phone.die_and_start_recorded(RECORDER, None));
    assert_eq!((deaths, phone.round().observations.len(), aside(&phone)), (0, 2, hashes));
    // The phone goes on: what it writes reaches the relay.
    phone.answer(ok());
    phone.meet(&mut hub);
    assert_eq!((phone.device.status().pending, hub.rejected), (0, 0));
}

#[test]
fn several_that_kill_are_found_one_after_the_other() {
    let mut hub = Hub::new();
    let (phone, mut hashes) = poisoned(&mut hub, &[7, 9]);
    let (mut phone, deaths) = look(phone);
    // All of them; the first alone; all that are left; the second alone.
    assert!(deaths <= 4, "{deaths}");
    let mut found = aside(&phone);
    found.sort_unstable();
    hashes.sort_unstable();
    assert_eq!(found, hashes);
    assert_eq!(phone.round().observations.len(), 2);
}

#[test]
fn a_death_that_was_nobodys_fault_leaves_nothing_out() {
    let mut hub = Hub::new();
    let (phone, _) = poisoned(&mut hub, &[]);
    let stored = phone.stored().changes.clone();
    let document = rig::hub::flood().document(&rig::hub::bureau());
    let hashes: Vec<_> = stored.iter().filter(|c| c.document == document).map(|c| c.hash).collect();
    assert!(hashes.len() > 1);
    let alone = vec![hashes[1]];
    for hashes in [hashes, alone] {
        let applying = Applying { document, hashes, is_suspect: false };
        let (mut phone, deaths) = look(phone.twin().die_and_start_recorded(RECORDER, Some(applying)));
        assert_eq!((deaths, aside(&phone), phone.round().observations.len()), (0, Vec::new(), 2));
    }
}

#[test]
fn one_among_many_is_found_in_a_few_starts() {
    let mut hub = Hub::new();
    let mut other = Phone::new(&hub, "wang", 2);
    other.meet(&mut hub);
    for _ in 0..80 {
        other.answer(ok());
    }
    other.meet(&mut hub);
    let hash = hub.slip_in(poison(7));
    other.answer(fault());
    other.meet_without_hearing(&mut hub);
    let mut phone = Phone::new(&hub, "li", 1).die_and_start_recorded(RECORDER, None);
    phone.connect(&mut hub);
    phone.lose();
    let before = NOTES.get();
    let (mut phone, deaths) = look(phone);
    // All; the part of it; the part of that; it.
    assert!(deaths <= 4, "{deaths}");
    assert!(NOTES.get() - before < 60, "and not one by one: {}", NOTES.get() - before);
    assert_eq!((aside(&phone), phone.round().observations.len()), (vec![hash], 81));
}

#[test]
fn a_single_entry_that_kills_must_do_it_twice() {
    let mut hub = Hub::new();
    let (mut phone, deaths) = look(poisoned(&mut hub, &[]).0);
    assert_eq!(deaths, 0);
    let hash = hub.slip_in(poison(7));
    phone.connect(&mut hub);
    phone.lose();
    let (mut phone, deaths) = look(phone);
    assert_eq!((deaths, aside(&phone), phone.round().observations.len()), (2, vec![hash], 2));
}

#[test]
fn what_is_set_aside_is_tried_again_when_somebody_asks() {
    let mut hub = Hub::new();
    let (phone, hashes) = poisoned(&mut hub, &[7]);
    let (mut phone, _) = look(phone);
    phone.take(Input::TryAside);
    assert_eq!(phone.stored().aside.len(), 0);
    let (mut phone, deaths) = look(phone);
    assert_eq!((deaths, aside(&phone)), (1, hashes), "it is still poison, and known at once");
    assert_eq!(phone.round().observations.len(), 2);
}

#[test]
fn a_change_that_a_document_refuses_is_counted() {
    let mut hub = Hub::new();
    let mut other = Phone::new(&hub, "wang", 2);
    other.meet(&mut hub);
    other.answer(ok());
    other.meet(&mut hub);
    // The same number of the same writer with another content: automerge refuses it.
    let mut twin = Document::new(rig::hub::flood().document(&rig::hub::bureau()));
    let actor = shared::ids::Actor::new(shared::ids::DeviceId::from([2; 16]), 0);
    let item = shared::document::write::Event::Withdraw {
        visit: shared::ids::EventKey::new(actor, 1),
        subject: shared::ids::SubjectId::station(),
        item: rig::hub::torch(),
        target: shared::ids::EventKey::new(actor, 1),
        at: rig::hub::NOW,
    };
    let hash = hub.slip_in(twin.write(actor, &item).unwrap().change);
    let mut phone = Phone::new(&hub, "li", 1);
    phone.meet(&mut hub);
    assert_eq!(phone.round().observations.len(), 1);
    let refused: Vec<_> = phone.device.status().refused.into_iter().map(|aside| aside.hash).collect();
    assert_eq!(refused, [hash]);
}

#[test]
fn a_catch_up_is_noted_once_a_document() {
    let mut hub = Hub::new();
    let mut other = Phone::new(&hub, "wang", 2);
    other.meet(&mut hub);
    for _ in 0..50 {
        other.answer(ok());
    }
    other.meet(&mut hub);
    let mut phone = Phone::new(&hub, "li", 1).die_and_start_recorded(RECORDER, None);
    phone.connect(&mut hub);
    let before = NOTES.get();
    assert_eq!(phone.round().observations.len(), 50);
    assert_eq!(NOTES.get() - before, 1);
    assert_eq!(NOTE.take(), None, "and the note is closed");
}
