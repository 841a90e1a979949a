//! Bundles that come slowly have room of their own: nobody's push waits for them.

use std::io::{Read, Write};
use std::net::TcpStream;

use shared::api::problem::ProblemCode;
use shared::limits::BUNDLE_BYTES_MAX;
use tests::kit::bundle::{file, sealing_key};
use tests::kit::http::Client;
use tests::kit::phone::OK;
use tests::kit::relay::Relay;
use tests::kit::wait_for;

/// Begins to bring in the largest bundle, and sends no more of it than its beginning.
fn begin(client: &Client) -> TcpStream {
    let mut stream = TcpStream::connect(client.host()).unwrap();
    let (host, cookie) = (client.host(), client.cookie().unwrap());
    let head = format!(
        "POST /api/bundles HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\ncontent-length: {BUNDLE_BYTES_MAX}\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The relay asks for the body once it has room for it.
    let mut asked = [0; 21];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue");
    stream.write_all(b"MUSTER").unwrap();
    stream
}

#[test]
fn bundles_that_come_slowly_hold_up_no_push() {
    // Room for one of the largest, and for as much of everything else.
    let room = u32::try_from(3 * BUNDLE_BYTES_MAX).unwrap();
    let relay = Relay::start_with(|config| {
        (config.inflight_bytes_max, config.bundles_bytes_max) = (room, room);
    });
    let [mut a, mut b, mut c] = relay.guests();
    assert!(a.sync() && b.sync() && c.sync());
    let file = file(&a, &sealing_key(&a));
    let mut bring = || c.client.post("/api/bundles", "application/octet-stream", &file).unwrap();
    assert_eq!(bring().status, 200);
    let slow = begin(&b.client);
    assert_eq!(bring().problem().code, ProblemCode::Busy);
    let round = a.round_today("flood-departure");
    let item = a.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    a.answer(&round, &item, OK);
    assert!(a.sync(), "a push has room");
    assert_eq!(a.pending(), 0);
    // Who goes away gives the room back.
    drop(slow);
    wait_for("the room being given back", || (bring().status == 200).then_some(()));
}
