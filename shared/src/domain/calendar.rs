//! Which rounds are due when. All dates are the bureau's, whatever the phone's clock says.

use serde::{Deserialize, Serialize};

use super::round::{Period, RoundName};
use crate::ids::{StationCode, TemplateId};
use crate::time::{Date, Month, Timestamp, Zone};

/// The bureau's calendar. Stored as JSON in the calendar document's events; the latest stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// What recurs, in the order shown.
    pub duties: Vec<Duty>,
}

/// A recurring duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The checklist.
    pub template: TemplateId,
    /// On which days.
    pub on: Recurrence,
    /// Minute of the period's last day by which the round is due, bureau time.
    pub due_minute: u16,
}

/// On which days a duty falls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", try_from = "SpeltRecurrence")]
pub enum Recurrence {
    /// Every day.
    Daily,
    /// Once a week; the period is the ISO week.
    Weekly,
    /// Once a month; the period is the month, and the day is the one asked for (保养日, 点验日).
    Monthly {
        /// Days since Monday.
        weekday: u8,
        /// The first, second, ... such day of the month.
        nth: u8,
    },
    /// On each day of an event, such as a flood operation.
    Event {
        /// Name in the period, ASCII.
        name: String,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
}

/// A [`Recurrence`] as it is read, for the reason that items' kinds have.
#[derive(Deserialize)]
struct SpeltRecurrence {
    r#type: String,
    #[serde(default)]
    weekday: Option<u8>,
    #[serde(default)]
    nth: Option<u8>,
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
        let SpeltRecurrence { r#type, weekday, nth, name, from, to } = spelt;
        match (r#type.as_str(), weekday.zip(nth), name, from.zip(to)) {
            ("daily", ..) => Ok(Self::Daily),
            ("weekly", ..) => Ok(Self::Weekly),
            ("monthly", Some((weekday, nth)), ..) => Ok(Self::Monthly { weekday, nth }),
            ("event", _, Some(name), Some((from, to))) => Ok(Self::Event { name, from, to }),
            _ => Err("a recurrence that this version does not know, or without its days"),
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

impl Calendar {
    /// The rounds of a station that are open or fell due on `date`, in the calendar's order.
    pub fn due(&self, station: &StationCode, date: Date, zone: Zone) -> Vec<DueRound> {
        self.duties.iter().filter_map(|duty| duty.on_date(station, date, zone)).collect()
    }
}

impl Duty {
    /// The round of this duty on a date. A monthly duty is open for the week before its day, on it, and stays listed
    /// until the month ends.
    fn on_date(&self, station: &StationCode, date: Date, zone: Zone) -> Option<DueRound> {
        let (period, opens, due_day) = match &self.on {
            Recurrence::Daily => (Period::Day(date), date, date),
            Recurrence::Weekly => {
                let monday = date.plus_days(-i64::from(date.weekday()));
                (Period::Week(monday), monday, monday.plus_days(6))
            }
            Recurrence::Monthly { weekday, nth } => {
                let day = nth_weekday(date.month(), *weekday, *nth)?;
                let first = date.month().first();
                let opens = day.plus_days(-7).max(first);
                (opens <= date).then_some((Period::Month(first), opens, day))?
            }
            Recurrence::Event { name, from, to } => {
                (*from <= date && date <= *to).then(|| (Period::Event(date, name.clone()), date, date))?
            }
        };
        Some(DueRound {
            name: RoundName { station: station.clone(), template: self.template.clone(), period },
            opens: zone.moment(opens, 0),
            due: zone.moment(due_day, self.due_minute),
        })
    }
}

fn nth_weekday(month: Month, weekday: u8, nth: u8) -> Option<Date> {
    let first = month.first();
    let to_first = (7 + i64::from(weekday) - i64::from(first.weekday())) % 7;
    let date = first.plus_days(to_first + 7 * (i64::from(nth) - 1));
    (date.month() == month).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(on: Recurrence, date: &str, expected: Option<(&str, &str)>) {
        let duty = Duty { template: TemplateId::parse("t").unwrap(), on, due_minute: 18 * 60 };
        let station = StationCode::parse("zhongmiao").unwrap();
        let found = duty.on_date(&station, Date::parse(date).unwrap(), Zone::CHINA);
        let found = found.map(|due| (due.name.period.to_string(), Zone::CHINA.date(due.due).to_string()));
        assert_eq!(found.as_ref().map(|(period, day)| (period.as_str(), day.as_str())), expected);
    }

    #[test]
    fn duties_fall_on_the_bureaus_days() {
        check(Recurrence::Daily, "2026-11-23", Some(("2026-11-23", "2026-11-23")));
        check(Recurrence::Weekly, "2026-11-29", Some(("week/2026-11-23", "2026-11-29")));
        let first_wednesday = Recurrence::Monthly { weekday: 2, nth: 1 };
        check(first_wednesday.clone(), "2026-11-02", Some(("month/2026-11-01", "2026-11-04")));
        check(first_wednesday, "2026-11-23", Some(("month/2026-11-01", "2026-11-04")));
        check(Recurrence::Monthly { weekday: 2, nth: 4 }, "2026-11-10", None);
        check(
            Recurrence::Monthly { weekday: 0, nth: 5 },
            "2026-11-29",
            Some(("month/2026-11-01", "2026-11-30")),
        );
        let flood = Recurrence::Event {
            name: "meiyu".into(),
            from: Date::parse("2026-07-01").unwrap(),
            to: Date::parse("2026-07-03").unwrap(),
        };
        check(flood.clone(), "2026-07-02", Some(("event/2026-07-02/meiyu", "2026-07-02")));
        check(flood, "2026-07-04", None);
    }
}
