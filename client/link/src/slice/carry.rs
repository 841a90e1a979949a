//! The slice about bundles: the file of what is only on this phone, those that it carries for colleagues, and what became
//! of those that it brought in.

use minicbor::Encode;
use shared::time::Timestamp;

use super::LeftView;

/// Bundles on this phone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
pub struct CarryView {
    /// The newest file that was handed out of this phone.
    #[n(0)]
    pub handed: Option<HandedView>,
    /// The file that is made and was not handed out yet.
    #[n(1)]
    pub ready: Option<ReadyView>,
    /// Files of colleagues that wait for a network: when each came, and its bytes.
    #[n(2)]
    pub carried: Vec<(Timestamp, u64)>,
    /// What became of those that were brought in here, the latest first.
    #[n(3)]
    pub brought: Vec<BroughtView>,
    /// What others of this phone left to be brought along.
    #[n(4)]
    pub left: Vec<LeftView>,
}

shared::read_record!(CarryView { handed, ready, carried, brought, left });

/// A file that was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode)]
pub struct HandedView {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// Whether it went to another app or person; otherwise it was saved.
    #[n(1)]
    pub is_given: bool,
    /// How much of what waits now is in it.
    #[n(2)]
    pub inside: u32,
    /// How many of the photos and memos that wait now are in it.
    #[n(3)]
    pub photos_inside: u32,
}

shared::read_record!(HandedView { at, is_given, inside, photos_inside });

/// A file that was made.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct ReadyView {
    /// What it is called.
    #[n(0)]
    pub name: String,
    /// Its bytes.
    #[n(1)]
    pub bytes: u64,
    /// Changes in it.
    #[n(2)]
    pub changes: u32,
    /// Changes that it has no room for.
    #[n(3)]
    pub changes_left: u32,
    /// Photos and memos that are whole in it.
    #[n(4)]
    pub photos: u32,
    /// Photos and memos that stay on this phone.
    #[n(5)]
    pub photos_left: u32,
}

shared::read_record!(ReadyView { name, bytes, changes, changes_left, photos, photos_left });

/// What became of a bundle that was brought in from here.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct BroughtView {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// Whose it was; empty when it was not taken.
    #[n(1)]
    pub name: String,
    /// When it was made.
    #[n(2)]
    pub made: Timestamp,
    /// Changes that are at the centre now.
    #[n(3)]
    pub taken: u32,
    /// Changes that were there already.
    #[n(4)]
    pub known: u32,
    /// Changes that wait for a supervisor.
    #[n(5)]
    pub held: u32,
    /// Changes that were not taken.
    #[n(6)]
    pub rejected: u32,
    /// Photos and memos that are at the centre now.
    #[n(7)]
    pub photos: u32,
    /// Why it was not taken, a problem's code; none when it was.
    #[n(8)]
    pub problem: Option<String>,
    /// Photos and memos that the centre did not take.
    #[n(9)]
    pub photos_refused: u32,
}

shared::read_record!(BroughtView {
    at,
    name,
    made,
    taken,
    known,
    held,
    rejected,
    photos,
    problem,
    photos_refused as default
});
