//! The relay's end, driven by hand.

use minicbor::bytes::ByteVec;

use super::*;
use crate::document::Document;
use crate::document::write::Event;
use crate::ids::{Actor, Chain, DeviceId, DocumentKind, OfficerId, StationCode};
use crate::protocol::Run;
use crate::trust::rights::Role;

const NOW: Timestamp = Timestamp(1_000);

fn rights() -> Rights {
    Rights {
        officer: OfficerId::parse("li").unwrap(),
        role: Role::Officer,
        station: Some(StationCode::parse("zhongmiao").unwrap()),
    }
}

fn live() -> CollectionId {
    CollectionId::parse("station/zhongmiao/live").unwrap()
}

fn change() -> (DocumentId, Vec<u8>) {
    let id = DocumentId::derive(DocumentKind::Register, &["x"]);
    let actor = Actor::new(DeviceId::from([1; 16]), 0);
    (id, Document::new(id).write(actor, &Event::Entry { body: "{}".into() }).unwrap().change)
}

fn batch() -> Batch {
    let (document, change) = change();
    Batch {
        collection: live(),
        document,
        actor: Actor::new(DeviceId::from([1; 16]), 0),
        head: chunk::hash(&change).unwrap(),
        changes: vec![change.into()],
        suite: 1,
        signature: vec![0; 64],
    }
}

fn frame(exchange: u32, push: Vec<Batch>, wants: Vec<CollectionId>) -> Input {
    let wants = wants.into_iter().map(|collection| Want::at(collection, Cursor::START)).collect();
    Input::Frame(protocol::encode(&Frame::Request(Request { exchange, push, wants, bytes_max: 0 })))
}

fn pull(seq: u64, runs: Vec<Run>, more: bool) -> Pull {
    let cursor = Cursor::at(1, seq, Chain::START);
    Pull::entries(live(), runs, cursor, more, false)
}

fn run(seq_first: u64) -> Run {
    let (document, change) = change();
    Run {
        seq_first,
        document,
        device: DeviceId::from([1; 16]),
        signature_hash: [0; 32],
        receipt_time: NOW,
        changes: vec![Carried::Change(change)],
        seal: None,
        held: false,
        before: 0,
    }
}

fn sent(effects: &[Effect]) -> Vec<Response> {
    let response = |effect: &Effect| match effect {
        Effect::Send(bytes) => match protocol::decode(bytes) {
            Ok(Frame::Response(response)) => Some(response),
            other => panic!("{other:?}"),
        },
        _ => None,
    };
    effects.iter().filter_map(response).collect()
}

#[test]
fn a_push_is_committed_before_anything_is_read() {
    let mut link = Link::new(rights());
    let effects = link.handle(NOW, frame(1, vec![batch()], vec![live()]));
    assert!(matches!(effects.as_slice(), [Effect::Commit { exchange: 1, .. }]));
    let ack = Ack {
        document: batch().document,
        head: batch().head,
        outcome: AckOutcome::Accepted { seq: 1, receipt_time: NOW },
    };
    let effects =
        link.handle(NOW, Input::Committed { exchange: 1, acks: vec![ack.clone()], receipts: Vec::new() });
    assert!(matches!(effects.as_slice(), [Effect::Read { .. }]));
    let effects = link.handle(NOW, Input::Log(pull(1, vec![run(1)], false)));
    let [response] = sent(&effects).try_into().unwrap();
    assert_eq!(response.acks, [ack]);
    assert_eq!(
        response.pulls[0].runs[0].changes,
        [Carried::Known(batch().head)],
        "the phone's own does not come back"
    );
    assert!(link.is_idle());
}

#[test]
fn of_what_was_pushed_only_the_last_change_comes_back_and_to_an_older_phone_every_name() {
    for (version, before) in [(2, 1), (1, 0)] {
        let mut link = Link::new(rights());
        let mut document = Document::new(batch().document);
        let event = Event::Entry { body: "{}".into() };
        let changes = [(); 2].map(|()| document.write(batch().actor, &event).unwrap().change);
        let hashes: Vec<_> = changes.iter().map(|change| chunk::hash(change).unwrap()).collect();
        let batch = Batch {
            changes: changes.iter().cloned().map(ByteVec::from).collect(),
            head: hashes[1],
            ..batch()
        };
        let request = Request {
            exchange: 1,
            push: vec![batch],
            wants: vec![Want::at(live(), Cursor::START)],
            bytes_max: 0,
        };
        link.handle(NOW, Input::Frame(protocol::encode_as(&Frame::Request(request), version)));
        link.handle(NOW, Input::Committed { exchange: 1, acks: Vec::new(), receipts: Vec::new() });
        let echo = Run { changes: changes.into_iter().map(Carried::Change).collect(), ..run(1) };
        let effects = link.handle(NOW, Input::Log(pull(2, vec![echo], false)));
        let [response] = sent(&effects).try_into().unwrap();
        let run = &response.pulls[0].runs[0];
        let known: Vec<_> = hashes.into_iter().map(Carried::Known).skip(before).collect();
        assert_eq!((&run.changes, run.before), (&known, u32::try_from(before).unwrap()));
    }
}

#[test]
fn a_poke_delivers_what_grew_and_nothing_else() {
    let mut link = Link::new(rights());
    link.handle(NOW, frame(1, vec![], vec![live()]));
    link.handle(NOW, Input::Log(pull(3, vec![], false)));
    assert_eq!(link.handle(NOW, Input::Poke { collection: live(), seq: 3 }), []);
    assert_eq!(link.handle(NOW, Input::Poke { collection: CollectionId::bureau(), seq: 9 }), []);
    let effects = link.handle(NOW, Input::Poke { collection: live(), seq: 4 });
    assert!(matches!(
        effects.as_slice(),
        [Effect::Read { want: Want { cursor: Cursor { seq: 3, .. }, .. }, .. }]
    ));
    assert_eq!(link.handle(NOW, Input::Poke { collection: live(), seq: 5 }), [], "one read at a time");
    let effects = link.handle(NOW, Input::Log(pull(4, vec![run(4)], false)));
    assert_eq!(sent(&effects)[0].exchange, 0);
    assert!(
        matches!(effects.last(), Some(Effect::Read { want: Want { cursor: Cursor { seq: 4, .. }, .. }, .. })),
        "the second poke"
    );
}

#[test]
fn a_poke_during_the_answer_is_not_lost() {
    let mut link = Link::new(rights());
    link.handle(NOW, frame(1, vec![], vec![live()]));
    assert_eq!(link.handle(NOW, Input::Poke { collection: live(), seq: 4 }), []);
    let effects = link.handle(NOW, Input::Log(pull(3, vec![], false)));
    assert_eq!(sent(&effects).len(), 1);
    assert!(matches!(
        effects.last(),
        Some(Effect::Read { want: Want { cursor: Cursor { seq: 3, .. }, .. }, .. })
    ));
}

#[test]
fn other_peoples_collections_are_refused() {
    let mut link = Link::new(rights());
    let other = CollectionId::parse("station/huailin/live").unwrap();
    let effects = link.handle(NOW, frame(1, vec![], vec![other]));
    assert!(matches!(effects.as_slice(), [Effect::Refuse(Refusal { code: RefusalCode::NoRight, .. })]));
    let effects = link.handle(NOW, Input::Frame(vec![1, 0, 0xff]));
    assert!(matches!(effects.as_slice(), [Effect::Refuse(Refusal { code: RefusalCode::Malformed, .. })]));
}

#[test]
fn requests_are_answered_one_after_the_other() {
    let mut link = Link::new(rights());
    link.handle(NOW, frame(1, vec![], vec![live()]));
    assert_eq!(link.handle(NOW, frame(2, vec![], vec![CollectionId::bureau()])), []);
    let effects = link.handle(NOW, Input::Log(pull(0, vec![], false)));
    assert_eq!(sent(&effects)[0].exchange, 1);
    assert!(matches!(effects.last(), Some(Effect::Read { .. })));
    assert!(!link.is_idle());
}

#[test]
fn a_request_waits_for_the_delivery_that_is_being_read() {
    let mut link = Link::new(rights());
    link.handle(NOW, frame(1, vec![], vec![live()]));
    link.handle(NOW, Input::Log(pull(3, vec![], false)));
    link.handle(NOW, Input::Poke { collection: live(), seq: 4 });
    assert_eq!(link.handle(NOW, frame(2, vec![], vec![live()])), []);
    let effects = link.handle(NOW, Input::Log(pull(4, vec![run(4)], false)));
    assert_eq!(sent(&effects)[0].exchange, 0);
    assert!(
        matches!(effects.last(), Some(Effect::Read { want: Want { cursor: Cursor { seq: 0, .. }, .. }, .. })),
        "as the request asked"
    );
}

#[test]
fn an_old_phone_is_answered_in_its_own_version() {
    let request =
        Frame::Request(Request { wants: vec![Want::at(live(), Cursor::START)], ..Request::default() });
    for version in [protocol::VERSION_MIN, protocol::VERSION] {
        let mut link = Link::new(rights());
        link.handle(NOW, Input::Frame(protocol::encode_as(&request, version)));
        let effects = link.handle(NOW, Input::Log(pull(1, vec![run(1)], false)));
        let Some(Effect::Send(bytes)) = effects.first() else { panic!("{effects:?}") };
        assert_eq!(bytes[0], version);
        assert_eq!(sent(&effects)[0].pulls[0].runs, [run(1)]);
    }
}
