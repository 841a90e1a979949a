//! What the demo bureau is asked to do and how far each station is: chosen around the day it is made, so that the
//! board shows done, open, not done and unknown at once. Writing it down is `history`'s.

use shared::domain::Label;
use shared::domain::calendar::{Calendar, Duty, Operation, Recurrence};
use shared::domain::round::{Period, RoundName};
use shared::ids::{StationCode, TemplateId};
use shared::time::{DAY_MS, Date, HOUR_MS, MINUTE_MS, Timestamp, Zone};

use super::bureau::{self, DISPUTED, HOME, SILENT, dice};
use crate::content;

/// Days of history before today.
pub const HISTORY_DAYS: i64 = 14;
/// Days of it with a pre-duty round: the longest of the daily ones, and nobody looks further back.
const PRE_DUTY_DAYS: i64 = 5;
/// Days for which the silent station has not been heard.
const SILENT_DAYS: i64 = 3;
/// Name of the flood operation in its rounds' periods.
const FLOOD: &str = "fangxun";

/// Minutes of the day at which duties fall due.
const PRE_DUTY_DUE: u16 = 9 * 60;
const FLOOD_DUE: u16 = 18 * 60;
const MONTHLY_DUE: u16 = 17 * 60;

/// One round that a station worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Which.
    pub name: RoundName,
    /// When the first answer was given.
    pub begun: Timestamp,
    /// When the last one was.
    pub ended: Timestamp,
    /// Thousandths of its lines that are answered.
    pub answered_permille: u32,
    /// Whether it is signed.
    pub is_signed: bool,
    /// Whether two of its people disagree.
    pub is_disputed: bool,
}

/// How far a station is with a duty of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Untouched,
    Part(u32),
    Signed,
}

/// The duty calendar of a bureau that is made on a date.
pub fn calendar(today: Date) -> Calendar {
    let duty = |template: &str, on, due_minute| Duty {
        template: template_id(template),
        on,
        due_minute,
        days_after: 0,
    };
    let flood = flood(today);
    Calendar {
        duties: vec![
            duty("pre-duty", Recurrence::Daily, PRE_DUTY_DUE),
            duty("flood-departure", Recurrence::Operation, FLOOD_DUE),
            duty("kit-maintenance", monthly(maintenance_day(today)), MONTHLY_DUE),
            duty("inspection", monthly(inspection_day(today)), MONTHLY_DUE),
            duty("tactical-unit", Recurrence::Shift, 30),
            duty("five-haves", Recurrence::Weekly { weekday: 6 }, MONTHLY_DUE),
            duty("pre-drive", Recurrence::Occasion, 0),
            duty("uav-preflight", Recurrence::Occasion, 0),
            duty("uav-postflight", Recurrence::Occasion, 0),
        ],
        shifts: content::shifts(),
        operations: [(flood.operation.clone(), flood)].into_iter().collect(),
        ..Calendar::default()
    }
}

/// The flood that every station is out for since the history begins.
fn flood(today: Date) -> Operation {
    Operation {
        operation: FLOOD.to_owned(),
        label: Label::new("冬汛", "Winter flood"),
        from: today.plus_days(-HISTORY_DAYS),
        to: None,
        stations: Vec::new(),
        by: bureau::supervisor_id(1),
    }
}

/// When the silent station was last heard.
pub fn silent_since(now: Timestamp) -> Timestamp {
    now.plus_ms(-SILENT_DAYS * DAY_MS - 5 * HOUR_MS)
}

/// What a station did until `now`, oldest first. The guests' station checks itself on each of so many days before, if those
/// are more than the others' history has.
pub fn works(station: &StationCode, index: usize, now: Timestamp, zone: Zone, home_days: i64) -> Vec<Work> {
    let today = zone.date(now);
    let mut works = Vec::new();
    let is_long = station.as_str() == HOME && home_days > HISTORY_DAYS;
    for back in (HISTORY_DAYS + 1..=home_days).rev().filter(|_| is_long) {
        let day = past_day(station, today.plus_days(-back), zone);
        works.extend(day.into_iter().filter(|work| work.name.template.as_str() == "pre-duty"));
    }
    for back in (1..=HISTORY_DAYS).rev() {
        let day = past_day(station, today.plus_days(-back), zone);
        works
            .extend(day.into_iter().filter(|work| {
                is_long || back <= PRE_DUTY_DAYS || work.name.template.as_str() != "pre-duty"
            }));
    }
    let calendar = calendar(today);
    for due in calendar.due(station, now, zone) {
        let progress = progress(station, index, due.name.template.as_str());
        // A monthly round is worked on the day before it is due, or as soon as it may be.
        let begun = match due.name.period {
            Period::Month(_) => due.due.plus_ms(-26 * HOUR_MS).max(due.opens),
            _ => due.due.plus_ms(-90 * MINUTE_MS),
        };
        works.extend(work(due.name, begun, 45 * MINUTE_MS, progress));
    }
    let until = if station.as_str() == SILENT { silent_since(now) } else { now };
    let earliest = zone.moment(today, 0);
    works.iter().filter_map(|work| before(work, until, earliest, station.as_str() == SILENT)).collect()
}

fn past_day(station: &StationCode, date: Date, zone: Zone) -> Vec<Work> {
    let mut dice = dice(&["day", station.as_str(), &date.to_string()]);
    let pre_duty = round(station, "pre-duty", Period::Day(date));
    let flood = round(station, "flood-departure", Period::Event(date, FLOOD.to_owned()));
    let mut day = Vec::new();
    for (name, due) in [(pre_duty, PRE_DUTY_DUE), (flood, FLOOD_DUE)] {
        let begun = zone.moment(date, due).plus_ms(-dice.between(50, 110) * MINUTE_MS);
        // The guest's own station owes nothing of the days before.
        let is_left = dice.one_in(24) && station.as_str() != HOME;
        let progress = if is_left { Progress::Part(800) } else { Progress::Signed };
        day.extend(work(name, begun, dice.between(12, 40) * MINUTE_MS, progress));
    }
    day
}

fn progress(station: &StationCode, index: usize, template: &str) -> Progress {
    match (template, station.as_str()) {
        ("pre-duty" | "flood-departure" | "tactical-unit" | "five-haves", HOME) => Progress::Untouched,
        ("kit-maintenance", HOME) => Progress::Signed,
        ("kit-maintenance", SILENT) => Progress::Part(450),
        ("flood-departure", DISPUTED) => Progress::Part(1_000),
        ("pre-duty", _) => {
            [Progress::Signed, Progress::Part(600), Progress::Signed, Progress::Untouched][index % 4]
        }
        ("flood-departure", _) => [
            Progress::Signed,
            Progress::Part(700),
            Progress::Part(300),
            Progress::Signed,
            Progress::Untouched,
        ][index % 5],
        ("kit-maintenance", _) => {
            [Progress::Signed, Progress::Signed, Progress::Part(500), Progress::Signed, Progress::Untouched]
                [index % 5]
        }
        _ => [Progress::Part(550), Progress::Untouched, Progress::Signed, Progress::Untouched][index % 4],
    }
}

fn work(name: RoundName, begun: Timestamp, lasts_ms: i64, progress: Progress) -> Option<Work> {
    let (answered_permille, is_signed) = match progress {
        Progress::Untouched => return None,
        Progress::Part(permille) => (permille, false),
        Progress::Signed => (1_000, true),
    };
    let is_disputed = name.station.as_str() == DISPUTED
        && name.template.as_str() == "flood-departure"
        && answered_permille == 1_000
        && !is_signed;
    Some(Work { name, begun, ended: begun.plus_ms(lasts_ms), answered_permille, is_signed, is_disputed })
}

/// Moves work of today that would lie ahead to before `until`; what a silent station would have done later is left out.
fn before(work: &Work, until: Timestamp, earliest: Timestamp, is_silent: bool) -> Option<Work> {
    let latest = until.plus_ms(-MINUTE_MS);
    if work.ended <= latest {
        return Some(work.clone());
    }
    if is_silent {
        return None;
    }
    let lasted_ms = work.ended.since(work.begun);
    let begun = latest.plus_ms(-lasted_ms).max(earliest.min(latest));
    Some(Work { begun, ended: latest, ..work.clone() })
}

/// Two days ago, so that what is not done is past its time; within this month.
fn maintenance_day(today: Date) -> Date {
    recurring(today.plus_days(-2).max(today.month().first()))
}

/// In three days, so that it is open; within this month.
fn inspection_day(today: Date) -> Date {
    let ahead = today.plus_days(3);
    recurring(if ahead.month() == today.month() { ahead } else { today })
}

/// Every month has four of each weekday; a fifth would leave months out.
fn recurring(day: Date) -> Date {
    if day.day() > 28 { day.plus_days(-7) } else { day }
}

fn monthly(day: Date) -> Recurrence {
    Recurrence::Monthly { weekday: day.weekday(), nth: (day.day() - 1) / 7 + 1, months: Vec::new() }
}

fn round(station: &StationCode, template: &str, period: Period) -> RoundName {
    RoundName { station: station.clone(), template: template_id(template), period }
}

fn template_id(text: &str) -> TemplateId {
    TemplateId::parse(text).expect("a literal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_year_asks_for_every_checklist_that_is_ever_due() {
        let station = StationCode::parse("tianhe").expect("a literal");
        for day in 0..366 {
            let today = Date::new(2027, 12, 20).expect("a date").plus_days(day);
            let noon = Zone::CHINA.moment(today, 12 * 60);
            let due = calendar(today).due(&station, noon, Zone::CHINA);
            assert_eq!(due.len(), 6, "{today}");
        }
    }

    #[test]
    fn nothing_happens_after_now() {
        let midnight = Zone::CHINA.moment(Date::new(2026, 11, 24).expect("a date"), 0);
        for minute in [0, 1, 30, 8 * 60, 12 * 60, 23 * 60] {
            let now = midnight.plus_ms(minute * MINUTE_MS);
            for (index, code) in ["tianhe", HOME, SILENT, DISPUTED].into_iter().enumerate() {
                let station = StationCode::parse(code).expect("a literal");
                let works = works(&station, index, now, Zone::CHINA, 0);
                let until = if code == SILENT { silent_since(now) } else { now };
                assert!(
                    works.iter().all(|work| work.begun <= work.ended && work.ended <= until),
                    "{code} {minute}"
                );
                let is_today = |work: &&Work| work.name.period.start() == Zone::CHINA.date(now);
                assert_eq!(
                    works.iter().filter(is_today).count() > 0,
                    !matches!(code, HOME | SILENT),
                    "{code} {minute}"
                );
            }
        }
    }
}
