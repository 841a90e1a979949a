//! One line of a checklist: what is looked at, how it is answered, and when it is asked at all.

use minicbor::Encode;
use serde::{Deserialize, Serialize};

use crate::domain::Label;
use crate::domain::answer::{Answer, Condition, SafeSide};
use crate::ids::ItemId;

/// One line of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Stable id.
    pub id: ItemId,
    /// What is looked at.
    pub name: Label,
    /// When it is fine: the points to check.
    pub standard: Label,
    /// How it is answered.
    pub kind: ItemKind,
    /// Which answer stands when people disagree.
    pub safe_side: SafeSide,
    /// Whether a fault stands until two officers have seen it and answered OK.
    pub is_safety_critical: bool,
    /// Whether the round can only be signed with an answer to it; *not checked* is none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_required: bool,
    /// When it is asked; always, when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_if: Option<ShowIf>,
    /// Short names of the usual faults, offered as chips.
    pub faults: Vec<Label>,
}

crate::read_object!(Item {
    id, name, standard as default, kind, safe_side, is_safety_critical as default, is_required as default,
    show_if as default, faults as default
});

/// How a line is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "type", try_from = "SpeltKind")]
pub enum ItemKind {
    /// 完好 / 需关注 / 故障停用 / 缺失.
    Condition,
    /// Yes or no.
    YesNo,
    /// How many there are, against how many there should be.
    Count {
        /// The unit, as shown.
        unit: Label,
        /// How many there should be.
        expected: Expected,
        /// 盲点: whoever counts is not told how many there should be.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_blind: bool,
    },
    /// A number; all in thousandths of the unit.
    Number {
        /// The unit, as shown.
        unit: Label,
        /// At least this is fine.
        #[serde(skip_serializing_if = "Option::is_none")]
        ok_min: Option<i64>,
        /// At most this is fine.
        #[serde(skip_serializing_if = "Option::is_none")]
        ok_max: Option<i64>,
        /// Less than this cannot be.
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// More than this cannot be.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// A date, as printed.
    Date,
    /// One of a few, from best to worst.
    Choice {
        /// What can be chosen.
        options: Vec<Choice>,
    },
    /// Free text.
    Text,
    /// Photos.
    Photo,
    /// Serials, scanned or typed.
    Scan,
    /// A later version's: the line is shown, and can only be said to be not checked or not applicable.
    Later,
}

/// An [`ItemKind`] as it is read. Left to serde, a tag inside of what it names would bring a second reader of
/// everything, out of a copy in memory: a phone downloads it. So a later kind's fields are free, but for these names.
#[derive(Deserialize)]
struct SpeltKind {
    r#type: String,
    #[serde(default)]
    unit: Option<Label>,
    #[serde(default)]
    expected: Option<Expected>,
    #[serde(default)]
    is_blind: bool,
    #[serde(default)]
    ok_min: Option<i64>,
    #[serde(default)]
    ok_max: Option<i64>,
    #[serde(default)]
    min: Option<i64>,
    #[serde(default)]
    max: Option<i64>,
    #[serde(default)]
    options: Option<Vec<Choice>>,
}

impl TryFrom<SpeltKind> for ItemKind {
    type Error = &'static str;

    fn try_from(spelt: SpeltKind) -> Result<Self, Self::Error> {
        let SpeltKind { r#type, unit, expected, is_blind, ok_min, ok_max, min, max, options } = spelt;
        Ok(match r#type.as_str() {
            "condition" => Self::Condition,
            "yesno" => Self::YesNo,
            "count" => {
                let (unit, expected) =
                    unit.zip(expected).ok_or("a count without its unit or what is expected")?;
                Self::Count { unit, expected, is_blind }
            }
            "number" => {
                Self::Number { unit: unit.ok_or("a number without its unit")?, ok_min, ok_max, min, max }
            }
            "date" => Self::Date,
            "choice" => Self::Choice { options: options.ok_or("a choice without its options")? },
            "text" => Self::Text,
            "photo" => Self::Photo,
            "scan" => Self::Scan,
            _ => Self::Later,
        })
    }
}

/// How many there should be: a number of its own, and so many for each that an earlier line counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// This many in any case.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub plus: u32,
    /// The earlier line whose number is taken: the people of a team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<ItemId>,
    /// So many for each of them; one, when it is not said.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub each: u32,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode)]
pub struct Choice {
    /// Stable, language-free code.
    #[n(0)]
    pub code: String,
    /// What it is called.
    #[n(1)]
    pub name: Label,
    /// What choosing it says about the thing.
    #[n(2)]
    #[serde(default = "fine")]
    pub means: Condition,
}

crate::read_record!(Choice { code, name, means });

/// When a line is asked: an earlier line on the same subject has one of these answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShowIf {
    /// The earlier line.
    pub item: ItemId,
    /// Any of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<Answer>,
    /// Or a number of at least this many thousandths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
}

crate::read_object!(ShowIf { item, is as default, at_least as default });

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(n: &u32) -> bool {
    *n == 1
}

fn one() -> u32 {
    1
}

fn fine() -> Condition {
    Condition::Ok
}

impl ShowIf {
    /// Whether any of the answers that stand asks for the line: people who disagree are asked rather than not.
    pub fn holds<'a>(&self, mut standing: impl Iterator<Item = &'a Answer>) -> bool {
        let is_enough = |n: i64| self.at_least.is_some_and(|least| n >= least);
        standing
            .any(|answer| self.is.contains(answer) || matches!(answer, Answer::Number(n) if is_enough(*n)))
    }
}

impl Item {
    /// Whether an answer is one to this line. *Not checked* and *N/A* always are, and a condition is to every line that
    /// this version knows: the gauge that would give the number may be broken, what is to be counted missing.
    pub fn takes(&self, answer: &Answer) -> bool {
        match (&self.kind, answer) {
            (ItemKind::Later, Answer::Condition(_)) => false,
            (_, Answer::NotChecked | Answer::NotApplicable | Answer::Condition(_))
            | (ItemKind::YesNo, Answer::YesNo(_))
            | (ItemKind::Date, Answer::Date(_))
            | (ItemKind::Text, Answer::Text(_))
            | (ItemKind::Photo, Answer::Photo(_))
            | (ItemKind::Scan, Answer::Scan(_)) => true,
            (ItemKind::Count { .. }, Answer::Number(n)) => *n >= 0 && n % 1_000 == 0,
            (ItemKind::Number { min, max, .. }, Answer::Number(n)) => {
                min.is_none_or(|min| *n >= min) && max.is_none_or(|max| *n <= max)
            }
            (ItemKind::Choice { options }, Answer::Choice(code)) => {
                options.iter().any(|option| option.code == *code)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: &str) -> Item {
        let json = format!(r#"{{"id": "x", "name": {{"zh": "项"}}, "kind": {kind}, "safe_side": "worst"}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[track_caller]
    fn check(kind: &str, good: &[&str], bad: &[&str]) {
        let item = item(kind);
        for (texts, expected) in [(good, true), (bad, false)] {
            for text in texts {
                assert_eq!(item.takes(&Answer::from_text(text).unwrap()), expected, "{kind} {text}");
            }
        }
        let again: Item = serde_json::from_str(&serde_json::to_string(&item).unwrap()).unwrap();
        assert_eq!(again, item, "it survives its JSON");
    }

    #[test]
    fn a_line_takes_answers_of_its_kind_and_in_its_range() {
        check(r#"{"type": "condition"}"#, &["ok", "missing", "na", "skip"], &["yes", "#1000", "\"x"]);
        check(r#"{"type": "yesno"}"#, &["yes", "no", "na", "fault"], &[":ok", "#0"]);
        check(
            r#"{"type": "count", "unit": {"zh": "件"}, "expected": {"plus": 8}}"#,
            &["#0", "#9000", "na", "missing"],
            &["#-1000", "#500", "yes"],
        );
        check(
            r#"{"type": "number", "unit": {"zh": "%"}, "ok_min": 80000, "min": 0, "max": 100000}"#,
            &["#0", "#79500", "#100000"],
            &["#-1", "#100001", "yes"],
        );
        check(r#"{"type": "date"}"#, &["@2027-01-31"], &["#1"]);
        check(
            r#"{"type": "choice", "options": [{"code": "in", "name": {"zh": "在用"}}]}"#,
            &[":in", "skip"],
            &[":out", "yes"],
        );
        check(r#"{"type": "text"}"#, &["\"x"], &["yes"]);
        check(r#"{"type": "scan"}"#, &["=GA-1"], &["\"GA-1"]);
        let photo = format!("~{}", "a5".repeat(32));
        check(r#"{"type": "photo"}"#, &[&photo, "na"], &["=GA-1"]);
    }

    #[test]
    fn a_later_kind_is_a_line_all_the_same() {
        let item = item(r#"{"type": "voice", "seconds": 30}"#);
        assert_eq!(item.kind, ItemKind::Later);
        assert!(item.takes(&Answer::NotChecked) && !item.takes(&Answer::Condition(Condition::Ok)));
    }

    #[test]
    fn a_line_is_asked_when_anybody_says_so() {
        let show_if: ShowIf =
            serde_json::from_str(r#"{"item": "boats", "is": ["yes"], "at_least": 1000}"#).unwrap();
        let holds = |answers: &[Answer]| show_if.holds(answers.iter());
        assert!(!holds(&[]) && !holds(&[Answer::YesNo(false), Answer::Number(999), Answer::NotChecked]));
        assert!(holds(&[Answer::Number(1_000)]));
        assert!(holds(&[Answer::YesNo(false), Answer::YesNo(true)]), "in doubt it is asked");
    }
}
