//! One step after the other, several apart, and the laws of both as properties.

use proptest::prelude::*;

use super::*;
use crate::domain::history::Told;
use crate::ids::{Actor, DeviceId, EventKey, OfficerId, PhotoHash};
use crate::limits::{HISTORY_ENTRIES_MAX, NOTE_CHARS_MAX};

fn bureau() -> BureauId {
    BureauId::parse("chaohu").unwrap()
}

fn name() -> DefectName {
    DefectName {
        station: StationCode::parse("zhongmiao").unwrap(),
        subject: SubjectId::parse("asset:ZM-P04-01").unwrap(),
        item: ItemId::parse("P04").unwrap(),
        number: 1,
    }
}

fn key(n: usize) -> EventKey {
    EventKey::new(Actor::new(DeviceId::from([1; 16]), 0), u32::try_from(n).unwrap())
}

/// A story: what was done, one after the other, each by somebody who saw some of what was before.
fn entry(n: usize, act: DefectAct, sees: &[usize]) -> Entry<DefectEntry> {
    let by = OfficerId::parse(if act.is_of_station() { "li" } else { "zhou" }).unwrap();
    let at = Timestamp(i64::try_from(n).unwrap() * 1_000);
    let sees = sees.iter().map(|n| key(*n)).collect();
    let mut said = DefectEntry::new(name(), act, Told { by, at, clock: None, sees });
    if act == DefectAct::Handle {
        said.disposition = Some(Disposition::Repair);
    }
    Entry { key: key(n), counter: n as u64 + 2, said }
}

fn fold(entries: Vec<Entry<DefectEntry>>) -> Defect {
    Defect::fold(name().document(&bureau()), &bureau(), entries).unwrap()
}

fn state(story: &[(DefectAct, &[usize])]) -> (DefectState, bool) {
    let entries = story.iter().enumerate().map(|(n, (act, sees))| entry(n, *act, sees)).collect();
    let defect = fold(entries);
    (defect.state, defect.is_reopened)
}

#[test]
fn one_step_after_the_other_leads_to_the_end() {
    use DefectAct::{Acknowledge, Done, Handle, Report, Verify};
    let story: [(DefectAct, &[usize]); 5] =
        [(Report, &[]), (Acknowledge, &[0]), (Handle, &[1]), (Done, &[2]), (Verify, &[3])];
    let states = [
        DefectState::Reported,
        DefectState::Acknowledged,
        DefectState::Handled,
        DefectState::Done,
        DefectState::Verified,
    ];
    for (n, expected) in states.into_iter().enumerate() {
        assert_eq!(state(&story[..=n]), (expected, false));
    }
    let entries = story.iter().enumerate().map(|(n, (act, sees))| entry(n, *act, sees)).collect();
    let defect = fold(entries);
    assert_eq!(defect.disposition, Some(Disposition::Repair));
    assert_eq!((defect.reported_at, defect.acknowledged_at), (Timestamp(0), Some(Timestamp(1_000))));
    assert_eq!(defect.closed_at, Some(Timestamp(4_000)));
}

#[test]
fn the_more_cautious_of_two_moves_stands() {
    use DefectAct::{Acknowledge, Done, Handle, NotFixed, Reject, Report, Verify};
    // Two supervisors apart: one rejects, the other takes it in hand.
    assert_eq!(state(&[(Report, &[]), (Reject, &[0]), (Handle, &[0])]), (DefectState::Handled, false));
    // Two officers apart: one finds it mended, the other does not.
    let apart: [(DefectAct, &[usize]); 4] = [(Report, &[]), (Done, &[0]), (Verify, &[1]), (NotFixed, &[1])];
    assert_eq!(state(&apart), (DefectState::Reported, true));
    // Who saw both decides.
    let story: [(DefectAct, &[usize]); 5] =
        [(Report, &[]), (Done, &[0]), (Verify, &[1]), (NotFixed, &[1]), (Acknowledge, &[2, 3])];
    assert_eq!(state(&story), (DefectState::Acknowledged, false));
}

#[test]
fn a_report_that_the_closing_did_not_see_reopens_it() {
    use DefectAct::{Acknowledge, Done, Reject, Report, Verify};
    assert_eq!(state(&[(Report, &[]), (Report, &[]), (Reject, &[0])]), (DefectState::Reported, true));
    assert_eq!(state(&[(Report, &[]), (Report, &[]), (Reject, &[0, 1])]), (DefectState::Rejected, false));
    let late: [(DefectAct, &[usize]); 4] = [(Report, &[]), (Done, &[0]), (Verify, &[1]), (Report, &[])];
    assert_eq!(state(&late), (DefectState::Reported, true));
    // What is in hand already stays so: there is nothing to decide again.
    assert_eq!(
        state(&[(Report, &[]), (Acknowledge, &[0]), (Report, &[])]),
        (DefectState::Acknowledged, false)
    );
}

#[test]
fn what_nobody_has_done_cannot_be_verified() {
    use DefectAct::{Report, Verify};
    assert_eq!(state(&[(Report, &[]), (Verify, &[0])]), (DefectState::Reported, true));
}

#[test]
fn who_reported_may_take_it_back_and_nobody_else() {
    let report = entry(0, DefectAct::Report, &[]);
    let mut withdrawal = entry(1, DefectAct::Withdraw, &[0]);
    withdrawal.said.target = Some(key(0));
    assert_eq!(fold(vec![report.clone(), withdrawal.clone()]).state, DefectState::Withdrawn);
    withdrawal.said.told.by = OfficerId::parse("chen").unwrap();
    assert_eq!(fold(vec![report, withdrawal]).state, DefectState::Reported);
}

#[test]
fn an_entry_survives_its_text_and_a_long_or_partial_one_is_found() {
    let mut whole = entry(3, DefectAct::Report, &[0, 1]).said;
    whole.note = "雨里进水".to_owned();
    whole.photos = vec![PhotoHash([7; 32])];
    whole.thumbnails = vec![PhotoHash([8; 32])];
    assert_eq!(DefectEntry::from_json(whole.to_json().as_bytes()).as_ref(), Some(&whole));
    assert_eq!(whole.check(), Ok(()));
    whole.note = "字".repeat(NOTE_CHARS_MAX + 1);
    assert_eq!(whole.check(), Err(EntryError::TooLong));
    assert_eq!(entry(1, DefectAct::Reject, &[0]).said.check(), Err(EntryError::Incomplete));
    assert_eq!(entry(1, DefectAct::Withdraw, &[0]).said.check(), Err(EntryError::Incomplete));
    assert_eq!(DefectEntry::from_json(b"{}"), None);
}

fn act() -> impl Strategy<Value = DefectAct> {
    prop_oneof![
        3 => Just(DefectAct::Report),
        1 => Just(DefectAct::Urgent),
        1 => Just(DefectAct::Withdraw),
        2 => Just(DefectAct::Acknowledge),
        2 => Just(DefectAct::Handle),
        3 => Just(DefectAct::Done),
        1 => Just(DefectAct::Reject),
        2 => Just(DefectAct::Verify),
        1 => Just(DefectAct::NotFixed),
    ]
}

/// Any history: each entry sees any others, even later ones, which does not count.
fn story() -> impl Strategy<Value = Vec<Entry<DefectEntry>>> {
    prop::collection::vec((act(), prop::collection::vec(0..12usize, 0..4)), 1..12).prop_map(|steps| {
        let make = |(n, (act, sees)): (usize, (DefectAct, Vec<usize>))| {
            let mut made = entry(n, act, &sees);
            made.said.target = (act == DefectAct::Withdraw).then(|| key(sees.first().copied().unwrap_or(0)));
            made
        };
        steps.into_iter().enumerate().map(make).collect()
    })
}

fn said(defect: &Defect) -> String {
    format!("{defect:?}")
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter(
        (entries, shuffled) in story().prop_flat_map(|entries| {
            let twice: Vec<_> = entries.iter().chain(&entries).cloned().collect();
            (Just(entries), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(said(&fold(entries)), said(&fold(shuffled)));
    }

    #[test]
    fn clocks_decide_nothing(entries in story(), skew in any::<i32>()) {
        let mut skewed = entries.clone();
        for (n, entry) in skewed.iter_mut().enumerate() {
            entry.said.told.at = Timestamp(i64::from(skew).wrapping_mul(n as i64));
        }
        let (a, b) = (fold(entries), fold(skewed));
        prop_assert_eq!((a.state, a.is_reopened, a.disposition), (b.state, b.is_reopened, b.disposition));
    }

    #[test]
    fn a_report_that_nobody_saw_leaves_nothing_closed(entries in story()) {
        let n = entries.len();
        let mut entries = entries;
        entries.push(entry(n, DefectAct::Report, &[]));
        let defect = fold(entries);
        prop_assert!(defect.state < DefectState::Done, "{:?}", defect.state);
        prop_assert!(defect.state.is_open());
    }

    #[test]
    fn whoever_sees_the_heads_sees_everything(entries in story()) {
        let before = fold(entries.clone());
        let (n, heads) = (entries.len(), before.history.heads());
        let mut entries = entries;
        let mut reject = entry(n, DefectAct::Reject, &[]);
        reject.said.told.sees = heads;
        entries.push(reject);
        let after = fold(entries);
        let expected = if before.state == DefectState::Withdrawn { before.state } else { DefectState::Rejected };
        prop_assert_eq!(after.state, expected);
    }
}

#[test]
fn who_writes_without_end_holds_up_nobody() {
    // Each has seen the sixty-four before it: the most that one entry can name.
    let flood = |n: usize| {
        let sees: Vec<usize> = (n.saturating_sub(64)..n).collect();
        entry(n, if n == 0 { DefectAct::Report } else { DefectAct::NotFixed }, &sees)
    };
    let folded = fold((0..2 * HISTORY_ENTRIES_MAX).map(flood).collect());
    assert_eq!(folded.history.entries.len(), HISTORY_ENTRIES_MAX);
    assert_eq!(folded.history.heads(), [key(HISTORY_ENTRIES_MAX - 1)]);
}
