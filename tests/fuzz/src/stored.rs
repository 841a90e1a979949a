//! Everything that is kept or passed on as CBOR by itself: what a phone stores, and the messages between its interface
//! and its core. The first byte chooses what the rest is read as.

use std::fmt::Debug;

use link::{Slice, ToCore, ToUi};
use minicbor::{Decode, Encode};
use shared::api::board::BoardView;
use shared::document::Document;
use shared::document::saved::is_intact;
use shared::ids::Digest;
use shared::protocol::{Cursor, Request, Response};
use shared::sync::device::{Identity, Mark, Rejected, Saying, StoredChange, StoredSnapshot, Write};

use crate::seeds;

pub fn run(input: &[u8]) {
    let Some((choice, bytes)) = input.split_first() else { return };
    match choice % 15 {
        0 => round_trip::<StoredChange>(bytes),
        1 => round_trip::<Mark>(bytes),
        2 => round_trip::<Rejected>(bytes),
        3 => round_trip::<Write>(bytes),
        4 => round_trip::<Cursor>(bytes),
        5 => round_trip::<Identity>(bytes),
        6 => round_trip::<Request>(bytes),
        7 => round_trip::<Response>(bytes),
        8 => round_trip::<ToCore>(bytes),
        9 => round_trip::<ToUi>(bytes),
        10 => round_trip::<Slice>(bytes),
        11 => round_trip::<StoredSnapshot>(bytes),
        12 => round_trip::<Saying>(bytes),
        13 => snapshot(bytes),
        _ => round_trip::<BoardView>(bytes),
    }
}

/// A document in one piece as it may come from a damaged disk: its checksum is not made right.
fn snapshot(bytes: &[u8]) {
    let loaded = Document::load(seeds::round(), bytes, Digest::default());
    assert!(loaded.is_err() || is_intact(bytes), "what loads has the checksum of what was saved");
}

fn round_trip<T: for<'b> Decode<'b, ()> + Encode<()> + PartialEq + Debug>(bytes: &[u8]) {
    if let Ok(value) = minicbor::decode::<T>(bytes) {
        let written = minicbor::to_vec(&value).expect("writing into memory cannot fail");
        assert_eq!(minicbor::decode::<T>(&written).ok().as_ref(), Some(&value));
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let (_, written) = seeds::filled(shared::ids::Actor::new(seeds::device(), 0));
    let saved = seeds::filled(shared::ids::Actor::new(seeds::device(), 0)).0.save();
    let (document, hash) = (seeds::round(), written[0].hash);
    let collection = seeds::round_name().collection();
    let change =
        StoredChange { collection: collection.clone(), document, hash, change: written[0].change.clone() };
    let mark = Mark::new(document, hash, seeds::NOW);
    let command = link::Command::OpenRound { round: seeds::round_name() };
    vec![
        seed(0, &change),
        seed(1, &mark),
        seed(3, &Write::Change(change)),
        seed(3, &Write::DropMark { document, hash }),
        seed(3, &Write::Cursor { collection, cursor: Cursor::START }),
        seed(4, &Cursor::START),
        seed(7, &seeds::response()),
        seed(8, &ToCore { id: 1, command: link::Command::CloseRound }),
        seed(8, &ToCore { id: 2, command }),
        seed(9, &ToUi::Ready(1)),
        seed(9, &ToUi::Done(3)),
        seed(12, &Saying::Ended { tab: 1, is_durable: true }),
        [&[13], saved.as_slice()].concat(),
    ]
}

fn seed(choice: u8, value: &impl Encode<()>) -> Vec<u8> {
    let mut bytes = vec![choice];
    minicbor::encode(value, &mut bytes).expect("writing into memory cannot fail");
    bytes
}
