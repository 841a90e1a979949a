//! Catching up document by document: new phones, relays that lost something, phones that lost something.

use shared::ids::{CollectionId, Shelf};
use shared::sync::device::{Stored, Why};

use crate::rig::hub::{Hub, flood};
use crate::rig::phone::{Phone, fault, ok};

fn rounds() -> CollectionId {
    let station = flood().station;
    CollectionId::of(&Shelf::Rounds(station, flood().period.start().month()))
}

/// A hub with a round of many answers, and the phone that gave them.
fn filled(snapshot_changes: usize) -> (Hub, Phone) {
    let mut hub = Hub::new();
    hub.snapshot_changes = snapshot_changes;
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    for _ in 0..20 {
        a.answer(ok());
    }
    a.meet(&mut hub);
    (hub, a)
}

#[test]
fn a_new_phone_gets_snapshots_and_what_came_after_them() {
    for snapshot_changes in [1, 7, 1_000] {
        let (mut hub, mut a) = filled(snapshot_changes);
        let mut new = Phone::new(&hub, "wang", 2);
        new.meet(&mut hub);
        assert_eq!(new.stored().snapshots.len(), 3, "directory, template, round");
        assert_eq!(new.stored().changes.len() + hub.saved(), hub.length());
        assert_eq!(new.heads(), a.heads());
        assert_eq!(new.round(), a.round());
        assert_eq!(new.device.status().problem, None);
        // It goes on by place, and what it writes builds on the snapshot.
        new.answer(fault());
        new.meet(&mut hub);
        a.meet(&mut hub);
        assert_eq!((hub.rejected, a.heads()), (0, new.heads()));
        let mut again = new.die_and_start();
        assert_eq!(again.heads(), a.heads());
        let wholes = hub.wholes_sent;
        again.meet(&mut hub);
        assert_eq!(hub.wholes_sent, wholes, "nothing is fetched twice");
    }
}

#[test]
fn a_catch_up_that_is_cut_goes_on_where_it_was() {
    let (mut hub, mut a) = filled(5);
    (hub.documents_max, hub.wholes_sent) = (1, 0);
    let mut new = Phone::new(&hub, "wang", 2);
    new.connect_for(&mut hub, 1);
    let place = |phone: &Phone| {
        let cursor = phone.stored().cursors.iter().find(|(id, _)| *id == CollectionId::bureau());
        cursor.map(|(_, cursor)| (cursor.seq, cursor.bootstrap.is_some()))
    };
    assert_eq!(place(&new), Some((0, true)), "half of the bureau");
    assert_eq!(new.stored().snapshots.len(), 2, "the other half is the directory");
    // Meanwhile the log grows.
    a.answer(fault());
    a.meet(&mut hub);
    let mut new = new.die_and_start();
    new.meet(&mut hub);
    assert_eq!(new.stored().snapshots.len(), 3);
    assert_eq!(hub.wholes_sent, 3, "each document once");
    assert_eq!(new.heads(), a.heads());
    assert_eq!(place(&new).map(|(_, is_open)| is_open), Some(false));
}

#[test]
fn a_relay_that_was_rolled_back_gets_back_what_it_lost_and_sends_nothing_that_is_known() {
    let (mut hub, mut a) = filled(0);
    let mut b = Phone::new(&hub, "wang", 2);
    b.meet(&mut hub);
    let length = hub.length();
    hub.roll_back(&rounds(), 8);
    a.lose();
    a.meet(&mut hub);
    assert_eq!((hub.length(), hub.rejected), (length, 0), "all eight are back");
    assert_eq!(hub.wholes_sent, 1, "one round, and nothing of the bureau");
    b.lose();
    b.meet(&mut hub);
    assert_eq!(b.heads(), a.heads());
    assert_eq!((a.device.status().pending, b.device.status().problem), (0, None));
}

#[test]
fn a_relay_gets_its_own_back_out_of_a_phones_snapshot() {
    let (mut hub, a) = filled(1_000);
    // The phone was wiped, and has its own answers in a snapshot only.
    let mut a = a.wipe();
    a.meet(&mut hub);
    assert!(a.stored().changes.is_empty());
    let (length, heads) = (hub.length(), a.heads());
    hub.roll_back(&rounds(), 8);
    a.lose();
    a.meet(&mut hub);
    assert_eq!((hub.length(), hub.rejected, a.device.status().pending), (length, 0, 0));
    assert_eq!(
        (a.heads(), a.stored().snapshots.len()),
        (heads.clone(), 2),
        "the round is kept change by change"
    );
    assert_eq!(a.die_and_start().heads(), heads);
}

#[test]
fn a_record_that_the_phones_storage_lost_is_found_by_its_digest() {
    let (mut hub, mut a) = filled(0);
    let mut b = Phone::new(&hub, "wang", 2);
    b.meet(&mut hub);
    let mut b = b.die_after(|stored: &mut Stored| drop(stored.changes.pop()));
    assert_ne!(b.heads(), a.heads());
    b.meet(&mut hub);
    assert_eq!(b.heads(), a.heads());
    assert_eq!((hub.wholes_sent, b.device.status().problem.clone()), (1, None));
    b.lose();
    b.meet(&mut hub);
    assert_eq!(hub.wholes_sent, 1, "and stays so");
}

#[test]
fn a_snapshot_that_was_damaged_on_the_phone_is_fetched_again() {
    let (mut hub, mut a) = filled(1_000);
    let mut b = Phone::new(&hub, "wang", 2);
    b.meet(&mut hub);
    let damage = |stored: &mut Stored| {
        let snapshot = stored.snapshots.iter_mut().max_by_key(|snapshot| snapshot.bytes.len()).unwrap();
        let middle = snapshot.bytes.len() / 2;
        snapshot.bytes[middle] ^= 1;
    };
    let mut b = b.die_after(damage);
    assert_ne!(b.heads(), a.heads(), "nothing of it is shown");
    b.meet(&mut hub);
    assert_eq!(b.heads(), a.heads());
    assert_eq!(b.die_and_start().heads(), a.heads());
}

#[test]
fn a_difference_that_does_not_heal_is_told_and_not_tried_for_ever() {
    let (mut hub, mut a) = filled(0);
    hub.lies_about_digests = true;
    a.lose();
    a.meet(&mut hub);
    assert_eq!(a.device.status().problem.as_deref(), Some("diverged"));
    assert!(a.sent < 40, "{}", a.sent);
    hub.lies_about_digests = false;
    a.lose();
    a.meet(&mut hub);
    assert_eq!(a.device.status().problem, None);
}

#[test]
fn what_nobody_can_prove_any_more_is_kept_apart_and_comes_again_with_its_author() {
    // In a snapshot there are no signatures.
    let (mut hub, mut author) = filled(1_000);
    let mut other = Phone::new(&hub, "wang", 2);
    other.meet(&mut hub);
    other.lose();
    hub.roll_back(&rounds(), 8);
    other.meet(&mut hub);
    let status = other.device.status();
    assert_eq!((status.problem, status.pending, status.rejected.len()), (None, 0, 8));
    assert!(status.rejected.iter().all(|rejected| rejected.why == Why::Unproven));
    assert_eq!(other.round().observations.len(), hub.round().observations.len());
    // What it says from now on builds on what the log has.
    other.answer(fault());
    other.meet(&mut hub);
    author.lose();
    author.meet(&mut hub);
    other.meet(&mut hub);
    assert_eq!((hub.rejected, other.heads()), (0, author.heads()));
    assert_eq!(other.round().observations.len(), 21);
    let status = other.device.status();
    assert_eq!((status.problem, status.rejected), (None, Vec::new()), "they are there again");
    assert_eq!(other.die_and_start().heads(), author.heads());
}
