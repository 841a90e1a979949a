//! Events on their way into a document: each becomes exactly one change, which inserts one map under a fresh key.
//! Step 4 of the walk.

use automerge::ObjType;
use automerge::transaction::{Transactable, Transaction};

use super::schema as s;
use crate::domain::answer::Answer;
use crate::domain::photo::Attached;
use crate::domain::round::RoundName;
use crate::ids::{ChangeHash, EventKey, ItemId, OfficerId, SubjectId};
use crate::time::Timestamp;

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A phone's stay at a round begins.
    Visit {
        /// The round, so that a reader knows what the derived id stands for.
        name: RoundName,
        /// Who holds the phone.
        officer: OfficerId,
        /// The version of the template on the screen.
        template_version: u32,
        /// The phone's offset from UTC in minutes.
        utc_offset_minutes: i16,
        /// Relay clock minus phone clock in milliseconds, if they have met.
        clock_offset_ms: Option<i64>,
        /// The heads of the register that the round is held against; none when it is held against none.
        register: Vec<ChangeHash>,
    },
    /// An answer.
    Answer {
        /// The visit, by the same actor.
        visit: EventKey,
        /// About what.
        subject: SubjectId,
        /// Which line.
        item: ItemId,
        /// The answer.
        answer: Answer,
        /// Fault chips; empty for none.
        fault: String,
        /// A note; empty for none.
        note: String,
        /// The phone's clock.
        at: Timestamp,
        /// The standing observations that were on the screen.
        sees: Vec<EventKey>,
        /// The own observation that it replaces.
        amends: Option<EventKey>,
        /// Photos and a memo.
        attached: Attached,
    },
    /// Takes an own observation back.
    Withdraw {
        /// The visit, by the same actor.
        visit: EventKey,
        /// About what.
        subject: SubjectId,
        /// Which line.
        item: ItemId,
        /// The observation.
        target: EventKey,
        /// The phone's clock.
        at: Timestamp,
    },
    /// A signature under the round as it is.
    SignOff {
        /// The visit, by the same actor.
        visit: EventKey,
        /// The phone's clock.
        at: Timestamp,
        /// The heads that it covers.
        heads: Vec<ChangeHash>,
    },
    /// An entry of any other kind of document, as JSON.
    Entry {
        /// The JSON text.
        body: String,
    },
}

impl Event {
    /// The map it goes into.
    pub(super) fn map(&self) -> &'static str {
        match self {
            Self::Visit { .. } => s::VISITS,
            Self::Answer { .. } | Self::Withdraw { .. } => s::OBSERVATIONS,
            Self::SignOff { .. } => s::SIGN_OFFS,
            Self::Entry { .. } => s::EVENTS,
        }
    }

    /// Inserts it under `key` into `map`.
    pub(super) fn insert(
        &self,
        tx: &mut Transaction<'_>,
        map: &automerge::ObjId,
        key: &EventKey,
    ) -> Result<(), automerge::AutomergeError> {
        let event = tx.put_object(map, key.as_str(), ObjType::Map)?;
        match self {
            Self::Visit {
                name,
                officer,
                template_version,
                utc_offset_minutes,
                clock_offset_ms,
                register,
            } => {
                tx.put(&event, s::STATION, name.station.as_str())?;
                tx.put(&event, s::TEMPLATE, name.template.as_str())?;
                tx.put(&event, s::PERIOD, name.period.to_string())?;
                tx.put(&event, s::OFFICER, officer.as_str())?;
                tx.put(&event, s::VERSION, i64::from(*template_version))?;
                tx.put(&event, s::UTC_OFFSET, i64::from(*utc_offset_minutes))?;
                if let Some(ms) = clock_offset_ms {
                    tx.put(&event, s::CLOCK_OFFSET, *ms)?;
                }
                if !register.is_empty() {
                    tx.put(&event, s::REGISTER, bytes(register))?;
                }
            }
            Self::Answer { visit, subject, item, answer, fault, note, at, sees, amends, attached } => {
                put_line(tx, &event, visit, subject, item, *at)?;
                tx.put(&event, s::ANSWER, answer.to_text())?;
                put_unless_empty(tx, &event, s::FAULT, fault)?;
                put_unless_empty(tx, &event, s::NOTE, note)?;
                let sees: Vec<&str> = sees.iter().map(EventKey::as_str).collect();
                put_unless_empty(tx, &event, s::SEES, &sees.join(" "))?;
                put_unless_empty(tx, &event, s::AMENDS, amends.as_ref().map_or("", EventKey::as_str))?;
                put_attached(tx, &event, attached)?;
            }
            Self::Withdraw { visit, subject, item, target, at } => {
                put_line(tx, &event, visit, subject, item, *at)?;
                tx.put(&event, s::WITHDRAWS, target.as_str())?;
            }
            Self::SignOff { visit, at, heads } => {
                put_visit(tx, &event, visit, *at)?;
                tx.put(&event, s::HEADS, bytes(heads))?;
            }
            Self::Entry { body } => tx.put(&event, s::BODY, body.as_str())?,
        }
        Ok(())
    }
}

fn bytes(heads: &[ChangeHash]) -> Vec<u8> {
    heads.iter().flat_map(|head| head.0).collect()
}

fn put_line(
    tx: &mut Transaction<'_>,
    event: &automerge::ObjId,
    visit: &EventKey,
    subject: &SubjectId,
    item: &ItemId,
    at: Timestamp,
) -> Result<(), automerge::AutomergeError> {
    put_visit(tx, event, visit, at)?;
    if *subject != SubjectId::station() {
        tx.put(event, s::SUBJECT, subject.as_str())?;
    }
    tx.put(event, s::ITEM, item.as_str())
}

/// Photos as pairs of hashes.
fn put_attached(
    tx: &mut Transaction<'_>,
    event: &automerge::ObjId,
    attached: &Attached,
) -> Result<(), automerge::AutomergeError> {
    let photos = attached.photos.iter().flat_map(|photo| [photo.original.0, photo.thumbnail.0]).flatten();
    let photos: Vec<u8> = photos.collect();
    if !photos.is_empty() {
        tx.put(event, s::PHOTOS, photos)?;
    }
    if let Some(memo) = attached.memo {
        tx.put(event, s::MEMO, memo.0.to_vec())?;
    }
    Ok(())
}

fn put_visit(
    tx: &mut Transaction<'_>,
    event: &automerge::ObjId,
    visit: &EventKey,
    at: Timestamp,
) -> Result<(), automerge::AutomergeError> {
    // Visits are keyed by their writer, who is also this event's: the counter says it all.
    let counter = visit.parts().map_or(0, |(_, n)| n);
    tx.put(event, s::VISIT, i64::from(counter))?;
    tx.put(event, s::AT, at.0)
}

fn put_unless_empty(
    tx: &mut Transaction<'_>,
    event: &automerge::ObjId,
    field: &str,
    text: &str,
) -> Result<(), automerge::AutomergeError> {
    if text.is_empty() { Ok(()) } else { tx.put(event, field, text) }
}
