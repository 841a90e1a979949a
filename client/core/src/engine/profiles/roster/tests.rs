//! The roster of a shared phone.

use shared::ids::{BureauId, DeviceId};
use shared::sync::device::Identity;
use shared::time::{DAY_MS, Zone};
use shared::trust::rights::{Rights, Role};

use super::*;

const NOW: Timestamp = Timestamp(1_000 * DAY_MS);

fn profile(officer: &str) -> Profile {
    let officer = OfficerId::parse(officer).expect("an id");
    let rights = Rights { officer, role: Role::Officer, station: None };
    Profile {
        identity: Identity {
            bureau: BureauId::parse("chaohu").expect("an id"),
            zone: Zone::CHINA,
            device: DeviceId::from([1; 16]),
            rights,
            relay_key: None,
        },
        name: "侯芳".to_owned(),
        badge: "013117".to_owned(),
        station_name: Label::default(),
        bureau_name: Label::default(),
        certificate: None,
        sealing_key: None,
    }
}

fn pin() -> Pin {
    Pin { salt: vec![1].into(), check: vec![2].into() }
}

fn shared_by_two() -> Roster {
    let mut roster = Roster::of_first(&profile("o1"));
    roster.join(roster.next_number(), &profile("o2"), pin());
    roster.entries[0].pin = Some(pin());
    roster.active = Some(1);
    roster
}

#[test]
fn what_is_kept_is_read_again() {
    let mut roster = shared_by_two();
    roster.entries[0].left = Some(Left { rest: 3, file: 9 });
    let value = roster.record().value.expect("it is put");
    assert_eq!(Roster::read(Some(&value)), Some(roster));
    assert_eq!(Roster::read(Some(&[1])), None);
}

#[test]
fn a_phone_of_one_person_asks_nobody() {
    let mut alone = Roster::of_first(&profile("o1"));
    assert_eq!(alone.start(None, NOW), Start::As(0));
    alone.entries[0].pin = Some(pin());
    assert_eq!(alone.start(None, NOW), Start::As(0), "a PIN alone makes no shared phone");
}

#[test]
fn a_shared_phone_goes_on_for_ten_minutes_and_then_asks() {
    let roster = shared_by_two();
    let at = |minutes: i64| roster.start(Some(NOW), NOW.plus_ms(minutes * MINUTE_MS));
    assert_eq!((at(0), at(10)), (Start::As(1), Start::As(1)), "the camera took the page's room for a while");
    assert_eq!((at(11), at(-1)), (Start::Choice, Start::Choice), "nor does a clock that was set back help");
    assert_eq!(roster.start(None, NOW), Start::Choice);
    let handed = Roster { active: None, ..roster.clone() };
    assert_eq!(handed.start(Some(NOW), NOW), Start::Choice);
}

#[test]
fn wrong_pins_cost_time_and_a_right_one_ends_that() {
    let mut roster = shared_by_two();
    let tries = |roster: &mut Roster, at| roster.try_pin(0, at).map(drop);
    for left in [4, 3, 2, 1] {
        assert_eq!(roster.view(NOW)[0].tries_left, left);
        assert_eq!(tries(&mut roster, NOW), Ok(()));
    }
    assert_eq!(tries(&mut roster, NOW), Ok(()), "the fifth is taken, and has a wait behind it");
    let until = NOW.plus_ms(WAIT_MS_MIN);
    assert_eq!(tries(&mut roster, NOW), Err(Barred::Until(until)));
    assert_eq!(roster.view(NOW)[0].barred_until, Some(until));
    let back = NOW.plus_ms(-DAY_MS);
    let until_then = back.plus_ms(WAIT_MS_MIN);
    assert_eq!(
        tries(&mut roster, back),
        Err(Barred::Until(until_then)),
        "a clock that is set back begins the wait again"
    );
    assert_eq!(tries(&mut roster, back.plus_ms(1)), Err(Barred::Until(until_then)), "once");
    assert_eq!(tries(&mut roster, until), Ok(()));
    assert_eq!(tries(&mut roster, until), Err(Barred::Until(until.plus_ms(2 * WAIT_MS_MIN))));
    assert_eq!(roster.try_pin(1, NOW).map(drop), Ok(()), "a colleague's mistakes are not one's own");
    roster.entries[0].wrong = 99;
    assert_eq!(tries(&mut roster, until), Err(Barred::Until(until.plus_ms(WAIT_MS_MAX))));
    roster.pin_was_right(0);
    assert_eq!(tries(&mut roster, until), Ok(()));
}

#[test]
fn who_joins_has_a_pin_and_takes_the_phone_from_nobody() {
    let mut roster = shared_by_two();
    let number = roster.next_number();
    roster.join(number, &profile("o3"), pin());
    assert_eq!((number, roster.active), (2, Some(1)));
    let shown: Vec<u32> = roster.view(NOW).iter().map(|view| view.number).collect();
    assert_eq!(shown, [0, 1, 2]);
    assert_eq!(roster.next_number(), 3);
}

#[test]
fn what_one_left_oneself_is_not_brought_in_for_a_colleague() {
    let mut roster = shared_by_two();
    roster.entries[1].left = Some(Left { rest: 0, file: 9 });
    assert_eq!(roster.left_by_others().count(), 0);
    roster.active = Some(0);
    assert_eq!(roster.left_by_others().count(), 1);
}

#[test]
fn a_pin_has_six_digits_and_is_not_the_first_that_one_would_try() {
    assert!(is_fit("271828") && is_fit("110220"));
    for unfit in ["", "27182", "2718281", "27182a", "２７１８２８", "000000", "123456", "987654"] {
        assert!(!is_fit(unfit), "{unfit}");
    }
}
