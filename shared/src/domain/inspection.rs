//! Inspection day: what the register expects held against what was found. A thing is counted by an answer to the line that
//! the checklist names for it, so that phones apart make a union, twice is harmless, and disagreement is shown.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Condition};
use super::asset::Asset;
use crate::ids::AssetId;

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
}

crate::read_object!(Tally { expected, open, in_place, on_loan, in_repair, misplaced, missing, unexpected });

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
        };
        *place += 1;
    }

    /// How many somebody has seen, or seen the slip of.
    pub fn counted(&self) -> u32 {
        self.in_place + self.on_loan + self.in_repair + self.misplaced + self.unexpected
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

/// Lists that inspections were held against apart, as one: what any of them expects is expected.
pub fn united<'a>(lists: impl Iterator<Item = &'a BTreeMap<AssetId, Asset>>) -> BTreeMap<AssetId, Asset> {
    let mut all: BTreeMap<AssetId, Asset> = BTreeMap::new();
    for (id, asset) in lists.flatten() {
        all.entry(id.clone()).or_insert_with(|| asset.clone());
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer() -> impl Strategy<Value = Option<Answer>> {
        let choice = |code: &str| Some(Answer::Choice(code.to_owned()));
        prop_oneof![
            Just(None),
            Just(Some(Answer::NotChecked)),
            Just(Some(Answer::Condition(Condition::Missing))),
            Just(Some(Answer::Condition(Condition::Fault))),
            Just(choice(IN_PLACE)),
            Just(choice(ON_LOAN)),
            Just(choice(IN_REPAIR)),
            Just(choice(MISPLACED)),
            Just(choice("a later option")),
        ]
    }

    proptest! {
        #[test]
        fn everything_expected_is_told_once(things in prop::collection::vec((answer(), any::<bool>()), 0..60)) {
            let mut tally = Tally::default();
            for (answer, is_expected) in &things {
                tally.add(Finding::of(answer.as_ref(), *is_expected), *is_expected);
            }
            let expected = things.iter().filter(|(_, is_expected)| *is_expected).count();
            prop_assert_eq!(tally.expected as usize, expected);
            let strange = things.iter().filter(|(answer, is_expected)| {
                !is_expected && Finding::of(answer.as_ref(), false) == Finding::Missing
            });
            let told = tally.open + tally.in_place + tally.on_loan + tally.in_repair + tally.misplaced
                + tally.missing;
            prop_assert_eq!(told as usize, expected + strange.count());
            prop_assert!(tally.match_permille().is_none_or(|permille| permille <= 1_000));
        }
    }

    #[test]
    fn what_was_found_and_is_not_expected_is_unexpected_however_it_was_found() {
        let there = Answer::Choice(IN_PLACE.to_owned());
        assert_eq!(Finding::of(Some(&there), true), Finding::InPlace);
        assert_eq!(Finding::of(Some(&there), false), Finding::Unexpected);
        assert_eq!(Finding::of(Some(&Answer::Condition(Condition::Watch)), true), Finding::InPlace);
        assert_eq!(Finding::of(Some(&Answer::NotApplicable), true), Finding::Open);
    }
}
