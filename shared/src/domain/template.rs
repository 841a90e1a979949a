//! A checklist's definition. The bureau's core is locked; items have stable, language-free ids, and a later version
//! merges with answers given under an earlier one by those ids. Its period and who is due is `domain::calendar`.

use serde::{Deserialize, Serialize};

use super::Label;
use super::answer::{Answer, SafeSide};
use crate::ids::{ItemId, TemplateId};
use crate::trust::rights::Role;

/// One version of a checklist. Stored as JSON in a template document's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Stable id.
    pub id: TemplateId,
    /// Counts up from 1; answers name the version they were given under.
    pub version: u32,
    /// The checklist's name.
    pub name: Label,
    /// What its items are asked about.
    pub subject: SubjectKind,
    /// The least role that may sign it.
    pub signed_by: Role,
    /// Compartments or steps, in the order of work.
    pub groups: Vec<Group>,
}

/// What the items of a template are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// Once, about the station (a flood departure, a room).
    Station,
    /// Once for each officer, about that officer's own kit.
    Officer,
    /// Once for each asset that the station's register lists.
    Asset,
}

/// A part of a checklist: a compartment, a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: Label,
    /// Its lines, in the order of work.
    pub items: Vec<Item>,
}

/// One line of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Stable id.
    pub id: ItemId,
    /// What is looked at.
    pub name: Label,
    /// When it is fine: the points to check.
    #[serde(default)]
    pub standard: Label,
    /// How it is answered.
    pub kind: ItemKind,
    /// Which answer stands when people disagree.
    pub safe_side: SafeSide,
    /// Whether a fault stands until two officers have seen it and answered OK.
    #[serde(default)]
    pub is_safety_critical: bool,
    /// Short names of the usual faults, offered as chips.
    #[serde(default)]
    pub faults: Vec<Label>,
}

/// How a line is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "type", try_from = "SpeltKind")]
pub enum ItemKind {
    /// 完好 / 需关注 / 故障停用 / 缺失.
    Condition,
    /// Yes or no.
    YesNo,
    /// A number; all in thousandths of the unit.
    Number {
        /// The unit, as shown.
        unit: Label,
        /// At least this is fine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ok_min: Option<i64>,
        /// At most this is fine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ok_max: Option<i64>,
    },
    /// A date, as printed.
    Date,
    /// Free text.
    Text,
    /// Serials, scanned or typed.
    Scan,
}

/// An [`ItemKind`] as it is read. Left to serde, a tag inside of what it names would bring a second reader of
/// everything, out of a copy in memory: a phone downloads it.
#[derive(Deserialize)]
struct SpeltKind {
    r#type: String,
    #[serde(default)]
    unit: Option<Label>,
    #[serde(default)]
    ok_min: Option<i64>,
    #[serde(default)]
    ok_max: Option<i64>,
}

impl TryFrom<SpeltKind> for ItemKind {
    type Error = &'static str;

    fn try_from(spelt: SpeltKind) -> Result<Self, Self::Error> {
        let SpeltKind { r#type, unit, ok_min, ok_max } = spelt;
        Ok(match r#type.as_str() {
            "condition" => Self::Condition,
            "yesno" => Self::YesNo,
            "number" => Self::Number { unit: unit.ok_or("a number without its unit")?, ok_min, ok_max },
            "date" => Self::Date,
            "text" => Self::Text,
            "scan" => Self::Scan,
            _ => return Err("a kind of item that this version does not know"),
        })
    }
}

/// Which band of an item a number falls into: numbers dispute only where their bands differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Within what the item calls fine.
    Fine,
    /// Outside it.
    Off,
}

impl Item {
    /// The band of a number; without bounds every number is fine.
    pub fn band(&self, thousandths: i64) -> Band {
        let ItemKind::Number { ok_min, ok_max, .. } = &self.kind else { return Band::Fine };
        let low = ok_min.is_some_and(|min| thousandths < min);
        let high = ok_max.is_some_and(|max| thousandths > max);
        if low || high { Band::Off } else { Band::Fine }
    }

    /// Whether two answers say the same as far as this item is concerned.
    pub fn agrees(&self, a: &Answer, b: &Answer) -> bool {
        match (a, b) {
            _ if self.safe_side == SafeSide::All => true,
            (Answer::Number(a), Answer::Number(b)) => self.band(*a) == self.band(*b),
            _ => a == b,
        }
    }

    /// Whether an answer calls for somebody to act.
    pub fn is_adverse(&self, answer: &Answer) -> bool {
        answer.is_adverse() || matches!(answer, Answer::Number(n) if self.band(*n) == Band::Off)
    }
}

impl Template {
    /// Every line with its group, in the order of work.
    pub fn items(&self) -> impl Iterator<Item = (&Group, &Item)> {
        self.groups.iter().flat_map(|group| group.items.iter().map(move |item| (group, item)))
    }

    /// The line with this id.
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items().map(|(_, item)| item).find(|item| item.id == *id)
    }
}
