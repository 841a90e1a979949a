//! New phones get snapshots; what a phone's storage lost is found.

use shared::domain::round::RoundName;
use shared::ids::SubjectId;
use shared::sync::device::Stored;
use shared::time::Timestamp;
use tests::kit::phone::{FAULT, OK, Phone};
use tests::kit::relay::Relay;

const LATER: Timestamp = Timestamp(i64::MAX);

fn first_item(phone: &Phone) -> String {
    let flood = phone.device.templates().values().find(|template| template.id.as_str() == "flood-departure");
    flood.unwrap().items().next().unwrap().1.id.to_string()
}

/// A relay that has a long round in one piece, the phone that filled it, the round, and its first line.
fn saved() -> (Relay, Phone, RoundName, String) {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let (round, item) = (a.round_today("flood-departure"), first_item(&a));
    for _ in 0..300 {
        a.answer_seeing(&round, &SubjectId::station(), &item, OK, Vec::new());
    }
    assert!(a.sync());
    assert!(relay.save_snapshots(LATER) > 0);
    (relay, a, round, item)
}

#[test]
fn a_new_phone_starts_from_snapshots_and_reaches_equal_heads() {
    let (relay, mut a, round, item) = saved();
    a.answer(&round, &item, FAULT);
    assert!(a.sync());
    let mut late = Phone::enrol(&relay.base(), &relay.code_for(&a.enrolled.rights.officer)).unwrap();
    assert!(late.sync());
    assert!(
        late.stored
            .snapshots
            .iter()
            .any(|snapshot| snapshot.document == round.document(&a.enrolled.bureau.id))
    );
    assert_eq!(late.heads(&round), a.heads(&round));
    assert_eq!(late.device.status().problem, None);
    // It goes on from there, after a restart too.
    let mut late = late.die_and_start();
    late.answer(&round, &item, OK);
    assert!(late.sync() && a.sync());
    a.go_offline();
    assert!(a.sync());
    assert_eq!(late.heads(&round), a.heads(&round));
}

#[test]
fn what_a_phones_storage_lost_or_damaged_is_found_and_healed() {
    let (_relay, mut a, round, _) = saved();
    let heads = a.heads(&round);
    let lose: fn(&mut Stored) = |stored| {
        stored.changes.pop().unwrap();
    };
    let damage: fn(&mut Stored) = |stored| {
        let snapshot = stored.snapshots.iter_mut().max_by_key(|snapshot| snapshot.bytes.len()).unwrap();
        let middle = snapshot.bytes.len() / 2;
        snapshot.bytes[middle] ^= 1;
    };
    let mut phone = a.die_and_start();
    for (what, harm) in [("a record", lose), ("a snapshot", damage)] {
        harm(&mut phone.stored);
        phone = phone.die_and_start();
        phone.heads(&round);
        assert!(phone.sync(), "{what}");
        assert_eq!(phone.heads(&round), heads, "{what}");
        // Nothing on its disk, so that it gets snapshots the next time.
        phone = phone.wipe();
        assert!(phone.sync());
    }
}
