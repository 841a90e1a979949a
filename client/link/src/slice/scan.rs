//! The slices about scanning: what a code names, what a line that collects scans has so far, and what labels can be
//! printed for.

use minicbor::Encode;
use shared::domain::Label;
use shared::domain::round::RoundName;
use shared::ids::{AssetId, EventKey, ItemId, StationCode, SubjectId};
use shared::time::{Date, Timestamp};

use super::Place;

/// What a scan or somebody's typing names.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct FoundView {
    /// What was looked for, as it was seen or typed.
    #[n(0)]
    pub text: String,
    /// What an answer to a line that collects scans says of it; empty when nothing is left of the text.
    #[n(1)]
    pub answer: String,
    /// The things it names: one as a rule, several when codes or serials meet.
    #[n(2)]
    pub things: Vec<ThingView>,
    /// Why there is none.
    #[n(3)]
    pub miss: Option<Miss>,
}

shared::read_record!(FoundView { text, answer, things, miss });

/// Why a code names nothing on this phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Miss {
    /// It is on no register that this phone has.
    #[n(0)]
    Unknown,
    /// It looks like a short code, and its check digit does not fit.
    #[n(1)]
    Slip,
    /// A label of a station whose register this phone does not have, by its name.
    #[n(2)]
    Elsewhere(#[n(0)] Label),
    /// The register has not come yet.
    #[n(3)]
    NotLoaded,
}

shared::read_choice!(Miss {
    0 => Unknown {},
    1 => Slip {},
    2 => Elsewhere { 0 },
    3 => NotLoaded {},
});

/// A registered thing.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct ThingView {
    /// Its id.
    #[n(0)]
    pub id: AssetId,
    /// Its short code, in groups of three digits.
    #[n(1)]
    pub code: String,
    /// Code of its kind.
    #[n(2)]
    pub kind: String,
    /// What it is called.
    #[n(3)]
    pub name: Label,
    /// Model.
    #[n(4)]
    pub model: String,
    /// The maker's serial.
    #[n(5)]
    pub serial: String,
    /// The name of who holds it; empty for shared things.
    #[n(6)]
    pub holder: String,
    /// Where it belongs.
    #[n(7)]
    pub place: String,
    /// Until when it may be used.
    #[n(8)]
    pub expires: Option<Date>,
    /// The name of the station whose register it is on.
    #[n(9)]
    pub station: Label,
    /// Rounds of today that ask about it.
    #[n(10)]
    pub asked_in: Vec<AskedIn>,
}

shared::read_record!(ThingView {
    id,
    code,
    kind,
    name,
    model,
    serial,
    holder,
    place,
    expires,
    station,
    asked_in
});

/// A round of today that asks about a thing.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct AskedIn {
    /// The round.
    #[n(0)]
    pub round: RoundName,
    /// The checklist's name.
    #[n(1)]
    pub name: Label,
    /// About what.
    #[n(2)]
    pub subject: SubjectId,
    /// The first line about it.
    #[n(3)]
    pub item: ItemId,
}

shared::read_record!(AskedIn { round, name, subject, item });

/// A line that collects scans: what was found, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct CountView {
    /// In which round.
    #[n(0)]
    pub round: RoundName,
    /// About what.
    #[n(1)]
    pub subject: SubjectId,
    /// Which line.
    #[n(2)]
    pub item: ItemId,
    /// What it is called.
    #[n(3)]
    pub name: Label,
    /// Everything that was counted, the latest first, each once.
    #[n(4)]
    pub counted: Vec<Counted>,
    /// What is on the register and was not counted, in the order of the register.
    #[n(5)]
    pub open: Vec<ThingView>,
    /// Whether this person may count.
    #[n(6)]
    pub may_answer: bool,
}

shared::read_record!(CountView { round, subject, item, name, counted, open, may_answer });

/// One thing that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Counted {
    /// What the answers say.
    #[n(0)]
    pub answer: String,
    /// The thing, when it is on the station's register; otherwise it is unexpected.
    #[n(1)]
    pub thing: Option<ThingView>,
    /// Who counted it first.
    #[n(2)]
    pub by: String,
    /// When, clock corrected.
    #[n(3)]
    pub at: Timestamp,
    /// How often it was counted.
    #[n(4)]
    pub times: u32,
    /// This person's own count of it, which can be taken back.
    #[n(5)]
    pub own: Option<EventKey>,
    /// Where it is safe.
    #[n(6)]
    pub place: Place,
}

shared::read_record!(Counted { answer, thing, by, at, times, own, place });

/// What labels can be printed for.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct LabelsView {
    /// The station.
    #[n(0)]
    pub station: StationCode,
    /// Its things, by kind.
    #[n(1)]
    pub things: Vec<ThingView>,
    /// The stations that this person may print for, with their names.
    #[n(2)]
    pub stations: Vec<(StationCode, Label)>,
}

shared::read_record!(LabelsView { station, things, stations });
