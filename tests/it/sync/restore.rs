//! A relay that goes back in time: phones give back what it lost, and everybody ends up with the same.

use std::path::Path;

use server::restoring::{RestoreError, restore};
use server::store::sqlite::{FILE_NAME, backup};
use tests::kit::phone::{FAULT, OK, Phone};
use tests::kit::relay::Relay;

fn first_item(phone: &Phone) -> String {
    let flood = phone.device.templates().values().find(|template| template.id.as_str() == "flood-departure");
    flood.unwrap().items().next().unwrap().1.id.to_string()
}

fn copy(relay: &Relay, to: &Path) {
    backup(relay.data(), to, |_, _| {}).unwrap();
}

/// Loses the network, finds it again, and exchanges until there is nothing more to say.
fn meet(phone: &mut Phone) {
    phone.go_offline();
    assert!(phone.sync());
}

#[test]
fn a_restored_backup_gets_back_what_it_lost() {
    let mut relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync() && b.sync());
    let (round, item) = (a.round_today("flood-departure"), first_item(&a));
    a.answer(&round, &item, OK);
    assert!(a.sync());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.db");
    copy(&relay, &file);
    // After the backup both go on, each on top of the other's.
    b.answer(&round, &item, FAULT);
    meet(&mut b);
    meet(&mut a);
    a.answer(&round, &item, OK);
    meet(&mut a);
    meet(&mut b);
    let (heads, end) = (a.heads(&round), relay.end_of(&round.collection()));
    assert_eq!(b.heads(&round), heads);

    relay.stop();
    let fresh = folder.path().join("fresh");
    let restored = restore(&file, &fresh).unwrap();
    assert!(restored.entries > 0 && restored.collections > 1);
    relay.start_on(&fresh);
    assert!(relay.end_of(&round.collection()) < end, "the backup is older");
    for _ in 0..2 {
        meet(&mut b);
        meet(&mut a);
    }
    assert_eq!(relay.end_of(&round.collection()), end);
    assert_eq!((a.heads(&round), b.heads(&round)), (heads.clone(), heads.clone()));
    assert_eq!((a.pending(), b.pending()), (0, 0));
    let mut late = Phone::enrol(&relay.base(), &relay.code_for(&a.enrolled.rights.officer)).unwrap();
    assert!(late.sync());
    assert_eq!(late.heads(&round), heads);
}

#[test]
fn an_old_database_that_was_copied_back_heals_too() {
    let mut relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let (round, item) = (a.round_today("flood-departure"), first_item(&a));
    let folder = tempfile::tempdir().unwrap();
    copy(&relay, &folder.path().join(FILE_NAME));
    a.answer(&round, &item, OK);
    meet(&mut a);
    let (heads, end) = (a.heads(&round), relay.end_of(&round.collection()));
    relay.stop();
    relay.start_on(folder.path());
    meet(&mut a);
    meet(&mut a);
    assert_eq!((a.heads(&round), relay.end_of(&round.collection())), (heads, end));
}

#[test]
fn a_restore_never_replaces_anything_and_takes_nothing_that_is_damaged() {
    let relay = Relay::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.db");
    copy(&relay, &file);
    let refused = restore(&file, folder.path());
    assert!(matches!(refused, Err(RestoreError::NotEmpty(_))), "{refused:?}");
    let mut bytes = std::fs::read(&file).unwrap();
    let third = bytes.len() / 3;
    bytes.truncate(third);
    std::fs::write(&file, bytes).unwrap();
    let fresh = folder.path().join("fresh");
    assert!(restore(&file, &fresh).is_err());
    assert_eq!(std::fs::read_dir(&fresh).unwrap().count(), 0, "nothing is left of it");
}
