//! The slice about photos and voice memos that are on this phone.

use minicbor::Encode;
use shared::domain::photo::{Attached, Photo};
use shared::domain::round::RoundName;
use shared::ids::{ItemId, PhotoHash, SubjectId};
use shared::time::Timestamp;

/// Photos and memos on this phone: those that wait for an answer, and those that wait for the centre.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
pub struct PhotosView {
    /// Taken, and not yet part of an answer.
    #[n(0)]
    pub drafts: Vec<DraftView>,
    /// Photos and memos that are only on this phone.
    #[n(1)]
    pub waiting: u32,
    /// Bytes of what is still to be sent.
    #[n(2)]
    pub waiting_bytes: u64,
    /// Those that the centre did not take.
    #[n(3)]
    pub refused: Vec<RefusedPhoto>,
    /// Whether one is being sent.
    #[n(4)]
    pub is_sending: bool,
    /// Hashes of those that are only on this phone.
    #[n(5)]
    pub here: Vec<PhotoHash>,
    /// Taken for a report without a checklist, and not yet part of it: for the one that was begun when.
    #[n(6)]
    pub report: Vec<(Timestamp, Photo)>,
    /// Whether the centre takes no more of this person's today.
    #[n(7)]
    pub is_day_full: bool,
}

shared::read_record!(PhotosView {
    drafts,
    waiting,
    waiting_bytes,
    refused,
    is_sending,
    here,
    report,
    is_day_full
});

/// What was taken about a card and goes with its next answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct DraftView {
    /// In which round.
    #[n(0)]
    pub round: RoundName,
    /// About what.
    #[n(1)]
    pub subject: SubjectId,
    /// Which line.
    #[n(2)]
    pub item: ItemId,
    /// What was taken.
    #[n(3)]
    pub attached: Attached,
}

shared::read_record!(DraftView { round, subject, item, attached });

/// A photo or memo that the centre did not take. It is kept on the phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct RefusedPhoto {
    /// Which.
    #[n(0)]
    pub hash: PhotoHash,
    /// Of which line in which round; none for a report without a checklist.
    #[n(1)]
    pub of: Option<(RoundName, ItemId)>,
    /// Why: a problem code.
    #[n(2)]
    pub code: String,
}

shared::read_record!(RefusedPhoto { hash, of, code });
