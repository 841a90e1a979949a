//! A checklist's definition. The bureau's core is locked; a station may add lines of its own beside it (`addition`).
//! Items have stable, language-free ids, and a later version merges with answers given under an earlier one by those
//! ids. Its period and who is due is `domain::calendar`; how a line is answered is `item`; whether a definition is
//! sound is `check`.

use serde::{Deserialize, Serialize};

use super::Label;
use crate::ids::{ItemId, TemplateId};
use crate::trust::rights::Role;

mod addition;
mod asked;
mod check;
mod item;

pub use addition::Addition;
pub use asked::{Asked, Band};
pub use check::TemplateError;
pub use item::{Choice, Expected, Item, ItemKind, ShowIf};

/// One version of a checklist. Stored as JSON in a template document's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// How things are counted by it, when it is an inspection of the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspects: Option<Inspects>,
    /// Compartments or steps, in the order of work.
    pub groups: Vec<Group>,
    /// Lines that are asked no longer: what was answered to them is still read by what they were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Item>,
}

crate::read_object!(Template {
    id, version, name, subject, signed_by, inspects as default, groups, dropped as default
});

/// How an inspection counts: the list of the register is held against what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspects {
    /// The line that says of each thing whether and how it was found.
    pub item: ItemId,
    /// 盲点: kinds of which nobody is told what there should be until they are counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blind: Vec<String>,
    /// 双人核对: kinds of which a thing is there when two people have found it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_two: Vec<String>,
}

crate::read_object!(Inspects { item, blind as default, by_two as default });

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
    /// Once for each vehicle that the station's register lists.
    Vehicle,
}

/// A part of a checklist: a compartment, a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its name.
    pub name: Label,
    /// Its lines, in the order of work.
    pub items: Vec<Item>,
}

crate::read_object!(Group { name, items });

impl Template {
    /// Every line with its group, in the order of work.
    pub fn items(&self) -> impl Iterator<Item = (&Group, &Item)> {
        self.groups.iter().flat_map(|group| group.items.iter().map(move |item| (group, item)))
    }

    /// The line with this id, if it is asked.
    pub fn asked(&self, id: &ItemId) -> Option<&Item> {
        self.items().map(|(_, item)| item).find(|item| item.id == *id)
    }

    /// The line with this id, asked or dropped: to read what was said.
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.asked(id).or_else(|| self.dropped.iter().find(|item| item.id == *id))
    }
}
