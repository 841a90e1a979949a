//! What the interface asks of the core. The core answers each with `Done` once what it wrote is durable, or with
//! `Failed` and a problem that has a sentence in both languages.

use minicbor::Encode;
use shared::domain::answer::Answer;
use shared::domain::round::RoundName;
use shared::ids::{DeviceId, DocumentId, EventKey, ItemId, StationCode, SubjectId};

use super::Note;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub enum Command {
    /// The first one, which the core waits for: what earlier cores left behind.
    #[n(11)]
    Start {
        /// The notes that were kept.
        #[n(0)]
        notes: Vec<Note>,
    },
    /// Makes a device key and turns a one-time code into membership.
    #[n(0)]
    Enrol {
        /// The code from the link, or typed.
        #[n(0)]
        code: String,
    },
    /// Shows a round: its slice comes now and after every change, until another is opened or it is closed. A
    /// supervisor's core also fetches the station's month that it is in.
    #[n(1)]
    OpenRound {
        /// Which.
        #[n(0)]
        round: RoundName,
    },
    /// The round is no longer on the screen.
    #[n(2)]
    CloseRound,
    /// Answers one item.
    #[n(3)]
    Answer {
        /// In which round.
        #[n(0)]
        round: RoundName,
        /// About what.
        #[n(1)]
        subject: SubjectId,
        /// Which line.
        #[n(2)]
        item: ItemId,
        /// The answer.
        #[n(3)]
        answer: Answer,
        /// The chosen fault chips, by their Chinese text, joined by 、; empty for none.
        #[n(4)]
        fault: String,
        /// A note; empty for none.
        #[n(5)]
        note: String,
        /// The standing observations that were on the screen when the person tapped.
        #[n(6)]
        sees: Vec<EventKey>,
        /// An own earlier observation that this one replaces (a note added afterwards).
        #[n(7)]
        amends: Option<EventKey>,
    },
    /// Takes an own observation back.
    #[n(4)]
    Withdraw {
        /// In which round.
        #[n(0)]
        round: RoundName,
        /// Which.
        #[n(1)]
        event: EventKey,
    },
    /// Signs the round as it is on this phone.
    #[n(5)]
    SignOff {
        /// Which.
        #[n(0)]
        round: RoundName,
    },
    /// Exchanges now instead of at the next occasion.
    #[n(6)]
    SyncNow,
    /// The supervisor's board is on the screen: its slice comes now and live.
    #[n(7)]
    OpenBoard,
    /// The board is no longer on the screen.
    #[n(8)]
    CloseBoard,
    /// Fetches what does not count: what was rejected, and what is held. Supervisors only; its slice follows.
    #[n(20)]
    LoadQuarantine,
    /// Says that what is held of a device in a document counts. Supervisors only.
    #[n(21)]
    Release {
        /// In which document.
        #[n(0)]
        document: DocumentId,
        /// Whose changes.
        #[n(1)]
        device: DeviceId,
    },
    /// Starts an operation today, at every station. Supervisors only.
    #[n(22)]
    StartOperation {
        /// What it is called.
        #[n(0)]
        label: String,
    },
    /// Ends an operation: today is its last day. Supervisors only.
    #[n(23)]
    EndOperation {
        /// Its name.
        #[n(0)]
        name: String,
    },
    /// The page became visible (true) or hidden (false), or the browser says that it is online again.
    #[n(9)]
    Visible(#[n(0)] bool),
    /// Opens what was set aside once more.
    #[n(10)]
    TryAside,
    /// Looks for what a scan or somebody's typing names, on this phone; the `Found` slice comes before the answer.
    #[n(60)]
    Find {
        /// What the camera saw or somebody typed.
        #[n(0)]
        text: String,
    },
    /// A line that collects scans is on the screen: its slice comes now and after every change. The round is opened by
    /// itself.
    #[n(61)]
    OpenCount {
        /// In which round.
        #[n(0)]
        round: RoundName,
        /// About what.
        #[n(1)]
        subject: SubjectId,
        /// Which line.
        #[n(2)]
        item: ItemId,
    },
    /// It is no longer on the screen.
    #[n(62)]
    CloseCount,
    /// Sends the things of a station for the choice of labels; the `Labels` slice comes before the answer.
    #[n(63)]
    LoadLabels {
        /// Which station; one's own when none is named.
        #[n(0)]
        station: Option<StationCode>,
    },
}

shared::read_choice!(Command {
    0 => Enrol { code },
    1 => OpenRound { round },
    2 => CloseRound {},
    3 => Answer { round, subject, item, answer, fault, note, sees, amends },
    4 => Withdraw { round, event },
    5 => SignOff { round },
    6 => SyncNow {},
    7 => OpenBoard {},
    8 => CloseBoard {},
    20 => LoadQuarantine {},
    21 => Release { document, device },
    22 => StartOperation { label },
    23 => EndOperation { name },
    9 => Visible { 0 },
    10 => TryAside {},
    60 => Find { text },
    61 => OpenCount { round, subject, item },
    62 => CloseCount {},
    63 => LoadLabels { station },
    11 => Start { notes },
});

/// Why a command was not done. The interface has a sentence for every code: what happened, what is safe, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Problem {
    /// Stable word: a word of `shared::api::problem::ProblemCode` or of `RefusalCode`, or one of this phone's own:
    /// `offline` `storage-full` `storage-failed` `crypto-missing` `not-enrolled` `round-unknown` `item-unknown`
    /// `already-enrolled` `not-yours` `no-right`.
    #[n(0)]
    pub code: String,
    /// For the diagnosis text, in English; empty for none.
    #[n(1)]
    pub detail: String,
}

shared::read_record!(Problem { code, detail });
