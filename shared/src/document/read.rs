//! Documents into the domain's values. Total: whatever a document contains, reading gives what can be read and counts
//! the rest; it never panics and never guesses. Where a key has several values all of them are read, so two values under
//! one key are two events, unless they say the same.

use std::collections::BTreeSet;

use automerge::iter::MapRangeItem;
use automerge::{Automerge, ObjId, ObjType, ReadDoc, ScalarValue, Value, ValueRef};
use serde::de::DeserializeOwned;

use super::Document;
use super::schema as s;
use super::write::Event;
use crate::domain::answer::Answer;
use crate::domain::asset::RegisterEntry;
use crate::domain::calendar::{Calendar, Operation};
use crate::domain::directory::{Directory, DirectoryEntry};
use crate::domain::observation::{Act, Observation, SignOff, Visit};
use crate::domain::photo::{Attached, Photo};
use crate::domain::register::{Entered, Register};
use crate::domain::round::{Period, RoundName};
use crate::domain::template::{Addition, Template};
use crate::flat::{FlatMap, FlatSet};
use crate::gather::{Gather, sort_by};
use crate::ids::{
    BureauId, ChangeHash, EventKey, ItemId, OfficerId, PhotoHash, StationCode, SubjectId, TemplateId,
};
use crate::limits::{PHOTOS_MAX, SEES_MAX};
use crate::time::{Date, Timestamp};

mod handled;

pub use handled::{defect, need};

/// A round as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// What the derived id stands for, as a visit says and the id confirms.
    pub name: Option<RoundName>,
    /// The last day that it is about, as the calendar says; its period's when nobody has asked it.
    pub until: Option<Date>,
    /// Stays, by key.
    pub visits: FlatMap<EventKey, Visit>,
    /// What was said, in the order of operation counters, then keys.
    pub observations: Vec<Observation>,
    /// Signatures, in the same order.
    pub sign_offs: Vec<SignOff>,
    /// Events that this version cannot read.
    pub unreadable: u32,
    /// Events that are held: observations among them say so, sign-offs among them are left out.
    pub held: u32,
}

/// Reads a round.
pub fn round(document: &Document, bureau: &BureauId) -> Round {
    let mut round = Round::default();
    for event in events(document, s::VISITS) {
        match event.visit() {
            Some((visit, name)) => {
                if name.as_ref().is_some_and(|name| name.document(bureau) == document.id()) {
                    round.name = name;
                }
                round.visits.insert(visit.key.clone(), visit);
            }
            None => round.unreadable += 1,
        }
    }
    for event in events(document, s::OBSERVATIONS) {
        match event.observation(&round.visits) {
            Some(observation) => round.observations.push(observation),
            None => round.unreadable += 1,
        }
    }
    for event in events(document, s::SIGN_OFFS) {
        match event.sign_off(&round.visits) {
            Some(mut sign_off) => {
                sign_off.uncovered = uncovered(document, &sign_off.heads, &round.observations);
                round.sign_offs.push(sign_off);
            }
            None => round.unreadable += 1,
        }
    }
    round
}

/// Notes in a round that was read which of its document's changes are held, as the directory says.
pub fn hold(round: &mut Round, document: &Document, changes: &BTreeSet<ChangeHash>) {
    let keys = changes.iter().filter_map(|change| document.key_of(*change));
    let held: FlatSet<EventKey> = keys.into_flat_set();
    if held.is_empty() {
        return;
    }
    for observation in &mut round.observations {
        observation.is_held = held.contains(&observation.key);
    }
    round.sign_offs.retain(|sign_off| !held.contains(&sign_off.key));
    for sign_off in &mut round.sign_offs {
        if let Some(uncovered) = &mut sign_off.uncovered {
            // Nobody is asked to sign again for what does not count.
            uncovered.retain(|key| !held.contains(key));
        }
    }
    round.held = u32::try_from(held.len()).unwrap_or(u32::MAX);
}

/// What a round's derived id stands for, as one of its visits says and the id confirms.
pub fn round_name(document: &Document, bureau: &BureauId) -> Option<RoundName> {
    let mut names = events(document, s::VISITS).into_iter().filter_map(|event| event.round_name());
    names.find(|name| name.document(bureau) == document.id())
}

/// The template as its highest version says; of two with one number, the one with the greater key.
pub fn template(document: &Document) -> Option<Template> {
    entries(document, json::<Template>).max_by_key(|template| template.version)
}

/// What stations add to a template, each as its highest number says; of two with one number, the later one.
pub fn additions(document: &Document) -> FlatMap<StationCode, Addition> {
    let mut additions: FlatMap<StationCode, Addition> = FlatMap::new();
    for addition in entries(document, json::<Addition>) {
        if additions.get(&addition.station).is_none_or(|before| addition.addition >= before.addition) {
            additions.insert(addition.station.clone(), addition);
        }
    }
    additions
}

/// The calendar as its latest entry says, with the operations as theirs do.
pub fn calendar(document: &Document) -> Option<Calendar> {
    let mut calendar = entries(document, json::<Calendar>).last()?;
    let operations = entries(document, json::<Operation>).map(|entry| (entry.operation.clone(), entry));
    calendar.operations = operations.into_flat();
    Some(calendar)
}

/// The directory.
pub fn directory(document: &Document) -> Directory {
    let mut directory = Directory::default();
    for entry in entries(document, DirectoryEntry::from_json) {
        directory.take(entry);
    }
    directory
}

/// Every station that a person was ever of.
pub fn stations_of(document: &Document, officer: &OfficerId) -> FlatSet<StationCode> {
    let stations = entries(document, DirectoryEntry::from_json).filter_map(|entry| match entry {
        DirectoryEntry::Officer(found) if found.id == *officer => found.station,
        _ => None,
    });
    stations.into_flat_set()
}

/// A station's register, without what is held, as the directory says.
pub fn register(document: &Document, held: &BTreeSet<ChangeHash>) -> Register {
    Register::fold(entered(document, held))
}

/// A register as it was at these heads; `None` when not all of them are here.
pub fn register_at(
    document: &Document,
    held: &BTreeSet<ChangeHash>,
    heads: &[ChangeHash],
) -> Option<Register> {
    let known = keys_at(document, s::EVENTS, heads)?;
    let entries = entered(document, held).into_iter();
    Some(Register::fold(entries.filter(|entered| known.contains(entered.key.as_str()))))
}

fn entered(document: &Document, held: &BTreeSet<ChangeHash>) -> Vec<Entered> {
    let held: FlatSet<EventKey> = held.iter().filter_map(|change| document.key_of(*change)).into_flat_set();
    let entry = |event: RawEvent| {
        let entry = RegisterEntry::from_json(event.text(s::BODY)?.as_bytes())?;
        let is_held = held.contains(&event.key);
        Some(Entered { key: event.key, counter: event.counter, is_held, entry })
    };
    events(document, s::EVENTS).into_iter().filter_map(entry).collect()
}

/// The JSON entries that this version can read, in the order they were written. All JSON is read as bytes: read as text,
/// it would bring a reader of its own.
fn entries<T>(document: &Document, read: fn(&[u8]) -> Option<T>) -> impl Iterator<Item = T> {
    events(document, s::EVENTS).into_iter().filter_map(move |event| read(event.text(s::BODY)?.as_bytes()))
}

fn json<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice(json).ok()
}

/// Observations that a signature over `heads` does not cover; `None` when not all of these heads are here.
fn uncovered(
    document: &Document,
    heads: &[ChangeHash],
    observations: &[Observation],
) -> Option<Vec<EventKey>> {
    let covered = keys_at(document, s::OBSERVATIONS, heads)?;
    let late = observations.iter().filter(|observation| !covered.contains(observation.key.as_str()));
    Some(late.map(|observation| observation.key.clone()).collect())
}

/// The keys that a map had at these heads; `None` when not all of them are here.
fn keys_at(document: &Document, map: &'static str, heads: &[ChangeHash]) -> Option<BTreeSet<String>> {
    if heads.is_empty() || !heads.iter().all(|head| document.contains(*head)) {
        return None;
    }
    let heads: Vec<automerge::ChangeHash> = heads.iter().map(|head| automerge::ChangeHash(head.0)).collect();
    let map = document.map(map).ok()?;
    Some(document.doc.keys_at(&map, &heads).into_set())
}

/// One event as it stands in the document, or in the change that wrote it.
pub(super) struct RawEvent {
    pub(super) key: EventKey,
    pub(super) counter: u64,
    pub(super) fields: FlatMap<String, ScalarValue>,
}

/// The visit under a key, as it could be written again; `None` when there is none that can be read.
pub fn visit(document: &Document, key: &EventKey) -> Option<Event> {
    let visits = events(document, s::VISITS);
    visits.iter().find(|event| event.key == *key).and_then(RawEvent::to_visit)
}

/// Every event of a map, by operation counter, then key.
fn events(document: &Document, map: &'static str) -> Vec<RawEvent> {
    let doc = &document.doc;
    let Ok(map) = document.map(map) else { return Vec::new() };
    let mut events: Vec<RawEvent> = Vec::new();
    // Walked through from one end to the other: to ask for a key is to search for it.
    for item in doc.map_range(&map, ..) {
        if !item.conflict {
            events.extend(event(
                doc,
                &item.key,
                &item.id(),
                matches!(item.value, ValueRef::Object(ObjType::Map)),
            ));
            continue;
        }
        let first = events.len();
        for (value, id) in doc.get_all(&map, item.key.as_ref()).unwrap_or_default() {
            let Some(event) = event(doc, &item.key, &id, matches!(value, Value::Object(ObjType::Map))) else {
                continue;
            };
            // An edit that was made again because the log had lost it, and then came back, is one event.
            match events[first..].iter_mut().find(|other| other.fields == event.fields) {
                Some(same) => same.counter = same.counter.min(event.counter),
                None => events.push(event),
            }
        }
    }
    sort_by(&mut events, |a, b| (a.counter, &a.key).cmp(&(b.counter, &b.key)));
    events
}

/// The event that an operation made under a key, if it made a map.
fn event(doc: &Automerge, key: &str, made_by: &ObjId, is_map: bool) -> Option<RawEvent> {
    let ObjId::Id(counter, _, _) = made_by else { return None };
    is_map.then(|| RawEvent {
        key: EventKey::from_text(key),
        counter: *counter,
        fields: fields(doc, made_by),
    })
}

fn fields(doc: &Automerge, event: &ObjId) -> FlatMap<String, ScalarValue> {
    let scalar = |item: MapRangeItem<'_>| match item.value {
        ValueRef::Scalar(value) => Some((item.key.into_owned(), value.into())),
        ValueRef::Object(_) => None,
    };
    doc.map_range(event, ..).filter_map(scalar).into_flat()
}

impl RawEvent {
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        match self.fields.get(field)? {
            ScalarValue::Str(text) => Some(text.as_str()),
            _ => None,
        }
    }

    pub(super) fn number(&self, field: &str) -> Option<i64> {
        match self.fields.get(field)? {
            ScalarValue::Int(n) => Some(*n),
            ScalarValue::Uint(n) => i64::try_from(*n).ok(),
            _ => None,
        }
    }

    fn bytes(&self, field: &str) -> &[u8] {
        match self.fields.get(field) {
            Some(ScalarValue::Bytes(bytes)) => bytes,
            _ => &[],
        }
    }

    /// Photos and a memo; what is not a hash is none.
    pub(super) fn attached(&self) -> Attached {
        let photo = |pair: &[u8]| {
            let (original, thumbnail) = pair.split_at_checked(32)?;
            let (original, thumbnail) = (PhotoHash::from_bytes(original)?, PhotoHash::from_bytes(thumbnail)?);
            Some(Photo { original, thumbnail })
        };
        let photos = self.bytes(s::PHOTOS).chunks(64).take(PHOTOS_MAX).filter_map(photo);
        Attached { photos: photos.collect(), memo: PhotoHash::from_bytes(self.bytes(s::MEMO)) }
    }

    pub(super) fn key_of(&self, field: &str) -> Option<EventKey> {
        self.text(field).map(EventKey::from_text)
    }

    /// Hashes, 32 bytes each; `None` when there are none, or they are cut.
    pub(super) fn heads(&self, field: &str) -> Option<Vec<ChangeHash>> {
        let ScalarValue::Bytes(heads) = self.fields.get(field)? else { return None };
        heads.chunks(32).map(ChangeHash::from_bytes).collect()
    }

    /// The visit as it could be written again.
    pub(super) fn to_visit(&self) -> Option<Event> {
        let (visit, name) = self.visit()?;
        Some(Event::Visit {
            name: name?,
            officer: visit.officer,
            template_version: visit.template_version,
            utc_offset_minutes: visit.utc_offset_minutes,
            clock_offset_ms: visit.clock_offset_ms,
            register: visit.register,
        })
    }

    fn visit(&self) -> Option<(Visit, Option<RoundName>)> {
        let visit = Visit {
            key: self.key.clone(),
            officer: OfficerId::parse(self.text(s::OFFICER)?).ok()?,
            device: self.key.device()?,
            template_version: u32::try_from(self.number(s::VERSION)?).ok()?,
            utc_offset_minutes: i16::try_from(self.number(s::UTC_OFFSET)?).ok()?,
            clock_offset_ms: self.number(s::CLOCK_OFFSET),
            register: self.heads(s::REGISTER).unwrap_or_default(),
        };
        Some((visit, self.round_name()))
    }

    pub(super) fn round_name(&self) -> Option<RoundName> {
        Some(RoundName {
            station: StationCode::parse(self.text(s::STATION)?).ok()?,
            template: TemplateId::parse(self.text(s::TEMPLATE)?).ok()?,
            period: Period::parse(self.text(s::PERIOD)?).ok()?,
        })
    }

    /// The visit that this event refers to: the same actor's, by its counter.
    fn visit_in<'a>(&self, visits: &'a FlatMap<EventKey, Visit>) -> Option<&'a Visit> {
        let (actor, _) = self.key.parts()?;
        let counter = u32::try_from(self.number(s::VISIT)?).ok()?;
        visits.get(&EventKey::new(actor, counter))
    }

    fn observation(&self, visits: &FlatMap<EventKey, Visit>) -> Option<Observation> {
        let visit = self.visit_in(visits)?;
        let act = match self.key_of(s::WITHDRAWS) {
            Some(target) => Act::Withdraw(target),
            None => Act::Answer {
                answer: Answer::from_text(self.text(s::ANSWER)?)?,
                fault: self.text(s::FAULT).unwrap_or_default().to_owned(),
                note: self.text(s::NOTE).unwrap_or_default().to_owned(),
                amends: self.key_of(s::AMENDS),
                attached: self.attached(),
            },
        };
        let subject = match self.text(s::SUBJECT) {
            Some(text) => SubjectId::parse(text).ok()?,
            None => SubjectId::station(),
        };
        let sees = self.text(s::SEES).unwrap_or_default().split(' ').filter(|key| !key.is_empty());
        Some(Observation {
            key: self.key.clone(),
            counter: self.counter,
            author: visit.officer.clone(),
            subject,
            item: ItemId::parse(self.text(s::ITEM)?).ok()?,
            act,
            at: Timestamp(self.number(s::AT)?),
            clock_offset_ms: visit.clock_offset_ms.unwrap_or_default(),
            sees: sees.take(SEES_MAX).map(EventKey::from_text).collect(),
            is_held: false,
        })
    }

    fn sign_off(&self, visits: &FlatMap<EventKey, Visit>) -> Option<SignOff> {
        let visit = self.visit_in(visits)?;
        Some(SignOff {
            key: self.key.clone(),
            author: visit.officer.clone(),
            at: Timestamp(self.number(s::AT)?).plus_ms(visit.clock_offset_ms.unwrap_or_default()),
            heads: self.heads(s::HEADS)?,
            uncovered: None,
        })
    }
}
