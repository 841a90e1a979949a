//! The exchange itself: one small round trip, answers that are cut and go on, pushes that are repeated, phones that die.

use shared::ids::CollectionId;
use shared::protocol::{self, Cursor, Frame, Pull, Request, Want};
use tests::kit::phone::{OK, Phone};
use tests::kit::relay::Relay;
use tests::kit::socket::Socket;

fn first_item(phone: &Phone) -> String {
    let flood = phone.device.templates().values().find(|template| template.id.as_str() == "flood-departure");
    flood.unwrap().items().next().unwrap().1.id.to_string()
}

fn pull(phone: &mut Phone, want: Want, bytes_max: u32) -> Pull {
    let request = Request { exchange: 1, push: Vec::new(), wants: vec![want], bytes_max };
    let frame = protocol::encode(&Frame::Request(request));
    let reply = phone.client.post("/api/sync", "application/cbor", &frame).unwrap();
    match protocol::decode(&reply.body).unwrap() {
        Frame::Response(response) => response.pulls.into_iter().next().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Where a phone stands in a collection's log. From the beginning it may be answered by document.
fn place(phone: &Phone, collection: &CollectionId) -> Cursor {
    phone.stored.cursors.iter().find(|(id, _)| id == collection).unwrap().1
}

fn entries(pull: &Pull) -> usize {
    pull.runs.iter().map(|run| run.changes.len()).sum()
}

#[test]
fn nothing_new_costs_one_small_round_trip() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    a.go_offline();
    (a.frames, a.bytes) = (0, (0, 0));
    assert!(a.sync());
    assert_eq!(a.frames, 1);
    assert!(a.bytes.0 + a.bytes.1 <= 1_024, "{:?}", a.bytes);
}

#[test]
fn an_answer_that_was_lost_is_pushed_again_and_counted_once() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    a.go_offline();
    let (round, item) = (a.round_today("flood-departure"), first_item(&a));
    a.answer(&round, &item, OK);
    let before_the_ack = a.stored.clone();
    assert!(a.sync());
    let (end, heads) = (relay.end_of(&round.collection()), a.heads(&round));
    // The phone died before the answer was on its disk.
    a.stored = before_the_ack;
    let mut again = a.die_and_start();
    assert_eq!(again.pending(), 2, "a visit and an answer, as far as this phone knows");
    assert!(again.sync());
    assert_eq!((again.pending(), relay.end_of(&round.collection())), (0, end));
    assert!(again.device.status().rejected.is_empty());
    assert_eq!(again.heads(&round), heads);
}

#[test]
fn a_phone_that_dies_offline_brings_what_it_confirmed() {
    let relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync());
    a.go_offline();
    let (round, item) = (a.round_today("flood-departure"), first_item(&a));
    let commands: Vec<u32> = (0..10).map(|_| a.answer(&round, &item, OK)).collect();
    assert_eq!(a.done, commands);
    let mut again = a.die_and_start();
    assert_eq!(again.device.round(&round).observations.len(), commands.len());
    assert!(again.sync() && b.sync());
    assert_eq!(b.device.round(&round).observations.len(), commands.len());
    assert_eq!(b.heads(&round), again.heads(&round));
}

#[test]
fn an_answer_is_cut_where_the_phone_asks_and_goes_on_from_there() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let (round, item) = (a.round_today("flood-departure"), first_item(&a));
    let from = place(&a, &round.collection());
    (0..30).for_each(|_| {
        a.answer(&round, &item, OK);
    });
    assert!(a.sync());
    let collection = round.collection();
    let want = |cursor| Want::at(collection.clone(), cursor);
    let whole = pull(&mut a, want(from), 0);
    assert!(!whole.more && entries(&whole) >= 31);
    let (mut cursor, mut count, mut answers) = (from, 0, 0);
    loop {
        let part = pull(&mut a, want(cursor), 1_000);
        assert_eq!(part.runs[0].seq_first, cursor.seq + 1, "right behind the cursor");
        (cursor, count, answers) = (part.cursor, count + entries(&part), answers + 1);
        if !part.more {
            break;
        }
    }
    assert!(answers > 3, "{answers}");
    assert_eq!((count, cursor), (entries(&whole), whole.cursor));
}

#[test]
fn a_place_that_is_not_in_this_log_is_told() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let collection = a.round_today("flood-departure").collection();
    let at = place(&a, &collection);
    let mut other_chain = at;
    other_chain.chain.0[0] ^= 1;
    let (other_life, ahead) = (Cursor { epoch: at.epoch ^ 1, ..at }, Cursor { seq: at.seq + 1_000, ..at });
    for cursor in [other_chain, other_life, ahead] {
        let told = pull(&mut a, Want::at(collection.clone(), cursor), 0);
        assert!(told.diverged, "{cursor:?}");
        assert_eq!((entries(&told), told.more), (0, true), "nothing of it: the phone says what it holds");
    }
}

#[test]
fn a_relay_that_stops_ends_its_sockets_and_phones_come_back() {
    let mut relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let mut socket = Socket::open(&a.client).unwrap();
    let (round, item) = (a.round_today("flood-departure"), first_item(&a));
    relay.stop();
    assert_eq!(socket.frame(), None);
    a.answer(&round, &item, OK);
    assert!(!a.sync(), "nobody is there");
    assert_eq!(a.pending(), 2);
    relay.start_again();
    assert!(a.sync());
    assert_eq!(a.pending(), 0);
}
