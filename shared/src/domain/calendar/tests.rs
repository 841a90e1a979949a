//! Which day, shift, week and month asks for what, in the bureau's time.

use super::*;
use crate::time::HOUR_MS;

fn station() -> StationCode {
    StationCode::parse("zhongmiao").unwrap()
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn calendar(on: Recurrence, due_minute: u16) -> Calendar {
    let shift = |name: &str, begins_minute, ends_minute| Shift {
        name: name.to_owned(),
        label: Label::new("班", "Shift"),
        begins_minute,
        ends_minute,
    };
    Calendar {
        duties: vec![Duty { template: TemplateId::parse("t").unwrap(), on, due_minute, days_after: 0 }],
        shifts: vec![shift("day", 8 * 60, 18 * 60), shift("night", 18 * 60, 32 * 60)],
        ..Calendar::default()
    }
}

/// The rounds that are asked for at a minute of a day: their periods, with the days that they are due on.
fn due(calendar: &Calendar, day: &str, minute: u16) -> Vec<(String, String)> {
    let due = calendar.due(&station(), Zone::CHINA.moment(date(day), minute), Zone::CHINA);
    due.into_iter().map(|due| (due.name.period.to_string(), Zone::CHINA.date(due.due).to_string())).collect()
}

#[track_caller]
fn check(on: Recurrence, day: &str, expected: Option<(&str, &str)>) {
    let expected: Vec<_> = expected.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    for minute in [0, 12 * 60, 1_439] {
        assert_eq!(due(&calendar(on.clone(), 18 * 60), day, minute), expected, "{day} {minute}");
    }
}

fn monthly(weekday: u8, nth: u8) -> Recurrence {
    Recurrence::Monthly { weekday, nth, months: Vec::new() }
}

#[test]
fn duties_fall_on_the_bureaus_days() {
    check(Recurrence::Daily, "2026-11-23", Some(("2026-11-23", "2026-11-23")));
    check(Recurrence::Weekly { weekday: 6 }, "2026-11-29", Some(("week/2026-11-23", "2026-11-29")));
    check(Recurrence::Weekly { weekday: 4 }, "2026-11-29", Some(("week/2026-11-23", "2026-11-27")));
    check(monthly(2, 1), "2026-11-02", Some(("month/2026-11-01", "2026-11-04")));
    check(monthly(2, 1), "2026-11-23", Some(("month/2026-11-01", "2026-11-04")));
    check(monthly(2, 4), "2026-11-10", None);
    check(monthly(0, 5), "2026-11-29", Some(("month/2026-11-01", "2026-11-30")));
    let quarterly = Recurrence::Monthly { weekday: 2, nth: 2, months: vec![3, 6, 9, 12] };
    check(quarterly.clone(), "2026-11-11", None);
    check(quarterly, "2026-12-09", Some(("month/2026-12-01", "2026-12-09")));
    let flood = Recurrence::Event { name: "meiyu".into(), from: date("2026-07-01"), to: date("2026-07-03") };
    check(flood.clone(), "2026-07-02", Some(("event/2026-07-02/meiyu", "2026-07-02")));
    check(flood, "2026-07-04", None);
    check(Recurrence::Occasion, "2026-11-23", None);
}

#[test]
fn a_monthly_day_is_a_working_one() {
    let mut calendar = calendar(monthly(2, 1), 18 * 60);
    calendar.days_off = vec![date("2026-10-07")];
    let month = |day: &str| vec![("month/2026-10-01".to_owned(), day.to_owned())];
    assert_eq!(due(&calendar, "2026-10-08", 0), month("2026-10-14"));
    // Of four working ones the last, when a holiday takes one away; never none at all.
    calendar.duties[0].on = monthly(2, 4);
    assert_eq!(due(&calendar, "2026-10-31", 0), month("2026-10-28"));
    calendar.duties[0].on = monthly(2, 5);
    assert_eq!(due(&calendar, "2026-10-31", 0), []);
}

#[test]
fn a_shift_belongs_to_the_date_it_starts_on() {
    let calendar = calendar(Recurrence::Shift, 30);
    let shift = |period: &str, day: &str| (period.to_owned(), day.to_owned());
    let (day, night) =
        (shift("shift/2026-11-24/day", "2026-11-24"), shift("shift/2026-11-24/night", "2026-11-24"));
    let before = shift("shift/2026-11-23/night", "2026-11-23");
    for (minute, expected) in [
        (0, vec![before.clone()]),
        (6 * 60 + 59, vec![before.clone()]),
        (7 * 60, vec![before, day.clone()]),
        (8 * 60, vec![day.clone()]),
        (17 * 60, vec![day, night.clone()]),
        (18 * 60, vec![night]),
    ] {
        assert_eq!(due(&calendar, "2026-11-24", minute), expected, "{minute}");
    }
    let at = Zone::CHINA.moment(date("2026-11-24"), 18 * 60);
    let [night] = <[DueRound; 1]>::try_from(calendar.due(&station(), at, Zone::CHINA)).unwrap();
    assert_eq!(Zone::CHINA.minute_of_day(night.due), 18 * 60 + 30);
}

#[test]
fn the_list_changes_at_midnight_and_with_the_shifts() {
    let calendar = calendar(Recurrence::Shift, 30);
    let minute_after = |minute| {
        let at = Zone::CHINA.moment(date("2026-11-24"), minute);
        calendar.changes_after(at, Zone::CHINA).since(at) / MINUTE_MS
    };
    assert_eq!([0, 7 * 60, 8 * 60, 20 * 60].map(minute_after), [420, 60, 540, 240]);
}

#[test]
fn an_operation_asks_its_stations_from_its_first_day_to_its_last() {
    let mut calendar = calendar(Recurrence::Operation, 18 * 60);
    assert_eq!(due(&calendar, "2026-07-02", 0), []);
    let mut flood = Operation {
        operation: "flood-0701".to_owned(),
        label: Label::new("七月防汛", "July flood"),
        from: date("2026-07-01"),
        to: None,
        stations: vec![station()],
        by: OfficerId::parse("chen").unwrap(),
    };
    let mut with = |operation: &Operation, day: &str| {
        calendar.operations.insert(operation.operation.clone(), operation.clone());
        due(&calendar, day, 0).into_iter().map(|(period, _)| period).collect::<Vec<_>>()
    };
    assert_eq!(with(&flood, "2026-06-30"), Vec::<String>::new());
    assert_eq!(with(&flood, "2026-07-09"), ["event/2026-07-09/flood-0701"]);
    flood.to = Some(date("2026-07-08"));
    assert_eq!(with(&flood, "2026-07-08"), ["event/2026-07-08/flood-0701"]);
    assert_eq!(with(&flood, "2026-07-09"), Vec::<String>::new());
    flood.stations = vec![StationCode::parse("huailin").unwrap()];
    assert_eq!(with(&flood, "2026-07-08"), Vec::<String>::new());
    flood.stations = Vec::new();
    assert_eq!(with(&flood, "2026-07-08"), ["event/2026-07-08/flood-0701"]);
}

#[test]
fn a_phone_names_each_operation_that_it_starts_and_no_other_phones() {
    let mut calendar = calendar(Recurrence::Operation, 18 * 60);
    let [one, other] = [1, 2].map(|n| DeviceId::from([n; 16]));
    let first = calendar.next_operation(one);
    assert_ne!(first, calendar.next_operation(other));
    let mut operation = Operation {
        operation: first.clone(),
        label: Label::new("搜救", "Search"),
        from: date("2026-07-01"),
        to: None,
        stations: Vec::new(),
        by: OfficerId::parse("chen").unwrap(),
    };
    calendar.operations.insert(first.clone(), operation.clone());
    assert_ne!(calendar.next_operation(one), first);
    let period = Period::Event(date("2026-07-01"), calendar.next_operation(one));
    assert_eq!(Period::parse(&period.to_string()), Ok(period));
    let goes_on = |operation: &Operation, day: &str| operation.goes_on(date(day));
    assert!(!goes_on(&operation, "2026-06-30") && goes_on(&operation, "2026-07-01"));
    operation.to = Some(date("2026-07-03"));
    assert!(goes_on(&operation, "2026-07-02") && !goes_on(&operation, "2026-07-03"));
}

#[test]
fn the_next_duty_is_found_when_nothing_is_due() {
    let calendar = calendar(monthly(2, 1), 17 * 60);
    let at = Zone::CHINA.moment(date("2026-11-24"), 600);
    let next = calendar.next(&station(), at, Zone::CHINA).unwrap();
    assert_eq!(next.name.period.to_string(), "month/2026-12-01");
    assert_eq!(Zone::CHINA.date(next.opens).to_string(), "2026-12-01");
    assert_eq!(Calendar::default().next(&station(), at, Zone::CHINA), None);
}

#[test]
fn a_calendar_of_the_first_version_still_reads() {
    let old = r#"{"duties": [{"template": "t", "on": {"type": "weekly"}, "due_minute": 540},
        {"template": "t", "on": {"type": "monthly", "weekday": 2, "nth": 1}, "due_minute": 1020},
        {"template": "t", "on": {"type": "lunar"}, "due_minute": 0}]}"#;
    let calendar: Calendar = serde_json::from_str(old).unwrap();
    let on: Vec<_> = calendar.duties.into_iter().map(|duty| duty.on).collect();
    assert_eq!(on, [Recurrence::Weekly { weekday: 6 }, monthly(2, 1), Recurrence::Later]);
}

#[test]
fn every_recurrence_survives_its_json() {
    let (from, to) = (date("2026-12-24"), date("2026-12-26"));
    for on in [
        Recurrence::Daily,
        Recurrence::Shift,
        Recurrence::Weekly { weekday: 0 },
        Recurrence::Monthly { weekday: 2, nth: 1, months: vec![3, 6, 9, 12] },
        Recurrence::Event { name: "fair".into(), from, to },
        Recurrence::Operation,
        Recurrence::Occasion,
        Recurrence::Later,
    ] {
        let json = serde_json::to_string(&on).unwrap();
        assert_eq!(serde_json::from_str::<Recurrence>(&json).unwrap(), on, "{json}");
    }
}

#[test]
fn two_phones_never_begin_one_occasion_and_everybody_can_find_both() {
    let name = |phone: u8, n| {
        let template = TemplateId::parse("pre-drive").unwrap();
        occasion(&station(), &template, date("2026-11-24"), DeviceId::from([phone; 16]), n)
    };
    assert_eq!(name(1, 1), name(1, 1));
    assert_ne!(name(1, 1), name(2, 1));
    assert_ne!(name(1, 1), name(1, 2));
    let text = name(0xab, 1_000).period.to_string();
    assert_eq!(Period::parse(&text).unwrap(), name(0xab, 1_000).period, "{text}");
    let late = Zone::CHINA.moment(date("2026-11-24"), 0).plus_ms(23 * HOUR_MS);
    assert_eq!(name(1, 1).period.start(), Zone::CHINA.date(late));
}

#[test]
fn who_comes_home_after_an_operation_has_ended_is_asked_for_its_last_day() {
    let mut calendar = calendar(Recurrence::Operation, 18 * 60);
    let flood = Operation {
        operation: "flood".into(),
        label: Label::new("防汛", "Flood"),
        from: date("2026-07-01"),
        to: Some(date("2026-07-03")),
        stations: Vec::new(),
        by: OfficerId::parse("wang").unwrap(),
    };
    calendar.operations.insert("flood".into(), flood);
    let asked = |calendar: &Calendar, day: &str| due(calendar, day, 600);
    let on = |period: &str, due: &str| vec![(period.to_owned(), due.to_owned())];
    for (after, day, expected) in [
        (0, "2026-07-04", vec![]),
        (1, "2026-07-02", on("event/2026-07-02/flood", "2026-07-02")),
        // It does not fall due later because midnight has passed.
        (1, "2026-07-03", on("event/2026-07-03/flood", "2026-07-04")),
        (1, "2026-07-04", on("event/2026-07-03/flood", "2026-07-04")),
        (1, "2026-07-05", vec![]),
    ] {
        calendar.duties[0].days_after = after;
        assert_eq!(asked(&calendar, day), expected, "{after} {day}");
    }
}

#[test]
fn a_shift_that_goes_on_past_midnight_is_about_the_next_day_too() {
    let calendar = calendar(Recurrence::Shift, 30);
    let last = |period: &str| calendar.last_day(&Period::parse(period).unwrap()).to_string();
    assert_eq!(last("shift/2026-11-30/night"), "2026-12-01");
    assert_eq!(last("shift/2026-11-30/day"), "2026-11-30");
    assert_eq!(last("shift/2026-11-30/unheard-of"), "2026-11-30");
    assert_eq!(last("week/2026-11-23"), "2026-11-29");
}
