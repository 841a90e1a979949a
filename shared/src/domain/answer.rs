//! The vocabulary of results and how two of them compare on the safe side. What several people's answers to one
//! item amount to is `domain::reading`.

use std::cmp::Ordering;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::ids::PhotoHash;
use crate::time::Date;

/// Condition of a thing, from best to worst, so that the greater one is the safe side.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Condition {
    /// 完好
    #[n(0)]
    Ok,
    /// 需关注
    #[n(1)]
    Watch,
    /// 故障停用
    #[n(2)]
    Fault,
    /// 缺失
    #[n(3)]
    Missing,
}

/// One person's answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Encode)]
#[serde(try_from = "String", into = "String")]
pub enum Answer {
    /// The condition of the thing.
    #[n(0)]
    Condition(#[n(0)] Condition),
    /// 未查: said on purpose; never overrides anything.
    #[n(1)]
    NotChecked,
    /// 不适用: never overrides anything.
    #[n(2)]
    NotApplicable,
    /// Yes or no.
    #[n(3)]
    YesNo(#[n(0)] bool),
    /// A number in thousandths of the item's unit, so that 79.5 % needs no floating point.
    #[n(4)]
    Number(#[n(0)] i64),
    /// A date, as printed on the thing.
    #[n(5)]
    Date(#[n(0)] Date),
    /// Free text.
    #[n(6)]
    Text(#[n(0)] String),
    /// A scanned or typed serial.
    #[n(7)]
    Scan(#[n(0)] String),
    /// One of the item's options, by its code.
    #[n(8)]
    Choice(#[n(0)] String),
    /// A photo, by the hash of its bytes; the bytes are elsewhere.
    #[n(9)]
    Photo(#[n(0)] PhotoHash),
}

crate::read_choice!(Answer {
    0 => Condition { 0 },
    1 => NotChecked {},
    2 => NotApplicable {},
    3 => YesNo { 0 },
    4 => Number { 0 },
    5 => Date { 0 },
    6 => Text { 0 },
    7 => Scan { 0 },
    8 => Choice { 0 },
    9 => Photo { 0 },
});

impl Answer {
    /// The text that stands in documents: `ok watch fault missing skip na yes no`, `#79500`, `@2027-01-31`,
    /// `"free text`, `=SERIAL`, `:option`, `~` and the hash of a photo.
    pub fn to_text(&self) -> String {
        match self {
            Self::Condition(Condition::Ok) => "ok".into(),
            Self::Condition(Condition::Watch) => "watch".into(),
            Self::Condition(Condition::Fault) => "fault".into(),
            Self::Condition(Condition::Missing) => "missing".into(),
            Self::NotChecked => "skip".into(),
            Self::NotApplicable => "na".into(),
            Self::YesNo(true) => "yes".into(),
            Self::YesNo(false) => "no".into(),
            Self::Number(thousandths) => format!("#{thousandths}"),
            Self::Date(date) => format!("@{date}"),
            Self::Text(text) => format!("\"{text}"),
            Self::Scan(serial) => format!("={serial}"),
            Self::Choice(code) => format!(":{code}"),
            Self::Photo(hash) => format!("~{hash}"),
        }
    }

    /// Reads the document's text; `None` for what this version does not know, which the reader counts and shows.
    pub fn from_text(text: &str) -> Option<Self> {
        Some(match text {
            "ok" => Self::Condition(Condition::Ok),
            "watch" => Self::Condition(Condition::Watch),
            "fault" => Self::Condition(Condition::Fault),
            "missing" => Self::Condition(Condition::Missing),
            "skip" => Self::NotChecked,
            "na" => Self::NotApplicable,
            "yes" => Self::YesNo(true),
            "no" => Self::YesNo(false),
            _ => {
                let mut rest = text.chars();
                match rest.next()? {
                    '#' => Self::Number(rest.as_str().parse().ok()?),
                    '@' => Self::Date(Date::parse(rest.as_str())?),
                    '"' => Self::Text(rest.as_str().to_owned()),
                    '=' => Self::Scan(rest.as_str().to_owned()),
                    ':' if !rest.as_str().is_empty() => Self::Choice(rest.as_str().to_owned()),
                    '~' => Self::Photo(PhotoHash::try_from(rest.as_str().to_owned()).ok()?),
                    _ => return None,
                }
            }
        })
    }

    /// Whether it says something about the thing: *not checked* and *N/A* do not, and override nothing.
    pub fn is_substantial(&self) -> bool {
        !matches!(self, Self::NotChecked | Self::NotApplicable)
    }

    /// Whether it calls for somebody to act: a fault, a loss, or a plain no.
    pub fn is_adverse(&self) -> bool {
        matches!(self, Self::Condition(Condition::Fault | Condition::Missing) | Self::YesNo(false))
    }
}

impl TryFrom<String> for Answer {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::from_text(&text).ok_or_else(|| format!("{text:?} is not an answer"))
    }
}

impl From<Answer> for String {
    fn from(answer: Answer) -> String {
        answer.to_text()
    }
}

/// Which of several disagreeing answers stands until a person who saw them all answers again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SafeSide {
    /// The worse condition: Missing >= Fault > Watch > OK; no before yes.
    Worst,
    /// The smaller number: count, battery, fuel, pressure.
    Min,
    /// The larger number: damage, temperature.
    Max,
    /// The earlier date.
    Earliest,
    /// All of them: texts, photos, scans; never a dispute.
    All,
}

impl SafeSide {
    /// Orders two answers by caution: `Greater` means that `a` is the safer one to believe. Total, so that the
    /// safe side of a set does not depend on its order.
    pub fn caution(self, a: &Answer, b: &Answer) -> Ordering {
        let by_value = match (a, b) {
            (Answer::Number(a), Answer::Number(b)) if self == Self::Max => a.cmp(b),
            (Answer::Number(a), Answer::Number(b)) => b.cmp(a),
            (Answer::Date(a), Answer::Date(b)) => b.cmp(a),
            (Answer::Condition(a), Answer::Condition(b)) => a.cmp(b),
            (Answer::YesNo(a), Answer::YesNo(b)) => b.cmp(a),
            _ => rank(a).cmp(&rank(b)),
        };
        by_value.then_with(|| a.to_text().cmp(&b.to_text()))
    }
}

/// Between answers of different kinds (an item that changed its kind): what calls for action comes first.
fn rank(answer: &Answer) -> u8 {
    match answer {
        Answer::Condition(condition) => match condition {
            Condition::Missing => 9,
            Condition::Fault => 8,
            Condition::Watch => 6,
            Condition::Ok => 3,
        },
        Answer::YesNo(false) => 7,
        Answer::Number(_) | Answer::Choice(_) => 5,
        Answer::Date(_) => 4,
        Answer::YesNo(true) => 3,
        Answer::Text(_) | Answer::Scan(_) | Answer::Photo(_) => 2,
        Answer::NotChecked => 1,
        Answer::NotApplicable => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_survives_its_text_and_its_record() {
        for answer in [
            Answer::Condition(Condition::Missing),
            Answer::NotChecked,
            Answer::NotApplicable,
            Answer::YesNo(false),
            Answer::Number(-79_500),
            Answer::Date(Date::new(2027, 1, 31).unwrap()),
            Answer::Text("进水,开关失灵".into()),
            Answer::Scan("GA-0042".into()),
            Answer::Choice("reserve".into()),
            Answer::Photo(PhotoHash([0xa5; 32])),
        ] {
            let record = minicbor::to_vec(&answer).unwrap();
            assert_eq!(minicbor::decode::<Answer>(&record).unwrap(), answer);
            assert_eq!(Answer::from_text(&answer.to_text()), Some(answer));
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for foreign in ["", "OK", "#", "#1.5", "@2027-02-30", "broken", ":", "~", "~a5"] {
            assert_eq!(Answer::from_text(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn caution_follows_the_items_safe_side() {
        let number = Answer::Number;
        assert_eq!(SafeSide::Min.caution(&number(3), &number(5)), Ordering::Greater);
        assert_eq!(SafeSide::Max.caution(&number(3), &number(5)), Ordering::Less);
        let condition = Answer::Condition;
        assert_eq!(
            SafeSide::Worst.caution(&condition(Condition::Missing), &condition(Condition::Fault)),
            Ordering::Greater
        );
        assert_eq!(
            SafeSide::Worst.caution(&Answer::YesNo(false), &condition(Condition::Ok)),
            Ordering::Greater
        );
    }
}
