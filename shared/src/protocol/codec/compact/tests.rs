//! Real changes, foreign bytes and broken ones through both halves.

use proptest::prelude::*;

use sha2::Digest;

use super::super::{FrameError, decode, deflate, encode, encode_as};
use super::{RestoreError, elide, restore};
use crate::document::compact::{change::Parts, stream};
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
        register: Vec::new(),
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
        attached: Default::default(),
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
        before: 0,
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
    assert!(bytes * 20 < raw, "{bytes} of {raw}");
}

#[test]
fn runs_and_whole_documents_travel_alike() {
    let (document, written) = round();
    let batches = batches(document, &written);
    let mut runs: Vec<Run> = batches.iter().map(run).collect();
    runs[1].changes.pop();
    runs[1].seal = None;
    runs[2].signature_hash = [1; 32];
    let plain = compact_bytes(&answer_of(runs.clone()));
    survives(&answer_of(runs.clone()));
    let Frame::Response(mut response) = answer_of(runs) else { unreachable!() };
    let runs = std::mem::take(&mut response.pulls[0].runs);
    let digest = crate::ids::Digest([3; 32]);
    response.pulls[0].documents.push(Whole { document, digest, snapshot: None, runs });
    let frame = Frame::Response(response);
    survives(&frame);
    assert_eq!(compact_bytes(&frame), plain);
}

#[test]
fn an_echo_is_named_by_its_ack() {
    let (document, written) = round();
    let batch = &batches(document, &written[..1])[0];
    let Frame::Response(mut response) = answer_of(vec![run(batch)]) else { unreachable!() };
    response.pulls[0].runs[0].changes = vec![Carried::Known(batch.head)];
    let alone = compact_bytes(&Frame::Response(response.clone()));
    let outcome = AckOutcome::Accepted { seq: 1, receipt_time: Timestamp(2) };
    response.acks.push(Ack { document, head: batch.head, outcome });
    let frame = Frame::Response(response);
    survives(&frame);
    assert_eq!(compact_bytes(&frame) + 32, alone);
}

#[test]
fn a_rebuilt_change_has_its_checksum_and_a_wrong_one_stays_wrong() {
    let (document, written) = round();
    let mut batch = batches(document, &written[..1]).remove(0);
    batch.changes[0][5] ^= 1;
    survives(&push(vec![batch.clone()]));
    assert_eq!(chunk::hash(&batch.changes[0]), Err(chunk::ChunkError::Checksum));
    batch.changes[0][5] ^= 1;
    batch.head = crate::ids::ChangeHash([0; 32]);
    survives(&push(vec![batch]));
}

#[test]
fn few_bytes_cannot_ask_for_much() {
    let (document, written) = round();
    let mut bare = push(batches(document, &written));
    let whole = bare.clone();
    let compact = elide(&mut bare).unwrap();
    let bytes: usize = written.iter().map(|(_, new)| new.change.len() + 64).sum();
    assert_eq!(restore(&mut bare.clone(), &compact, bytes - 1), Err(RestoreError::TooLarge));
    assert_eq!(restore(&mut bare, &compact, bytes), Ok(()));
    assert_eq!(bare, whole);
    // A million changes of nothing, deflated.
    let mut bomb = vec![0, 0];
    stream::put_number(&mut bomb, 1 << 20);
    bomb.extend(vec![0; 3 << 20]);
    let mut bytes = encode(&push(vec![batches(document, &written[..1]).remove(0)]));
    let mut bare = push(batches(document, &written[..1]));
    elide(&mut bare);
    let mut body = minicbor::to_vec(&bare).unwrap();
    body.extend(bomb);
    bytes.truncate(1);
    bytes.push(3);
    bytes.extend(deflate::deflate(&body).unwrap());
    assert!(bytes.len() < 8 << 10);
    assert!(matches!(decode(&bytes), Err(FrameError::TooLarge { .. })));
}

#[test]
fn version_1_knows_none_of_this() {
    let (document, written) = round();
    let frame = push(batches(document, &written));
    let bytes = encode_as(&frame, 1);
    assert_eq!(bytes[..2], [1, 0]);
    assert_eq!(decode(&bytes), Ok(frame.clone()));
    let mut inline = bytes;
    inline[0] = 2;
    assert_eq!(decode(&inline), Ok(frame), "version 2 may carry changes as they are");
}

/// Puts the right checksum on a change that was tampered with.
fn mend(chunk: &mut [u8]) {
    let hash = chunk.get(8..).map(sha2::Sha256::digest);
    if let (Some(checksum), Some(hash)) = (chunk.get_mut(4..8), hash) {
        checksum.copy_from_slice(&hash[..4]);
    }
}

proptest! {
    #[test]
    fn any_bytes_survive_as_changes(changes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..6)) {
        let (document, written) = round();
        let mut batches = batches(document, &written);
        batches[0].changes.extend(changes.iter().cloned().map(Into::into));
        batches[1].changes = changes.into_iter().map(Into::into).collect();
        survives(&push(batches.clone()));
        survives(&answer_of(batches.iter().map(run).collect()));
    }

    #[test]
    fn changes_that_were_tampered_with_survive(
        edits in prop::collection::vec((0usize..16, 0usize..400, any::<u8>(), 0u8..3), 1..12),
    ) {
        let (document, mut written) = round();
        let count = written.len();
        for (n, at, byte, how) in edits {
            let change = &mut written[n % count].1.change;
            let at = at % change.len();
            match how {
                0 => change[at] = byte,
                1 => change.insert(at, byte),
                _ => drop(change.remove(at)),
            }
            mend(change);
        }
        let batches = batches(document, &written);
        survives(&push(batches.clone()));
        survives(&answer_of(batches.iter().map(run).collect()));
    }

    #[test]
    fn headers_of_any_numbers_survive(seq: u64, start_op: u64, slot: u32, deps in 0usize..4, cut in 0usize..40) {
        let (document, mut written) = round();
        for (_, new) in &mut written {
            let change = new.change.clone();
            let parts = Parts::of(&change).unwrap();
            let all: Vec<u8> = parts.deps.iter().copied().chain([7; 96]).take(deps * 32).collect();
            let (actor, rest) = (actor(1, slot), &parts.rest[..parts.rest.len().saturating_sub(cut)]);
            Parts { deps: &all, actor: actor.as_bytes(), seq, start_op, rest }.join(&mut new.change);
        }
        survives(&push(batches(document, &written)));
    }

    #[test]
    fn broken_frames_are_frames_or_errors(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        is_answer: bool,
    ) {
        let (document, written) = round();
        let batches = batches(document, &written);
        let mut frame =
            if is_answer { answer_of(batches.iter().map(run).collect()) } else { push(batches) };
        let mut bytes = encode(&frame);
        let mut compact = elide(&mut frame).unwrap();
        for (at, byte) in &edits {
            let (at, of) = (at.index(compact.len()), at.index(bytes.len()));
            (compact[at], bytes[of]) = (*byte, *byte);
        }
        let _ = decode(&bytes);
        let bare = frame.clone();
        if restore(&mut frame, &compact, RESTORED_BYTES_MAX).is_ok() {
            survives(&frame);
        }
        let mut body = minicbor::to_vec(&bare).unwrap();
        body.extend(compact);
        let mut whole = vec![2, 2];
        whole.extend(&body);
        let _ = decode(&whole);
        whole[1] = 3;
        whole.truncate(2);
        whole.extend(deflate::deflate(&body).unwrap_or_default());
        let _ = decode(&whole);
    }

    #[test]
    fn foreign_bytes_are_frames_or_errors(flags in 0u8..4, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut frame = vec![2, flags];
        frame.extend(&bytes);
        let _ = decode(&frame);
        let (document, written) = round();
        let mut bare = push(batches(document, &written));
        elide(&mut bare);
        let _ = restore(&mut bare, &bytes, RESTORED_BYTES_MAX);
    }
}
