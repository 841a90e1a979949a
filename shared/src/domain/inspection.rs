//! Inspection day: what the register expects held against what was found. A thing is counted by an answer to the line that
//! the checklist names for it, so that phones apart make a union, twice is harmless, and disagreement is shown. Kinds that
//! the checklist names for it are counted by two people: one person's word about them waits for a second's.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Condition};
use super::asset::Asset;
use super::observation::Observation;
use super::reading::{Fate, Reading};
use crate::flat::FlatMap;
use crate::gather::sort_by;
use crate::ids::{AssetId, EventKey, OfficerId};

/// How a thing was found.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Finding {
    /// 未点: expected, and nobody has come to it.
    #[n(0)]
    Open,
    /// 在位.
    #[n(1)]
    InPlace,
    /// 外借, with its slip.
    #[n(2)]
    OnLoan,
    /// 在修, with its slip.
    #[n(3)]
    InRepair,
    /// 错位: found in another place, or with somebody else.
    #[n(4)]
    Misplaced,
    /// 缺失.
    #[n(5)]
    Missing,
    /// 多出: found, and not expected.
    #[n(6)]
    Unexpected,
    /// 待复核: found as it should be by one person, and it takes two.
    #[n(7)]
    Waiting,
}

/// Codes of the counting line's options.
pub const IN_PLACE: &str = "in";
/// See [`IN_PLACE`].
pub const ON_LOAN: &str = "lent";
/// See [`IN_PLACE`].
pub const IN_REPAIR: &str = "repair";
/// See [`IN_PLACE`].
pub const MISPLACED: &str = "elsewhere";

impl Finding {
    /// What the answer that stands says.
    pub fn of(answer: Option<&Answer>, is_expected: bool) -> Self {
        let found = match answer {
            Some(Answer::Condition(Condition::Missing)) => Self::Missing,
            // Whatever its condition, it is there.
            Some(Answer::Condition(_)) => Self::InPlace,
            Some(Answer::Choice(code)) => match code.as_str() {
                ON_LOAN => Self::OnLoan,
                IN_REPAIR => Self::InRepair,
                MISPLACED => Self::Misplaced,
                _ => Self::InPlace,
            },
            _ => Self::Open,
        };
        match found {
            Self::Open | Self::Missing => found,
            _ if !is_expected => Self::Unexpected,
            found => found,
        }
    }

    /// What it comes to when so many people have found it so, and it takes two: one person finds a loss, two find that
    /// there is none.
    #[must_use]
    pub fn by_two(self, people: usize) -> Self {
        if self.is_match() && people < 2 { Self::Waiting } else { self }
    }

    /// Whether ledger, card and object agree: in its place, or away with its slip.
    pub fn is_match(self) -> bool {
        matches!(self, Self::InPlace | Self::OnLoan | Self::InRepair)
    }

    /// Whether somebody must explain it.
    pub fn is_difference(self) -> bool {
        matches!(self, Self::Misplaced | Self::Missing | Self::Unexpected)
    }
}

/// How many were found how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Encode, Decode)]
pub struct Tally {
    /// How many the register expects.
    #[n(0)]
    pub expected: u32,
    /// Expected ones that nobody has come to.
    #[n(1)]
    pub open: u32,
    /// In their place.
    #[n(2)]
    pub in_place: u32,
    /// On loan.
    #[n(3)]
    pub on_loan: u32,
    /// In repair.
    #[n(4)]
    pub in_repair: u32,
    /// In another place.
    #[n(5)]
    pub misplaced: u32,
    /// Missing.
    #[n(6)]
    pub missing: u32,
    /// Found and not expected.
    #[n(7)]
    pub unexpected: u32,
    /// Found by one person, and they wait for a second.
    #[n(8)]
    pub waiting: u32,
}

crate::read_object!(Tally { expected, open, in_place, on_loan, in_repair, misplaced, missing, unexpected, waiting as default });

impl Tally {
    /// Counts one.
    pub fn add(&mut self, finding: Finding, is_expected: bool) {
        self.expected += u32::from(is_expected);
        let place = match finding {
            Finding::Open if !is_expected => return,
            Finding::Open => &mut self.open,
            Finding::InPlace => &mut self.in_place,
            Finding::OnLoan => &mut self.on_loan,
            Finding::InRepair => &mut self.in_repair,
            Finding::Misplaced => &mut self.misplaced,
            Finding::Missing => &mut self.missing,
            Finding::Unexpected => &mut self.unexpected,
            Finding::Waiting => &mut self.waiting,
        };
        *place += 1;
    }

    /// How many somebody has seen, or seen the slip of.
    pub fn counted(&self) -> u32 {
        self.in_place + self.on_loan + self.in_repair + self.misplaced + self.unexpected + self.waiting
    }

    /// How many somebody must explain.
    pub fn differences(&self) -> u32 {
        self.misplaced + self.missing + self.unexpected
    }

    /// 账物相符率 in thousandths: matched out of expected; `None` when nothing is expected.
    pub fn match_permille(&self) -> Option<u32> {
        let matched = self.in_place + self.on_loan + self.in_repair;
        (self.expected > 0).then(|| matched * 1_000 / self.expected)
    }
}

/// 双人核对: what was last said by each who has found a thing as it stands, the first first. What somebody took back or put
/// right counts no more, and neither does what they said before they said something else.
pub fn found_by<'a>(observations: &[&'a Observation], reading: &Reading) -> Vec<&'a Observation> {
    let stands = Finding::of(reading.answer(), true);
    if stands == Finding::Open {
        return Vec::new();
    }
    let mut last: FlatMap<&OfficerId, &Observation> = FlatMap::new();
    for observation in observations.iter().copied() {
        let is_said = matches!(reading.fates.get(&observation.key), Some(Fate::Standing | Fate::Replaced));
        let is_later = last.get(&observation.author).is_none_or(|before| order(before) < order(observation));
        if is_said && is_later {
            last.insert(&observation.author, observation);
        }
    }
    let mut found: Vec<&Observation> =
        last.values().copied().filter(|o| Finding::of(o.answer(), true) == stands).collect();
    sort_by(&mut found, |a, b| order(a).cmp(&order(b)));
    found
}

/// Causes before effects, whatever clocks say.
fn order(observation: &Observation) -> (u64, &EventKey) {
    (observation.counter, &observation.key)
}

/// Lists that inspections were held against apart, as one: what any of them expects is expected.
pub fn united<'a>(lists: impl Iterator<Item = &'a BTreeMap<AssetId, Asset>>) -> BTreeMap<AssetId, Asset> {
    let mut all: BTreeMap<AssetId, Asset> = BTreeMap::new();
    for (id, asset) in lists.flatten() {
        all.entry(id.clone()).or_insert_with(|| asset.clone());
    }
    all
}

#[cfg(test)]
mod tests;
