//! The WebSocket: the same frames, and news without asking.

use shared::ids::CollectionId;
use shared::protocol::{Carried, Cursor, Frame, RefusalCode, Request, Want};
use tests::kit::phone::OK;
use tests::kit::relay::Relay;
use tests::kit::socket::Socket;

fn want(collection: &CollectionId, cursor: Cursor) -> Request {
    let wants = vec![Want::at(collection.clone(), cursor)];
    Request { exchange: 1, push: Vec::new(), wants, bytes_max: 0 }
}

#[test]
fn what_one_phone_pushes_reaches_the_other_without_a_question() {
    let relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync() && b.sign_in());
    let round = a.round_today("flood-departure");
    let mut socket = Socket::open(&b.client).unwrap();
    socket.send(want(&round.collection(), Cursor::START));
    let mut cursor = socket.response().pulls[0].cursor;
    a.answer(&round, "rope-bag-not-asked", OK);
    let item = a.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    a.answer(&round, &item, OK);
    assert!(a.sync());
    let mut delivered = 0;
    while delivered < 2 {
        let response = socket.response();
        assert_eq!(response.exchange, 0, "nobody asked");
        for pull in response.pulls {
            assert_eq!(pull.collection, round.collection());
            let changes = pull.runs.iter().flat_map(|run| &run.changes);
            delivered += changes.filter(|carried| matches!(carried, Carried::Change(_))).count();
            assert!(pull.cursor.seq > cursor.seq);
            cursor = pull.cursor;
        }
    }
    assert_eq!(cursor.seq, relay.end_of(&round.collection()));
}

#[test]
fn a_socket_needs_a_session_and_its_own_origin() {
    let relay = Relay::start();
    assert_eq!(Socket::open(&relay.client()).err(), Some(401));
    let [mut a, ..] = relay.guests();
    assert!(a.sign_in() && Socket::open(&a.client).is_ok());
}

#[test]
fn a_bad_frame_ends_the_socket_with_its_reason() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sign_in());
    for (bytes, code) in [
        (vec![1, 0, 0xff, 0xff], RefusalCode::Malformed),
        (vec![99, 0, 0x80], RefusalCode::VersionUnknown),
        (Vec::new(), RefusalCode::Malformed),
    ] {
        let mut socket = Socket::open(&a.client).unwrap();
        socket.send_bytes(bytes);
        match socket.frame() {
            Some(Frame::Refusal(refusal)) => assert_eq!(refusal.code, code),
            other => panic!("{other:?}"),
        }
        assert_eq!(socket.frame(), None, "and it is closed");
    }
    let other = CollectionId::parse("station/huailin/live").unwrap();
    let mut socket = Socket::open(&a.client).unwrap();
    socket.send(want(&other, Cursor::START));
    assert!(matches!(socket.frame(), Some(Frame::Refusal(refusal)) if refusal.code == RefusalCode::NoRight));
}
