//! A wish from the field, and its handling: raised, visited, on trial, rolled out or declined, and rated by those who use
//! what came of it. Its state is a fold like a defect's.

use serde::{Deserialize, Serialize};

use super::defect::EntryError;
use super::history::{Entry, History, Say, Told};
use crate::ids::{
    BureauId, CollectionId, DocumentId, DocumentKind, EventKey, NeedId, OfficerId, Shelf, StationCode,
};
use crate::limits::{NOTE_CHARS_MAX, SEES_MAX};
use crate::time::Timestamp;

/// Characters of an asset model that a need may point at.
const MODEL_CHARS_MAX: usize = 80;

/// Which need: what its document's id is derived from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, minicbor::Encode)]
pub struct NeedName {
    /// Whose.
    #[n(0)]
    pub station: StationCode,
    /// Drawn by the phone that raised it.
    #[n(1)]
    pub id: NeedId,
}

crate::read_both!(NeedName { station, id });

impl NeedName {
    /// Its document.
    pub fn document(&self, bureau: &BureauId) -> DocumentId {
        let parts = [bureau.as_str(), self.station.as_str(), self.id.as_str()];
        DocumentId::derive(DocumentKind::Need, &parts)
    }

    /// Where its document is.
    pub fn collection(&self) -> CollectionId {
        CollectionId::of(&Shelf::Live(self.station.clone()))
    }
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum NeedAct {
    /// 提出
    #[n(0)]
    Raise,
    /// 评分: 1 to 5, of what was tried or rolled out.
    #[n(1)]
    Rate,
    /// Takes an own entry back.
    #[n(2)]
    Withdraw,
    /// 走访: the bureau has been there and asked.
    #[n(3)]
    Visit,
    /// 试用
    #[n(4)]
    Trial,
    /// 推广
    #[n(5)]
    RollOut,
    /// 不采纳: the bureau says why.
    #[n(6)]
    Decline,
}

impl NeedAct {
    /// Whether it is the station's to do, on its phones.
    pub fn is_of_station(self) -> bool {
        matches!(self, Self::Raise | Self::Rate | Self::Withdraw)
    }

    /// Whether it is the bureau's to do, which the relay writes.
    pub fn is_of_bureau(self) -> bool {
        matches!(self, Self::Visit | Self::Trial | Self::RollOut | Self::Decline | Self::Withdraw)
    }

    fn leads_to(self) -> Option<NeedState> {
        match self {
            Self::Raise | Self::Rate | Self::Withdraw => None,
            Self::Visit => Some(NeedState::Visited),
            Self::Trial => Some(NeedState::Trial),
            Self::RollOut => Some(NeedState::RolledOut),
            Self::Decline => Some(NeedState::Declined),
        }
    }
}

/// How far it is, the most open first.
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
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum NeedState {
    /// 已提出: awaits a first answer.
    #[n(0)]
    Raised,
    /// 已走访
    #[n(1)]
    Visited,
    /// 试用中
    #[n(2)]
    Trial,
    /// 已推广
    #[n(3)]
    RolledOut,
    /// 不采纳
    #[n(4)]
    Declined,
    /// Who raised it took it back.
    #[n(5)]
    Withdrawn,
}

impl NeedState {
    /// Whether somebody must still act.
    pub fn is_open(self) -> bool {
        self < Self::RolledOut
    }

    /// Whether this may be done now, whoever does it.
    pub fn takes(self, act: NeedAct) -> bool {
        match act {
            NeedAct::Raise => self == Self::Withdrawn,
            NeedAct::Withdraw => true,
            NeedAct::Rate => matches!(self, Self::Trial | Self::RolledOut),
            NeedAct::Visit => self == Self::Raised,
            NeedAct::Trial => self < Self::Trial,
            NeedAct::RollOut | NeedAct::Decline => self.is_open(),
        }
    }
}

/// One entry of a need's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeedEntry {
    /// Which need, in full.
    pub need: NeedName,
    /// What was done.
    pub act: NeedAct,
    /// By whom, when, seeing what.
    pub told: Told,
    /// What is wished for; what was found; why not.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Raise: the model of equipment that it is about, as the register has it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Rate: 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Withdraw: the own entry that is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<EventKey>,
}

crate::read_object!(NeedEntry {
    need, act, told, note as default, model as default, rating as default, target as default
});

impl NeedEntry {
    /// An entry that says no more than what was done.
    pub fn new(need: NeedName, act: NeedAct, told: Told) -> Self {
        Self { need, act, told, note: String::new(), model: String::new(), rating: None, target: None }
    }

    /// Reads an entry; `None` for what this version cannot read.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// The text that stands in the document.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an entry has string keys only")
    }

    /// Checks what can be said of an entry by itself.
    ///
    /// # Errors
    /// When a text or a list is too long, or a part is missing.
    pub fn check(&self) -> Result<(), EntryError> {
        if self.note.chars().count() > NOTE_CHARS_MAX
            || self.model.chars().count() > MODEL_CHARS_MAX
            || self.told.sees.len() > SEES_MAX
        {
            return Err(EntryError::TooLong);
        }
        let is_whole = match self.act {
            NeedAct::Raise | NeedAct::Decline => !self.note.trim().is_empty(),
            NeedAct::Rate => self.rating.is_some_and(|rating| (1..=5).contains(&rating)),
            NeedAct::Withdraw => self.target.is_some(),
            NeedAct::Visit | NeedAct::Trial | NeedAct::RollOut => true,
        };
        if is_whole { Ok(()) } else { Err(EntryError::Incomplete) }
    }
}

impl Say for NeedEntry {
    fn told(&self) -> &Told {
        &self.told
    }

    fn withdraws(&self) -> Option<&EventKey> {
        self.target.as_ref().filter(|_| self.act == NeedAct::Withdraw)
    }
}

/// A need as it stands.
#[derive(Debug, Clone)]
pub struct Need {
    /// Which.
    pub name: NeedName,
    /// How far it is.
    pub state: NeedState,
    /// What is wished for.
    pub wish: String,
    /// The model that it is about; empty for none.
    pub model: String,
    /// Who raised it.
    pub by: Option<OfficerId>,
    /// When, clock corrected.
    pub raised_at: Timestamp,
    /// Each person's latest rating.
    pub ratings: Vec<(OfficerId, u8)>,
    /// Everything that was written.
    pub history: History<NeedEntry>,
}

impl Need {
    /// What the entries of a document come to; `None` when none of them says which need it is.
    pub fn fold(document: DocumentId, bureau: &BureauId, entries: Vec<Entry<NeedEntry>>) -> Option<Self> {
        let is_it = |entry: &Entry<NeedEntry>| entry.said.need.document(bureau) == document;
        let name = entries.iter().find(|entry| is_it(entry))?.said.need.clone();
        let entries = entries.into_iter().filter(|entry| entry.said.need == name).collect();
        let history = History::new(entries);
        let live: Vec<usize> = history.live().collect();
        let said = |place: usize| &history.entries[place].said;
        let moves: Vec<usize> =
            live.iter().copied().filter(|place| said(*place).act.leads_to().is_some()).collect();
        let standing = history.standing(&moves);
        let raised = live.iter().copied().find(|place| said(*place).act == NeedAct::Raise).map(said);
        let state = match raised {
            None => NeedState::Withdrawn,
            Some(_) => {
                let states = standing.iter().filter_map(|place| said(*place).act.leads_to());
                states.min().unwrap_or(NeedState::Raised)
            }
        };
        let mut ratings: Vec<(OfficerId, u8)> = Vec::new();
        for entry in live.iter().map(|place| said(*place)).filter(|entry| entry.act == NeedAct::Rate) {
            let Some(rating) = entry.rating.filter(|rating| (1..=5).contains(rating)) else { continue };
            ratings.retain(|(by, _)| *by != entry.told.by);
            ratings.push((entry.told.by.clone(), rating));
        }
        Some(Self {
            name,
            state,
            wish: raised.map(|raised| raised.note.clone()).unwrap_or_default(),
            model: raised.map(|raised| raised.model.clone()).unwrap_or_default(),
            by: raised.map(|raised| raised.told.by.clone()),
            raised_at: raised.map(|raised| raised.told.corrected_at()).unwrap_or_default(),
            ratings,
            history,
        })
    }

    /// The mean rating in tenths; `None` while nobody has rated.
    pub fn rating_tenths(&self) -> Option<u32> {
        let sum: u32 = self.ratings.iter().map(|(_, rating)| u32::from(*rating)).sum();
        let count = u32::try_from(self.ratings.len()).ok().filter(|count| *count > 0)?;
        Some((sum * 10 + count / 2) / count)
    }
}
