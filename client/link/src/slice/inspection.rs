//! The slice about an open inspection: one row a thing, so that 500 of them open at once.

use minicbor::Encode;
use shared::domain::Label;
use shared::domain::answer::Answer;
use shared::domain::inspection::{Finding, Tally};
use shared::domain::round::RoundName;
use shared::domain::template::Choice;
use shared::ids::{EventKey, ItemId, SubjectId};
use shared::time::Date;

use super::{EventView, RoundState, SignOffView};

/// An open inspection.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct InspectionView {
    /// Which round.
    #[n(0)]
    pub name: RoundName,
    /// The checklist's name.
    #[n(1)]
    pub template_name: Label,
    /// The station's name.
    #[n(2)]
    pub station_name: Label,
    /// How far it is.
    #[n(3)]
    pub state: RoundState,
    /// How many were found how.
    #[n(4)]
    pub tally: Tally,
    /// Every thing, by kind, then id; what was found and is not expected is last.
    #[n(5)]
    pub rows: Vec<InspectedRow>,
    /// The line that counts.
    #[n(6)]
    pub item: ItemId,
    /// When a thing is as it should be.
    #[n(7)]
    pub standard: Label,
    /// How a thing can be found.
    #[n(8)]
    pub options: Vec<Choice>,
    /// Fault chips.
    #[n(9)]
    pub faults: Vec<Label>,
    /// Names of all who have counted.
    #[n(10)]
    pub people: Vec<String>,
    /// Sign-offs, the latest last.
    #[n(11)]
    pub sign_offs: Vec<SignOffView>,
    /// Observations that came after the last sign-off.
    #[n(12)]
    pub late: u32,
    /// Whether this person may count.
    #[n(13)]
    pub may_answer: bool,
    /// Whether this person may sign.
    #[n(14)]
    pub may_sign: bool,
    /// Whether this phone holds everything it knows of.
    #[n(15)]
    pub is_loaded: bool,
    /// Events that this version cannot read.
    #[n(16)]
    pub unreadable: u32,
    /// Things that more than one person has counted.
    #[n(17)]
    pub twice: u32,
}

shared::read_record!(InspectionView {
    name,
    template_name,
    station_name,
    state,
    tally,
    rows,
    item,
    standard,
    options,
    faults,
    people,
    sign_offs,
    late,
    may_answer,
    may_sign,
    is_loaded,
    unreadable,
    twice
});

/// One thing of an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct InspectedRow {
    /// Which.
    #[n(0)]
    pub subject: SubjectId,
    /// Code of its kind; empty when nobody knows.
    #[n(1)]
    pub kind: String,
    /// What it is called.
    #[n(2)]
    pub name: Label,
    /// Serial.
    #[n(3)]
    pub serial: String,
    /// Who has it, by name; empty when the station keeps it.
    #[n(4)]
    pub holder: String,
    /// Where it belongs.
    #[n(5)]
    pub place: String,
    /// Until when it may be used.
    #[n(6)]
    pub expires: Option<Date>,
    /// Whether the register expects it.
    #[n(7)]
    pub is_expected: bool,
    /// Whether its kind is counted blindly.
    #[n(8)]
    pub is_blind: bool,
    /// How it was found.
    #[n(9)]
    pub finding: Finding,
    /// What stands, for a dispute the safe side.
    #[n(10)]
    pub answer: Option<Answer>,
    /// Whether people disagree.
    #[n(11)]
    pub is_disputed: bool,
    /// Keys of the standing observations: what an answer given now sees.
    #[n(12)]
    pub standing: Vec<EventKey>,
    /// Everything that was said, oldest first.
    #[n(13)]
    pub events: Vec<EventView>,
    /// Whether it takes two people to find it.
    #[n(14)]
    pub is_by_two: bool,
    /// While it waits for a second person: the first one's name.
    #[n(15)]
    pub first: String,
    /// Whether that is the person of this phone.
    #[n(16)]
    pub is_mine: bool,
}

shared::read_record!(InspectedRow {
    subject,
    kind,
    name,
    serial,
    holder,
    place,
    expires,
    is_expected,
    is_blind,
    finding,
    answer,
    is_disputed,
    standing,
    events,
    is_by_two,
    first,
    is_mine
});
