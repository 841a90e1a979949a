//! `GET /api/board` and `GET /api/board/events`: the merged state of all stations, as the supervisor's screen shows
//! it. The server-sent event `board` carries the whole view after each change. The view also travels from the phone's
//! core to its interface, hence both encodings.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::Label;
use crate::domain::answer::Answer;
use crate::domain::defect::DefectName;
use crate::domain::inspection::Tally;
use crate::domain::round::RoundName;
use crate::ids::{ItemId, StationCode, SubjectId, TemplateId};
use crate::time::{Date, Timestamp, Zone};

/// The merged state of the bureau.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct BoardView {
    /// The relay's clock when this was made.
    #[n(0)]
    pub made_at: Timestamp,
    /// The bureau's date.
    #[n(1)]
    pub today: Date,
    /// The bureau's zone.
    #[n(2)]
    pub zone: Zone,
    /// The columns: duties of the calendar.
    #[n(3)]
    pub duties: Vec<DutyColumn>,
    /// The rows, in the order of their codes.
    #[n(4)]
    pub stations: Vec<StationRow>,
    /// What somebody must act on, most urgent first.
    #[n(5)]
    pub attention: Vec<AttentionRow>,
    /// How defects and needs stand.
    #[n(6)]
    pub handled: HandledFigures,
}

crate::read_object!(BoardView { made_at, today, zone, duties, stations, attention, handled as default });

crate::read_record!(BoardView { made_at, today, zone, duties, stations, attention, handled });

/// How defects and needs stand, over all stations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Encode)]
pub struct HandledFigures {
    /// Defects that are not closed.
    #[n(0)]
    pub open: u32,
    /// Of these, those that cannot wait.
    #[n(1)]
    pub urgent: u32,
    /// Of these, those that nobody has acknowledged.
    #[n(2)]
    pub reported: u32,
    /// Of these, those that are older than a week.
    #[n(3)]
    pub old: u32,
    /// Median minutes until a defect was acknowledged, over 90 days.
    #[n(4)]
    pub acknowledge_minutes: Option<u32>,
    /// Median minutes until a defect was closed, over 90 days.
    #[n(5)]
    pub close_minutes: Option<u32>,
    /// Needs that await a first answer.
    #[n(6)]
    pub needs_raised: u32,
}

crate::read_both!(HandledFigures {
    open,
    urgent,
    reported,
    old,
    acknowledge_minutes,
    close_minutes,
    needs_raised
});

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct DutyColumn {
    /// The checklist.
    #[n(0)]
    pub template: TemplateId,
    /// Its name.
    #[n(1)]
    pub name: Label,
}

crate::read_both!(DutyColumn { template, name });

/// One station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct StationRow {
    /// Its code.
    #[n(0)]
    pub code: StationCode,
    /// Its name.
    #[n(1)]
    pub name: Label,
    /// Phones that were expected to be heard.
    #[n(2)]
    pub devices: u32,
    /// Of these, how many were heard today.
    #[n(3)]
    pub devices_heard: u32,
    /// When any phone was last heard.
    #[n(4)]
    pub last_heard: Option<Timestamp>,
    /// One for each column.
    #[n(5)]
    pub cells: Vec<Cell>,
}

crate::read_both!(StationRow { code, name, devices, devices_heard, last_heard, cells });

/// One duty of one station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct Cell {
    /// The round, when one is asked for now.
    #[n(0)]
    pub round: Option<RoundName>,
    /// Its state.
    #[n(1)]
    pub state: DutyState,
    /// When it is due.
    #[n(2)]
    pub due: Option<Timestamp>,
    /// Items with a reading.
    #[n(3)]
    pub answered: u32,
    /// Items asked for.
    #[n(4)]
    pub total: u32,
    /// Readings that call for somebody to act.
    #[n(5)]
    pub faults: u32,
    /// Readings that are disputed.
    #[n(6)]
    pub disputes: u32,
    /// Observations that came after the sign-off.
    #[n(7)]
    pub late: u32,
    /// Phones expected for this duty, and how many of them were heard since it fell due (or today, before).
    #[n(8)]
    pub devices: u32,
    /// See `devices`.
    #[n(9)]
    pub devices_heard: u32,
    /// How many things were found how, when it is an inspection that was begun.
    #[n(10)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tally: Option<Tally>,
}

crate::read_object!(Cell {
    round, state, due, answered, total, faults, disputes, late, devices, devices_heard, tally as default
});

crate::read_record!(Cell {
    round,
    state,
    due,
    answered,
    total,
    faults,
    disputes,
    late,
    devices,
    devices_heard,
    tally
});

/// The state of a duty at the supervisor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum DutyState {
    /// Not asked for today.
    #[n(0)]
    NotAsked,
    /// Asked for, not yet due.
    #[n(1)]
    Open,
    /// 已做: signed.
    #[n(2)]
    Done,
    /// 未做: due, and every expected phone was heard since.
    #[n(3)]
    NotDone,
    /// 未知: due, but some expected phone was not heard since. Never called overdue.
    #[n(4)]
    Unknown,
}

/// Something that somebody must act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode)]
pub struct AttentionRow {
    /// What it is.
    #[n(0)]
    pub kind: AttentionKind,
    /// Where.
    #[n(1)]
    pub station: StationCode,
    /// The station's name.
    #[n(2)]
    pub station_name: Label,
    /// In which round; none for a silent station.
    #[n(3)]
    pub round: Option<RoundName>,
    /// The checklist's name.
    #[n(4)]
    pub template_name: Label,
    /// About what.
    #[n(5)]
    pub subject: Option<SubjectId>,
    /// About what, by name; empty for the station itself.
    #[n(6)]
    pub subject_name: String,
    /// Which line.
    #[n(7)]
    pub item: Option<ItemId>,
    /// Which line, by name.
    #[n(8)]
    pub item_name: Label,
    /// The answer that stands (for a dispute, the safe side).
    #[n(9)]
    pub answer: Option<Answer>,
    /// Fault chip and note of the standing report.
    #[n(10)]
    pub note: String,
    /// Names of those whose answers stand.
    #[n(11)]
    pub authors: Vec<String>,
    /// When it was said, clock corrected; for a silent station, when it was last heard.
    #[n(12)]
    pub at: Option<Timestamp>,
    /// Whether the line is safety-critical.
    #[n(13)]
    pub is_safety_critical: bool,
    /// Which defect, when it is one.
    #[n(14)]
    pub defect: Option<DefectName>,
}

crate::read_object!(AttentionRow {
    kind, station, station_name, round, template_name, subject, subject_name, item, item_name, answer, note,
    authors, at, is_safety_critical, defect as default
});

crate::read_record!(AttentionRow {
    kind,
    station,
    station_name,
    round,
    template_name,
    subject,
    subject_name,
    item,
    item_name,
    answer,
    note,
    authors,
    at,
    is_safety_critical,
    defect
});

/// What calls for attention, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum AttentionKind {
    /// A defect that cannot wait.
    #[n(4)]
    Urgent,
    /// People disagree.
    #[n(0)]
    Dispute,
    /// Something is missing.
    #[n(1)]
    Missing,
    /// Something is out of order.
    #[n(2)]
    Fault,
    /// No phone of the station was heard for a day.
    #[n(3)]
    Silent,
}
