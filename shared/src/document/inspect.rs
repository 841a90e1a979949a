//! What a change adds to its document, read from its operations alone: no document is loaded for it, and automerge is
//! not asked. A change of ours inserts one map under a fresh key into one of its genesis's maps, and fills it; whatever
//! does anything else is refused. Who may add what is `trust::rights` and whoever admits the change.

use super::prewalk::{Operation, Value, WalkError, Walked};
use super::{genesis, schema as s};
use crate::domain::round::{Period, RoundName};
use crate::ids::{DeviceId, DocumentKind, EventKey, OfficerId, StationCode, TemplateId};
use crate::limits::{
    CHANGE_BYTES_MAX, CHANGE_DEPENDENCIES_MAX, CODE_BYTES_MAX, NOTE_CHARS_MAX, PHOTOS_MAX, SEES_MAX,
};
use crate::trust::rights::EventKind;

/// Why a change does not add one event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// Its operations do not read.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// It names an actor that is neither its writer nor the genesis's.
    #[error("it names another actor")]
    Actor,
    /// An operation that replaces another, or is none of a map's.
    #[error("operation {place} {what}")]
    Operation {
        /// Its place in the change, from 0.
        place: usize,
        /// What it does that no event of ours does.
        what: &'static str,
    },
    /// The event's key is none.
    #[error("the event's key is not an actor and a number")]
    Key,
    /// A field of a type or a length that it cannot have.
    #[error("field {map}.{field} is too long or of another type")]
    Field {
        /// In which map.
        map: &'static str,
        /// Which; a dot for one that this version does not know.
        field: &'static str,
    },
    /// An entry says nothing, or two things.
    #[error("an entry without one body")]
    Entry,
    /// A visit does not say whose and where.
    #[error("a visit without its officer and round")]
    Visit,
}

/// One event that a change adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// What it is.
    pub kind: EventKind,
    /// Its key.
    pub key: EventKey,
    /// Who wrote it, by the key.
    pub device: DeviceId,
    /// What a visit says of itself.
    pub visit: Option<VisitClaim>,
    /// What an entry says, as JSON.
    pub body: Option<String>,
}

/// What a visit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitClaim {
    /// Who holds the phone.
    pub officer: OfficerId,
    /// Where.
    pub name: RoundName,
}

/// Automerge's number for making a map.
pub(super) const MAKE_MAP: u64 = 0;
/// And for putting a value.
pub(super) const PUT: u64 = 1;

/// Reads what a change adds to a document of a kind.
///
/// # Errors
/// The first thing that no event of ours does.
pub fn added(walked: &Walked<'_>, kind: DocumentKind) -> Result<Added, InspectError> {
    // The table of actors is the writer's and the genesis's: places in it are then 0 and 1.
    if walked.actors().skip(1).any(|actor| actor != genesis::ACTOR) {
        return Err(InspectError::Actor);
    }
    let mut operations = walked.operations().enumerate();
    let first = operations.next().ok_or(InspectError::Key)?.1?;
    let event = opening(&first, kind)?;
    let text = first.key.unwrap_or_default();
    let key = EventKey::from_text(text);
    let (actor, number) = key.parts().ok_or(InspectError::Key)?;
    // One spelling only: two keys that read the same would be two events under one name.
    if EventKey::new(actor, number) != key {
        return Err(InspectError::Key);
    }
    let (mut claim, mut body) = (Claim::default(), None);
    for (place, operation) in operations {
        let operation = operation?;
        filling(&operation, place, walked.start_op)?;
        let field = operation.key.unwrap_or_default();
        check_field(event, field, operation.value)?;
        match event {
            EventKind::Visit => claim.take(field, operation.value)?,
            EventKind::Entry if field == s::BODY => take_body(&mut body, operation.value)?,
            EventKind::Entry | EventKind::Observation | EventKind::SignOff => {}
        }
    }
    let visit = if event == EventKind::Visit { Some(claim.whole()?) } else { None };
    Ok(Added { kind: event, key, device: actor.device(), visit, body: body.map(str::to_owned) })
}

/// The first operation makes the event's map inside of one of the genesis's.
fn opening(operation: &Operation<'_>, kind: DocumentKind) -> Result<EventKind, InspectError> {
    let wrong = |what| Err(InspectError::Operation { place: 0, what });
    fresh(operation, 0)?;
    if operation.action != MAKE_MAP || operation.value != Value::Null {
        return wrong("does not make a map");
    }
    match operation.object {
        Some((1, counter)) => genesis::map(kind, counter).ok_or(InspectError::Operation {
            place: 0,
            what: "is on an object that the genesis did not make",
        }),
        Some(_) | None => wrong("is on an object that the genesis did not make"),
    }
}

/// Every other operation puts a value into that map.
fn filling(operation: &Operation<'_>, place: usize, start_op: u64) -> Result<(), InspectError> {
    fresh(operation, place)?;
    if operation.action != PUT {
        return Err(InspectError::Operation { place, what: "does not put a value" });
    }
    if operation.object != Some((0, start_op)) {
        return Err(InspectError::Operation { place, what: "is on an object that this change did not make" });
    }
    Ok(())
}

fn fresh(operation: &Operation<'_>, place: usize) -> Result<(), InspectError> {
    let wrong = |what| Err(InspectError::Operation { place, what });
    if operation.predecessors != 0 {
        return wrong("replaces another");
    }
    if operation.insert || operation.key.is_none() {
        return wrong("is not on a map");
    }
    Ok(())
}

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
enum Holds {
    Number,
    /// Text of at most so many bytes.
    Code(usize),
    /// Text of at most so many characters.
    Words(usize),
    /// Bytes, at most so many.
    Hashes(usize),
}

/// Bytes of an event key: 27 of the actor, the dot, 7 of the number; and a blank between two.
const KEY_BYTES: usize = 36;

/// The fields of each kind of event.
fn field(event: EventKind, name: &str) -> Option<(&'static str, Holds)> {
    use Holds::{Code, Hashes, Number, Words};
    const CODE: Holds = Code(CODE_BYTES_MAX);
    let fields: &[(&'static str, Holds)] = match event {
        EventKind::Visit => &[
            (s::STATION, CODE),
            (s::TEMPLATE, CODE),
            (s::PERIOD, CODE),
            (s::OFFICER, CODE),
            (s::VERSION, Number),
            (s::UTC_OFFSET, Number),
            (s::CLOCK_OFFSET, Number),
            (s::REGISTER, Hashes(CHANGE_DEPENDENCIES_MAX * 32)),
        ],
        EventKind::Observation => &[
            (s::VISIT, Number),
            (s::AT, Number),
            (s::SUBJECT, CODE),
            (s::ITEM, CODE),
            // One more: the sign in front that says what kind of answer it is.
            (s::ANSWER, Words(NOTE_CHARS_MAX + 1)),
            (s::FAULT, Words(NOTE_CHARS_MAX)),
            (s::NOTE, Words(NOTE_CHARS_MAX)),
            (s::SEES, Code(SEES_MAX * KEY_BYTES)),
            (s::AMENDS, CODE),
            (s::WITHDRAWS, CODE),
            (s::PHOTOS, Hashes(PHOTOS_MAX * 64)),
            (s::MEMO, Hashes(32)),
        ],
        EventKind::SignOff => {
            &[(s::VISIT, Number), (s::AT, Number), (s::HEADS, Hashes(CHANGE_DEPENDENCIES_MAX * 32))]
        }
        EventKind::Entry => &[(s::BODY, Code(CHANGE_BYTES_MAX))],
    };
    fields.iter().find(|(known, _)| *known == name).copied()
}

fn check_field(event: EventKind, name: &str, value: Value<'_>) -> Result<(), InspectError> {
    let map = event.word();
    let Some((field, holds)) = field(event, name) else {
        // A later version's: kept for its readers, as long as it is no place to hide a book in.
        let bytes = match value {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Null | Value::Bool(_) | Value::Uint(_) | Value::Int(_) => 0,
            Value::Other(_) => usize::MAX,
        };
        let is_small = name.len() <= CODE_BYTES_MAX && bytes <= CODE_BYTES_MAX;
        return if is_small { Ok(()) } else { Err(InspectError::Field { map, field: "." }) };
    };
    let fits = match (holds, value) {
        (Holds::Number, Value::Int(_) | Value::Uint(_)) => true,
        (Holds::Code(bytes_max), Value::Text(text)) => text.len() <= bytes_max,
        // Counted only when it could be too long: a character is a byte at least.
        (Holds::Words(chars_max), Value::Text(text)) => {
            text.len() <= chars_max || text.chars().take(chars_max + 1).count() <= chars_max
        }
        (Holds::Hashes(bytes_max), Value::Bytes(bytes)) => bytes.len() <= bytes_max,
        _ => false,
    };
    if fits { Ok(()) } else { Err(InspectError::Field { map, field }) }
}

/// An entry's text, which must say the same when it comes twice: who admits it would look at one, and readers at another.
fn take_body<'a>(body: &mut Option<&'a str>, value: Value<'a>) -> Result<(), InspectError> {
    let wrong = InspectError::Field { map: EventKind::Entry.word(), field: s::BODY };
    let Value::Text(text) = value else { return Err(wrong) };
    if body.replace(text).is_some_and(|before| before != text) { Err(wrong) } else { Ok(()) }
}

/// A visit's words about itself, as they come. A field that comes twice must say the same: automerge would keep both.
#[derive(Default)]
struct Claim<'a> {
    officer: Option<&'a str>,
    station: Option<&'a str>,
    template: Option<&'a str>,
    period: Option<&'a str>,
}

impl<'a> Claim<'a> {
    fn take(&mut self, field: &str, value: Value<'a>) -> Result<(), InspectError> {
        let place = match field {
            s::OFFICER => &mut self.officer,
            s::STATION => &mut self.station,
            s::TEMPLATE => &mut self.template,
            s::PERIOD => &mut self.period,
            _ => return Ok(()),
        };
        let Value::Text(text) = value else { return Err(InspectError::Visit) };
        if place.replace(text).is_some_and(|before| before != text) {
            return Err(InspectError::Visit);
        }
        Ok(())
    }

    fn whole(self) -> Result<VisitClaim, InspectError> {
        let claim = || {
            Some(VisitClaim {
                officer: OfficerId::parse(self.officer?).ok()?,
                name: RoundName {
                    station: StationCode::parse(self.station?).ok()?,
                    template: TemplateId::parse(self.template?).ok()?,
                    period: Period::parse(self.period?).ok()?,
                },
            })
        };
        claim().ok_or(InspectError::Visit)
    }
}

#[cfg(test)]
mod tests;
