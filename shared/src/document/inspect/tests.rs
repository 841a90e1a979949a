//! Each thing that a change may not do, made with automerge itself.

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, Change, ObjId, ObjType, ROOT, ReadDoc};

use super::*;
use crate::document::chunk;
use crate::ids::Actor;

fn device() -> DeviceId {
    DeviceId::from([5; 16])
}

/// The change that `write` makes in a fresh document of a kind, with the first map of its genesis.
fn change(kind: DocumentKind, map: &str, write: impl FnOnce(&mut Transaction<'_>, &ObjId)) -> Vec<u8> {
    let mut doc = Automerge::new();
    doc.apply_changes([Change::from_bytes(genesis::bytes(kind)).unwrap()]).unwrap();
    let map = doc.get(ROOT, map).unwrap().unwrap().1;
    doc.set_actor(ActorId::from(Actor::new(device(), 1).as_bytes().as_slice()));
    let mut tx = doc.transaction();
    write(&mut tx, &map);
    let hash = tx.commit_with(CommitOptions::default().with_time(0)).0.unwrap();
    doc.get_change_by_hash(&hash).unwrap().raw_bytes().to_vec()
}

fn inspected(kind: DocumentKind, bytes: &[u8]) -> Result<Added, InspectError> {
    added(&chunk::open(bytes).unwrap().walk().unwrap(), kind)
}

fn key() -> EventKey {
    EventKey::new(Actor::new(device(), 0), 9)
}

fn in_observations(fill: impl FnOnce(&mut Transaction<'_>, &ObjId)) -> Result<Added, InspectError> {
    let bytes = change(DocumentKind::Round, s::OBSERVATIONS, |tx, map| {
        let event = tx.put_object(map, key().as_str(), ObjType::Map).unwrap();
        tx.put(&event, s::VISIT, 1).unwrap();
        fill(tx, &event);
    });
    inspected(DocumentKind::Round, &bytes)
}

#[test]
fn an_event_says_what_it_is_and_whose() {
    let added = in_observations(|tx, event| tx.put(event, s::NOTE, "漆面有裂纹").unwrap()).unwrap();
    let expected =
        Added { kind: EventKind::Observation, key: key(), device: device(), visit: None, body: None };
    assert_eq!(added, expected, "a later slot of the same phone may write under an earlier one's key");
}

#[test]
fn a_visit_names_its_officer_and_round_once() {
    let visit = |period: &str, more: &[(&str, &str)]| {
        let bytes = change(DocumentKind::Round, s::VISITS, |tx, map| {
            let event = tx.put_object(map, key().as_str(), ObjType::Map).unwrap();
            tx.put(&event, s::OFFICER, "chen").unwrap();
            tx.put(&event, s::STATION, "zhongmiao").unwrap();
            tx.put(&event, s::TEMPLATE, "flood").unwrap();
            tx.put(&event, s::PERIOD, period).unwrap();
            for (field, text) in more {
                tx.put(&event, *field, *text).unwrap();
            }
        });
        inspected(DocumentKind::Round, &bytes)
    };
    let claim = visit("2026-11-23", &[]).unwrap().visit.unwrap();
    assert_eq!((claim.officer.as_str(), claim.name.station.as_str()), ("chen", "zhongmiao"));
    assert_eq!(visit("yesterday", &[]), Err(InspectError::Visit));
    let incomplete = change(DocumentKind::Round, s::VISITS, |tx, map| {
        tx.put_object(map, key().as_str(), ObjType::Map).unwrap();
    });
    assert_eq!(inspected(DocumentKind::Round, &incomplete), Err(InspectError::Visit));
    // Within one change a second value replaces the first, so it has a predecessor.
    assert!(matches!(visit("2026-11-23", &[(s::OFFICER, "li")]), Err(InspectError::Operation { .. })));
}

#[test]
fn whatever_is_not_one_event_is_refused() {
    let round = |map, write: fn(&mut Transaction<'_>, &ObjId)| {
        inspected(DocumentKind::Round, &change(DocumentKind::Round, map, write)).unwrap_err()
    };
    let what = |error: InspectError| match error {
        InspectError::Operation { place, what } => (place, what),
        other => panic!("{other:?}"),
    };
    let put_key =
        |tx: &mut Transaction<'_>, map: &ObjId| tx.put_object(map, key().as_str(), ObjType::Map).unwrap();
    assert_eq!(
        what(round(s::VISITS, |tx, _| drop(tx.put_object(ROOT, "more", ObjType::Map).unwrap()))),
        (0, "is on an object that the genesis did not make")
    );
    assert_eq!(what(round(s::VISITS, |tx, _| tx.delete(ROOT, s::VISITS).unwrap())), (0, "replaces another"));
    assert_eq!(
        what(round(s::VISITS, |tx, map| tx.put(map, key().as_str(), 1).unwrap())),
        (0, "does not make a map")
    );
    assert_eq!(
        what(round(s::VISITS, |tx, map| drop(tx.put_object(map, key().as_str(), ObjType::List).unwrap()))),
        (0, "does not make a map")
    );
    let error = in_observations(|tx, event| drop(tx.put_object(event, "more", ObjType::Map).unwrap()));
    assert_eq!(what(error.unwrap_err()), (2, "does not put a value"));
    let error = in_observations(|tx, event| tx.put(event, s::VISIT, 2).unwrap());
    assert_eq!(what(error.unwrap_err()), (2, "replaces another"));
    let second = change(DocumentKind::Round, s::OBSERVATIONS, |tx, map| {
        put_key(tx, map);
        tx.put_object(map, EventKey::new(Actor::new(device(), 0), 10).as_str(), ObjType::Map).unwrap();
    });
    assert_eq!(what(inspected(DocumentKind::Round, &second).unwrap_err()), (1, "does not put a value"));
    for key in ["", "x", "AAAA.1", &format!("{}.01", &key().as_str()[..27]), &key().as_str().to_uppercase()] {
        let bytes = change(DocumentKind::Round, s::VISITS, |tx, map| {
            tx.put_object(map, key, ObjType::Map).unwrap();
        });
        let error = inspected(DocumentKind::Round, &bytes).unwrap_err();
        // One key in capitals can still be a device's; it is then not this device's.
        assert!(matches!(error, InspectError::Key | InspectError::Visit), "{key}: {error:?}");
    }
    let other = change(DocumentKind::Calendar, s::EVENTS, |tx, map| drop(put_key(tx, map)));
    assert!(inspected(DocumentKind::Calendar, &other).is_ok());
    assert_eq!(inspected(DocumentKind::Round, &other), Err(InspectError::Visit), "the first map of a round");
}

#[test]
fn an_entry_says_one_thing() {
    let entry = |bodies: &[&str]| {
        let bytes = change(DocumentKind::Defect, s::EVENTS, |tx, map| {
            let event = tx.put_object(map, key().as_str(), ObjType::Map).unwrap();
            for body in bodies {
                tx.put(&event, s::BODY, *body).unwrap();
            }
        });
        inspected(DocumentKind::Defect, &bytes)
    };
    assert_eq!(entry(&["{}"]).unwrap().body.as_deref(), Some("{}"));
    assert!(entry(&["{}", "[]"]).is_err(), "who admits it would look at one, and readers at the other");
}

#[test]
fn fields_have_their_type_and_length() {
    let long = "说".repeat(NOTE_CHARS_MAX + 1);
    let sees = "x".repeat(SEES_MAX * KEY_BYTES + 1);
    let code = "x".repeat(CODE_BYTES_MAX + 1);
    for (field, value) in [
        (s::NOTE, long.as_str()),
        (s::FAULT, &long),
        (s::SEES, &sees),
        (s::ITEM, &code),
        (s::WITHDRAWS, &code),
        (s::AT, "soon"),
        ("later", &code),
    ] {
        let refused = in_observations(|tx, event| tx.put(event, field, value).unwrap());
        assert!(matches!(refused, Err(InspectError::Field { .. })), "{field}: {refused:?}");
    }
    assert!(in_observations(|tx, event| tx.put(event, s::NOTE, 5).unwrap()).is_err());
    assert!(in_observations(|tx, event| tx.put(event, "later", 1.5).unwrap()).is_err());
    assert!(in_observations(|tx, event| tx.put(event, s::NOTE, &long[3..]).unwrap()).is_ok());
    assert!(in_observations(|tx, event| tx.put(event, "later", "a field of tomorrow").unwrap()).is_ok());
}

#[test]
fn only_the_genesis_is_another_actor() {
    let mut doc = Automerge::new();
    doc.apply_changes([Change::from_bytes(genesis::bytes(DocumentKind::Round)).unwrap()]).unwrap();
    let map = doc.get(ROOT, s::OBSERVATIONS).unwrap().unwrap().1;
    doc.set_actor(ActorId::from(Actor::new(DeviceId::from([9; 16]), 0).as_bytes().as_slice()));
    let mut tx = doc.transaction();
    let foreign = tx.put_object(&map, "theirs", ObjType::Map).unwrap();
    tx.commit();
    doc.set_actor(ActorId::from(Actor::new(device(), 0).as_bytes().as_slice()));
    let mut tx = doc.transaction();
    tx.put(&foreign, s::NOTE, "not mine").unwrap();
    let hash = tx.commit().0.unwrap();
    let bytes = doc.get_change_by_hash(&hash).unwrap().raw_bytes().to_vec();
    assert_eq!(inspected(DocumentKind::Round, &bytes), Err(InspectError::Actor));
}
