//! Which rounds are due when. All dates are the bureau's, whatever the phone's clock says: callers give the corrected
//! moment.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::Label;
use super::round::{Period, RoundName};
use crate::flat::FlatMap;
use crate::ids::{DeviceId, OfficerId, StationCode, TemplateId};
use crate::time::{Date, MINUTE_MS, Month, Timestamp, Zone};

/// The bureau's calendar. Stored as JSON in the calendar document's events, where the latest stands; operations are
/// entries of their own beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// What recurs, in the order shown.
    pub duties: Vec<Duty>,
    /// The shifts of a day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Shift>,
    /// Days on which no monthly duty falls: public holidays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days_off: Vec<Date>,
    /// Operations by name, from their own entries.
    #[serde(skip)]
    pub operations: FlatMap<String, Operation>,
}

/// A recurring duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// The checklist.
    pub template: TemplateId,
    /// On which days.
    pub on: Recurrence,
    /// Minute of the period's last day by which the round is due, bureau time; of a shift, minutes after it begins.
    pub due_minute: u16,
    /// Days for which the last day's round of an operation is asked for after it, and by the last of which it is due: who
    /// comes home the morning after the end still has to unload.
    #[serde(skip_serializing_if = "is_none_after")]
    pub days_after: u8,
}

fn is_none_after(days: &u8) -> bool {
    *days == 0
}

crate::read_object!(Duty { template, on, due_minute, days_after as default });

/// On which days a duty falls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", try_from = "SpeltRecurrence")]
pub enum Recurrence {
    /// Every day.
    Daily,
    /// Once each shift of the calendar.
    Shift,
    /// Once a week; the period is the ISO week.
    Weekly {
        /// The day it is due, days since Monday.
        weekday: u8,
    },
    /// Once a month; the period is the month, and the day is the one asked for (保养日, 点验日).
    Monthly {
        /// Days since Monday.
        weekday: u8,
        /// The first, second, ... such working day of the month.
        nth: u8,
        /// In these months only, from 1; in every one when there are none.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        months: Vec<u8>,
    },
    /// On each day of an event that is known beforehand.
    Event {
        /// Name in the period, ASCII.
        name: String,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// On each day of every operation that a supervisor has started, such as a flood.
    Operation,
    /// Whenever it occurs (a drive, a flight), several times a day; never due.
    Occasion,
    /// A later version's: nothing that this one can ask for.
    Later,
}

/// The day on which a week's duty is due when the calendar names none: Sunday.
const WEEK_DUE: u8 = 6;

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// Name in the period, ASCII.
    pub name: String,
    /// What it is called.
    pub label: Label,
    /// Minute of the day at which it begins, bureau time.
    pub begins_minute: u16,
    /// Minute, counted from the same midnight, at which it ends: past 1,440 when that is on the next day.
    pub ends_minute: u16,
}

crate::read_object!(Shift { name, label, begins_minute, ends_minute });

/// An operation that a supervisor started; a later entry with its name replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// Name in the period, ASCII.
    pub operation: String,
    /// What it is called.
    pub label: Label,
    /// First day.
    pub from: Date,
    /// Last day; none while it goes on.
    pub to: Option<Date>,
    /// Which stations; all of them, when none is named.
    pub stations: Vec<StationCode>,
    /// Whose word.
    pub by: OfficerId,
}

crate::read_object!(Operation { operation, label, from, to as default, stations as default, by });

/// A [`Recurrence`] as it is read, for the reason that items' kinds have.
#[derive(Deserialize)]
struct SpeltRecurrence {
    r#type: String,
    #[serde(default)]
    weekday: Option<u8>,
    #[serde(default)]
    nth: Option<u8>,
    #[serde(default)]
    months: Vec<u8>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    from: Option<Date>,
    #[serde(default)]
    to: Option<Date>,
}

impl TryFrom<SpeltRecurrence> for Recurrence {
    type Error = &'static str;

    fn try_from(spelt: SpeltRecurrence) -> Result<Self, Self::Error> {
        let SpeltRecurrence { r#type, weekday, nth, months, name, from, to } = spelt;
        match (r#type.as_str(), weekday.zip(nth), name, from.zip(to)) {
            ("daily", ..) => Ok(Self::Daily),
            ("shift", ..) => Ok(Self::Shift),
            ("weekly", ..) => Ok(Self::Weekly { weekday: weekday.unwrap_or(WEEK_DUE) }),
            ("monthly", Some((weekday, nth)), ..) => Ok(Self::Monthly { weekday, nth, months }),
            ("event", _, Some(name), Some((from, to))) => Ok(Self::Event { name, from, to }),
            ("operation", ..) => Ok(Self::Operation),
            ("occasion", ..) => Ok(Self::Occasion),
            ("monthly" | "event", ..) => Err("a recurrence without its days"),
            _ => Ok(Self::Later),
        }
    }
}

/// A round that the calendar asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRound {
    /// Which.
    pub name: RoundName,
    /// When it can be started.
    pub opens: Timestamp,
    /// When it is due.
    pub due: Timestamp,
}

/// Minutes before a shift begins at which its rounds can be started: whoever comes on duty checks first.
const SHIFT_OPENS_MINUTES: i64 = 60;
/// Minutes of a day.
const DAY_MINUTES: u16 = 1_440;
/// Days for which the next duty is looked for: any month's day is nearer.
const DAYS_AHEAD_MAX: i64 = 70;

impl Calendar {
    /// The rounds of a station that are open or fell due at a moment's date, or in its shift; in the calendar's order.
    pub fn due(&self, station: &StationCode, at: Timestamp, zone: Zone) -> Vec<DueRound> {
        self.duties.iter().flat_map(|duty| self.rounds(duty, station, at, zone)).collect()
    }

    /// The checklists that can be begun at any time.
    pub fn occasions(&self) -> impl Iterator<Item = &TemplateId> {
        self.duties.iter().filter(|duty| duty.on == Recurrence::Occasion).map(|duty| &duty.template)
    }

    /// The name of the next operation that a phone starts: the phone's own, so that two people can start two at once.
    pub fn next_operation(&self, phone: DeviceId) -> String {
        let own = |n: usize| begun_by(phone, n);
        let is_free = |name: &String| self.operations.get(name).is_none();
        (1..).map(own).find(is_free).unwrap_or_default()
    }

    /// What a period's shift or operation is called.
    pub fn label(&self, period: &Period) -> Option<&Label> {
        match period {
            Period::Shift(_, name) => {
                self.shifts.iter().find(|it| it.name == *name).map(|shift| &shift.label)
            }
            Period::Event(_, name) => self.operations.get(name).map(|operation| &operation.label),
            _ => None,
        }
    }

    /// The last day that a period is about: a night shift ends on the day after the one that it belongs to.
    pub fn last_day(&self, period: &Period) -> Date {
        let shift = |name: &str| self.shifts.iter().find(|shift| shift.name == name);
        match period {
            Period::Shift(date, name) if shift(name).is_some_and(|it| it.ends_minute > DAY_MINUTES) => {
                date.plus_days(1)
            }
            _ => period.end(),
        }
    }

    /// The round that a station can start next and not yet; `None` when none comes in the next weeks.
    pub fn next(&self, station: &StationCode, at: Timestamp, zone: Zone) -> Option<DueRound> {
        let today = zone.date(at);
        let days = (1..=DAYS_AHEAD_MAX).map(|ahead| zone.moment(today.plus_days(ahead), 0));
        days.map(|day| self.due(station, day, zone))
            .find_map(|due| due.into_iter().filter(|due| due.opens > at).min_by_key(|due| due.opens))
    }

    /// The next moment at which another day or shift may ask for other rounds.
    pub fn changes_after(&self, at: Timestamp, zone: Zone) -> Timestamp {
        let today = zone.date(at);
        let midnight = zone.moment(today.plus_days(1), 0);
        let shifts = (-1..=1)
            .flat_map(|day| self.shifts.iter().flat_map(move |shift| shift.span(today.plus_days(day), zone)));
        shifts.filter(|moment| *moment > at).fold(midnight, Timestamp::min)
    }

    fn rounds(&self, duty: &Duty, station: &StationCode, at: Timestamp, zone: Zone) -> Vec<DueRound> {
        let date = zone.date(at);
        let on_day = |period, opens, due_day| {
            vec![duty.round(station, period, zone.moment(opens, 0), zone.moment(due_day, duty.due_minute))]
        };
        match &duty.on {
            Recurrence::Daily => on_day(Period::Day(date), date, date),
            Recurrence::Shift => self.shift_rounds(duty, station, at, zone),
            Recurrence::Weekly { weekday } => {
                let monday = date.plus_days(-i64::from(date.weekday()));
                on_day(Period::Week(monday), monday, monday.plus_days(i64::from(*weekday).min(6)))
            }
            Recurrence::Monthly { weekday, nth, months } => {
                let (first, is_asked) =
                    (date.month().first(), months.is_empty() || months.contains(&date.month().month));
                match self.nth_weekday(date.month(), *weekday, *nth).filter(|_| is_asked) {
                    // Open for the week before its day, on it, and listed until the month ends.
                    Some(day) if date >= day.plus_days(-7) => {
                        on_day(Period::Month(first), day.plus_days(-7).max(first), day)
                    }
                    _ => Vec::new(),
                }
            }
            Recurrence::Event { name, from, to } if *from <= date && date <= *to => {
                on_day(Period::Event(date, name.clone()), date, date)
            }
            Recurrence::Operation => {
                let asked = |it: &Operation| {
                    let day = it.asked_on(date, station, duty.days_after)?;
                    // The same on the last day as on those after it.
                    let after = if it.to == Some(day) { i64::from(duty.days_after) } else { 0 };
                    let due = day.plus_days(after);
                    Some(on_day(Period::Event(day, it.operation.clone()), day, due))
                };
                self.operations.values().filter_map(asked).flatten().collect()
            }
            Recurrence::Event { .. } | Recurrence::Occasion | Recurrence::Later => Vec::new(),
        }
    }

    /// A shift belongs to the date it starts on: at two in the morning it is yesterday's night shift.
    fn shift_rounds(&self, duty: &Duty, station: &StationCode, at: Timestamp, zone: Zone) -> Vec<DueRound> {
        let today = zone.date(at);
        let days = (-1..=1).map(|day| today.plus_days(day));
        let shifts = days.flat_map(|day| self.shifts.iter().map(move |shift| (day, shift)));
        let open = shifts.filter_map(|(day, shift)| {
            let [opens, ends] = shift.span(day, zone);
            let due = zone.moment(day, shift.begins_minute).plus_ms(i64::from(duty.due_minute) * MINUTE_MS);
            (opens <= at && at < ends)
                .then(|| duty.round(station, Period::Shift(day, shift.name.clone()), opens, due))
        });
        open.collect()
    }

    fn nth_weekday(&self, month: Month, weekday: u8, nth: u8) -> Option<Date> {
        let first = month.first();
        let to_first = (7 + i64::from(weekday) - i64::from(first.weekday())) % 7;
        let dates = (0..5).map(|week| first.plus_days(to_first + 7 * week));
        let working: Vec<Date> =
            dates.filter(|date| date.month() == month && !self.days_off.contains(date)).collect();
        // Every month has four; of fewer working ones the last stands for the fourth.
        let asked = working.get(usize::from(nth).checked_sub(1)?);
        asked.or_else(|| working.last().filter(|_| nth < 5)).copied()
    }
}

impl Shift {
    /// When its rounds open, and when it ends.
    fn span(&self, day: Date, zone: Zone) -> [Timestamp; 2] {
        let opens = zone.moment(day, self.begins_minute).plus_ms(-SHIFT_OPENS_MINUTES * MINUTE_MS);
        [opens, zone.moment(day, self.ends_minute)]
    }
}

impl Operation {
    /// Whether it can still be ended on a date: it has begun, and nobody has said that this is its last day.
    pub fn goes_on(&self, date: Date) -> bool {
        self.from <= date && self.to.is_none_or(|to| date < to)
    }

    /// The day whose round is asked for on a date: that date while it goes on, and its last day for some days after.
    fn asked_on(&self, date: Date, station: &StationCode, days_after: u8) -> Option<Date> {
        if self.is_on(date, station) {
            return Some(date);
        }
        let last = self.to.filter(|to| *to < date && date <= to.plus_days(i64::from(days_after)))?;
        self.is_on(last, station).then_some(last)
    }

    /// Whether a station is in it on a date.
    pub fn is_on(&self, date: Date, station: &StationCode) -> bool {
        let is_day = self.from <= date && self.to.is_none_or(|to| date <= to);
        is_day && (self.stations.is_empty() || self.stations.contains(station))
    }
}

impl Duty {
    fn round(&self, station: &StationCode, period: Period, opens: Timestamp, due: Timestamp) -> DueRound {
        DueRound {
            name: RoundName { station: station.clone(), template: self.template.clone(), period },
            opens,
            due,
        }
    }
}

/// The n-th occasion, from 1, that a phone began on a date. Named by the phone, so that two departures are never one
/// round, and so that everybody who knows the phones can find them without reading a document.
pub fn occasion(
    station: &StationCode,
    template: &TemplateId,
    date: Date,
    phone: DeviceId,
    n: u32,
) -> RoundName {
    let period = Period::Occasion(date, begun_by(phone, n));
    RoundName { station: station.clone(), template: template.clone(), period }
}

/// The n-th of what a phone begins, as a name in a period.
fn begun_by(phone: DeviceId, n: impl Display) -> String {
    let phone: String = phone.to_string().chars().take(12).collect();
    format!("{phone}-{n}")
}

#[cfg(test)]
mod tests;
