//! What people write into a defect's document, one entry at a time, and what can be checked of an entry by itself.

use serde::Serialize;

use super::super::history::{Say, Told};
use super::super::photo::Photo;
use super::{DefectAct, DefectName, Disposition, is_place};
use crate::ids::{EventKey, PhotoHash, TemplateId};
use crate::limits::{DEFECT_PHOTOS_MAX, NOTE_CHARS_MAX, SEES_MAX};

/// One entry of a defect's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefectEntry {
    /// Which defect, in full: a reader confirms it by the document's id.
    pub defect: DefectName,
    /// What was done.
    pub act: DefectAct,
    /// By whom, when, seeing what.
    pub told: Told,
    /// Report: the checklist of the line; none without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// Report: the answer in a round that it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<EventKey>,
    /// Report: the thing is not there, rather than out of order.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_missing: bool,
    /// Report: it cannot wait.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_urgent: bool,
    /// Report: the place in words, when the subject is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Report: fault chips, joined.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fault: String,
    /// In the author's words; why, when it is rejected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Photos, by the hashes of their bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoHash>,
    /// Their small ones, in the same order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thumbnails: Vec<PhotoHash>,
    /// Handle: what was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Disposition>,
    /// Withdraw: the own entry that is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<EventKey>,
}

crate::read_object!(DefectEntry {
    defect, act, told, template as default, answer as default, is_missing as default, is_urgent as default,
    place as default, fault as default, note as default, photos as default, thumbnails as default,
    disposition as default, target as default
});

/// Why an entry is not sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A text or a list is too long.
    #[error("a text or a list is too long")]
    TooLong,
    /// A part that this act needs is missing: a disposition, a reason, what is taken back, a place.
    #[error("a part is missing")]
    Incomplete,
}

impl DefectEntry {
    /// An entry that says no more than what was done.
    pub fn new(defect: DefectName, act: DefectAct, told: Told) -> Self {
        Self {
            defect,
            act,
            told,
            template: None,
            answer: None,
            is_missing: false,
            is_urgent: false,
            place: String::new(),
            fault: String::new(),
            note: String::new(),
            photos: Vec::new(),
            thumbnails: Vec::new(),
            disposition: None,
            target: None,
        }
    }

    /// Reads an entry; `None` for what this version cannot read.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// The text that stands in the document.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an entry has string keys only")
    }

    /// Fault chips and note as one line.
    pub fn remark(&self) -> String {
        match (self.fault.is_empty(), self.note.is_empty()) {
            (false, false) => [&self.fault, " · ", &self.note].concat(),
            (false, true) => self.fault.clone(),
            _ => self.note.clone(),
        }
    }

    /// Takes photos along, as many as an entry may have.
    pub fn take_photos(&mut self, photos: &[Photo]) {
        let photos = &photos[..photos.len().min(DEFECT_PHOTOS_MAX)];
        self.photos = photos.iter().map(|photo| photo.original).collect();
        self.thumbnails = photos.iter().map(|photo| photo.thumbnail).collect();
    }

    /// Its photos with their small ones; one that came without is its own.
    pub fn shown_photos(&self) -> Vec<Photo> {
        let small = |place: usize, original| self.thumbnails.get(place).copied().unwrap_or(original);
        let photos = self.photos.iter().enumerate();
        photos
            .map(|(place, original)| Photo { original: *original, thumbnail: small(place, *original) })
            .collect()
    }

    /// Checks what can be said of an entry by itself.
    ///
    /// # Errors
    /// When a text or a list is too long, or a part is missing.
    pub fn check(&self) -> Result<(), EntryError> {
        let texts = [&self.place, &self.fault, &self.note];
        if texts.iter().any(|text| text.chars().count() > NOTE_CHARS_MAX)
            || self.told.sees.len() > SEES_MAX
            || self.photos.len() > DEFECT_PHOTOS_MAX
            || self.thumbnails.len() > DEFECT_PHOTOS_MAX
        {
            return Err(EntryError::TooLong);
        }
        let is_whole = match self.act {
            DefectAct::Report => !is_place(&self.defect.subject) || !self.place.trim().is_empty(),
            DefectAct::Withdraw => self.target.is_some(),
            DefectAct::Handle => self.disposition.is_some(),
            DefectAct::Reject => !self.note.trim().is_empty(),
            DefectAct::Urgent
            | DefectAct::Acknowledge
            | DefectAct::Done
            | DefectAct::Verify
            | DefectAct::NotFixed => true,
        };
        if is_whole { Ok(()) } else { Err(EntryError::Incomplete) }
    }
}

impl Say for DefectEntry {
    fn told(&self) -> &Told {
        &self.told
    }

    fn withdraws(&self) -> Option<&EventKey> {
        self.target.as_ref().filter(|_| self.act == DefectAct::Withdraw)
    }
}
