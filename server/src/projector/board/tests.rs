//! Done, not done, unknown: as a table.

use shared::domain::round::{Period, RoundName};
use shared::ids::{DeviceId, OfficerId};
use shared::time::HOUR_MS;
use shared::trust::rights::{Rights, Role};

use super::*;

const DUE: Timestamp = Timestamp(1_795_500_000_000);

/// A phone that was last heard so many hours after the duty fell due (before it, when negative).
fn phone(heard_hours: Option<i64>, is_revoked: bool) -> DeviceRecord {
    DeviceRecord {
        id: DeviceId::from([1; 16]),
        public_key: Vec::new(),
        rights: Rights { officer: OfficerId::parse("x").unwrap(), role: Role::Officer, station: None },
        enrolled: DUE.plus_ms(-30 * DAY_MS),
        heard: heard_hours.map(|hours| DUE.plus_ms(hours * HOUR_MS)),
        revoked: is_revoked.then_some(DUE),
    }
}

fn check(heard_hours: &[Option<i64>], is_signed: bool, now_hours: i64, expected: (DutyState, u32, u32)) {
    let phones: Vec<_> = heard_hours.iter().map(|hours| phone(*hours, false)).collect();
    let now = DUE.plus_ms(now_hours * HOUR_MS);
    let freshness = freshness(phones.iter(), DUE, DUE);
    let found = (state(is_signed, DUE, now, freshness), freshness.heard, freshness.expected);
    assert_eq!(found, expected, "{heard_hours:?} signed {is_signed} at {now_hours} h");
}

#[test]
fn a_duty_is_not_done_only_when_every_expected_phone_was_heard_since() {
    use DutyState::{Done, NotDone, Open, Unknown};
    check(&[Some(1), Some(2)], false, 3, (NotDone, 2, 2));
    check(&[Some(1), Some(-1)], false, 3, (Unknown, 1, 2));
    check(&[Some(-1), Some(-2)], false, 3, (Unknown, 0, 2));
    check(&[Some(0)], false, 0, (NotDone, 1, 1));
    // Unheard for more than a week: no longer expected.
    check(&[Some(1), Some(-7 * 24 - 1)], false, 3, (NotDone, 1, 1));
    check(&[Some(1), Some(-7 * 24)], false, 3, (Unknown, 1, 2));
    check(&[Some(1), None], false, 3, (NotDone, 1, 1));
    // Nobody is left to know it.
    check(&[Some(-8 * 24)], false, 3, (Unknown, 0, 0));
    check(&[], false, 3, (Unknown, 0, 0));
    // Before it is due nothing is missed; what is signed is done, whoever is silent.
    check(&[Some(-9)], false, -1, (Open, 0, 1));
    check(&[Some(-9)], true, -1, (Done, 0, 1));
    check(&[Some(-9)], true, 3, (Done, 0, 1));
}

#[test]
fn of_several_operations_the_one_that_is_worst_off_is_shown() {
    use DutyState::{Done, NotAsked, NotDone, Open, Unknown};
    let shown =
        |states: &[DutyState]| worst(states.iter().map(|state| Cell { state: *state, ..not_asked() })).state;
    assert_eq!(shown(&[Done, NotDone, Open]), NotDone);
    assert_eq!(shown(&[Unknown, Open]), Unknown);
    assert_eq!(shown(&[Done, NotAsked]), Done);
    assert_eq!(shown(&[]), NotAsked);
}

#[test]
fn an_operation_that_goes_on_hides_no_return_from_one_that_has_ended() {
    use shared::domain::calendar::{Calendar, Operation, Shift};
    let [yesterday, today] = ["2026-07-03", "2026-07-04"].map(|day| Date::parse(day).unwrap());
    let (station, template) =
        (StationCode::parse("zhongmiao").unwrap(), TemplateId::parse("return").unwrap());
    let operation = |name: &str, to| Operation {
        operation: name.to_owned(),
        label: Label::new("防汛", "Flood"),
        from: Date::parse("2026-07-01").unwrap(),
        to,
        stations: Vec::new(),
        by: OfficerId::parse("chen").unwrap(),
    };
    let shift = |name: &str, begins_minute, ends_minute| {
        let label = Label::new("班", "Shift");
        Shift { name: name.to_owned(), label, begins_minute, ends_minute }
    };
    let mut calendar = Calendar {
        duties: vec![Duty { template, on: Recurrence::Operation, due_minute: 18 * 60, days_after: 1 }],
        shifts: vec![shift("day", 480, 1_080), shift("night", 1_080, 1_920)],
        ..Calendar::default()
    };
    for (name, to) in [("ended", Some(yesterday)), ("goes-on", None)] {
        calendar.operations.insert(name.to_owned(), operation(name, to));
    }
    let periods = |calendar: &Calendar, minute| {
        let due = calendar.due(&station, Zone::CHINA.moment(today, minute), Zone::CHINA);
        shown(due.iter()).map(|due| due.name.period.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(periods(&calendar, 600), ["event/2026-07-03/ended", "event/2026-07-04/goes-on"]);
    calendar.duties[0].on = Recurrence::Shift;
    assert_eq!(
        periods(&calendar, 17 * 60 + 30),
        ["shift/2026-07-04/night"],
        "the day's shift is as good as over"
    );
}

#[test]
fn revoked_and_later_phones_are_not_waited_for() {
    let later = DeviceRecord { enrolled: DUE.plus_ms(1), ..phone(Some(1), false) };
    let phones = [phone(Some(-1), true), phone(Some(1), false), later];
    assert_eq!(freshness(phones.iter(), DUE, DUE), Freshness { expected: 1, heard: 1, is_any_heard: true });
}

#[test]
fn what_another_of_the_days_rounds_found_mended_later_is_no_longer_asked_for() {
    let row = |template: &str, shift: &str, lines: &[(u64, i64)]| RoundRow {
        name: RoundName {
            station: StationCode::parse("zhongmiao").unwrap(),
            template: TemplateId::parse(template).unwrap(),
            period: Period::Shift(Date::new(2026, 11, 28).unwrap(), shift.to_owned()),
        },
        answered: 0,
        total: 0,
        faults: 0,
        disputes: 0,
        late: 0,
        is_signed: false,
        attention: Vec::new(),
        lines: lines.iter().map(|(line, at)| (*line, Timestamp(*at))).collect(),
        tally: None,
    };
    let day = row("tactical-unit", "day", &[(7, 100), (8, 100)]);
    let night = row("tactical-unit", "night", &[(7, 200), (8, 50)]);
    let other = row("duty-room", "night", &[(7, 300)]);
    let crew = |name: &str, at: i64| {
        let row = row("uav-preflight", "", &[(7, at)]);
        let period = Period::Occasion(Date::new(2026, 11, 28).unwrap(), name.to_owned());
        RoundRow { name: RoundName { period, ..row.name.clone() }, ..row }
    };
    let (first, second) = (crew("first", 100), crew("second", 200));
    let all = [&day, &night, &other, &first, &second];
    let is_mended = |of: &RoundRow, line: u64, at: i64| is_answered_later(&all, of, line, Timestamp(at));
    assert!(is_mended(&day, 7, 100), "the night shift looked again");
    assert!(!is_mended(&night, 7, 200), "nobody has looked since");
    assert!(!is_mended(&day, 8, 100), "the night shift's was before");
    assert!(!is_mended(&day, 9, 100), "nobody else was asked");
    assert!(!is_mended(&first, 7, 100), "another crew's drone is another drone");
}
