//! The slice about an open round: subjects, cards, what is true of each, and everything that was said.

use minicbor::{Decode, Encode};
use shared::domain::Label;
use shared::domain::answer::Answer;
use shared::domain::photo::Attached;
use shared::domain::round::RoundName;
use shared::domain::template::Choice;
use shared::ids::{EventKey, ItemId, SubjectId};
use shared::time::{Date, Timestamp};

use super::{BellView, Progress, RoundState};

/// An open round.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct RoundView {
    /// Which.
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
    /// Whom or what it asks about, in the order of work; this person's own first.
    #[n(4)]
    pub subjects: Vec<SubjectView>,
    /// Group names, referred to by the cards.
    #[n(5)]
    pub groups: Vec<Label>,
    /// Every card, by subject, then in the order of work.
    #[n(6)]
    pub cards: Vec<CardView>,
    /// Names of all who have answered.
    #[n(7)]
    pub people: Vec<String>,
    /// Sign-offs, the latest last.
    #[n(8)]
    pub sign_offs: Vec<SignOffView>,
    /// Observations that came after the last sign-off.
    #[n(9)]
    pub late: u32,
    /// Whether this person may answer.
    #[n(10)]
    pub may_answer: bool,
    /// Whether this person may sign.
    #[n(11)]
    pub may_sign: bool,
    /// Whether this phone holds everything it knows of: false while a supervisor's core still fetches the month.
    #[n(12)]
    pub is_loaded: bool,
    /// Events that this version cannot read, which are kept and not counted.
    #[n(13)]
    pub unreadable: u32,
}

shared::read_record!(RoundView {
    name,
    template_name,
    station_name,
    state,
    subjects,
    groups,
    cards,
    people,
    sign_offs,
    late,
    may_answer,
    may_sign,
    is_loaded,
    unreadable
});

/// Whom or what a round asks about.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct SubjectView {
    /// Its id.
    #[n(0)]
    pub id: SubjectId,
    /// Its name; for the station itself the station's.
    #[n(1)]
    pub name: Label,
    /// Whether it is this person (their own kit).
    #[n(2)]
    pub is_mine: bool,
    /// How far it is.
    #[n(3)]
    pub progress: Progress,
}

shared::read_record!(SubjectView { id, name, is_mine, progress });

/// One item on one subject.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct CardView {
    /// About what.
    #[n(0)]
    pub subject: SubjectId,
    /// Index into the groups.
    #[n(1)]
    pub group: u32,
    /// Which line.
    #[n(2)]
    pub item: ItemId,
    /// What is looked at (for an asset: its name).
    #[n(3)]
    pub name: Label,
    /// When it is fine.
    #[n(4)]
    pub standard: Label,
    /// How it is answered.
    #[n(5)]
    pub input: Input,
    /// Whether a fault takes two people to clear.
    #[n(6)]
    pub is_safety_critical: bool,
    /// Fault chips.
    #[n(7)]
    pub faults: Vec<Label>,
    /// What is true now.
    #[n(8)]
    pub reading: ReadingView,
    /// Everything that was said, oldest first.
    #[n(9)]
    pub events: Vec<EventView>,
    /// The reading of the round before this one, and its date.
    #[n(10)]
    pub last: Option<LastView>,
    /// Whether it must be answered before the round is signed.
    #[n(11)]
    pub is_required: bool,
    /// Which asset it is about, if it is: id, model, serial, place.
    #[n(12)]
    pub asset: String,
    /// When that asset expires.
    #[n(13)]
    pub expires: Option<Date>,
    /// Whether the signature waits for it.
    #[n(14)]
    pub is_required_open: bool,
    /// That its defect is known, while it is open.
    #[n(15)]
    pub bell: Option<BellView>,
}

shared::read_record!(CardView {
    subject,
    group,
    item,
    name,
    standard,
    input,
    is_safety_critical,
    faults,
    reading,
    events,
    last,
    is_required,
    asset,
    expires,
    is_required_open,
    bell
});

/// How an item is answered.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Input {
    /// Three large answers: 完好 / 异常 (watch, fault) / 缺失.
    #[n(0)]
    Condition,
    /// Yes or no.
    #[n(1)]
    YesNo,
    /// A number.
    #[n(2)]
    Number {
        /// The unit.
        #[n(0)]
        unit: Label,
        /// At least this is fine, in thousandths.
        #[n(1)]
        ok_min: Option<i64>,
        /// At most this is fine, in thousandths.
        #[n(2)]
        ok_max: Option<i64>,
        /// Less than this cannot be, in thousandths.
        #[n(3)]
        min: Option<i64>,
        /// More than this cannot be, in thousandths.
        #[n(4)]
        max: Option<i64>,
    },
    /// A date; one before this calls for action.
    #[n(3)]
    Date(#[n(0)] Option<Date>),
    /// Free text.
    #[n(4)]
    Text,
    /// A serial.
    #[n(5)]
    Scan,
    /// How many there are.
    #[n(6)]
    Count {
        /// The unit.
        #[n(0)]
        unit: Label,
        /// How many there should be, in thousandths; none while nobody has said, and for who counts blindly.
        #[n(1)]
        expected: Option<i64>,
    },
    /// One of a few, from best to worst.
    #[n(7)]
    Choice(#[n(0)] Vec<Choice>),
    /// In a way that this version cannot: it can only be said to be not checked or not applicable.
    #[n(8)]
    Later,
    /// Photos, each an answer.
    #[n(9)]
    Photo,
}

shared::read_choice!(Input {
    0 => Condition {},
    1 => YesNo {},
    2 => Number { unit, ok_min, ok_max, min, max },
    3 => Date { 0 },
    4 => Text {},
    5 => Scan {},
    6 => Count { unit, expected },
    7 => Choice { 0 },
    8 => Later {},
    9 => Photo {},
});

/// What is true of an item now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
pub struct ReadingView {
    /// The answers that stand: none, one, or several side by side. For a dispute the safe side.
    #[n(0)]
    pub answers: Vec<Answer>,
    /// Whether people disagree.
    #[n(1)]
    pub is_disputed: bool,
    /// Whether it calls for somebody to act.
    #[n(2)]
    pub is_adverse: bool,
    /// Keys of the standing observations: what an answer given now sees.
    #[n(3)]
    pub standing: Vec<EventKey>,
}

shared::read_record!(ReadingView { answers, is_disputed, is_adverse, standing });

/// One thing that somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct EventView {
    /// Its key.
    #[n(0)]
    pub key: EventKey,
    /// Who said it.
    #[n(1)]
    pub author: String,
    /// Their badge number.
    #[n(2)]
    pub badge: String,
    /// The first characters of the device id.
    #[n(3)]
    pub device: String,
    /// When, clock corrected.
    #[n(4)]
    pub at: Timestamp,
    /// Milliseconds that the phone's clock was behind the relay's; shown when more than two minutes.
    #[n(5)]
    pub clock_offset_ms: i64,
    /// The answer.
    #[n(6)]
    pub answer: Answer,
    /// The fault chips.
    #[n(7)]
    pub fault: String,
    /// The note.
    #[n(8)]
    pub note: String,
    /// Whether it counts.
    #[n(9)]
    pub state: EventState,
    /// Where it is safe.
    #[n(10)]
    pub place: Place,
    /// Whether this person said it (then it can be taken back).
    #[n(11)]
    pub is_mine: bool,
    /// Photos and a memo.
    #[n(12)]
    pub attached: Attached,
}

shared::read_record!(EventView {
    key,
    author,
    badge,
    device,
    at,
    clock_offset_ms,
    answer,
    fault,
    note,
    state,
    place,
    is_mine,
    attached
});

/// Whether an event counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum EventState {
    /// It stands.
    #[n(0)]
    Standing,
    /// Somebody who saw it has answered since.
    #[n(1)]
    Replaced,
    /// Its author has replaced it.
    #[n(2)]
    Amended,
    /// Its author took it back.
    #[n(3)]
    Withdrawn,
    /// It waits for a supervisor's release.
    #[n(4)]
    Held,
}

/// Where an event is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Place {
    /// 仅本机
    #[n(0)]
    Phone,
    /// 已到中心
    #[n(1)]
    Centre,
}

/// The reading of an earlier round.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct LastView {
    /// The answer that stood.
    #[n(0)]
    pub answer: Answer,
    /// First day of that round's period.
    #[n(1)]
    pub date: Date,
}

shared::read_record!(LastView { answer, date });

/// A signature under a round.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct SignOffView {
    /// Who signed.
    #[n(0)]
    pub author: String,
    /// When, clock corrected.
    #[n(1)]
    pub at: Timestamp,
    /// Where it is safe.
    #[n(2)]
    pub place: Place,
}

shared::read_record!(SignOffView { author, at, place });

#[cfg(test)]
mod tests;
