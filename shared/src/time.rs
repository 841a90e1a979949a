//! Moments and civil dates. Every moment comes in as an argument; nothing here asks what time it is. Dates are the
//! bureau's: the zone is a fixed offset, which every bureau this is built for has.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00Z, by whichever clock the context names.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] pub i64);

/// Milliseconds of one minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds of one hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of one day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

impl Timestamp {
    /// This moment moved by milliseconds; stops at the ends of what can be counted.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when it is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A fixed offset from UTC in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct Zone(#[n(0)] pub i16);

impl Zone {
    /// China Standard Time, the default.
    pub const CHINA: Self = Self(480);

    /// The civil date of a moment.
    pub fn date(self, at: Timestamp) -> Date {
        Date::from_days(self.local_ms(at).div_euclid(DAY_MS))
    }

    /// Minutes since the civil midnight of a moment, 0 to 1439.
    pub fn minute_of_day(self, at: Timestamp) -> u16 {
        u16::try_from(self.local_ms(at).rem_euclid(DAY_MS) / MINUTE_MS).expect("a day has 1440 minutes")
    }

    /// The moment at which `minute` of the civil `date` begins; minutes may pass 1439 into the next days.
    pub fn moment(self, date: Date, minute: u16) -> Timestamp {
        Timestamp(date.days() * DAY_MS + (i64::from(minute) - i64::from(self.0)) * MINUTE_MS)
    }

    fn local_ms(self, at: Timestamp) -> i64 {
        at.0.saturating_add(i64::from(self.0) * MINUTE_MS)
    }
}

/// A civil date, written `yyyy-mm-dd`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(time::Date);

/// Julian day of 1970-01-01.
const EPOCH_JULIAN: i64 = 2_440_588;

impl Date {
    /// The date `days` after 1970-01-01; held within the years that can be written with four digits.
    pub fn from_days(days: i64) -> Self {
        let julian = days.saturating_add(EPOCH_JULIAN);
        let (first, last) =
            (i64::from(time::Date::MIN.to_julian_day()), i64::from(time::Date::MAX.to_julian_day()));
        let held = i32::try_from(julian.clamp(first, last)).expect("both bounds are i32");
        Self(time::Date::from_julian_day(held).expect("held within the calendar"))
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        i64::from(self.0.to_julian_day()) - EPOCH_JULIAN
    }

    /// A date by its parts; `None` when there is no such day.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = time::Month::try_from(month).ok()?;
        time::Date::from_calendar_date(year, month, day).ok().map(Self)
    }

    /// Parses `yyyy-mm-dd`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year_month, day) = text.rsplit_once('-')?;
        let Month { year, month } = Month::parse(year_month)?;
        let is_number = day.len() == 2 && day.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| day.parse().ok()).flatten().and_then(|day| Self::new(year, month, day))
    }

    /// The date moved by days.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_days(self.days().saturating_add(days))
    }

    /// The month it is in.
    pub fn month(self) -> Month {
        Month { year: self.0.year(), month: u8::from(self.0.month()) }
    }

    /// Day of the month, from 1.
    pub fn day(self) -> u8 {
        self.0.day()
    }

    /// Days since Monday, 0 to 6.
    pub fn weekday(self) -> u8 {
        self.0.weekday().number_days_from_monday()
    }

    /// ISO year and week.
    pub fn iso_week(self) -> (i32, u8) {
        let (year, week, _) = self.0.to_iso_week_date();
        (year, week)
    }

    /// The Monday of an ISO week; `None` when the year has no such week.
    pub fn of_iso_week(year: i32, week: u8) -> Option<Self> {
        time::Date::from_iso_week_date(year, week, time::Weekday::Monday).ok().map(Self)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.month(), self.0.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Date {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a date yyyy-mm-dd"))
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

impl<C> Encode<C> for Date {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.i64(self.days())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Date {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Self::from_days(d.i64()?))
    }
}

/// A civil month, written `yyyy-mm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year, four digits.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
}

impl Month {
    /// Parses `yyyy-mm`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12).contains(&month).then_some(Self { year, month })
    }

    /// The first day.
    pub fn first(self) -> Date {
        Date::new(self.year, self.month, 1).unwrap_or_else(|| Date::from_days(0))
    }

    /// The month before.
    #[must_use]
    pub fn before(self) -> Self {
        self.first().plus_days(-1).month()
    }

    /// The month after.
    #[must_use]
    pub fn after(self) -> Self {
        self.first().plus_days(31).month()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_turn_at_the_bureaus_midnight() {
        let before = Timestamp(1_795_449_599_999); // 2026-11-23T15:59:59.999Z
        assert_eq!(Zone::CHINA.date(before).to_string(), "2026-11-23");
        assert_eq!(Zone::CHINA.date(before.plus_ms(1)).to_string(), "2026-11-24");
        assert_eq!(Zone::CHINA.moment(Date::new(2026, 11, 24).unwrap(), 0), before.plus_ms(1));
        assert_eq!(Zone::CHINA.minute_of_day(before), 1439);
    }

    #[test]
    fn only_real_dates_parse() {
        for good in ["2026-11-23", "2024-02-29", "1999-12-31"] {
            assert_eq!(Date::parse(good).map(|d| d.to_string()).as_deref(), Some(good));
        }
        for bad in ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-11-23T", "", "2026-11-+3"] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn clock_nonsense_stays_a_date() {
        for ms in [i64::MIN, -1, 0, i64::MAX] {
            let date = Zone::CHINA.date(Timestamp(ms));
            assert!(Date::parse(&date.to_string()).is_some() || date < Date::from_days(-700_000), "{date}");
        }
        assert_eq!(Month { year: 2026, month: 1 }.before().to_string(), "2025-12");
        assert_eq!(Month { year: 2026, month: 12 }.after().to_string(), "2027-01");
    }
}
