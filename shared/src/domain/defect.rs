//! A fault, loss or expiry that somebody must act on, and its handling. A defect is a document of its own, whose name
//! says what it is about and how many there were before, so that phones that report the same fault apart have written
//! into one. Its state is a fold over what people wrote: where they did so apart, the more cautious state stands.

use serde::{Deserialize, Serialize};

use super::history::{Entry, History};
use crate::ids::{BureauId, CollectionId, DocumentId, DocumentKind, ItemId, Shelf, StationCode, SubjectId};
use crate::time::Timestamp;

mod entry;

pub use entry::{DefectEntry, EntryError};

/// Which defect: what its document's id is derived from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, minicbor::Encode)]
pub struct DefectName {
    /// Whose.
    #[n(0)]
    pub station: StationCode,
    /// On what.
    #[n(1)]
    pub subject: SubjectId,
    /// Which line, or [`GENERAL`] or [`EXPIRY`].
    #[n(2)]
    pub item: ItemId,
    /// The how-manieth of this subject and item, from 1.
    #[n(3)]
    pub number: u32,
}

crate::read_both!(DefectName { station, subject, item, number });

/// The item of a defect that is reported without a checklist.
pub const GENERAL: &str = "general";
/// The item of a defect that is a passed date.
pub const EXPIRY: &str = "expiry";
/// What the subject begins with when it is a place in words.
const PLACE: &str = "place:";

impl DefectName {
    /// Its document.
    pub fn document(&self, bureau: &BureauId) -> DocumentId {
        let Self { station, subject, item, number } = self;
        let number = number.to_string();
        let parts = [bureau.as_str(), station.as_str(), subject.as_str(), item.as_str(), &number];
        DocumentId::derive(DocumentKind::Defect, &parts)
    }

    /// Where its document is.
    pub fn collection(&self) -> CollectionId {
        CollectionId::of(&Shelf::Live(self.station.clone()))
    }
}

/// A subject for a thing that is in no register: a place, told in words. `code` makes it one of its own.
pub fn place(code: &str) -> Option<SubjectId> {
    SubjectId::parse(&[PLACE, code].concat()).ok()
}

/// Whether a subject is a place in words.
pub fn is_place(subject: &SubjectId) -> bool {
    subject.as_str().starts_with(PLACE)
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum DefectAct {
    /// 上报: saw it.
    #[n(0)]
    Report,
    /// 加急: says that it cannot wait.
    #[n(1)]
    Urgent,
    /// Takes an own entry back.
    #[n(2)]
    Withdraw,
    /// 受理: the bureau knows.
    #[n(3)]
    Acknowledge,
    /// 处置: the bureau has decided what becomes of it.
    #[n(4)]
    Handle,
    /// 已处置: the bureau has done it.
    #[n(5)]
    Done,
    /// 不予受理: the bureau says why not.
    #[n(6)]
    Reject,
    /// 核验: the station found it mended.
    #[n(7)]
    Verify,
    /// 未修好: the station found it as before.
    #[n(8)]
    NotFixed,
}

impl DefectAct {
    /// Whether it is the station's to do, on its phones; the others are the bureau's, which the relay writes.
    pub fn is_of_station(self) -> bool {
        matches!(self, Self::Report | Self::Urgent | Self::Withdraw | Self::Verify | Self::NotFixed)
    }

    /// Whether it is the bureau's to do. Both may take their own back.
    pub fn is_of_bureau(self) -> bool {
        matches!(self, Self::Acknowledge | Self::Handle | Self::Done | Self::Reject | Self::Withdraw)
    }

    fn is_move(self) -> bool {
        !matches!(self, Self::Report | Self::Urgent | Self::Withdraw)
    }
}

/// What the bureau decides, the most cautious first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    minicbor::Encode,
    minicbor::Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Disposition {
    /// 报废
    #[n(0)]
    Scrap,
    /// 更换
    #[n(1)]
    Replace,
    /// 维修
    #[n(2)]
    Repair,
    /// 调拨
    #[n(3)]
    Transfer,
    /// 继续使用
    #[n(4)]
    Keep,
}

impl Disposition {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Repair, Self::Replace, Self::Scrap, Self::Transfer, Self::Keep];
}

/// How far it is, the most cautious first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    minicbor::Encode,
    minicbor::Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum DefectState {
    /// 已报
    #[n(0)]
    Reported,
    /// 已受理
    #[n(1)]
    Acknowledged,
    /// 处置中
    #[n(2)]
    Handled,
    /// 已处置: the station is to look.
    #[n(3)]
    Done,
    /// 不予受理
    #[n(4)]
    Rejected,
    /// 已核验
    #[n(5)]
    Verified,
    /// Every report was taken back.
    #[n(6)]
    Withdrawn,
}

impl DefectState {
    /// Whether somebody must still act.
    pub fn is_open(self) -> bool {
        self < Self::Rejected
    }

    /// Whether it is over, and what comes next is another defect.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Rejected | Self::Verified)
    }

    /// Whether this may be done now, whoever does it.
    pub fn takes(self, act: DefectAct) -> bool {
        match act {
            // Who reports again what is said to be mended says that it is not.
            DefectAct::Report => !self.is_closed(),
            DefectAct::Urgent => self < Self::Done,
            DefectAct::Withdraw => true,
            DefectAct::Acknowledge => self == Self::Reported,
            DefectAct::Handle | DefectAct::Done | DefectAct::Reject => self < Self::Done,
            DefectAct::Verify | DefectAct::NotFixed => self == Self::Done,
        }
    }
}

/// A defect as it stands.
#[derive(Debug, Clone)]
pub struct Defect {
    /// Which.
    pub name: DefectName,
    /// How far it is.
    pub state: DefectState,
    /// Whether it was said to be over and is not: found as before, or reported by somebody who had not seen that.
    pub is_reopened: bool,
    /// Whether it cannot wait.
    pub is_urgent: bool,
    /// Whether a report says that the thing is not there.
    pub is_missing: bool,
    /// What was decided.
    pub disposition: Option<Disposition>,
    /// When the first report that stands was made, clock corrected.
    pub reported_at: Timestamp,
    /// When the bureau first did anything about it, clock corrected.
    pub acknowledged_at: Option<Timestamp>,
    /// When it was over, clock corrected; none while it is open.
    pub closed_at: Option<Timestamp>,
    /// Everything that was written.
    pub history: History<DefectEntry>,
}

impl Defect {
    /// What the entries of a document come to; `None` when none of them says which defect it is.
    pub fn fold(document: DocumentId, bureau: &BureauId, entries: Vec<Entry<DefectEntry>>) -> Option<Self> {
        let is_it = |entry: &Entry<DefectEntry>| entry.said.defect.document(bureau) == document;
        let name = entries.iter().find(|entry| is_it(entry))?.said.defect.clone();
        let entries = entries.into_iter().filter(|entry| entry.said.defect == name).collect();
        let history = History::new(entries);
        let live: Vec<usize> = history.live().collect();
        let said = |place: usize| &history.entries[place].said;
        let reports: Vec<usize> =
            live.iter().copied().filter(|place| said(*place).act == DefectAct::Report).collect();
        let moves: Vec<usize> = live.iter().copied().filter(|place| said(*place).act.is_move()).collect();
        let at = |place: usize| said(place).told.corrected_at();
        let standing = history.standing(&moves);
        let judged: Vec<(DefectState, bool)> =
            standing.iter().map(|place| judge(&history, *place, &reports)).collect();
        let state = match judged.iter().map(|(state, _)| *state).min() {
            _ if reports.is_empty() => DefectState::Withdrawn,
            None => DefectState::Reported,
            Some(state) => state,
        };
        let closing = standing.iter().zip(&judged).filter(|(_, (of, _))| *of == state).map(|(at, _)| *at);
        let is_bureaus = |place: &&usize| said(**place).act.is_of_bureau();
        Some(Self {
            name,
            state,
            is_reopened: judged.contains(&(state, true)),
            is_urgent: live.iter().any(|place| {
                said(*place).act == DefectAct::Urgent
                    || said(*place).is_urgent && said(*place).act == DefectAct::Report
            }),
            is_missing: reports.iter().any(|place| said(*place).is_missing),
            disposition: disposition(&history, &standing),
            reported_at: reports.iter().map(|place| at(*place)).min().unwrap_or_default(),
            acknowledged_at: moves.iter().filter(is_bureaus).map(|place| at(*place)).min(),
            closed_at: if state.is_closed() { closing.map(at).max() } else { None },
            history,
        })
    }

    /// The reports that stand, in order.
    pub fn reports(&self) -> impl Iterator<Item = &Entry<DefectEntry>> {
        let live = self.history.live().map(|place| &self.history.entries[place]);
        live.filter(|entry| entry.said.act == DefectAct::Report)
    }
}

/// The state that a move leads to, and whether it is one that was over before.
fn judge(history: &History<DefectEntry>, place: usize, reports: &[usize]) -> (DefectState, bool) {
    let act = history.entries[place].said.act;
    let state = match act {
        DefectAct::Acknowledge => return (DefectState::Acknowledged, false),
        DefectAct::Handle => return (DefectState::Handled, false),
        DefectAct::Done => DefectState::Done,
        DefectAct::Reject => DefectState::Rejected,
        DefectAct::Verify => DefectState::Verified,
        DefectAct::NotFixed | DefectAct::Report | DefectAct::Urgent | DefectAct::Withdraw => {
            return (DefectState::Reported, true);
        }
    };
    let seen = history.seen_by(place);
    let has_seen_done = || {
        let mut seen = seen.iter().zip(&history.entries).filter(|(is_seen, _)| **is_seen);
        seen.any(|(_, entry)| entry.said.act == DefectAct::Done)
    };
    // What nobody had done cannot have been found done.
    let counts = act != DefectAct::Verify || has_seen_done();
    if counts && reports.iter().all(|report| seen[*report]) {
        (state, false)
    } else {
        (DefectState::Reported, true)
    }
}

/// What was decided: by what stands, or by what it builds on; of several the most cautious.
fn disposition(history: &History<DefectEntry>, standing: &[usize]) -> Option<Disposition> {
    let decided = |place: usize| {
        let own = history.entries[place].said.disposition;
        let seen = history.seen_by(place);
        let places = (0..seen.len()).rev().filter(|place| seen[*place] && history.is_live(*place));
        own.or_else(|| places.filter_map(|place| history.entries[place].said.disposition).next())
    };
    standing.iter().filter_map(|place| decided(*place)).min()
}

#[cfg(test)]
mod tests;
