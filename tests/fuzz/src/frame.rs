//! A frame as it comes to the relay: decoded, handled by the relay's end of a connection, and written again.

use shared::protocol::{self, Ack, AckOutcome, Frame, Pull, RefusalCode};
use shared::sync::relay::{Effect, Input, Link};

use crate::seeds;

pub fn run(input: &[u8]) {
    if let Ok(frame) = protocol::decode(input) {
        let again = protocol::decode(&protocol::encode(&frame));
        assert_eq!(again.as_ref(), Ok(&frame), "what was understood is written and read again");
    }
    let mut link = Link::new(seeds::rights());
    let mut todo = vec![Input::Frame(input.to_vec())];
    todo.push(Input::Poke { collection: seeds::round_name().collection(), seq: 3 });
    for _ in 0..64 {
        let Some(next) = todo.pop() else { break };
        todo.extend(link.handle(seeds::NOW, next).into_iter().filter_map(perform));
    }
}

/// What a relay with an empty log and a full disk would do.
fn perform(effect: Effect) -> Option<Input> {
    match effect {
        Effect::Commit { exchange, batches } => {
            let outcome = AckOutcome::Deferred { code: RefusalCode::StorageFull };
            let acks = batches.into_iter().map(|batch| Ack {
                document: batch.document,
                head: batch.head,
                outcome: outcome.clone(),
            });
            Some(Input::Committed { exchange, acks: acks.collect(), receipts: Vec::new() })
        }
        Effect::Read { want, .. } => {
            Some(Input::Log(Pull::entries(want.collection, Vec::new(), want.cursor, false, false)))
        }
        Effect::Send(frame) => {
            assert!(protocol::decode(&frame).is_ok(), "what is sent can be read");
            None
        }
        Effect::Refuse(refusal) => {
            assert!(protocol::decode(&protocol::encode(&Frame::Refusal(refusal))).is_ok());
            None
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let frames = seeds::frames();
    let versions = protocol::VERSION_MIN..=protocol::VERSION;
    versions.flat_map(|version| frames.iter().map(move |frame| protocol::encode_as(frame, version))).collect()
}
