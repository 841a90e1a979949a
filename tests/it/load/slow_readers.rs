//! A phone that does not read what it asked for is let go; the others notice nothing.

use shared::ids::CollectionId;
use shared::protocol::{Cursor, Request, Want};
use tests::kit::phone::OK;
use tests::kit::relay::Relay;
use tests::kit::socket::Socket;
use tests::kit::wait_for;

/// Requests that it sends without reading: their answers are more than sockets and queue hold together.
const REQUESTS: u32 = 4_000;

fn everything(exchange: u32, collection: &CollectionId) -> Request {
    let wants = vec![Want::at(collection.clone(), Cursor::START)];
    Request { exchange, wants, ..Request::default() }
}

#[test]
fn a_phone_that_does_not_read_is_let_go_and_costs_the_others_nothing() {
    let relay = Relay::start();
    let [mut a, mut b, mut c] = relay.guests();
    assert!(a.sync() && b.sign_in() && c.sign_in());
    let round = a.round_today("flood-departure");
    let item = a.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    let mut live = Socket::open(&b.client).unwrap();
    live.send(everything(1, &round.collection()));
    live.response();

    let slow = Socket::open(&c.client).unwrap();
    let sender = std::thread::spawn(move || {
        let mut slow = slow;
        let sent = (1..=REQUESTS).take_while(|n| slow.try_send(everything(*n, &CollectionId::bureau())));
        // Kept open until here, and never read.
        (sent.count(), slow)
    });
    let metrics = relay.running().relay().metrics();
    let mut delivered = 0;
    wait_for("the relay letting it go", || {
        a.answer(&round, &item, OK);
        assert!(a.sync());
        // Each of them is delivered while the slow one's answers pile up.
        while delivered < relay.end_of(&round.collection()) {
            delivered = live.response().pulls.iter().map(|pull| pull.cursor.seq).max().unwrap();
        }
        (metrics.slow_readers.get() == 1).then_some(())
    });
    drop(sender.join().unwrap());
}
