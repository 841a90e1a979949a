//! What a person may do in a round and in a register. The same rules guard the phone's buttons, the phone's engine, and (as admission)
//! the relay.

use super::answer::Answer;
use super::custody::{Custody, Handing};
use super::observation::Observation;
use super::photo::Attached;
use super::template::Template;
use crate::ids::{CollectionId, EventKey, ItemId, Shelf, StationCode};
use crate::limits::{CODE_BYTES_MAX, NOTE_CHARS_MAX, PHOTOS_MAX, SEES_MAX};
use crate::trust::rights::Rights;

use super::round::RoundName;

/// Why something may not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not in this station's rounds.
    #[error("this person may not write into rounds of {station}")]
    NoRight {
        /// The round's station.
        station: String,
    },
    /// The template is not on this phone.
    #[error("template {template} is not here")]
    TemplateUnknown {
        /// The template.
        template: String,
    },
    /// The template has no such line.
    #[error("the template has no item {item}")]
    ItemUnknown {
        /// The item.
        item: String,
    },
    /// The line is answered in another way, or the value is out of its range.
    #[error("item {item} takes no such answer")]
    AnswerUnfit {
        /// The item.
        item: String,
    },
    /// Lines that must be answered first are not.
    #[error("{count} lines must be answered before it is signed")]
    RequiredOpen {
        /// How many.
        count: u32,
    },
    /// The text is too long.
    #[error("note of {chars} characters; at most {chars_max}")]
    NoteTooLong {
        /// Characters there were.
        chars: usize,
        /// Characters there may be.
        chars_max: usize,
    },
    /// The observation is another person's, or not here.
    #[error("{key} is not an observation of this person")]
    NotYours {
        /// The observation.
        key: EventKey,
    },
    /// A transfer from a station to itself, or a name or place that is too long.
    #[error("no such handing over")]
    HandingUnfit,
    /// More photos than go with one answer.
    #[error("{count} photos; at most {count_max}")]
    TooManyPhotos {
        /// How many there were.
        count: usize,
        /// How many there may be.
        count_max: usize,
    },
    /// A defect or need that is not here, or has gone on: what was to be done is not to be done any more.
    #[error("it is not here, or has gone on")]
    GoneOn,
    /// A text, a rating or a thing that it is about is missing, or too long.
    #[error("it is not whole, or too long")]
    NotWhole,
    /// More standing answers than an item can have.
    #[error("{count} answers seen; at most {count_max}")]
    TooManySeen {
        /// How many there were.
        count: usize,
        /// How many there may be.
        count_max: usize,
    },
}

impl PolicyError {
    /// The stable word for the interface's sentence.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoRight { .. } => "no-right",
            Self::TemplateUnknown { .. } => "round-unknown",
            Self::ItemUnknown { .. } => "item-unknown",
            Self::AnswerUnfit { .. } => "answer-unfit",
            Self::RequiredOpen { .. } => "required-open",
            Self::NoteTooLong { .. } => "note-too-long",
            Self::NotYours { .. } => "not-yours",
            Self::HandingUnfit => "handing-unfit",
            Self::TooManyPhotos { .. } => "too-many-photos",
            Self::GoneOn => "gone-on",
            Self::NotWhole => "not-whole",
            Self::TooManySeen { .. } => "too-many-seen",
        }
    }
}

/// Whether a person may answer in a round.
pub fn may_answer(rights: &Rights, round: &RoundName) -> bool {
    rights.may_write(&round.collection())
}

/// Checks an answer.
///
/// # Errors
/// When the person may not write here, the line does not exist or takes no such answer, or a text or list is too long.
pub fn check_answer(
    rights: &Rights,
    round: &RoundName,
    template: &Template,
    item: &ItemId,
    answer: &Answer,
    texts: &[&str],
    sees: &[EventKey],
) -> Result<(), PolicyError> {
    check_writer(rights, round)?;
    let Some(line) = template.asked(item) else {
        return Err(PolicyError::ItemUnknown { item: item.to_string() });
    };
    if !line.takes(answer) {
        return Err(PolicyError::AnswerUnfit { item: item.to_string() });
    }
    let said = match answer {
        Answer::Text(text) | Answer::Scan(text) => text.as_str(),
        _ => "",
    };
    let texts = texts.iter().copied().chain([said]);
    if let Some(chars) = texts.map(|text| text.chars().count()).find(|chars| *chars > NOTE_CHARS_MAX) {
        return Err(PolicyError::NoteTooLong { chars, chars_max: NOTE_CHARS_MAX });
    }
    if sees.len() > SEES_MAX {
        return Err(PolicyError::TooManySeen { count: sees.len(), count_max: SEES_MAX });
    }
    Ok(())
}

/// Checks what goes with an answer.
///
/// # Errors
/// When it is more than a round has room for.
pub fn check_attached(attached: &Attached) -> Result<(), PolicyError> {
    let count = attached.photos.len();
    if count > PHOTOS_MAX {
        return Err(PolicyError::TooManyPhotos { count, count_max: PHOTOS_MAX });
    }
    Ok(())
}

/// Checks that an observation is the person's own; gives it back.
///
/// # Errors
/// When the person may not write here, or the observation is not theirs.
pub fn check_own<'a>(
    rights: &Rights,
    round: &RoundName,
    observations: &'a [Observation],
    key: &EventKey,
) -> Result<&'a Observation, PolicyError> {
    check_writer(rights, round)?;
    let own = |observation: &&Observation| observation.key == *key && observation.author == rights.officer;
    observations.iter().find(own).ok_or_else(|| PolicyError::NotYours { key: key.clone() })
}

/// Checks a signature under a round in which so many lines are open that must not be.
///
/// # Errors
/// When the person's role or station does not allow it, or such lines are open.
pub fn check_sign_off(
    rights: &Rights,
    round: &RoundName,
    template: &Template,
    required_open: u32,
) -> Result<(), PolicyError> {
    if !rights.may_sign(template.signed_by, &round.station) {
        return Err(PolicyError::NoRight { station: round.station.to_string() });
    }
    if required_open > 0 { Err(PolicyError::RequiredOpen { count: required_open }) } else { Ok(()) }
}

/// Checks an event of a station's register.
///
/// # Errors
/// When the person may not write there, it is in another's name, or a text or list is too long.
pub fn check_custody(rights: &Rights, station: &StationCode, custody: &Custody) -> Result<(), PolicyError> {
    let live = CollectionId::of(&Shelf::Live(station.clone()));
    if !rights.may_write(&live) || custody.by != rights.officer {
        return Err(PolicyError::NoRight { station: station.to_string() });
    }
    let chars = custody.note.chars().count();
    if chars > NOTE_CHARS_MAX {
        return Err(PolicyError::NoteTooLong { chars, chars_max: NOTE_CHARS_MAX });
    }
    let count = custody.sees.len();
    if count > SEES_MAX {
        return Err(PolicyError::TooManySeen { count, count_max: SEES_MAX });
    }
    let is_fit = match &custody.act {
        Handing::Issued { .. } => true,
        Handing::Returned { place, .. } | Handing::Moved { place } => place.len() <= CODE_BYTES_MAX,
        Handing::Sent { station: other, .. } => other != station,
        Handing::Received { station: other, what, .. } => {
            let texts = [&what.kind, &what.name.zh, &what.name.en];
            other != station && !what.kind.is_empty() && texts.iter().all(|text| text.len() <= CODE_BYTES_MAX)
        }
        Handing::Withdrawn { event } => event.as_str().len() <= CODE_BYTES_MAX,
    };
    if is_fit && custody.sees.iter().all(|key| key.as_str().len() <= CODE_BYTES_MAX) {
        Ok(())
    } else {
        Err(PolicyError::HandingUnfit)
    }
}

fn check_writer(rights: &Rights, round: &RoundName) -> Result<(), PolicyError> {
    if may_answer(rights, round) {
        Ok(())
    } else {
        Err(PolicyError::NoRight { station: round.station.to_string() })
    }
}
