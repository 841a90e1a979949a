//! A change of ours back into the event that it wrote, without its document: to make it again, and to show what the
//! relay did not take. Only for changes that this phone wrote itself: what comes from elsewhere is read in its
//! document.

use automerge::ScalarValue;

use super::chunk;
use super::inspect::{MAKE_MAP, PUT};
use super::prewalk::Value;
use super::read::RawEvent;
use super::schema as s;
use super::write::Event;
use crate::domain::answer::Answer;
use crate::gather::Gather;
use crate::ids::{Actor, DocumentKind, EventKey, ItemId, SubjectId};
use crate::time::Timestamp;

/// The key of the event that a change wrote; `None` when it wrote none of ours.
pub fn key(change: &[u8]) -> Option<EventKey> {
    raw(change).map(|(_, raw)| raw.key)
}

/// The event that a change wrote into a document of this kind, and its key; `None` when it is none of ours.
pub fn event(kind: DocumentKind, change: &[u8]) -> Option<(EventKey, Event)> {
    let (map, raw) = raw(change)?;
    // Genesis makes its maps in this order, one operation each.
    let event = match (kind, map) {
        (DocumentKind::Round, 1) => raw.to_visit()?,
        (DocumentKind::Round, 2) => observation(&raw)?,
        (DocumentKind::Round, 3) => sign_off(&raw)?,
        (DocumentKind::Round, _) => return None,
        (_, _) => Event::Entry { body: raw.text(s::BODY)?.to_owned() },
    };
    Some((raw.key, event))
}

/// The place of the event's map among the operations of genesis, and the event.
fn raw(change: &[u8]) -> Option<(u64, RawEvent)> {
    let walked = chunk::open(change).ok()?.walk().ok()?;
    let mut operations = walked.operations();
    let first = operations.next()?.ok()?;
    if first.action != MAKE_MAP {
        return None;
    }
    let (_, map) = first.object?;
    let key = EventKey::from_text(first.key?);
    let fields = operations.filter_map(|operation| {
        let operation = operation.ok().filter(|operation| operation.action == PUT)?;
        Some((operation.key?.to_owned(), scalar(operation.value)?))
    });
    Some((map, RawEvent { key, counter: walked.start_op, fields: fields.into_flat() }))
}

fn scalar(value: Value<'_>) -> Option<ScalarValue> {
    Some(match value {
        Value::Null => ScalarValue::Null,
        Value::Bool(truth) => ScalarValue::Boolean(truth),
        Value::Uint(number) => ScalarValue::Uint(number),
        Value::Int(number) => ScalarValue::Int(number),
        Value::Text(text) => ScalarValue::Str(text.into()),
        Value::Bytes(bytes) => ScalarValue::Bytes(bytes.to_vec()),
        Value::Other(_) => return None,
    })
}

/// The visit that an event refers to: of the actor in its own key.
fn visit_of(raw: &RawEvent) -> Option<EventKey> {
    let (actor, _): (Actor, u32) = raw.key.parts()?;
    Some(EventKey::new(actor, u32::try_from(raw.number(s::VISIT)?).ok()?))
}

fn observation(raw: &RawEvent) -> Option<Event> {
    let visit = visit_of(raw)?;
    let subject = match raw.text(s::SUBJECT) {
        Some(text) => SubjectId::parse(text).ok()?,
        None => SubjectId::station(),
    };
    let item = ItemId::parse(raw.text(s::ITEM)?).ok()?;
    let at = Timestamp(raw.number(s::AT)?);
    if let Some(target) = raw.key_of(s::WITHDRAWS) {
        return Some(Event::Withdraw { visit, subject, item, target, at });
    }
    let words = |field| raw.text(field).unwrap_or_default().to_owned();
    let sees = raw.text(s::SEES).unwrap_or_default().split(' ').filter(|key| !key.is_empty());
    Some(Event::Answer {
        visit,
        subject,
        item,
        answer: Answer::from_text(raw.text(s::ANSWER)?)?,
        fault: words(s::FAULT),
        note: words(s::NOTE),
        at,
        sees: sees.map(EventKey::from_text).collect(),
        amends: raw.key_of(s::AMENDS),
        attached: raw.attached(),
    })
}

fn sign_off(raw: &RawEvent) -> Option<Event> {
    let heads = raw.heads(s::HEADS)?;
    Some(Event::SignOff { visit: visit_of(raw)?, at: Timestamp(raw.number(s::AT)?), heads })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::domain::answer::Condition;
    use crate::domain::photo::{Attached, Photo};
    use crate::domain::round::{Period, RoundName};
    use crate::ids::{
        BureauId, ChangeHash, DeviceId, DocumentId, OfficerId, PhotoHash, StationCode, TemplateId,
    };

    fn round() -> RoundName {
        RoundName {
            station: StationCode::parse("zhongmiao").unwrap(),
            template: TemplateId::parse("flood").unwrap(),
            period: Period::parse("2026-11-23").unwrap(),
        }
    }

    fn events(actor: Actor) -> Vec<Event> {
        let visit = EventKey::new(actor, 1);
        let (subject, item) = (SubjectId::station(), ItemId::parse("torch").unwrap());
        vec![
            Event::Visit {
                name: round(),
                officer: OfficerId::parse("li").unwrap(),
                template_version: 3,
                utc_offset_minutes: 480,
                clock_offset_ms: Some(-5),
                register: vec![ChangeHash([7; 32])],
            },
            Event::Answer {
                visit: visit.clone(),
                subject: SubjectId::parse("torch-7").unwrap(),
                item: item.clone(),
                answer: Answer::Condition(Condition::Fault),
                fault: "灯不亮".to_owned(),
                note: "换电池也不亮".to_owned(),
                at: Timestamp(7),
                sees: vec![EventKey::new(actor, 8), EventKey::from_text("another's")],
                amends: Some(EventKey::new(actor, 9)),
                attached: Attached {
                    photos: vec![Photo { original: PhotoHash([1; 32]), thumbnail: PhotoHash([2; 32]) }; 2],
                    memo: Some(PhotoHash([3; 32])),
                },
            },
            Event::Withdraw {
                visit: visit.clone(),
                subject,
                item,
                target: EventKey::new(actor, 2),
                at: Timestamp(8),
            },
            Event::SignOff { visit, at: Timestamp(9), heads: vec![ChangeHash([3; 32]), ChangeHash([4; 32])] },
        ]
    }

    #[test]
    fn what_was_written_is_what_comes_back() {
        let actor = Actor::new(DeviceId::from([1; 16]), 0);
        let bureau = BureauId::parse("chaohu").unwrap();
        let mut document = Document::new(round().document(&bureau));
        for written in events(actor) {
            let change = document.write(actor, &written).unwrap();
            assert_eq!(event(DocumentKind::Round, &change.change), Some((change.key.clone(), written)));
            assert_eq!(key(&change.change), Some(change.key));
        }
        let mut calendar = Document::new(DocumentId::derive(DocumentKind::Calendar, &["t"]));
        let entry = Event::Entry { body: "{}".into() };
        let change = calendar.write(actor, &entry).unwrap();
        assert_eq!(event(DocumentKind::Calendar, &change.change), Some((change.key, entry)));
        assert_eq!(event(DocumentKind::Round, b"no change"), None);
    }

    #[test]
    fn an_event_is_written_again_under_its_own_name_by_another_slot() {
        let (old, new) = (Actor::new(DeviceId::from([1; 16]), 0), Actor::new(DeviceId::from([1; 16]), 9));
        let bureau = BureauId::parse("chaohu").unwrap();
        let (mut first, mut again) =
            (Document::new(round().document(&bureau)), Document::new(round().document(&bureau)));
        for written in events(old) {
            let before = first.write(old, &written).unwrap();
            assert!(!again.has_key(&before.key));
            let after = again.write_under(new, before.key.clone(), &written).unwrap();
            assert!(again.has_key(&before.key));
            assert_eq!(event(DocumentKind::Round, &after.change), Some((before.key, written)));
        }
        let (first, again) =
            (crate::document::read::round(&first, &bureau), crate::document::read::round(&again, &bureau));
        assert_eq!(first, again);
        assert_eq!(again.visits.len(), 1);
    }
}
