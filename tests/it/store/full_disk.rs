//! A full disk at the relay: phones keep everything and are told, reading goes on, and it all arrives once there is
//! room again.

use shared::domain::reading::Verdict;
use tests::kit::phone::{FAULT, OK};
use tests::kit::relay::Relay;

#[test]
fn a_full_disk_loses_nothing_and_says_so() {
    let relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync() && b.sync());
    let round = a.round_today("flood-departure");
    let item = a.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    a.answer(&round, &item, OK);
    assert!(a.sync());
    relay.faults.set_full(true);
    a.answer(&round, &item, FAULT);
    a.sync();
    assert_eq!(a.device.status().problem.as_deref(), Some("storage-full"));
    assert_eq!(a.pending(), 2, "the phone keeps the answer and the report of its defect");
    b.go_offline();
    assert!(b.sync(), "reading goes on");
    assert_eq!(b.reading(&round, &item).verdict, Verdict::Agreed(OK));
    relay.faults.set_full(false);
    assert!(a.sync());
    assert_eq!((a.pending(), a.device.status().problem), (0, None));
    b.go_offline();
    assert!(b.sync());
    assert_eq!(b.reading(&round, &item).verdict, Verdict::Agreed(FAULT));
}

#[test]
fn a_database_that_may_not_grow_defers_and_recovers() {
    let mut relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    relay.stop();
    // Fewer than it has: not a page more, not even for what a start writes.
    relay.set_page_count_max(Some(1));
    relay.start_again();
    let round = a.round_today("flood-departure");
    let item = a.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    a.go_offline();
    for _ in 0..400 {
        a.answer(&round, &item, OK);
    }
    a.sync();
    assert_eq!(a.device.status().problem.as_deref(), Some("storage-full"));
    assert_eq!(a.pending(), 401, "a visit and its answers");
    assert_eq!(relay.client().get("/api/health").unwrap().status, 204, "the relay goes on");
    relay.stop();
    relay.set_page_count_max(None);
    relay.start_again();
    a.go_offline();
    assert!(a.sync());
    assert_eq!(a.pending(), 0);
}
