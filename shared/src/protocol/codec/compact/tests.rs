//! Real changes, foreign bytes and broken ones through both halves.

use proptest::prelude::*;

use super::super::{decode, encode, encode_as};
use super::change::Parts;
use super::{elide, restore};
use crate::document::write::Event;
use crate::document::{Document, Written, chunk};
use crate::domain::answer::{Answer, Condition};
use crate::domain::round::{Period, RoundName};
use crate::ids::{
    Actor, Chain, CollectionId, DeviceId, DocumentId, DocumentKind, EventKey, ItemId, OfficerId, StationCode,
    SubjectId, TemplateId,
};
use crate::limits::RESTORED_BYTES_MAX;
use crate::protocol::frame::{
    Ack, AckOutcome, Batch, Carried, Cursor, Frame, Pull, Request, Response, Run, Seal, Whole,
};
use crate::time::{Date, Timestamp};
use crate::trust::chain;

const COLLECTION: &str = "station/zhongmiao/2026-11";

fn actor(device: u8, slot: u32) -> Actor {
    Actor::new(DeviceId::from([device; 16]), slot)
}

fn visit() -> Event {
    Event::Visit {
        name: RoundName {
            station: StationCode::parse("zhongmiao").unwrap(),
            template: TemplateId::parse("flood-departure").unwrap(),
            period: Period::Day(Date::parse("2026-11-23").unwrap()),
        },
        officer: OfficerId::parse("li").unwrap(),
        template_version: 3,
        utc_offset_minutes: 480,
        clock_offset_ms: Some(-70),
    }
}

fn answer(item: usize, at: i64, note: &str, sees: Vec<EventKey>) -> Event {
    Event::Answer {
        visit: EventKey::new(actor(1, 0), 1),
        subject: if item == 3 {
            SubjectId::officer(&OfficerId::parse("li").unwrap())
        } else {
            SubjectId::station()
        },
        item: ItemId::parse(&format!("life-jackets-{item}")).unwrap(),
        answer: Answer::Condition(if item % 5 == 4 { Condition::Fault } else { Condition::Ok }),
        fault: if item % 5 == 4 { "torn".to_owned() } else { String::new() },
        note: note.to_owned(),
        at: Timestamp(1_795_400_000_000 + at),
        sees,
        amends: None,
    }
}

/// A round: two phones, one of them with two tabs; answers, a note, something taken back, a sign-off.
fn round() -> (DocumentId, Vec<(Actor, Written)>) {
    let mut document = Document::new(DocumentId::derive(DocumentKind::Round, &["x"]));
    let mut written = Vec::new();
    let mut write = |document: &mut Document, actor, event| {
        let new = document.write(actor, &event).unwrap();
        written.push((actor, new.clone()));
        new
    };
    write(&mut document, actor(1, 0), visit());
    for item in 0..6 {
        write(&mut document, actor(1, 0), answer(item, 4_000 * item as i64, "", Vec::new()));
    }
    let seen = write(&mut document, actor(2, 7), answer(1, 9_000, "两件破损", Vec::new())).key;
    write(&mut document, actor(2, 7), answer(2, 8_000, "", vec![seen.clone(), seen.clone()]));
    write(&mut document, actor(1, 1), answer(1, 9_000, "", vec![seen]));
    let target = write(&mut document, actor(1, 1), answer(2, 12_345_678, "", Vec::new())).key;
    let (visit, subject) = (EventKey::new(actor(1, 0), 1), SubjectId::station());
    let item = ItemId::parse("life-jackets-2").unwrap();
    let at = Timestamp(-5);
    write(&mut document, actor(1, 1), Event::Withdraw { visit: visit.clone(), subject, item, target, at });
    let heads = document.heads();
    write(&mut document, actor(1, 0), Event::SignOff { visit, at: Timestamp(i64::MAX), heads });
    (document.id(), written)
}

fn batches(document: DocumentId, written: &[(Actor, Written)]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for (actor, new) in written {
        match batches.last_mut().filter(|batch| batch.actor == *actor) {
            Some(batch) => {
                batch.changes.push(new.change.clone().into());
                batch.head = new.hash;
            }
            None => batches.push(Batch {
                collection: CollectionId::parse(COLLECTION).unwrap(),
                document,
                actor: *actor,
                changes: vec![new.change.clone().into()],
                head: new.hash,
                suite: 1,
                signature: vec![0x5a; 64],
            }),
        }
    }
    batches
}

fn push(push: Vec<Batch>) -> Frame {
    Frame::Request(Request { exchange: 1, push, wants: Vec::new(), bytes_max: 0 })
}

fn run(batch: &Batch) -> Run {
    Run {
        seq_first: 9,
        document: batch.document,
        device: batch.actor.device(),
        signature_hash: chain::signature_hash(&batch.signature),
        receipt_time: Timestamp(1),
        changes: batch.changes.iter().map(|change| Carried::Change(change.to_vec())).collect(),
        seal: Some(Seal { suite: 1, signature: batch.signature.clone(), head: None, count: None }),
        held: false,
    }
}

fn answer_of(runs: Vec<Run>) -> Frame {
    let cursor = Cursor::at(7, 44, Chain([0xc6; 32]));
    let collection = CollectionId::parse(COLLECTION).unwrap();
    Frame::Response(Response {
        pulls: vec![Pull::entries(collection, runs, cursor, false, false)],
        ..Response::default()
    })
}

#[track_caller]
fn survives(frame: &Frame) -> usize {
    let bytes = encode(frame);
    assert_eq!(&decode(&bytes).unwrap(), frame);
    let mut bare = frame.clone();
    if let Some(compact) = elide(&mut bare) {
        restore(&mut bare, &compact, RESTORED_BYTES_MAX).unwrap();
        assert_eq!(&bare, frame);
    }
    bytes.len()
}

/// Bytes of the compact form alone, not deflated.
fn compact_bytes(frame: &Frame) -> usize {
    elide(&mut frame.clone()).unwrap().len()
}

#[test]
fn every_change_of_ours_travels_as_its_values() {
    let (document, written) = round();
    let frame = push(batches(document, &written));
    survives(&frame);
    let raw: usize = written.iter().map(|(_, new)| new.change.len()).sum();
    let compact = compact_bytes(&frame);
    assert!(compact * 3 < raw, "{compact} of {raw}");
    let mut register = Document::new(DocumentId::derive(DocumentKind::Register, &["x"]));
    let entry = |n: usize| Event::Entry { body: format!("{{\"asset\":\"boat-{n}\"}}") };
    let entries: Vec<_> =
        (0..9).map(|n| (actor(3, 0), register.write(actor(3, 0), &entry(n)).unwrap())).collect();
    let frame = push(batches(register.id(), &entries));
    survives(&frame);
    assert!(compact_bytes(&frame) < 9 * 24 + 32, "{}", compact_bytes(&frame));
}

#[test]
fn a_day_of_one_tap_changes_is_a_twentieth() {
    let (mut frames, mut raw) = (Vec::new(), 0);
    for n in 0..100 {
        let mut document = Document::new(DocumentId::derive(DocumentKind::Round, &[&n.to_string()]));
        let tap = |item: usize| answer(item, (n * 100_000 + item * item * 397) as i64, "", Vec::new());
        let written: Vec<_> =
            (0..24).map(|item| (actor(1, 0), document.write(actor(1, 0), &tap(item)).unwrap())).collect();
        raw += written.iter().map(|(_, new)| new.change.len()).sum::<usize>();
        frames.extend(batches(document.id(), &written));
    }
    let bytes = survives(&push(frames));
    println!("{bytes} of {raw}");
    assert!(bytes * 20 < raw, "{bytes} of {raw}");
}
