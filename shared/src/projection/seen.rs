//! What rounds say about the things of a register: their condition, and whether they were found elsewhere. A line about a
//! thing says it of that thing; a line about an officer's kit whose id is the code of a kind says it of what of that kind
//! the officer holds.

use std::collections::BTreeMap;

use super::{Line, RoundSheet};
use crate::domain::answer::{Answer, Condition};
use crate::domain::asset::Asset;
use crate::domain::inspection::{IN_PLACE, IN_REPAIR, MISPLACED, ON_LOAN};
use crate::domain::register::Seen;
use crate::flat::FlatMap;
use crate::ids::{AssetId, ItemId, OfficerId, SubjectId};

/// What each of an officer's things is, by officer and kind.
pub type Kits<'a> = FlatMap<(&'a OfficerId, &'a str), Vec<&'a AssetId>>;

/// Everybody's things, by officer and kind.
pub fn kits(register: &BTreeMap<AssetId, Asset>) -> Kits<'_> {
    let mut kits = Kits::new();
    for asset in register.values() {
        if let Some(holder) = &asset.holder {
            kits.get_or_default((holder, asset.kind.as_str())).push(&asset.id);
        }
    }
    kits
}

/// What a round says, line by line: whose things they are is asked when it is added, not when it was said.
pub type Told = Vec<(SubjectId, ItemId, Seen)>;

/// What a round says about things and kits.
pub fn told(sheet: &RoundSheet<'_>) -> Told {
    let line = |line: &Line<'_>| {
        let subject = &sheet.subjects[line.subject].id;
        let is_about = subject.as_asset().is_some() || subject.as_officer().is_some();
        Some((subject.clone(), line.item.clone(), said(line).filter(|_| is_about)?))
    };
    sheet.lines.iter().filter_map(line).collect()
}

/// Adds what a round says about things that no later round has said anything about. Rounds come newest first.
pub fn add(told: &Told, kits: &Kits<'_>, seen: &mut BTreeMap<AssetId, Seen>) {
    let mut found: BTreeMap<AssetId, Seen> = BTreeMap::new();
    for (subject, item, said) in told {
        if let Some(asset) = subject.as_asset() {
            merge(found.entry(asset).or_default(), *said);
        } else if let Some(officer) = subject.as_officer() {
            let things = kits.get(&(&officer, item.as_str()));
            for asset in things.into_iter().flatten() {
                merge(found.entry((*asset).clone()).or_default(), *said);
            }
        }
    }
    for (asset, said) in found {
        let before = seen.entry(asset).or_default();
        before.condition = before.condition.or(said.condition);
        before.is_misplaced = before.is_misplaced.or(said.is_misplaced);
    }
}

/// Adds what is not mended yet: a thing with an open defect is not free of faults, whatever rounds said since.
pub fn add_open(
    subject: &SubjectId,
    item: &ItemId,
    is_missing: bool,
    kits: &Kits<'_>,
    seen: &mut BTreeMap<AssetId, Seen>,
) {
    let condition = if is_missing { Condition::Missing } else { Condition::Fault };
    let said = Seen { condition: Some(condition), is_misplaced: None };
    if let Some(asset) = subject.as_asset() {
        merge(seen.entry(asset).or_default(), said);
    } else if let Some(officer) = subject.as_officer() {
        for asset in kits.get(&(&officer, item.as_str())).into_iter().flatten() {
            merge(seen.entry((*asset).clone()).or_default(), said);
        }
    }
}

/// The worst that is said counts.
fn merge(into: &mut Seen, said: Seen) {
    into.condition = into.condition.max(said.condition);
    into.is_misplaced = into.is_misplaced.max(said.is_misplaced);
}

/// What a line says. Where a thing was found says nothing about how it is.
fn said(line: &Line<'_>) -> Option<Seen> {
    let answer = line.reading.answer()?;
    let is_misplaced = match answer {
        Answer::NotChecked | Answer::NotApplicable => return None,
        Answer::Choice(code) if [IN_PLACE, ON_LOAN, IN_REPAIR, MISPLACED].contains(&code.as_str()) => {
            Some(code == MISPLACED)
        }
        _ => None,
    };
    let condition = match answer {
        Answer::Condition(condition) => Some(*condition),
        _ if is_misplaced == Some(true) => None,
        _ if line.is_adverse() => Some(Condition::Fault),
        _ => Some(Condition::Ok),
    };
    Some(Seen { condition, is_misplaced })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Label;

    fn vest(holder: &str) -> Asset {
        Asset {
            id: AssetId::parse("ZM-P13-01").unwrap(),
            kind: "P13".into(),
            name: Label::new("防刺服", "Stab vest"),
            model: String::new(),
            serial: String::new(),
            holder: Some(OfficerId::parse(holder).unwrap()),
            place: String::new(),
            made: None,
            expires: None,
            life: None,
        }
    }

    #[test]
    fn an_open_defect_stands_whatever_rounds_said_since() {
        let asset = vest("li");
        let register = BTreeMap::from([(asset.id.clone(), asset.clone())]);
        let kits = kits(&register);
        let fine = Seen { condition: Some(Condition::Ok), is_misplaced: Some(false) };
        let general = ItemId::parse("general").unwrap();
        let (li, wang) = (OfficerId::parse("li").unwrap(), OfficerId::parse("wang").unwrap());
        let kit = ItemId::parse("P13").unwrap();
        for (subject, item, is_missing, condition) in [
            (SubjectId::asset(&asset.id), &general, false, Condition::Fault),
            (SubjectId::asset(&asset.id), &general, true, Condition::Missing),
            (SubjectId::officer(&li), &kit, false, Condition::Fault),
            (SubjectId::officer(&wang), &kit, false, Condition::Ok),
            (SubjectId::station(), &general, false, Condition::Ok),
        ] {
            let mut seen = BTreeMap::from([(asset.id.clone(), fine)]);
            add_open(&subject, item, is_missing, &kits, &mut seen);
            let expected = Seen { condition: Some(condition), ..fine };
            assert_eq!(seen[&asset.id], expected, "{subject} {item}");
        }
    }
}
