//! Whether a checklist can be published: what is wrong with it, with the line that is to blame. Phones do not ask; they
//! read whatever came.

use std::collections::BTreeSet;

use super::addition::{STATION_ITEM, is_station_item};
use super::{Addition, Expected, Group, Inspects, Item, ItemKind, SubjectKind, Template};
use crate::domain::Label;
use crate::domain::answer::{Answer, SafeSide};
use crate::domain::inspection::IN_PLACE;
use crate::ids::ItemId;
use crate::limits::{CODE_BYTES_MAX, NOTE_CHARS_MAX, TEMPLATE_ITEMS_MAX};

/// Why a checklist cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// There is nothing to check, or too much.
    #[error("{count} lines; 1 to {TEMPLATE_ITEMS_MAX} are taken")]
    Size {
        /// How many lines there are.
        count: usize,
    },
    /// A text is missing in one of the languages, too long, or has blanks around it.
    #[error("{place}: a text that is missing in one language, too long, or has blanks around it")]
    Text {
        /// The line, or where else it stands.
        place: String,
    },
    /// Two lines have one id.
    #[error("{item}: the id is there twice")]
    IdTwice {
        /// The line.
        item: ItemId,
    },
    /// A core's line has a station's id, or the other way round.
    #[error("{item}: the ids of a station's own lines, and of no others, begin with {STATION_ITEM}")]
    IdOfOther {
        /// The line.
        item: ItemId,
    },
    /// It refers to a line that does not come before it, or whose answers cannot be meant.
    #[error("{item}: refers to {on}, which is no earlier line with such answers")]
    Reference {
        /// The line.
        item: ItemId,
        /// What it refers to.
        on: ItemId,
    },
    /// A range that nothing, or everything, is in.
    #[error("{item}: the bounds do not follow each other")]
    Range {
        /// The line.
        item: ItemId,
    },
    /// Options that are none, twice, or not from best to worst.
    #[error("{item}: at least two options, each once, from best to worst")]
    Options {
        /// The line.
        item: ItemId,
    },
    /// A safe side that its kind does not have.
    #[error("{item}: its kind has no such safe side")]
    SafeSide {
        /// The line.
        item: ItemId,
    },
    /// A kind that this version does not know.
    #[error("{item}: a kind that is not known")]
    Kind {
        /// The line.
        item: ItemId,
    },
    /// It is not the next version of what is there: one that jumped to the last number would be the last for ever.
    #[error("version {version} does not follow version {before}; the next one is numbered one more")]
    Version {
        /// Its version.
        version: u32,
        /// The version that is there.
        before: u32,
    },
    /// An inspection that has no line to count by.
    #[error("an inspection is about assets, and counts by a choice with the option {IN_PLACE}")]
    Inspects,
    /// It asks about other subjects than the version before, or a line is answered in another way: what was said would
    /// no longer be read.
    #[error("{place}: answered in another way than before; give it another id")]
    Changed {
        /// The line, or the subject.
        place: String,
    },
}

impl Template {
    fn check_inspects(&self, inspects: &Inspects) -> Result<(), TemplateError> {
        let kind = self.asked(&inspects.item).map(|item| &item.kind);
        let counts = matches!(kind, Some(ItemKind::Choice { options })
            if options.iter().any(|option| option.code == IN_PLACE));
        if self.subject == SubjectKind::Asset && counts { Ok(()) } else { Err(TemplateError::Inspects) }
    }

    /// Whether it can be published.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(&self) -> Result<(), TemplateError> {
        if let Some(inspects) = &self.inspects {
            self.check_inspects(inspects)?;
        }
        check_label(&self.name, self.id.as_str())?;
        check_ids(&[], &self.groups, false)?;
        check_dropped(&self.groups, &self.dropped, false)?;
        check_items(self, |_| true)
    }

    /// Whether it can be the first version of a checklist.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check_first(&self) -> Result<(), TemplateError> {
        self.check()?;
        check_number(self.version, 0)
    }

    /// Whether it can take the place of an earlier version, maybe in the middle of a round.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check_successor(&self, before: &Self) -> Result<(), TemplateError> {
        self.check()?;
        check_number(self.version, before.version)?;
        if self.subject != before.subject || self.id != before.id {
            return Err(TemplateError::Changed { place: self.id.to_string() });
        }
        check_kinds(&self.groups, &before.groups)
    }
}

impl Addition {
    /// Whether a station can add this to a checklist, in the place of what it had added before.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(&self, core: &Template, before: Option<&Self>) -> Result<(), TemplateError> {
        check_ids(&core.groups, &self.groups, true)?;
        check_dropped(&self.groups, &self.dropped, true)?;
        // As it is asked: a line in a group of the core's stands in the middle, and can refer to what comes before it only.
        check_items(&core.clone().with(Some(self)), |item| is_station_item(&item.id))?;
        check_number(self.addition, before.map_or(0, |before| before.addition))?;
        before.map_or(Ok(()), |before| check_kinds(&self.groups, &before.groups))
    }
}

fn check_number(version: u32, before: u32) -> Result<(), TemplateError> {
    if version.checked_sub(before) == Some(1) {
        Ok(())
    } else {
        Err(TemplateError::Version { version, before })
    }
}

/// A line that is still there is still answered in the same way.
fn check_kinds(now: &[Group], before: &[Group]) -> Result<(), TemplateError> {
    let items = |groups| <[Group]>::iter(groups).flat_map(|group: &Group| &group.items);
    for item in items(now) {
        let same = items(before).find(|other| other.id == item.id);
        if same.is_some_and(|other| answered_by(&other.kind) != answered_by(&item.kind)) {
            return Err(TemplateError::Changed { place: item.id.to_string() });
        }
    }
    Ok(())
}

/// Kinds that read each other's answers have one number: a count is a number that nobody has parts of.
fn answered_by(kind: &ItemKind) -> u8 {
    match kind {
        ItemKind::Condition => 0,
        ItemKind::YesNo => 1,
        ItemKind::Count { .. } | ItemKind::Number { .. } => 2,
        ItemKind::Date => 3,
        ItemKind::Choice { .. } => 4,
        ItemKind::Text => 5,
        ItemKind::Photo => 6,
        ItemKind::Scan => 7,
        ItemKind::Later => 8,
    }
}

/// The size, the groups' names, and whose ids there are.
fn check_ids(core: &[Group], groups: &[Group], is_stations: bool) -> Result<(), TemplateError> {
    let count = core.iter().chain(groups).map(|group| group.items.len()).sum();
    if !(1..=TEMPLATE_ITEMS_MAX).contains(&count) {
        return Err(TemplateError::Size { count });
    }
    let mut ids: BTreeSet<&ItemId> =
        core.iter().flat_map(|group| &group.items).map(|item| &item.id).collect();
    for group in groups {
        for item in &group.items {
            check_label(&group.name, item.id.as_str())?;
            if !ids.insert(&item.id) {
                return Err(TemplateError::IdTwice { item: item.id.clone() });
            }
            if is_station_item(&item.id) != is_stations {
                return Err(TemplateError::IdOfOther { item: item.id.clone() });
            }
        }
    }
    Ok(())
}

/// What is asked no longer is called as it was, and is not asked.
fn check_dropped(groups: &[Group], dropped: &[Item], is_stations: bool) -> Result<(), TemplateError> {
    let asked = |id: &ItemId| groups.iter().flat_map(|group| &group.items).any(|item| item.id == *id);
    for item in dropped {
        check_label(&item.name, item.id.as_str())?;
        if asked(&item.id) {
            return Err(TemplateError::IdTwice { item: item.id.clone() });
        }
        if is_station_item(&item.id) != is_stations {
            return Err(TemplateError::IdOfOther { item: item.id.clone() });
        }
    }
    Ok(())
}

/// Those lines of a whole checklist that are to be checked, each against all that are asked before it.
fn check_items(whole: &Template, is_checked: fn(&Item) -> bool) -> Result<(), TemplateError> {
    let mut earlier: Vec<&Item> = Vec::new();
    for (_, item) in whole.items() {
        if is_checked(item) {
            check_item(item, &earlier)?;
        }
        earlier.push(item);
    }
    Ok(())
}

fn check_item(item: &Item, earlier: &[&Item]) -> Result<(), TemplateError> {
    let place = item.id.as_str();
    check_label(&item.name, place)?;
    if item.standard != Label::default() {
        check_label(&item.standard, place)?;
    }
    item.faults.iter().try_for_each(|fault| check_label(fault, place))?;
    check_kind(item, earlier)?;
    check_safe_side(item)?;
    let Some(show_if) = &item.show_if else { return Ok(()) };
    let on = earlier.iter().find(|other| other.id == show_if.item);
    let can_be = |on: &Item| {
        let is_numbered = answered_by(&on.kind) == 2;
        (!show_if.is.is_empty() || show_if.at_least.is_some())
            && (show_if.at_least.is_none() || is_numbered)
            && show_if.is.iter().all(|answer| on.takes(answer) && *answer != Answer::NotChecked)
    };
    if on.is_some_and(|on| can_be(on)) {
        Ok(())
    } else {
        Err(TemplateError::Reference { item: item.id.clone(), on: show_if.item.clone() })
    }
}

fn check_kind(item: &Item, earlier: &[&Item]) -> Result<(), TemplateError> {
    let id = || item.id.clone();
    match &item.kind {
        ItemKind::Count { unit, expected, .. } => {
            check_label(unit, item.id.as_str())?;
            let Expected { of: Some(of), .. } = expected else { return Ok(()) };
            let is_count = |other: &&Item| other.id == *of && answered_by(&other.kind) == 2;
            if earlier.iter().copied().any(|other| is_count(&other)) {
                Ok(())
            } else {
                Err(TemplateError::Reference { item: id(), on: of.clone() })
            }
        }
        ItemKind::Number { unit, ok_min, ok_max, min, max } => {
            check_label(unit, item.id.as_str())?;
            // In their order, those that there are must rise.
            let bounds: Vec<i64> = [min, ok_min, ok_max, max].into_iter().copied().flatten().collect();
            let is_empty = min.is_some() && min == max;
            if is_empty || !bounds.is_sorted() { Err(TemplateError::Range { item: id() }) } else { Ok(()) }
        }
        ItemKind::Choice { options } => {
            options.iter().try_for_each(|option| check_label(&option.name, item.id.as_str()))?;
            let codes: BTreeSet<&str> = options.iter().map(|option| option.code.as_str()).collect();
            let is_code = |code: &&str| ItemId::parse(code).is_ok() && code.len() < CODE_BYTES_MAX;
            let is_whole = options.len() >= 2
                && codes.len() == options.len()
                && codes.iter().all(is_code)
                && options.is_sorted_by_key(|option| option.means);
            if is_whole { Ok(()) } else { Err(TemplateError::Options { item: id() }) }
        }
        ItemKind::Later => Err(TemplateError::Kind { item: id() }),
        ItemKind::Condition
        | ItemKind::YesNo
        | ItemKind::Date
        | ItemKind::Text
        | ItemKind::Photo
        | ItemKind::Scan => Ok(()),
    }
}

fn check_safe_side(item: &Item) -> Result<(), TemplateError> {
    let fits = match &item.kind {
        ItemKind::Condition | ItemKind::YesNo | ItemKind::Choice { .. } => item.safe_side == SafeSide::Worst,
        // The bound that is there is the side to be safe on.
        ItemKind::Number { ok_min: Some(_), ok_max: None, .. } => item.safe_side == SafeSide::Min,
        ItemKind::Number { ok_min: None, ok_max: Some(_), .. } => item.safe_side == SafeSide::Max,
        ItemKind::Count { .. } | ItemKind::Number { .. } => {
            matches!(item.safe_side, SafeSide::Min | SafeSide::Max)
        }
        ItemKind::Date => item.safe_side == SafeSide::Earliest,
        ItemKind::Text | ItemKind::Photo | ItemKind::Scan => item.safe_side == SafeSide::All,
        ItemKind::Later => true,
    };
    if fits { Ok(()) } else { Err(TemplateError::SafeSide { item: item.id.clone() }) }
}

/// Both languages, as they are shown: the Chinese one may be a symbol, such as a unit's.
fn check_label(label: &Label, place: &str) -> Result<(), TemplateError> {
    let is_good =
        |text: &str| !text.is_empty() && text.trim() == text && text.chars().count() <= NOTE_CHARS_MAX;
    if is_good(&label.zh) && is_good(&label.en) {
        Ok(())
    } else {
        Err(TemplateError::Text { place: place.to_owned() })
    }
}

#[cfg(test)]
mod tests;
