//! What a phone believes of a relay, and what it keeps so that a relay can be given back what it lost: both ends against
//! each other, in memory.

use shared::ids::{CollectionId, DocumentKind};
use shared::limits::SEAL_DAYS;
use shared::sync::device::Input;
use shared::time::DAY_MS;

use crate::rig::hub::{Hub, Lie, NOW};
use crate::rig::phone::{Phone, fault, ok};

#[test]
fn a_mark_is_dropped_only_for_a_receipt_that_is_the_relays() {
    for lie in [Lie::NoReceipt, Lie::ForeignKey, Lie::OtherPlace] {
        let mut hub = Hub::new();
        let mut a = Phone::new(&hub, "li", 1);
        a.meet(&mut hub);
        hub.lie = Some(lie);
        a.answer(ok());
        a.meet(&mut hub);
        let status = a.device.status();
        assert_eq!((status.pending, status.problem.as_deref()), (2, Some("receipt-forged")), "{lie:?}");
        assert!(a.stored.receipts.is_empty() && a.stored.marks.len() == 2, "{lie:?}");
        hub.lie = None;
        a.lose();
        a.meet(&mut hub);
        assert_eq!((a.device.status().pending, a.device.status().problem), (0, None), "{lie:?}");
        let kept = &a.stored.receipts[0];
        assert_eq!((kept.receipt.seq, kept.acked.len()), (2, 1), "{lie:?}");
    }
}

#[test]
fn nothing_of_an_answer_with_a_forged_receipt_is_taken() {
    let mut hub = Hub::new();
    let (mut a, mut b) = (Phone::new(&hub, "li", 1), Phone::new(&hub, "wang", 2));
    a.meet(&mut hub);
    b.meet(&mut hub);
    b.answer(fault());
    b.meet(&mut hub);
    hub.lie = Some(Lie::ForeignKey);
    a.lose();
    a.answer(ok());
    let before = a.stored.clone();
    a.meet(&mut hub);
    assert_eq!(a.stored, before);
    assert_eq!(a.round().observations.len(), 1, "its own");
}

#[test]
fn a_phone_without_the_relays_key_keeps_its_marks_until_it_has_learned_it() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1).without_relay_key();
    a.meet(&mut hub);
    a.answer(ok());
    a.meet(&mut hub);
    assert_eq!(a.device.status().pending, 2);
    a.input(Input::RelayKey(hub.public_key()));
    // Another key later does not replace it.
    a.input(Input::RelayKey(vec![4; 65]));
    a.lose();
    a.meet(&mut hub);
    assert_eq!(a.device.status().pending, 0);
}

#[test]
fn a_relay_that_lost_its_tail_gets_everybodys_entries_back_from_one_phone() {
    let mut hub = Hub::new();
    let (mut a, mut b) = (Phone::new(&hub, "li", 1), Phone::new(&hub, "wang", 2));
    a.meet(&mut hub);
    b.meet(&mut hub);
    // Each builds on what the other said.
    for _ in 0..3 {
        a.answer(ok());
        a.meet(&mut hub);
        b.meet(&mut hub);
        b.answer(fault());
        b.meet(&mut hub);
        a.meet(&mut hub);
    }
    let (heads, length) = (a.heads(), hub.length());
    hub.restore_without_rounds();
    // Only one of them comes back.
    let mut again = a.die_and_start();
    again.meet(&mut hub);
    assert_eq!((hub.length(), hub.rejected), (length, 0));
    assert_eq!(again.device.status().pending, 0);
    let mut new = Phone::new(&hub, "zhao", 3);
    new.meet(&mut hub);
    assert_eq!(new.heads(), heads);
}

#[test]
fn a_carried_batch_is_the_very_one_that_its_author_signed() {
    let mut hub = Hub::new();
    let (mut a, mut b) = (Phone::new(&hub, "li", 1), Phone::new(&hub, "wang", 2));
    a.meet(&mut hub);
    a.answer(ok());
    a.answer(fault());
    a.meet(&mut hub);
    b.meet(&mut hub);
    let changes = &b.stored.changes;
    let lost = changes.iter().filter(|change| change.document.kind() == DocumentKind::Round);
    let lost = lost.map(|change| (change.document, change.hash)).collect();
    let carried = b.device.carried(&lost);
    // A visit and an answer, then the second answer: two pushes, two signatures.
    assert_eq!(carried.iter().map(|batch| batch.changes.len()).collect::<Vec<_>>(), [2, 1]);
    assert!(carried.iter().all(|batch| batch.actor.device() != b.device.identity().device));
    let everything = b.stored.changes.iter().map(|change| (change.document, change.hash)).collect();
    let first = &b.device.carried(&everything)[0];
    assert_eq!(
        (first.document.kind(), &first.collection),
        (DocumentKind::Directory, &CollectionId::bureau())
    );
}

#[test]
fn a_signature_that_the_chain_does_not_commit_to_shows() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.answer(ok());
    a.meet(&mut hub);
    hub.exchange_signatures();
    let mut other = Phone::new(&hub, "wang", 2);
    other.meet(&mut hub);
    assert_eq!(other.device.status().problem.as_deref(), Some("chain-broken"));
    assert!(other.stored.seals.is_empty() && other.round().observations.is_empty());
}

#[test]
fn old_signatures_are_forgotten_at_the_start() {
    let mut hub = Hub::new();
    let mut a = Phone::new(&hub, "li", 1);
    a.meet(&mut hub);
    a.answer(ok());
    a.meet(&mut hub);
    assert!(!a.stored.seals.is_empty());
    let mut next = a.die_and_start();
    next.input_at(NOW.plus_ms(SEAL_DAYS * DAY_MS), Input::MayLink(true));
    assert!(!next.stored.seals.is_empty(), "on the last day");
    let mut later = next.die_and_start();
    later.input_at(NOW.plus_ms(SEAL_DAYS * DAY_MS + 1_000), Input::MayLink(true));
    assert!(later.stored.seals.is_empty());
}
