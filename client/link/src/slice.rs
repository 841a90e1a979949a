//! The view model, in slices. Texts that come from content (templates, names) are here in both languages or as
//! they are; every other word on the screen is the interface's.

use minicbor::{Decode, Encode};
use shared::api::board::BoardView;
use shared::api::handling::Moved;
use shared::api::quarantine::QuarantineView;
use shared::domain::Label;
use shared::domain::round::RoundName;
use shared::ids::StationCode;
use shared::time::{Date, Timestamp, Zone};
use shared::trust::rights::Role;

mod carry;
mod handled;
mod inspection;
mod kept;
mod lines;
mod photos;
mod profiles;
mod register;
mod round;
mod scan;
mod selftest;
mod sync;

pub use carry::{BroughtView, CarryView, HandedView, ReadyView};
pub use inspection::{InspectedRow, InspectionView};
pub use register::{AssetRow, AssetView, PurchaseRow, RegisterView, StepView, StepWhat, TransitView};

pub use handled::{
    AlarmView, AssetChoice, BellView, DefectEvent, DefectView, DefectsView, NeedEvent, NeedView, NeedsView,
    SaidBy,
};
pub use kept::{AsideView, RejectedView, RejectedWhat, WhyRejected};
pub use lines::{ChecklistView, LineKind, LinesView, OwnLineView};
pub use photos::{DraftView, PhotosView, RefusedPhoto};
pub use profiles::{LeftView, ProfileView, Seat};
pub use round::{
    CardView, EventState, EventView, Input, LastView, Place, ReadingView, RoundView, SignOffView, SubjectView,
};
pub use scan::{AskedIn, CountView, Counted, FoundView, LabelsView, Miss, ThingView};
pub use selftest::SelfTestView;
pub use sync::{LinkState, StorageView, SyncView};

/// One part of the view model.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Slice {
    /// Who uses this phone.
    #[n(0)]
    Session(#[n(0)] SessionView),
    /// What is due.
    #[n(1)]
    Today(#[n(0)] TodayView),
    /// The open round.
    #[n(2)]
    Round(#[n(0)] RoundView),
    /// What is only on this phone, and how the link is.
    #[n(3)]
    Sync(#[n(0)] SyncView),
    /// The board, and how old this copy is.
    #[n(4)]
    Board(#[n(0)] BoardSlice),
    /// What does not count, as of when it was fetched.
    #[n(20)]
    Quarantine(#[n(0)] QuarantineView),
    /// The open register.
    #[n(40)]
    Register(#[n(0)] RegisterView),
    /// The open thing of it.
    #[n(41)]
    Asset(#[n(0)] AssetView),
    /// The open round, when it is an inspection.
    #[n(42)]
    Inspection(#[n(0)] InspectionView),
    /// Photos and voice memos on this phone.
    #[n(30)]
    Photos(#[n(0)] PhotosView),
    /// The defects, while their screen is open.
    #[n(50)]
    Defects(#[n(0)] DefectsView),
    /// The needs, while their screen is open.
    #[n(51)]
    Needs(#[n(0)] NeedsView),
    /// What every screen must say of defects.
    #[n(52)]
    Alarm(#[n(0)] AlarmView),
    /// What was looked for last.
    #[n(60)]
    Found(#[n(0)] FoundView),
    /// The open line that collects scans.
    #[n(61)]
    Count(#[n(0)] CountView),
    /// What labels can be printed for.
    #[n(62)]
    Labels(#[n(0)] LabelsView),
    /// What became of the defects that were moved last.
    #[n(64)]
    Moved(#[n(0)] Moved),
    /// What this phone was just seen to do.
    #[n(70)]
    SelfTest(#[n(0)] SelfTestView),
    /// What the station adds to the bureau's checklists.
    #[n(93)]
    Lines(#[n(0)] LinesView),
    /// Bundles on this phone.
    #[n(80)]
    Carry(#[n(0)] CarryView),
}

shared::read_choice!(Slice {
    0 => Session { 0 },
    1 => Today { 0 },
    2 => Round { 0 },
    3 => Sync { 0 },
    4 => Board { 0 },
    20 => Quarantine { 0 },
    40 => Register { 0 },
    41 => Asset { 0 },
    42 => Inspection { 0 },
    30 => Photos { 0 },
    50 => Defects { 0 },
    51 => Needs { 0 },
    52 => Alarm { 0 },
    60 => Found { 0 },
    61 => Count { 0 },
    62 => Labels { 0 },
    64 => Moved { 0 },
    70 => SelfTest { 0 },
    93 => Lines { 0 },
    80 => Carry { 0 },
});

/// Who uses this phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum SessionView {
    /// Nobody yet: show the enrolment screen.
    #[n(0)]
    Nobody,
    /// An enrolled person.
    #[n(1)]
    Officer(#[n(0)] Person),
    /// A shared phone that nobody has taken up: who may.
    #[n(2)]
    Choice(#[n(0)] Vec<ProfileView>),
}

shared::read_choice!(SessionView {
    0 => Nobody {},
    1 => Officer { 0 },
    2 => Choice { 0 },
});

/// The person of this phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Person {
    /// Name.
    #[n(0)]
    pub name: String,
    /// Badge number.
    #[n(1)]
    pub badge: String,
    /// Role.
    #[n(2)]
    pub role: Role,
    /// Station, none for people of the bureau itself.
    #[n(3)]
    pub station: Option<StationCode>,
    /// The station's name.
    #[n(4)]
    pub station_name: Label,
    /// The bureau's name.
    #[n(5)]
    pub bureau_name: Label,
    /// The bureau's zone, for every time on the screen.
    #[n(6)]
    pub zone: Zone,
    /// The first characters of the device id.
    #[n(7)]
    pub device: String,
    /// Their place among those who share this phone.
    #[n(8)]
    pub seat: Seat,
}

shared::read_record!(Person { name, badge, role, station, station_name, bureau_name, zone, device, seat });

/// What is due for this person and station.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct TodayView {
    /// The bureau's date, by the phone's corrected clock.
    #[n(0)]
    pub date: Date,
    /// Open duties, then done ones; both in the calendar's order, occasions of today after them.
    #[n(1)]
    pub rows: Vec<TodayRow>,
    /// Whether the first pull has come: before it, an empty list means nothing.
    #[n(2)]
    pub is_loaded: bool,
    /// Templates on this phone.
    #[n(3)]
    pub templates: u32,
    /// Assets of the station on this phone.
    #[n(4)]
    pub assets: u32,
    /// Assets that this person holds.
    #[n(5)]
    pub assets_mine: u32,
    /// Assets of the station that expire within 30 days or have expired.
    #[n(6)]
    pub assets_expiring: u32,
    /// What can be begun at any time: the round that this phone would begin, and the checklist's name.
    #[n(7)]
    pub occasions: Vec<(RoundName, Label)>,
    /// What can be begun next, and when; none when that is far away.
    #[n(8)]
    pub next: Option<(Label, Timestamp)>,
    /// Operations that go on.
    #[n(9)]
    pub operations: Vec<OperationView>,
    /// Assets that this person holds and that expire within 30 days or have expired.
    #[n(10)]
    pub assets_mine_expiring: u32,
}

shared::read_record!(TodayView {
    date,
    rows,
    is_loaded,
    templates,
    assets,
    assets_mine,
    assets_expiring,
    occasions,
    next,
    operations,
    assets_mine_expiring
});

/// An operation that goes on: a flood, a search.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct OperationView {
    /// Its name in periods.
    #[n(0)]
    pub name: String,
    /// What it is called.
    #[n(1)]
    pub label: Label,
    /// Its first day.
    #[n(2)]
    pub from: Date,
    /// How many stations are in it; 0 when all are.
    #[n(3)]
    pub stations: u32,
    /// Who started it.
    #[n(4)]
    pub by: String,
}

shared::read_record!(OperationView { name, label, from, stations, by });

/// One duty of today.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct TodayRow {
    /// The round.
    #[n(0)]
    pub round: RoundName,
    /// The checklist's name.
    #[n(1)]
    pub name: Label,
    /// When it is due; none for an occasion.
    #[n(2)]
    pub due: Option<Timestamp>,
    /// How far it is.
    #[n(3)]
    pub state: RoundState,
    /// The part that is this person's: their own kit, or the whole round when it is the station's.
    #[n(4)]
    pub mine: Progress,
    /// The whole round.
    #[n(5)]
    pub all: Progress,
    /// Names of the others who have answered.
    #[n(6)]
    pub others: Vec<String>,
    /// Readings that call for somebody to act.
    #[n(7)]
    pub faults: u32,
    /// Readings that are disputed.
    #[n(8)]
    pub disputes: u32,
    /// Whether this person may sign it.
    #[n(9)]
    pub may_sign: bool,
    /// Whether it is about this person's own kit; otherwise it is the station's.
    #[n(10)]
    pub is_mine: bool,
    /// When it was signed last, clock corrected.
    #[n(11)]
    pub signed_at: Option<Timestamp>,
}

shared::read_record!(TodayRow {
    round,
    name,
    due,
    state,
    mine,
    all,
    others,
    faults,
    disputes,
    may_sign,
    is_mine,
    signed_at
});

/// How far a round is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum RoundState {
    /// Nobody has answered.
    #[n(0)]
    Untouched,
    /// Somebody has.
    #[n(1)]
    Started,
    /// Everything is answered, not signed.
    #[n(2)]
    Complete,
    /// Signed, and nothing came after it.
    #[n(3)]
    Signed,
    /// Signed, but something came after it.
    #[n(4)]
    NeedsReview,
}

/// Answered out of asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode)]
pub struct Progress {
    /// Items with a reading.
    #[n(0)]
    pub answered: u32,
    /// Items asked for.
    #[n(1)]
    pub total: u32,
}

shared::read_record!(Progress { answered, total });

/// The board and the age of this copy.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct BoardSlice {
    /// The last board that came; none before the first.
    #[n(0)]
    pub board: Option<BoardView>,
    /// Whether it is live now; otherwise it is the last copy, as of its `made_at`.
    #[n(1)]
    pub is_live: bool,
    /// Why there is no board: a problem code.
    #[n(2)]
    pub problem: Option<String>,
}

shared::read_record!(BoardSlice { board, is_live, problem });
