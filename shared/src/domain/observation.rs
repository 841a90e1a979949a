//! What people wrote into a round: visits, observations, sign-offs. None is ever altered or deleted; what they
//! amount to is `domain::reading`.

use super::answer::Answer;
use super::photo::Attached;
use crate::ids::{ChangeHash, DeviceId, EventKey, ItemId, OfficerId, SubjectId};
use crate::time::Timestamp;

/// One phone's stay at a round, written once and referred to by its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Its key in `visits`.
    pub key: EventKey,
    /// Who held the phone.
    pub officer: OfficerId,
    /// Which phone: from the key, not from a field that could lie.
    pub device: DeviceId,
    /// The version of the template on the screen.
    pub template_version: u32,
    /// The phone's offset from UTC, in minutes.
    pub utc_offset_minutes: i16,
    /// Relay clock minus phone clock at the last contact, in milliseconds; `None` when the phone never met the relay.
    pub clock_offset_ms: Option<i64>,
    /// The heads of the register that the round is held against on this phone; none when it is held against none.
    pub register: Vec<ChangeHash>,
}

/// One person's answer to one item on one subject, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Its key in `observations`.
    pub key: EventKey,
    /// The operation counter it was written at: a cause always has a smaller one than its effect.
    pub counter: u64,
    /// Who answered, by the visit.
    pub author: OfficerId,
    /// About what.
    pub subject: SubjectId,
    /// To which line.
    pub item: ItemId,
    /// What this event says.
    pub act: Act,
    /// The phone's clock when it was written, uncorrected.
    pub at: Timestamp,
    /// The clock correction of the visit, in milliseconds.
    pub clock_offset_ms: i64,
    /// The standing observations of this subject and item that were on the author's screen.
    pub sees: Vec<EventKey>,
    /// Authentic, but from a device that was revoked before it arrived; readings ignore it until it is released.
    pub is_held: bool,
}

/// What an observation event does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Answers.
    Answer {
        /// The answer.
        answer: Answer,
        /// Which of the template's fault chips were chosen, by their Chinese text.
        fault: String,
        /// A note in the author's words.
        note: String,
        /// An own earlier observation that this one replaces.
        amends: Option<EventKey>,
        /// Photos and a memo.
        attached: Attached,
    },
    /// Takes an own earlier observation back.
    Withdraw(EventKey),
}

impl Observation {
    /// The answer, unless this is a withdrawal.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.act {
            Act::Answer { answer, .. } => Some(answer),
            Act::Withdraw(_) => None,
        }
    }

    /// When it was written, by the relay's clock as far as the phone knew it.
    pub fn corrected_at(&self) -> Timestamp {
        self.at.plus_ms(self.clock_offset_ms)
    }
}

/// A person's signature over the state of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// Its key in `signoffs`.
    pub key: EventKey,
    /// Who signed, by the visit.
    pub author: OfficerId,
    /// When it was signed, clock corrected.
    pub at: Timestamp,
    /// The heads that it covers.
    pub heads: Vec<ChangeHash>,
    /// Observations in the document that it does not cover; `None` when its heads are not all here yet.
    pub uncovered: Option<Vec<EventKey>>,
}
