//! Changes of one document, each with a fitting header: what our own walk lets through must be read by automerge in
//! the same way, apply without a panic, and be read by everybody who reads documents.

use shared::document::{Document, chunk, inspect, prewalk};
use shared::ids::{Actor, DeviceId};

use crate::{chunks, read, seeds};

pub fn run(input: &[u8]) {
    let Some((&choice, input)) = input.split_first() else { return };
    let mut document = Document::new(seeds::document(choice));
    let mut causes = chunks::Causes::new(document.id().kind());
    for body in chunks::pieces(input) {
        let Ok(walked) = prewalk::walk(body) else { continue };
        if let Ok(operations) = walked.operations().collect::<Result<Vec<_>, _>>() {
            let count = u64::try_from(operations.len()).expect("few");
            assert_eq!(count, walked.operations, "as many as were counted");
        }
        let bytes = chunks::around(chunks::CHANGE, body);
        let parsed = automerge::Change::from_bytes(bytes.clone());
        let Ok(outline) = chunk::outline(&bytes) else { continue };
        if let Ok(parsed) = &parsed {
            assert_eq!(
                u64::try_from(parsed.len()).ok(),
                Some(walked.operations),
                "automerge counts the same"
            );
            assert_eq!((parsed.seq(), parsed.start_op().get()), (outline.seq, outline.start_op));
            assert_eq!(parsed.actor_id().to_bytes(), outline.actor.as_bytes().as_slice());
            assert_eq!(parsed.hash().0, outline.hash.0);
        }
        if inspect::added(&walked, document.id().kind()).is_err() || !causes.take(&outline) {
            continue;
        }
        assert!(parsed.is_ok(), "a change that adds one event parses: {parsed:?}");
        document.apply([bytes.as_slice()]).expect("a change that is let in applies");
        assert!(document.contains(outline.hash));
        read::everything(&document);
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let (_, written) = seeds::filled(Actor::new(DeviceId::from([7; 16]), 0));
    let bodies: Vec<&[u8]> = written.iter().filter_map(|written| chunks::body(&written.change)).collect();
    let mut seeds: Vec<Vec<u8>> =
        bodies.iter().map(|body| [vec![0], chunks::joined([*body])].concat()).collect();
    seeds.push([vec![0], chunks::joined(bodies)].concat());
    for choice in 1..5 {
        let mut document = Document::new(seeds::document(choice));
        for entry in seeds::ENTRIES {
            let event = shared::document::write::Event::Entry { body: (*entry).to_owned() };
            let written =
                document.write(Actor::new(DeviceId::from([8; 16]), 1), &event).expect("takes entries");
            let body = chunks::body(&written.change).expect("a change has a body");
            seeds.push([vec![choice], chunks::joined([body])].concat());
        }
    }
    seeds
}
