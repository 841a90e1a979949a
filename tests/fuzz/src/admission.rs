//! A batch as it comes to the relay, signed by its author: what admission lets through must apply and be read.

use std::collections::HashMap;
use std::sync::LazyLock;

use minicbor::bytes::ByteVec;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use server::relay::admission;
use server::store::DeviceRecord;
use shared::document::{Document, chunk};
use shared::ids::{Actor, ChangeHash, CollectionId, DeviceId, DocumentKind, Shelf};
use shared::protocol::Batch;
use shared::trust::signing::{BatchClaim, SUITE_P256};

use crate::{chunks, read, seeds};

struct Author {
    key: EcdsaKeyPair,
    devices: HashMap<DeviceId, DeviceRecord>,
}

static AUTHOR: LazyLock<Author> = LazyLock::new(|| {
    let random = SystemRandom::new();
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("random numbers");
    let key =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).expect("a key");
    let record = DeviceRecord {
        id: seeds::device(),
        public_key: key.public_key().as_ref().to_vec(),
        rights: seeds::rights(),
        enrolled: seeds::NOW,
        heard: None,
        revoked: None,
    };
    Author { key, devices: HashMap::from([(record.id, record)]) }
});

pub fn run(input: &[u8]) {
    let Some((&choice, input)) = input.split_first() else { return };
    let id = seeds::document(choice);
    let collection = match id.kind() {
        DocumentKind::Round => seeds::round_name().collection(),
        DocumentKind::Register | DocumentKind::Defect | DocumentKind::Need => {
            CollectionId::of(&Shelf::Live(seeds::station()))
        }
        _ => CollectionId::bureau(),
    };
    let changes: Vec<Vec<u8>> = chunks::pieces(input)
        .into_iter()
        .map(|body| if choice & 0x80 == 0 { chunks::around(chunks::CHANGE, body) } else { body.to_vec() })
        .collect();
    let head = changes.last().and_then(|change| chunk::hash(change).ok());
    let batch = signed(Batch {
        collection,
        document: id,
        actor: Actor::new(seeds::device(), 0),
        head: head.unwrap_or(ChangeHash([0; 32])),
        changes: changes.iter().cloned().map(ByteVec::from).collect(),
        suite: SUITE_P256,
        signature: Vec::new(),
    });
    if admission::inspect(batch, &seeds::bureau(), &AUTHOR.devices).is_err() {
        return;
    }
    let mut causes = chunks::Causes::new(id.kind());
    if changes.iter().all(|change| chunk::outline(change).is_ok_and(|outline| causes.take(&outline))) {
        let mut document = Document::new(id);
        document.apply(changes.iter().map(Vec::as_slice)).expect("what is let in applies");
        read::everything(&document);
    }
}

fn signed(batch: Batch) -> Batch {
    let claim = BatchClaim {
        bureau: &seeds::bureau(),
        collection: &batch.collection,
        document: batch.document,
        actor: batch.actor,
        head: batch.head,
        count: u32::try_from(batch.changes.len()).unwrap_or(u32::MAX),
    };
    let signature =
        AUTHOR.key.sign(&SystemRandom::new(), &claim.to_bytes(SUITE_P256)).expect("random numbers");
    Batch { signature: signature.as_ref().to_vec(), ..batch }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let (_, written) = seeds::filled(Actor::new(seeds::device(), 0));
    let bodies: Vec<&[u8]> = written.iter().filter_map(|written| chunks::body(&written.change)).collect();
    let whole: Vec<&[u8]> = written.iter().map(|written| written.change.as_slice()).collect();
    vec![
        [vec![0], chunks::joined([bodies[0]])].concat(),
        [vec![0], chunks::joined(bodies)].concat(),
        // 0x82 chooses the round, too, and leaves the changes as they are.
        [vec![0x82], chunks::joined(whole)].concat(),
    ]
}
