//! A relay that has too much to do says so, loses nothing, and tells each phone another moment to come again.

use std::collections::BTreeSet;

use shared::protocol::{self, Frame, Refusal, RefusalCode, Request};
use tests::kit::phone::OK;
use tests::kit::relay::Relay;
use tests::kit::socket::Socket;

fn request() -> Request {
    Request { exchange: 1, ..Request::default() }
}

#[test]
fn too_much_at_one_time_is_refused_with_a_moment_to_come_again() {
    // Not one request has room.
    let relay = Relay::start_with(|config| config.inflight_bytes_max = 1);
    let [mut a, ..] = relay.guests();
    assert!(a.sign_in());
    let mut waits = BTreeSet::new();
    for _ in 0..8 {
        let frame = protocol::encode(&Frame::Request(request()));
        let reply = a.client.post("/api/sync", "application/cbor", &frame).unwrap();
        let Frame::Refusal(Refusal { code, retry_after_ms: Some(wait), .. }) =
            protocol::decode(&reply.body).unwrap()
        else {
            panic!("{}", reply.text())
        };
        assert_eq!((reply.status, code), (503, RefusalCode::Busy));
        assert_eq!(reply.header("retry-after"), Some(wait.div_ceil(1_000).to_string().as_str()));
        waits.insert(wait);
    }
    assert!(waits.len() > 4, "not all at the same moment: {waits:?}");

    let mut socket = Socket::open(&a.client).unwrap();
    socket.send(request());
    match socket.frame() {
        Some(Frame::Refusal(refusal)) => {
            assert!(refusal.code == RefusalCode::Busy && refusal.retry_after_ms.is_some(), "{refusal:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(socket.frame(), None, "and it is closed");
}

#[test]
fn a_phone_that_is_turned_away_keeps_everything() {
    let mut relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let round = a.round_today("flood-departure");
    let item = a.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    a.go_offline();
    a.answer(&round, &item, OK);
    relay.change(|config| config.inflight_bytes_max = 1);
    assert!(!a.sync());
    assert_eq!((a.pending(), a.device.status().problem.as_deref()), (2, Some("busy")));
    relay.change(|config| config.inflight_bytes_max = 1 << 20);
    a.go_offline();
    assert!(a.sync());
    assert_eq!((a.pending(), a.device.status().problem), (0, None));
}
