//! What is wrong in itself, or without right, is kept off the log with a clear code; what is good beside it is stored.

use ring::digest::{SHA256, digest};
use shared::document::write::Event;
use shared::document::{Document, chunk};
use shared::domain::round::{Period, RoundName};
use shared::ids::{Actor, CollectionId, DocumentId, OfficerId, Shelf};
use shared::limits::FRAME_BYTES_MAX;
use shared::protocol::{self, Ack, AckOutcome, Batch, Frame, Refusal, RefusalCode, RejectCode, Request};
use shared::trust::signing::{BatchClaim, SUITE_P256};
use tests::kit::http::Reply;
use tests::kit::phone::Phone;
use tests::kit::relay::Relay;

/// A visit in today's flood round, signed as it should be.
fn batch(phone: &Phone, round: &RoundName, slot: u32) -> Batch {
    let actor = Actor::new(phone.enrolled.device, slot);
    let document = round.document(&phone.enrolled.bureau.id);
    let event = visit(round, phone.enrolled.rights.officer.clone(), 1);
    let written = Document::new(document).write(actor, &event).unwrap();
    signed(phone, round.collection(), document, actor, vec![written.change])
}

fn visit(round: &RoundName, officer: OfficerId, template_version: u32) -> Event {
    Event::Visit {
        name: round.clone(),
        officer,
        template_version,
        utc_offset_minutes: 480,
        clock_offset_ms: None,
        register: Vec::new(),
    }
}

/// The body of a change as a chunk with the checksum that it should have.
fn sealed(body: &[u8]) -> Vec<u8> {
    let mut summed = vec![1];
    let mut length = body.len();
    while length >= 0x80 {
        summed.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    summed.push(u8::try_from(length).unwrap());
    summed.extend(body);
    let checksum = digest(&SHA256, &summed);
    [&[0x85, 0x6f, 0x4a, 0x83], &checksum.as_ref()[..4], &summed].concat()
}

fn signed(
    phone: &Phone,
    collection: CollectionId,
    document: DocumentId,
    actor: Actor,
    changes: Vec<Vec<u8>>,
) -> Batch {
    let head = chunk::hash(changes.last().unwrap()).unwrap();
    let count = u32::try_from(changes.len()).unwrap();
    let bureau = &phone.enrolled.bureau.id;
    let claim = BatchClaim { bureau, collection: &collection, document, actor, head, count };
    let signature = phone.sign(&claim.to_bytes(SUITE_P256));
    let changes = changes.into_iter().map(Into::into).collect();
    Batch { collection, document, actor, changes, head, suite: SUITE_P256, signature }
}

fn send(phone: &mut Phone, bytes: &[u8]) -> Reply {
    phone.client.post("/api/sync", "application/cbor", bytes).unwrap()
}

fn push(phone: &mut Phone, push: Vec<Batch>) -> Vec<Ack> {
    let request = Request { exchange: 1, push, wants: Vec::new(), bytes_max: 0 };
    let reply = send(phone, &protocol::encode(&Frame::Request(request)));
    match protocol::decode(&reply.body).unwrap() {
        Frame::Response(response) => response.acks,
        other => panic!("{other:?}"),
    }
}

fn refusal(reply: &Reply) -> Refusal {
    assert_eq!(reply.media, "application/cbor");
    match protocol::decode(&reply.body).unwrap() {
        Frame::Refusal(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn frames_that_are_none_are_refused_with_their_reason() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    let whole = protocol::encode(&Frame::Request(Request::default()));
    let reply = send(&mut a, &whole);
    assert_eq!((reply.status, refusal(&reply).code), (401, RefusalCode::NoSession));
    assert!(a.sign_in());
    for cut in 0..whole.len() {
        let reply = send(&mut a, &whole[..cut]);
        assert_eq!((reply.status, refusal(&reply).code), (400, RefusalCode::Malformed), "cut at {cut}");
    }
    let mut other_version = whole.clone();
    other_version[0] = 77;
    let reply = send(&mut a, &other_version);
    assert_eq!((reply.status, refusal(&reply).code), (400, RefusalCode::VersionUnknown));
    let reply = send(&mut a, &vec![1; FRAME_BYTES_MAX + 2]);
    assert_eq!((reply.status, refusal(&reply).code), (413, RefusalCode::FrameTooLarge));
    assert_eq!(send(&mut a, &whole).status, 200, "the relay goes on");
}

#[test]
fn each_wrong_batch_gets_its_code_and_the_good_one_beside_it_is_stored() {
    let relay = Relay::start();
    let [mut a, b, _] = relay.guests();
    assert!(a.sync());
    let round = a.round_today("flood-departure");
    let good = || batch(&a, &round, 7);
    let mut forged = good();
    forged.signature[10] ^= 1;
    let mut checksum = batch(&a, &round, 8);
    checksum.changes[0][5] ^= 1;
    let mut not_a_change = batch(&a, &round, 9);
    not_a_change.changes[0] = vec![1, 2, 3].into();
    let mut suite = batch(&a, &round, 10);
    suite.suite = 9;
    let month_before = {
        let mut period = round.clone();
        period.period = Period::parse("2026-01-05").unwrap();
        let moved = batch(&a, &period, 12);
        let document = round.document(&a.enrolled.bureau.id);
        signed(&a, round.collection(), document, moved.actor, vec![moved.changes[0].to_vec()])
    };
    let register = {
        let document = DocumentId::register(&a.enrolled.bureau.id, &round.station);
        let actor = Actor::new(a.enrolled.device, 13);
        let entry = Event::Entry { body: "{}".to_owned() };
        let written = Document::new(document).write(actor, &entry).unwrap();
        let live = CollectionId::of(&Shelf::Live(round.station.clone()));
        signed(&a, live, document, actor, vec![written.change])
    };
    let in_anothers_name = {
        let (actor, document) = (Actor::new(a.enrolled.device, 14), round.document(&a.enrolled.bureau.id));
        let officer = b.enrolled.rights.officer.clone();
        let visit = visit(&round, officer, 1);
        let written = Document::new(document).write(actor, &visit).unwrap();
        signed(&a, round.collection(), document, actor, vec![written.change])
    };
    // The claims of a change are sealed anew, so that its checksum is right and only its inside lies.
    let edited = |slot: u32, edit: &dyn Fn(&mut Vec<u8>)| {
        let change = batch(&a, &round, slot).changes[0].to_vec();
        let header = 9 + change[9..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let mut body = change[header..].to_vec();
        edit(&mut body);
        let (document, actor) = (round.document(&a.enrolled.bureau.id), Actor::new(a.enrolled.device, slot));
        signed(&a, round.collection(), document, actor, vec![sealed(&body)])
    };
    // Behind the one dependency (33 bytes) and the actor (21): number, then the first operation's counter.
    let (number, counter) = (54, 55);
    let later_number = edited(15, &|body| body[number] = 2);
    let no_counter = edited(17, &|body| body[counter] = 0);
    let far_counter = edited(16, &|body| {
        // The map that its other operations are on is made by the first, and is named by its counter.
        let object = body.windows(4).position(|bytes| bytes == [0x7f, 1, 6, 4]).unwrap() + 3;
        (body[counter], body[object]) = (5, 5);
    });
    let unseen = edited(18, &|body| body[5] ^= 1);
    let bomb = {
        let mut bomb = batch(&a, &round, 19);
        let zeros = vec![0u8; 200];
        let mut chunk = sealed(&zeros);
        chunk[8] = 2;
        bomb.changes[0] = chunk.into();
        bomb
    };
    let many = edited(20, &|body| drop(body.splice(..1, [0xff, 0xff, 3])));
    let foreign_actor = {
        let of_b = batch(&b, &round, 0);
        signed(&a, of_b.collection.clone(), of_b.document, of_b.actor, vec![of_b.changes[0].to_vec()])
    };
    let other_station = RoundName { station: "huailin".to_owned().try_into().unwrap(), ..round.clone() };
    let no_right = batch(&a, &other_station, 0);
    let mut head = batch(&a, &round, 11);
    head.head.0[0] ^= 1;
    let cases = [
        (forged, RejectCode::Signature),
        (checksum, RejectCode::Checksum),
        (not_a_change, RejectCode::NotAChange),
        (suite, RejectCode::Signature),
        (foreign_actor, RejectCode::Signature),
        (month_before, RejectCode::Policy),
        (in_anothers_name, RejectCode::Policy),
        (register, RejectCode::Policy),
        (later_number, RejectCode::Actor),
        (far_counter, RejectCode::StartOp),
        (no_counter, RejectCode::Operations),
        (unseen, RejectCode::MissingDependency),
        (bomb, RejectCode::NotAChange),
        (many, RejectCode::Operations),
        (no_right, RejectCode::NoRight),
        (head, RejectCode::Checksum),
    ];
    let before = relay.end_of(&round.collection());
    let expected: Vec<RejectCode> = cases.iter().map(|(_, code)| *code).collect();
    let mut batches: Vec<Batch> = cases.into_iter().map(|(batch, _)| batch).collect();
    batches.push(good());
    let acks = push(&mut a, batches);
    for (ack, code) in acks.iter().zip(expected) {
        assert!(
            matches!(&ack.outcome, AckOutcome::Rejected { code: given, .. } if *given == code),
            "{code:?}: {ack:?}"
        );
    }
    assert!(matches!(acks.last().unwrap().outcome, AckOutcome::Accepted { .. }), "{acks:?}");
    assert_eq!(relay.end_of(&round.collection()), before + 1, "nothing else is stored");
}

#[test]
fn a_change_whose_cause_is_missing_waits_outside() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let round = a.round_today("flood-departure");
    let actor = Actor::new(a.enrolled.device, 20);
    let id = round.document(&a.enrolled.bureau.id);
    let mut document = Document::new(id);
    let visit = visit(&round, a.enrolled.rights.officer.clone(), 1);
    let first = document.write(actor, &visit).unwrap();
    let second = document.write(actor, &visit).unwrap();
    let later = signed(&a, round.collection(), id, actor, vec![second.change.clone()]);
    let acks = push(&mut a, vec![later.clone()]);
    let code = match &acks[0].outcome {
        AckOutcome::Rejected { code, .. } => *code,
        other => panic!("{other:?}"),
    };
    assert!(matches!(code, RejectCode::MissingDependency | RejectCode::Actor), "{code:?}");
    // With its cause earlier in the same push it is taken, and taken once.
    let cause = signed(&a, round.collection(), id, actor, vec![first.change]);
    let acks = push(&mut a, vec![cause.clone(), later.clone()]);
    assert!(acks.iter().all(|ack| matches!(ack.outcome, AckOutcome::Accepted { .. })), "{acks:?}");
    let acks = push(&mut a, vec![cause, later]);
    assert!(acks.iter().all(|ack| matches!(ack.outcome, AckOutcome::Duplicate { .. })), "{acks:?}");
}

#[test]
fn a_batch_cannot_be_replayed_into_another_document() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let round = a.round_today("flood-departure");
    let mut moved = batch(&a, &round, 30);
    moved.document = a.round_today("pre-duty").document(&a.enrolled.bureau.id);
    let acks = push(&mut a, vec![moved]);
    assert!(matches!(&acks[0].outcome, AckOutcome::Rejected { code: RejectCode::Signature, .. }), "{acks:?}");
}

#[test]
fn a_cloned_phone_is_noticed() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let (round, other) = (a.round_today("flood-departure"), a.round_today("flood-departure"));
    let first = batch(&a, &round, 40);
    assert!(matches!(push(&mut a, vec![first])[0].outcome, AckOutcome::Accepted { .. }));
    // The clone has the same key and slot, and says something else under the same number.
    let actor = Actor::new(a.enrolled.device, 40);
    let id = other.document(&a.enrolled.bureau.id);
    let visit = visit(&other, a.enrolled.rights.officer.clone(), 2);
    let twin = Document::new(id).write(actor, &visit).unwrap();
    let twin = signed(&a, other.collection(), id, actor, vec![twin.change]);
    let acks = push(&mut a, vec![twin]);
    assert!(
        matches!(&acks[0].outcome, AckOutcome::Rejected { code: RejectCode::ActorForked, .. }),
        "{acks:?}"
    );
}
