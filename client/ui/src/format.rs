//! Values as people read them: dates and times in the bureau's zone, ages, numbers, answers. Pure; the time of day
//! is an argument.

use link::slice::Input;
use shared::domain::answer::{Answer, Condition};
use shared::domain::round::Period;
use shared::domain::template::Choice;
use shared::time::{DAY_MS, Date, HOUR_MS, MINUTE_MS, Timestamp, Zone};

use crate::i18n::Words;

/// What an answer says, apart from its words: it decides shape and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 完好, yes, a number within its bounds.
    Fine,
    /// 需关注
    Watch,
    /// 故障停用, no, a number outside its bounds.
    Fault,
    /// 缺失
    Missing,
    /// 未查
    Unchecked,
    /// 不适用
    NotApplicable,
    /// A value that is neither good nor bad.
    Value,
}

impl Status {
    /// The class and attribute value that the style sheets know.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Watch => "watch",
            Self::Fault => "fault",
            Self::Missing => "missing",
            Self::Unchecked => "unchecked",
            Self::NotApplicable => "na",
            Self::Value => "value",
        }
    }

    fn within(number: i64, min: Option<i64>, max: Option<i64>) -> Self {
        let is_off = min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max);
        if is_off { Self::Fault } else { Self::Fine }
    }

    /// A condition as a status.
    pub fn of_condition(condition: Condition) -> Self {
        match condition {
            Condition::Ok => Self::Fine,
            Condition::Watch => Self::Watch,
            Condition::Fault => Self::Fault,
            Condition::Missing => Self::Missing,
        }
    }

    /// What an answer to an item says.
    pub fn of(answer: &Answer, input: &Input) -> Self {
        match answer {
            Answer::Condition(condition) => Self::of_condition(*condition),
            Answer::YesNo(true) => Self::Fine,
            Answer::YesNo(false) => Self::Fault,
            Answer::NotChecked => Self::Unchecked,
            Answer::NotApplicable => Self::NotApplicable,
            Answer::Number(number) => match input {
                Input::Number { ok_min: None, ok_max: None, .. } | Input::Count { expected: None, .. } => {
                    Self::Value
                }
                Input::Number { ok_min: min, ok_max: max, .. } => Self::within(*number, *min, *max),
                Input::Count { expected, .. } => Self::within(*number, *expected, None),
                _ => Self::Value,
            },
            Answer::Date(date) => match input {
                Input::Date(Some(until)) if date < until => Self::Fault,
                _ => Self::Value,
            },
            Answer::Choice(code) => {
                option(input, code).map_or(Self::Value, |option| Self::of_condition(option.means))
            }
            Answer::Text(_) | Answer::Scan(_) | Answer::Photo(_) => Self::Value,
        }
    }
}

/// An answer in words, with the unit of a number.
pub fn answer(words: Words, answer: &Answer, input: &Input) -> String {
    match answer {
        Answer::Condition(Condition::Ok) => words.status_ok().to_owned(),
        Answer::Condition(Condition::Watch) => words.status_watch().to_owned(),
        Answer::Condition(Condition::Fault) => words.status_fault().to_owned(),
        Answer::Condition(Condition::Missing) => words.status_missing().to_owned(),
        Answer::NotChecked => words.status_unchecked().to_owned(),
        Answer::NotApplicable => words.status_na().to_owned(),
        Answer::YesNo(true) => words.yes().to_owned(),
        Answer::YesNo(false) => words.no().to_owned(),
        Answer::Number(thousandths) => match input {
            Input::Number { unit, .. } | Input::Count { unit, .. } => {
                [&thousandths_text(*thousandths), " ", words.label(unit)].concat()
            }
            _ => thousandths_text(*thousandths),
        },
        Answer::Date(at) => date(*at),
        Answer::Choice(code) => {
            option(input, code).map_or(code.as_str(), |option| words.label(&option.name)).to_owned()
        }
        Answer::Text(text) | Answer::Scan(text) => text.clone(),
        Answer::Photo(_) => words.photo().to_owned(),
    }
}

/// How many scans or photos stand side by side; `None` for what is one answer.
pub fn collected(words: Words, answers: &[Answer]) -> Option<String> {
    let n = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    match answers.first()? {
        Answer::Scan(_) => Some(words.counted(n)),
        Answer::Photo(_) => Some(words.photos_taken(n)),
        _ => None,
    }
}

fn option<'a>(input: &'a Input, code: &str) -> Option<&'a Choice> {
    let Input::Choice(options) = input else { return None };
    options.iter().find(|option| option.code == code)
}

/// A number in thousandths, without zeros at the end.
pub fn thousandths_text(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let size = thousandths.unsigned_abs();
    let (whole, rest) = (size / 1000, size % 1000);
    if rest == 0 {
        return [sign, &whole.to_string()].concat();
    }
    let digits = (1000 + rest).to_string();
    [sign, &whole.to_string(), ".", digits[1..].trim_end_matches('0')].concat()
}

/// Reads what a person typed: an optional sign, digits, a point or comma, at most three decimals.
pub fn parse_thousandths(text: &str) -> Option<i64> {
    let text = text.trim().replace(['，', ',', '。', '．'], ".");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || part.len() > 3 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let padded = [part, "000"].concat();
    Some(sign * (whole.parse::<i64>().ok()? * 1000 + padded[..3].parse::<i64>().ok()?))
}

/// `2026-11-24`, which both languages read without doubt.
pub fn date(at: Date) -> String {
    at.to_string()
}

/// Month, day and weekday.
pub fn day(words: Words, at: Date) -> String {
    let month = u32::from(at.month().month);
    let name = match month {
        1 => "Jan",
        2 => "Feb",
        3 => "Mar",
        4 => "Apr",
        5 => "May",
        6 => "Jun",
        7 => "Jul",
        8 => "Aug",
        9 => "Sep",
        10 => "Oct",
        11 => "Nov",
        _ => "Dec",
    };
    let (zh, en) = match at.weekday() {
        0 => ("周一", "Mon"),
        1 => ("周二", "Tue"),
        2 => ("周三", "Wed"),
        3 => ("周四", "Thu"),
        4 => ("周五", "Fri"),
        5 => ("周六", "Sat"),
        _ => ("周日", "Sun"),
    };
    let day = at.day().to_string();
    if words.is_english() {
        [en, " ", &day, " ", name].concat()
    } else {
        [&month.to_string(), "月", &day, "日 ", zh].concat()
    }
}

/// Month and day, short.
pub fn short_day(at: Date) -> String {
    let digits = |n: u8| if n < 10 { ["0", &n.to_string()].concat() } else { n.to_string() };
    [&digits(at.month().month), "-", &digits(at.day())].concat()
}

/// The time of day, `hh:mm`.
pub fn clock(zone: Zone, at: Timestamp) -> String {
    let minute = zone.minute_of_day(at);
    let digits = |n: u16| if n < 10 { ["0", &n.to_string()].concat() } else { n.to_string() };
    [&digits(minute / 60), ":", &digits(minute % 60)].concat()
}

/// A moment: the time alone today, with the day otherwise.
pub fn moment(zone: Zone, at: Timestamp, now: Timestamp) -> String {
    let (day, today) = (zone.date(at), zone.date(now));
    if day == today {
        clock(zone, at)
    } else if day.month().year == today.month().year {
        [&short_day(day), " ", &clock(zone, at)].concat()
    } else {
        [&date(day), " ", &clock(zone, at)].concat()
    }
}

/// How long ago. What lies in the future by a clock's error is "just now".
pub fn age(words: Words, at: Timestamp, now: Timestamp) -> String {
    let ms = now.since(at);
    if ms < MINUTE_MS {
        words.age_now().to_owned()
    } else if ms < HOUR_MS {
        words.age_minutes(count(ms / MINUTE_MS))
    } else if ms < 2 * DAY_MS {
        words.age_hours(count(ms / HOUR_MS))
    } else {
        words.age_days(count(ms / DAY_MS))
    }
}

/// When something is due, from now: today with the time, otherwise in days.
pub fn due(words: Words, zone: Zone, at: Timestamp, now: Timestamp) -> String {
    let days = zone.date(at).days() - zone.date(now).days();
    let time = clock(zone, at);
    match days {
        0 if at < now => words.due_passed_today(&time),
        0 => words.due_today(&time),
        1 => words.due_tomorrow(&time),
        ..0 => words.due_passed(&short_day(zone.date(at))),
        _ => words.due_in_days(&short_day(zone.date(at)), count(days)),
    }
}

/// The time that a round is for.
pub fn period(words: Words, period: &Period) -> String {
    match period {
        Period::Day(at) | Period::Shift(at, _) | Period::Event(at, _) | Period::Occasion(at, _) => {
            day(words, *at)
        }
        Period::Week(monday) => words.week_of(&short_day(*monday)),
        Period::Month(first) => first.month().to_string(),
    }
}

/// Milliseconds between two clocks, as minutes, hours or days.
pub fn span(words: Words, ms: i64) -> String {
    let size = ms.saturating_abs();
    if size < 2 * HOUR_MS {
        words.span_minutes(count(size / MINUTE_MS))
    } else if size < 2 * DAY_MS {
        words.span_hours(count(size / HOUR_MS))
    } else {
        words.span_days(count(size / DAY_MS))
    }
}

/// A wait of milliseconds, in seconds or minutes, begun ones counted.
pub fn wait(words: Words, ms: i64) -> String {
    if ms <= 2 * MINUTE_MS {
        words.wait_seconds(count((ms + 999) / 1_000))
    } else {
        words.wait_minutes(count((ms + MINUTE_MS - 1) / MINUTE_MS))
    }
}

/// Bytes in megabytes, with one decimal below ten; less than a tenth of one in kilobytes, begun ones counted.
pub fn size(bytes: u64) -> String {
    if bytes < 100_000 {
        return [&bytes.div_ceil(1_000).to_string(), " kB"].concat();
    }
    let tenths = bytes.saturating_mul(10) / 1_000_000;
    if tenths < 100 {
        [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string(), " MB"].concat()
    } else {
        [&(tenths / 10).to_string(), " MB"].concat()
    }
}

fn count(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    #[test]
    fn numbers_survive_typing() {
        for (text, thousandths) in
            [("79.5", 79_500), ("0", 0), ("-3", -3000), ("0.005", 5), ("12，25", 12_250)]
        {
            assert_eq!(parse_thousandths(text), Some(thousandths), "{text}");
        }
        for wrong in ["", ".", "1.2345", "a", "1.2.3", "--1", "9999999999999"] {
            assert_eq!(parse_thousandths(wrong), None, "{wrong}");
        }
        for (thousandths, text) in [(79_500, "79.5"), (5, "0.005"), (-3000, "-3"), (1_010, "1.01")] {
            assert_eq!(thousandths_text(thousandths), text);
        }
    }

    #[test]
    fn ages_and_due_dates_read_as_people_say_them() {
        let (zh, en) = (Words::default(), Words(Language::English));
        let zone = Zone::CHINA;
        let now = zone.moment(Date::new(2026, 11, 24).unwrap(), 8 * 60);
        assert_eq!(age(zh, now.plus_ms(-6 * HOUR_MS), now), "6 小时前");
        assert_eq!(age(en, now.plus_ms(-HOUR_MS), now), "1 hour ago");
        assert_eq!(age(en, now.plus_ms(5 * HOUR_MS), now), "just now");
        assert_eq!(due(zh, zone, now.plus_ms(HOUR_MS), now), "今天 09:00 前");
        assert_eq!(due(zh, zone, now.plus_ms(2 * DAY_MS), now), "11-26 截止，剩 2 天");
        assert_eq!(moment(zone, now.plus_ms(-DAY_MS), now), "11-23 08:00");
        assert_eq!(day(zh, zone.date(now)), "11月24日 周二");
        assert_eq!(day(en, zone.date(now)), "Tue 24 Nov");
    }

    #[test]
    fn a_number_is_judged_by_its_bounds() {
        let unit = Default::default();
        let input = Input::Number { unit, ok_min: Some(80_000), ok_max: None, min: None, max: None };
        assert_eq!(Status::of(&Answer::Number(79_999), &input), Status::Fault);
        assert_eq!(Status::of(&Answer::Number(80_000), &input), Status::Fine);
    }

    #[test]
    fn sizes_keep_one_decimal_while_small() {
        assert_eq!(size(1_250_000), "1.2 MB");
        assert_eq!((size(99_999), size(1), size(0)), ("100 kB".into(), "1 kB".into(), "0 kB".into()));
        assert_eq!(size(10_700_000_000), "10700 MB");
    }
}
