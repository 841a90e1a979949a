//! The walk of one tap, as docs/ARCHITECTURE.md lists it, as one test. Offline it stops after step 5 and resumes at 6.
//! Steps 1, 2 and 15 are pixels: `tests/e2e/walk.test.mjs`.

use std::sync::mpsc;

use shared::api::board::BoardView;
use shared::document::chunk;
use shared::domain::round::RoundName;
use shared::ids::{Chain, SubjectId};
use shared::protocol::{Carried, Cursor, Request, Want};
use shared::sync::device::{Deed, Effect, Input, Write};
use shared::trust::chain::{self, Link};
use tests::kit::phone::OK;
use tests::kit::relay::Relay;
use tests::kit::socket::Socket;

fn deed(round: &RoundName, item: &str) -> Deed {
    Deed::Answer {
        round: round.clone(),
        subject: SubjectId::station(),
        item: item.to_owned().try_into().unwrap(),
        answer: OK,
        fault: String::new(),
        note: String::new(),
        sees: Vec::new(),
        amends: None,
        attached: Default::default(),
    }
}

#[test]
fn a_tap_walks_from_the_phone_to_the_supervisors_screen() {
    let relay = Relay::start();
    let [mut phone, mut colleague, mut supervisor] = relay.guests();
    assert!(phone.sync() && colleague.sign_in() && supervisor.sign_in());
    let round = phone.round_today("flood-departure");
    let id = round.document(&phone.enrolled.bureau.id);
    let items: Vec<String> =
        phone.device.templates()[&round.template].items().map(|(_, item)| item.id.to_string()).collect();
    // A first answer, so that the visit is in the round and the next tap is one change.
    phone.answer(&round, &items[0], OK);
    assert!(phone.sync());
    phone.go_offline();

    // Those who listen: the colleague's socket, and the supervisor's stream.
    let mut socket = Socket::open(&colleague.client).unwrap();
    let wants = vec![Want::at(round.collection(), Cursor::START)];
    socket.send(Request { exchange: 1, push: Vec::new(), wants, bytes_max: 0 });
    let place = socket.response().pulls[0].cursor;
    let (told, boards) = mpsc::channel::<BoardView>();
    let events = supervisor.client.events("/api/board/events");
    std::thread::spawn(move || {
        for event in events {
            if told.send(serde_json::from_str(&event).unwrap()).is_err() {
                return;
            }
        }
    });
    let cell = |board: &BoardView| {
        let station = board.stations.iter().find(|row| row.code == round.station).unwrap();
        station.cells.iter().find(|cell| cell.round.as_ref() == Some(&round)).unwrap().answered
    };
    let patience = std::time::Duration::from_secs(20);
    let until =
        |answered| while cell(&boards.recv_timeout(patience).expect("the board tells it")) != answered {};
    until(1);

    // 3, 4: the deed passes the rules and becomes exactly one change, in one transaction with its outbox mark.
    let input = Input::Deed { command: 99, utc_offset_minutes: 480, deed: deed(&round, &items[1]) };
    let effects = phone.device.handle(phone.now(), 0, input);
    let writes = effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Persist(writes) => Some(writes.clone()),
            _ => None,
        })
        .expect("something to make durable");
    let [Write::Change(change), Write::Mark(mark)] = writes.as_slice() else { panic!("{writes:?}") };
    let outline = chunk::outline(&change.change).unwrap();
    assert_eq!((change.hash, mark.hash), (outline.hash, outline.hash));
    assert_eq!(outline.actor.device(), phone.enrolled.device);
    // 5: only when it is durable is it done. And there, offline, the walk rests.
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Done { .. })));
    let effects = phone.device.handle(phone.now(), 0, Input::Persisted);
    assert_eq!(effects, [Effect::Done { command: 99 }]);
    assert_eq!(phone.pending(), 1);
    let end = relay.end_of(&round.collection());

    // 6 to 9: a network. The batch is signed, framed, posted.
    assert!(phone.sync());

    // 10, 11: admitted and on disk, at the next place of an unbroken chain, with the author's signature.
    let log = relay.store().page(&round.collection(), 0, usize::MAX, usize::MAX).unwrap().entries;
    let entry = log.last().unwrap();
    assert_eq!((entry.seq, entry.document, entry.hash), (end + 1, id, outline.hash));
    assert_eq!((entry.device, entry.signature.len()), (phone.enrolled.device, 64));
    let mut value = Chain::START;
    for (i, entry) in log.iter().enumerate() {
        assert_eq!(entry.seq, i as u64 + 1, "no gaps");
        let signature_hash = chain::signature_hash(&entry.signature);
        let (seq, document, change, device) = (entry.seq, entry.document, entry.hash, entry.device);
        let receipt_time = entry.receipt_time;
        value = chain::extend(
            value,
            Link { seq, document, change, device, signature_hash: &signature_hash, receipt_time },
        );
        assert_eq!(value, entry.chain, "at {}", entry.seq);
    }

    // 12: the ack reached the sender; the colleague got it without asking.
    assert_eq!(phone.pending(), 0);
    let delivered = socket.response();
    assert_eq!((delivered.exchange, delivered.pulls[0].cursor.seq), (0, place.seq + 1));
    let carried = &delivered.pulls[0].runs[0].changes[0];
    assert_eq!(*carried, Carried::Change(change.change.clone()), "the very bytes");

    // 13, 14: projected, and told to the supervisor.
    until(2);
}
