//! The slices about defects and needs: every one of them with all that was said, by whom, and where it is safe.

use minicbor::Encode;
use shared::domain::Label;
use shared::domain::defect::{DefectAct, DefectName, DefectState, Disposition};
use shared::domain::need::{NeedAct, NeedName, NeedState};
use shared::domain::photo::Photo;
use shared::ids::{AssetId, EventKey, StationCode};
use shared::time::{Date, Timestamp};

use super::Place;

/// The defects on this phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct DefectsView {
    /// Those that are open, and those that were closed lately; open ones first, urgent before others, older before newer.
    #[n(0)]
    pub defects: Vec<DefectView>,
    /// What can be reported without a checklist: the station's assets, expired ones first.
    #[n(1)]
    pub assets: Vec<AssetChoice>,
    /// Stations that have any of them, by name; one for an officer.
    #[n(2)]
    pub stations: Vec<(StationCode, Label)>,
    /// Whether the first pull has come: before it, an empty list means nothing.
    #[n(3)]
    pub is_loaded: bool,
}

shared::read_record!(DefectsView { defects, assets, stations, is_loaded });

/// A defect.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct DefectView {
    /// Which.
    #[n(0)]
    pub name: DefectName,
    /// The station's name.
    #[n(1)]
    pub station_name: Label,
    /// What is out of order: the line, or the asset.
    #[n(2)]
    pub title: Label,
    /// On what: an asset with its number, a person's kit, a place; empty for the station itself.
    #[n(3)]
    pub about: Label,
    /// The model of the asset; empty for none.
    #[n(4)]
    pub model: String,
    /// How far it is.
    #[n(5)]
    pub state: DefectState,
    /// Whether it was said to be over and is not.
    #[n(6)]
    pub is_reopened: bool,
    /// Whether it cannot wait.
    #[n(7)]
    pub is_urgent: bool,
    /// Whether the thing is not there.
    #[n(8)]
    pub is_missing: bool,
    /// What was decided.
    #[n(9)]
    pub disposition: Option<Disposition>,
    /// What the first report says.
    #[n(10)]
    pub remark: String,
    /// Names of those who reported it.
    #[n(11)]
    pub reporters: Vec<String>,
    /// When it was first reported.
    #[n(12)]
    pub reported_at: Timestamp,
    /// Everything that was said, oldest first.
    #[n(13)]
    pub events: Vec<DefectEvent>,
    /// What somebody sees who looks at it now.
    #[n(14)]
    pub sees: Vec<EventKey>,
    /// Whether this person reported it.
    #[n(15)]
    pub is_mine: bool,
    /// Whether this person may take the own report back: nobody has acted on it.
    #[n(16)]
    pub may_withdraw: bool,
    /// Whether anything of it is only on this phone.
    #[n(17)]
    pub is_only_here: bool,
    /// The first photo of the reports that count.
    #[n(18)]
    pub photo: Option<Photo>,
}

shared::read_record!(DefectView {
    name,
    station_name,
    title,
    about,
    model,
    state,
    is_reopened,
    is_urgent,
    is_missing,
    disposition,
    remark,
    reporters,
    reported_at,
    events,
    sees,
    is_mine,
    may_withdraw,
    is_only_here,
    photo
});

/// Who said something, when, on which device, and where it is safe.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct SaidBy {
    /// Who.
    #[n(0)]
    pub author: String,
    /// Their badge.
    #[n(1)]
    pub badge: String,
    /// The first characters of the device; of the centre for what the bureau did.
    #[n(2)]
    pub device: String,
    /// When, clock corrected.
    #[n(3)]
    pub at: Timestamp,
    /// How far the device's clock was off, in milliseconds.
    #[n(4)]
    pub clock_offset_ms: i64,
    /// Where it is safe.
    #[n(5)]
    pub place: Place,
    /// Whether it counts: it was not taken back.
    #[n(6)]
    pub counts: bool,
}

shared::read_record!(SaidBy { author, badge, device, at, clock_offset_ms, place, counts });

/// One thing that was said of a defect.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct DefectEvent {
    /// Its key.
    #[n(0)]
    pub key: EventKey,
    /// What was done.
    #[n(1)]
    pub act: DefectAct,
    /// What was decided.
    #[n(2)]
    pub disposition: Option<Disposition>,
    /// In words.
    #[n(3)]
    pub remark: String,
    /// By whom.
    #[n(4)]
    pub said: SaidBy,
    /// Photos of it.
    #[n(5)]
    pub photos: Vec<Photo>,
}

shared::read_record!(DefectEvent { key, act, disposition, remark, said, photos });

/// An asset that may be reported.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct AssetChoice {
    /// Which.
    #[n(0)]
    pub asset: AssetId,
    /// What it is called.
    #[n(1)]
    pub name: Label,
    /// Since when it is out of date; none while it is not.
    #[n(2)]
    pub expired: Option<Date>,
    /// Whether its passed date has been reported.
    #[n(3)]
    pub is_reported: bool,
}

shared::read_record!(AssetChoice { asset, name, expired, is_reported });

/// That a line's defect is known.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct BellView {
    /// Who reported it first.
    #[n(0)]
    pub by: String,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// How far it is.
    #[n(2)]
    pub state: DefectState,
    /// How many have reported it.
    #[n(3)]
    pub reports: u32,
}

shared::read_record!(BellView { by, at, state, reports });

/// What the whole app must say of defects, on every screen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode)]
pub struct AlarmView {
    /// Urgent defects of this person that nobody has been told of yet: what, and since when.
    #[n(0)]
    pub untold: Vec<(Label, Timestamp)>,
}

shared::read_record!(AlarmView { untold });

/// The needs on this phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct NeedsView {
    /// Those that await a first answer first, then the older before the newer; closed ones last.
    #[n(0)]
    pub needs: Vec<NeedView>,
    /// Models of the station's equipment that a need may be about, each with what it is.
    #[n(1)]
    pub models: Vec<(String, Label)>,
    /// Whether the first pull has come.
    #[n(2)]
    pub is_loaded: bool,
}

shared::read_record!(NeedsView { needs, models, is_loaded });

/// A need.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct NeedView {
    /// Which.
    #[n(0)]
    pub name: NeedName,
    /// The station's name.
    #[n(1)]
    pub station_name: Label,
    /// What is wished for.
    #[n(2)]
    pub wish: String,
    /// The model that it is about; empty for none.
    #[n(3)]
    pub model: String,
    /// How far it is.
    #[n(4)]
    pub state: NeedState,
    /// Who raised it.
    #[n(5)]
    pub by: String,
    /// When.
    #[n(6)]
    pub raised_at: Timestamp,
    /// This person's rating.
    #[n(7)]
    pub own_rating: Option<u8>,
    /// The mean rating in tenths.
    #[n(8)]
    pub rating_tenths: Option<u32>,
    /// How many have rated.
    #[n(9)]
    pub ratings: u32,
    /// Everything that was said, oldest first.
    #[n(10)]
    pub events: Vec<NeedEvent>,
    /// What somebody sees who looks at it now.
    #[n(11)]
    pub sees: Vec<EventKey>,
    /// Whether this person may take it back: it is theirs and nobody has answered.
    #[n(12)]
    pub may_withdraw: bool,
    /// Whether anything of it is only on this phone.
    #[n(13)]
    pub is_only_here: bool,
}

shared::read_record!(NeedView {
    name,
    station_name,
    wish,
    model,
    state,
    by,
    raised_at,
    own_rating,
    rating_tenths,
    ratings,
    events,
    sees,
    may_withdraw,
    is_only_here
});

/// One thing that was said of a need.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct NeedEvent {
    /// Its key.
    #[n(0)]
    pub key: EventKey,
    /// What was done.
    #[n(1)]
    pub act: NeedAct,
    /// In words.
    #[n(2)]
    pub remark: String,
    /// The rating, when that is what was done.
    #[n(3)]
    pub rating: Option<u8>,
    /// By whom.
    #[n(4)]
    pub said: SaidBy,
}

shared::read_record!(NeedEvent { key, act, remark, rating, said });
