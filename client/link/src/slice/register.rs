//! The slices about a register: its list, and one thing of it.

use minicbor::{Decode, Encode};
use shared::domain::Label;
use shared::domain::answer::Condition;
use shared::domain::asset::{ExpiryBand, LifeSource};
use shared::domain::register::Shortfall;
use shared::domain::round::RoundName;
use shared::ids::{AssetId, EventKey, OfficerId, StationCode};
use shared::time::{Date, Timestamp};

use super::Place;

/// A station's register.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct RegisterView {
    /// Whose.
    #[n(0)]
    pub station: StationCode,
    /// The station's name.
    #[n(1)]
    pub station_name: Label,
    /// The bureau's date.
    #[n(2)]
    pub today: Date,
    /// Whether this phone holds everything of it.
    #[n(3)]
    pub is_loaded: bool,
    /// Whether this person hands its things over.
    #[n(4)]
    pub may_hand: bool,
    /// What the station answers for, by kind, then id.
    #[n(5)]
    pub assets: Vec<AssetRow>,
    /// What has left for another station and was not received there as far as is known here.
    #[n(6)]
    pub transits: Vec<TransitView>,
    /// Every station of the bureau.
    #[n(7)]
    pub stations: Vec<(StationCode, Label)>,
    /// What expires within 30 days or has expired, over all stations that this phone holds: kind, name, how many have
    /// expired and how many will.
    #[n(8)]
    pub purchases: Vec<PurchaseRow>,
}

shared::read_record!(RegisterView {
    station,
    station_name,
    today,
    is_loaded,
    may_hand,
    assets,
    transits,
    stations,
    purchases
});

/// One thing in a list.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct AssetRow {
    /// Its id.
    #[n(0)]
    pub id: AssetId,
    /// Code of its kind.
    #[n(1)]
    pub kind: String,
    /// What it is called.
    #[n(2)]
    pub name: Label,
    /// Model.
    #[n(3)]
    pub model: String,
    /// Serial.
    #[n(4)]
    pub serial: String,
    /// Who has it, by name: several when people disagree, none when the station keeps it.
    #[n(5)]
    pub holders: Vec<String>,
    /// Whether it is this person's, or may be.
    #[n(6)]
    pub is_mine: bool,
    /// Where it belongs.
    #[n(7)]
    pub place: String,
    /// Until when it may be used.
    #[n(8)]
    pub expires: Option<Date>,
    /// How near that is.
    #[n(9)]
    pub band: ExpiryBand,
    /// Why it is not ready; none when it is.
    #[n(10)]
    pub shortfall: Option<Shortfall>,
    /// Whether it must not be carried any more.
    #[n(11)]
    pub is_hard_stop: bool,
    /// Its condition, as the latest rounds say; none while nobody has looked.
    #[n(12)]
    pub condition: Option<Condition>,
}

shared::read_record!(AssetRow {
    id,
    kind,
    name,
    model,
    serial,
    holders,
    is_mine,
    place,
    expires,
    band,
    shortfall,
    is_hard_stop,
    condition
});

/// A thing between two stations.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct TransitView {
    /// Which.
    #[n(0)]
    pub id: AssetId,
    /// What it is called.
    #[n(1)]
    pub name: Label,
    /// Where it comes from.
    #[n(2)]
    pub from: Label,
    /// Where it goes.
    #[n(3)]
    pub to: Label,
    /// Who sent it.
    #[n(4)]
    pub by: String,
    /// When.
    #[n(5)]
    pub at: Timestamp,
}

shared::read_record!(TransitView { id, name, from, to, by, at });

/// What is to be bought of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct PurchaseRow {
    /// Code of the kind.
    #[n(0)]
    pub kind: String,
    /// What it is called.
    #[n(1)]
    pub name: Label,
    /// Model.
    #[n(2)]
    pub model: String,
    /// How many have expired.
    #[n(3)]
    pub expired: u32,
    /// How many expire within 30 days.
    #[n(4)]
    pub soon: u32,
    /// At which stations, and how many there.
    #[n(5)]
    pub stations: Vec<(Label, u32)>,
}

shared::read_record!(PurchaseRow { kind, name, model, expired, soon, stations });

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct AssetView {
    /// In whose register.
    #[n(0)]
    pub station: StationCode,
    /// As in the list.
    #[n(1)]
    pub row: AssetRow,
    /// Date of manufacture.
    #[n(2)]
    pub made: Option<Date>,
    /// Who says until when it may be used.
    #[n(3)]
    pub life: LifeSource,
    /// The bureau's date.
    #[n(4)]
    pub today: Date,
    /// Where it may belong, when people disagree.
    #[n(5)]
    pub places: Vec<String>,
    /// Where it has left for.
    #[n(6)]
    pub left_for: Option<Label>,
    /// The events that stand: what the next one sees.
    #[n(7)]
    pub standing: Vec<EventKey>,
    /// Its last events, the latest first.
    #[n(8)]
    pub steps: Vec<StepView>,
    /// Whether this person may hand it over.
    #[n(9)]
    pub may_hand: bool,
    /// The round that asks about it now.
    #[n(10)]
    pub check: Option<RoundName>,
    /// The station's people.
    #[n(11)]
    pub officers: Vec<(OfficerId, String)>,
    /// Who has it, by id, when nobody says otherwise.
    #[n(12)]
    pub holder: Option<OfficerId>,
    /// The other stations.
    #[n(13)]
    pub others: Vec<(StationCode, Label)>,
    /// Places that the register knows.
    #[n(14)]
    pub known_places: Vec<String>,
}

shared::read_record!(AssetView {
    station,
    row,
    made,
    life,
    today,
    places,
    left_for,
    standing,
    steps,
    may_hand,
    check,
    officers,
    holder,
    others,
    known_places
});

/// One event of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct StepView {
    /// Its key.
    #[n(0)]
    pub key: EventKey,
    /// What was done.
    #[n(1)]
    pub what: StepWhat,
    /// The other person, by name; empty for nobody.
    #[n(2)]
    pub whom: String,
    /// The place, or the other station; empty for none.
    #[n(3)]
    pub where_to: Label,
    /// Who did it.
    #[n(4)]
    pub by: String,
    /// When, clock corrected.
    #[n(5)]
    pub at: Timestamp,
    /// A note; empty for none.
    #[n(6)]
    pub note: String,
    /// Whether it counts.
    #[n(7)]
    pub state: super::EventState,
    /// Where it is safe.
    #[n(8)]
    pub place: Place,
    /// Whether this person did it (then it can be taken back).
    #[n(9)]
    pub is_mine: bool,
}

shared::read_record!(StepView { key, what, whom, where_to, by, at, note, state, place, is_mine });

/// What was done with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum StepWhat {
    /// 领用
    #[n(0)]
    Issued,
    /// 归还
    #[n(1)]
    Returned,
    /// 移位
    #[n(2)]
    Moved,
    /// 调出
    #[n(3)]
    Sent,
    /// 调入
    #[n(4)]
    Received,
}
