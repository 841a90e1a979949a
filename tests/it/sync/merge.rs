//! Several people, one checklist, no network: what must never go wrong.

use shared::api::board::{AttentionKind, BoardView};
use shared::domain::reading::Verdict;
use shared::ids::SubjectId;
use shared::sync::device::Deed;
use tests::kit::phone::{FAULT, OK, Phone};
use tests::kit::relay::Relay;
use tests::kit::wait_for;

/// A line of the flood checklist that one person may clear.
const ITEM: &str = "rope-bag";

/// A line that is not safety-critical, so that one informed OK clears it.
fn plain_item(phone: &Phone) -> String {
    let flood =
        phone.device.templates().values().find(|template| template.id.as_str() == "flood-departure").unwrap();
    let plain = flood
        .items()
        .map(|(_, item)| item)
        .find(|item| !item.is_safety_critical && item.kind == shared::domain::template::ItemKind::Condition);
    plain.map_or_else(|| ITEM.to_owned(), |item| item.id.to_string())
}

fn disputes(supervisor: &Phone, item: &str) -> usize {
    let board: BoardView = supervisor.client.get("/api/board").unwrap().json();
    let is_it = |row: &&shared::api::board::AttentionRow| {
        row.kind == AttentionKind::Dispute
            && row.item.as_ref().is_some_and(|id| id.as_str() == item)
            && row.station.as_str() == "zhongmiao"
    };
    board.attention.iter().filter(is_it).count()
}

#[test]
fn ok_against_fault_stands_as_fault_in_either_order_until_an_informed_ok() {
    for first_is_a in [true, false] {
        let relay = Relay::start();
        let [mut a, mut b, mut supervisor] = relay.guests();
        assert!(a.sync() && b.sync() && supervisor.sign_in());
        a.go_offline();
        b.go_offline();
        let (round, item) = (a.round_today("flood-departure"), plain_item(&a));
        assert_eq!(round, b.round_today("flood-departure"));
        a.answer(&round, &item, OK);
        b.answer(&round, &item, FAULT);
        let (first, second) = if first_is_a { (&mut a, &mut b) } else { (&mut b, &mut a) };
        assert!(first.sync() && second.sync());
        first.go_offline();
        assert!(first.sync());
        assert_eq!(a.heads(&round), b.heads(&round), "one document");
        assert_eq!(a.device.round(&round).observations.len(), 2, "no answer lost");
        assert_eq!(a.reading(&round, &item).verdict, Verdict::Disputed(FAULT));
        assert_eq!(b.reading(&round, &item).verdict, Verdict::Disputed(FAULT));
        wait_for("the dispute on the board", || (disputes(&supervisor, &item) == 1).then_some(()));
        a.answer(&round, &item, OK);
        assert!(a.sync());
        assert_eq!(a.reading(&round, &item).verdict, Verdict::Agreed(OK));
        wait_for("the dispute off the board", || (disputes(&supervisor, &item) == 0).then_some(()));
    }
}

#[test]
fn a_phone_that_never_saw_the_data_reaches_equal_heads() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let round = a.round_today("flood-departure");
    let item = plain_item(&a);
    for _ in 0..40 {
        a.answer(&round, &item, OK);
    }
    assert!(a.sync());
    let mut late = Phone::enrol(&relay.base(), &relay.code_for(&a.enrolled.rights.officer)).unwrap();
    assert!(late.sync());
    assert_eq!(late.heads(&round), a.heads(&round));
    // A wiped phone gets its own back too.
    let heads = a.heads(&round);
    let mut wiped = a.wipe();
    assert!(wiped.sync());
    assert_eq!(wiped.heads(&round), heads);
}

#[test]
fn two_first_answers_about_one_officers_kit_are_both_kept() {
    let relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync() && b.sync());
    a.go_offline();
    b.go_offline();
    let round = a.round_today("pre-duty");
    let subject = SubjectId::officer(&a.enrolled.rights.officer);
    a.answer_seeing(&round, &subject, "P04", OK, Vec::new());
    b.answer_seeing(&round, &subject, "P04", FAULT, Vec::new());
    assert!(a.sync() && b.sync());
    a.go_offline();
    assert!(a.sync());
    let kept = |phone: &mut Phone| phone.device.round(&round).observations.len();
    assert_eq!((kept(&mut a), kept(&mut b)), (2, 2));
}

#[test]
fn the_undo_of_a_mistaken_ok_leaves_the_fault_standing() {
    let relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync() && b.sync());
    let (round, item) = (a.round_today("flood-departure"), plain_item(&a));
    a.answer(&round, &item, FAULT);
    assert!(a.sync());
    assert!(b.sync());
    b.answer(&round, &item, OK);
    assert_eq!(b.reading(&round, &item).verdict, Verdict::Agreed(OK));
    let mistake = b.device.round(&round).observations.last().unwrap().key.clone();
    let undo = b.deed(Deed::Withdraw { round: round.clone(), event: mistake.clone() });
    assert!(b.done.contains(&undo));
    assert!(b.sync() && a.sync());
    assert_eq!(a.reading(&round, &item).verdict, Verdict::Agreed(FAULT));
    assert_eq!(b.reading(&round, &item).verdict, Verdict::Agreed(FAULT));
    // Nobody takes back what another said.
    let foreign = a.deed(Deed::Withdraw { round, event: mistake });
    assert_eq!(a.failed.get(&foreign).map(String::as_str), Some("not-yours"));
}

#[test]
fn a_clock_that_is_two_days_off_is_measured_and_decides_nothing() {
    let relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    a.clock_ms = -2 * shared::time::DAY_MS;
    assert!(a.sync() && b.sync());
    let offset = a.device.status().clock_offset_ms.unwrap();
    assert!((offset - 2 * shared::time::DAY_MS).abs() < 60_000, "{offset}");
    let round = b.round_today("flood-departure");
    assert_eq!(a.round_today("flood-departure"), round, "due dates use the corrected clock");
    let item = plain_item(&b);
    b.answer(&round, &item, FAULT);
    assert!(b.sync() && a.sync());
    a.answer(&round, &item, OK);
    assert!(a.sync() && b.sync());
    assert_eq!(
        b.reading(&round, &item).verdict,
        Verdict::Agreed(OK),
        "it saw the fault, whatever its clock says"
    );
    let said = b.device.round(&round).observations.last().unwrap().corrected_at();
    assert!(b.now().since(said).abs() < 60_000, "the offset is written down with it");
}
