//! A line as it is asked in one round on one subject: how many there should be depends on what was counted before, and
//! whether a printed date lasts as long as the round is for. What agrees, what calls for action and what is the safe side is
//! decided here; what several people's answers amount to is `domain::reading`.

use std::cmp::Ordering;

use super::{Choice, Item, ItemKind};
use crate::domain::answer::{Answer, Condition, SafeSide};
use crate::ids::ItemId;
use crate::time::Date;

/// A line as it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The line.
    pub item: &'a Item,
    /// How many there should be, in thousandths; `None` when it is no count, or nobody has said yet.
    pub expected: Option<i64>,
    /// The day that printed dates must reach, the last of the round's period; `None` when it is not known.
    pub until: Option<Date>,
}

/// Which band of an item a number falls into: numbers dispute only where their bands differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Within what the item calls fine.
    Fine,
    /// Nobody has said yet what would be fine.
    Open,
    /// Outside it.
    Off,
}

impl<'a> Asked<'a> {
    /// A line by itself, for no particular time.
    pub fn alone(item: &'a Item) -> Self {
        Self::new(item, |_| None, None)
    }

    /// A line for a time; `counted` gives the number that stands in an earlier line, in thousandths.
    pub fn new(item: &'a Item, counted: impl Fn(&ItemId) -> Option<i64>, until: Option<Date>) -> Self {
        let expected = match &item.kind {
            ItemKind::Count { expected, .. } => {
                let of = expected.of.as_ref().map_or(Some(0), counted);
                of.map(|of| {
                    of.max(0)
                        .saturating_mul(i64::from(expected.each))
                        .saturating_add(i64::from(expected.plus) * 1_000)
                })
            }
            _ => None,
        };
        Self { item, expected, until }
    }

    /// The least and the most that are fine.
    pub fn bounds(&self) -> (Option<i64>, Option<i64>) {
        match self.item.kind {
            ItemKind::Count { .. } => (self.expected, None),
            ItemKind::Number { ok_min, ok_max, .. } => (ok_min, ok_max),
            _ => (None, None),
        }
    }

    /// The band of a number; without bounds every number is fine.
    pub fn band(&self, thousandths: i64) -> Band {
        if self.expected.is_none() && matches!(self.item.kind, ItemKind::Count { .. }) {
            return Band::Open;
        }
        let (least, most) = self.bounds();
        let is_low = least.is_some_and(|least| thousandths < least);
        let is_high = most.is_some_and(|most| thousandths > most);
        if is_low || is_high { Band::Off } else { Band::Fine }
    }

    /// Whether two answers say the same as far as this line is concerned.
    pub fn agrees(&self, a: &Answer, b: &Answer) -> bool {
        match (a, b) {
            _ if a == b || self.item.safe_side == SafeSide::All => true,
            (Answer::Number(a), Answer::Number(b)) => {
                self.band(*a) == self.band(*b) && self.band(*a) != Band::Open
            }
            _ => false,
        }
    }

    /// What an answer says about the thing; `None` for what is neither good nor bad, and for an option that the line
    /// does not have.
    pub fn condition(&self, answer: &Answer) -> Option<Condition> {
        match answer {
            Answer::Condition(condition) => Some(*condition),
            Answer::YesNo(true) => Some(Condition::Ok),
            Answer::YesNo(false) => Some(Condition::Fault),
            Answer::Number(n) => match self.band(*n) {
                Band::Fine => Some(Condition::Ok),
                Band::Off => Some(Condition::Fault),
                Band::Open => None,
            },
            Answer::Date(date) => {
                let is_expiry = self.item.safe_side == SafeSide::Earliest;
                let is_past = is_expiry && self.until.is_some_and(|until| *date < until);
                is_past.then_some(Condition::Fault)
            }
            Answer::Choice(code) => self.option(code).map(|(_, option)| option.means),
            Answer::NotChecked
            | Answer::NotApplicable
            | Answer::Text(_)
            | Answer::Scan(_)
            | Answer::Photo(_) => None,
        }
    }

    /// Whether an answer calls for somebody to act.
    pub fn is_adverse(&self, answer: &Answer) -> bool {
        self.condition(answer).is_some_and(|condition| condition >= Condition::Fault)
    }

    /// Whether an answer says that all is well.
    pub fn is_fine(&self, answer: &Answer) -> bool {
        self.condition(answer) == Some(Condition::Ok)
    }

    /// Orders two answers by caution: `Greater` means that `a` is the safer one to believe. Total, as
    /// [`SafeSide::caution`] is; a number that is off before one that is fine; of two options the later one, and one that
    /// the line does not have before all.
    pub fn caution(&self, a: &Answer, b: &Answer) -> Ordering {
        match (a, b) {
            (Answer::Choice(one), Answer::Choice(other)) => {
                let place = |code| self.option(code).map_or(usize::MAX, |(place, _)| place);
                place(one).cmp(&place(other)).then_with(|| one.cmp(other))
            }
            // Of a range either end is the dangerous one.
            (Answer::Number(one), Answer::Number(other)) => {
                self.band(*one).cmp(&self.band(*other)).then_with(|| self.item.safe_side.caution(a, b))
            }
            _ => self.item.safe_side.caution(a, b),
        }
    }

    fn option(&self, code: &str) -> Option<(usize, &'a Choice)> {
        let ItemKind::Choice { options } = &self.item.kind else { return None };
        options.iter().enumerate().find(|(_, option)| option.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: &str, safe_side: &str) -> Item {
        let json =
            format!(r#"{{"id": "x", "name": {{"zh": "项"}}, "kind": {kind}, "safe_side": "{safe_side}"}}"#);
        serde_json::from_str(&json).unwrap()
    }

    const JACKETS: &str = r#"{"type": "count", "unit": {"zh": "件"}, "expected": {"plus": 2, "of": "team"}}"#;

    #[test]
    fn a_count_is_held_against_what_an_earlier_line_counted() {
        let item = item(JACKETS, "min");
        let for_team = |team: Option<i64>| Asked::new(&item, move |_| team, None);
        for (team, jackets, band) in [
            (Some(6_000), 8_000, Band::Fine),
            (Some(6_000), 9_000, Band::Fine),
            (Some(6_000), 7_000, Band::Off),
            (Some(-6_000), 1_000, Band::Off),
            (Some(i64::MAX), 9_000, Band::Off),
            (None, 9_000, Band::Open),
        ] {
            assert_eq!(for_team(team).band(jackets), band, "{team:?} {jackets}");
        }
        let (few, many) = (Answer::Number(7_000), Answer::Number(9_000));
        assert!(!for_team(Some(6_000)).agrees(&few, &many) && for_team(Some(4_000)).agrees(&few, &many));
        assert!(!for_team(None).agrees(&few, &many), "nobody knows, so a difference is one");
        assert!(!for_team(None).is_fine(&many) && !for_team(None).is_adverse(&few));
    }

    #[test]
    fn a_count_of_its_own_is_the_same_everywhere() {
        let item =
            item(r#"{"type": "count", "unit": {"zh": "只"}, "expected": {"plus": 3, "each": 2}}"#, "min");
        assert_eq!(Asked::alone(&item).expected, Some(3_000));
    }

    #[test]
    fn of_a_range_the_number_that_is_off_is_the_safer_one_to_believe() {
        let kind = r#"{"type": "number", "unit": {"zh": "℃"}, "ok_min": 15000, "ok_max": 40000}"#;
        for safe_side in ["min", "max"] {
            let item = item(kind, safe_side);
            let asked = Asked::alone(&item);
            for off in [45_000, 10_000] {
                let order = asked.caution(&Answer::Number(off), &Answer::Number(30_000));
                assert_eq!(order, Ordering::Greater, "{safe_side} {off}");
            }
        }
        let item = item(kind, "min");
        let two_fine = Asked::alone(&item).caution(&Answer::Number(20_000), &Answer::Number(30_000));
        assert_eq!(two_fine, Ordering::Greater, "of two that are fine the safe side");
    }

    #[test]
    fn the_later_option_is_the_safer_one_to_believe() {
        let options = r#"{"type": "choice", "options": [
            {"code": "in", "name": {"zh": "在用"}}, {"code": "reserve", "name": {"zh": "备用"}, "means": "watch"},
            {"code": "out", "name": {"zh": "停用"}, "means": "fault"}]}"#;
        let item = item(options, "worst");
        let (asked, choice) = (Asked::alone(&item), |code: &str| Answer::Choice(code.to_owned()));
        assert_eq!(asked.caution(&choice("out"), &choice("in")), Ordering::Greater);
        assert_eq!(asked.caution(&choice("reserve"), &choice("out")), Ordering::Less);
        assert_eq!(asked.caution(&choice("sunk"), &choice("out")), Ordering::Greater, "not known here");
        assert!(asked.is_fine(&choice("in")) && !asked.is_fine(&choice("reserve")));
        assert!(asked.is_adverse(&choice("out")) && !asked.is_adverse(&choice("reserve")));
        assert!(!asked.agrees(&choice("in"), &choice("out")) && asked.agrees(&choice("in"), &choice("in")));
    }

    #[test]
    fn a_date_before_the_end_of_the_rounds_period_calls_for_action() {
        let item = item(r#"{"type": "date"}"#, "earliest");
        let (today, printed) =
            (Date::new(2026, 11, 24).unwrap(), |day| Answer::Date(Date::new(2026, 11, day).unwrap()));
        let asked = Asked { until: Some(today), ..Asked::alone(&item) };
        assert!(asked.is_adverse(&printed(23)) && !asked.is_adverse(&printed(24)));
        assert!(!Asked::alone(&item).is_adverse(&printed(23)), "for no particular time nothing is past");
    }
}
