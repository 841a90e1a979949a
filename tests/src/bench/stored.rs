//! A relay with very much stored: how long it takes to start, and what memory it has then and while phones pull. The
//! documents are written straight through the store.

use std::time::Instant;

use server::store::{Log, NewBatch, NewEntry, Projection, Tip};
use shared::document::Document;
use shared::document::write::Event;
use shared::domain::round::{Period, RoundName};
use shared::ids::{Actor, CollectionId, DocumentId, DocumentKind, Shelf};
use shared::protocol::{self, Cursor, Frame, Request, Want};
use shared::time::{Date, Timestamp};
use shared::trust::chain;
use shared::trust::signing::SUITE_P256;

use crate::kit::phone::Phone;
use crate::kit::process::Process;

/// Documents of one transaction.
const GROUP: usize = 20_000;
/// Pages that are pulled while the memory is looked at.
const PULLS: usize = 30;

/// The head of the table.
pub const HEAD: &str = "| documents | MB on disk | start until healthy, s | MB resident after the start | MB under pulls | goal |";

/// A row of the table.
pub fn row(documents: usize) -> String {
    let mut relay = Process::start();
    let [phone, ..] = relay.guests();
    assert!(relay.terminate());
    let collections = fill(&relay, &phone, documents);
    let begun = Instant::now();
    relay.start_again();
    let start_s = begun.elapsed().as_secs_f64();
    let after = relay.resident_bytes();
    let [mut phone, ..] = relay.guests();
    let mut most = after;
    assert!(phone.sign_in());
    for n in 0..PULLS {
        let mut cursor = Cursor::START;
        for _ in 0..3 {
            let wants = vec![Want::at(collections[n % collections.len()].clone(), cursor)];
            let frame =
                protocol::encode(&Frame::Request(Request { exchange: 1, wants, ..Request::default() }));
            let reply = phone.client.post("/api/sync", "application/cbor", &frame).unwrap();
            let Frame::Response(response) = protocol::decode(&reply.body).unwrap() else { panic!("refused") };
            cursor = response.pulls[0].cursor;
            most = most.max(relay.resident_bytes());
        }
    }
    let disk: u64 =
        std::fs::read_dir(relay.folder()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let mb = |bytes: usize| bytes as f64 / 1e6;
    format!(
        "| {documents} | {:.0} | {start_s:.2} | {:.0} | {:.0} | <= 300 MB |",
        disk as f64 / 1e6,
        mb(after),
        mb(most)
    )
}

/// Rounds of the phone's station over many months. One change stands for all: a document's id is not in it.
fn fill(relay: &Process, phone: &Phone, documents: usize) -> Vec<CollectionId> {
    let store = relay.open_store();
    let actor = Actor::new(phone.enrolled.device, 0);
    let station = phone.enrolled.rights.station.clone().unwrap();
    let name = phone_round(phone);
    let visit = Event::Visit {
        name: name.clone(),
        officer: phone.enrolled.rights.officer.clone(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: None,
        register: Vec::new(),
    };
    let written = Document::new(name.document(&phone.enrolled.bureau.id)).write(actor, &visit).unwrap();
    let last_op = shared::document::chunk::outline(&written.change).unwrap().last_op;
    let signature = [7; 64];
    let signature_hash = chain::signature_hash(&signature);
    let mut month = Date::parse("2019-01-01").unwrap().month();
    let mut collections = Vec::new();
    for begin in (0..documents).step_by(GROUP) {
        let collection = CollectionId::of(&Shelf::Rounds(station.clone(), month));
        month = month.after();
        let count = GROUP.min(documents - begin);
        let receipt_time = Timestamp(1_700_000_000_000);
        let mut work = |tx: &mut dyn server::store::Append| {
            let mut tip = Tip::START;
            for n in 0..count {
                let document = DocumentId::derive(DocumentKind::Round, &[&format!("{}", begin + n)]);
                tip.seq += 1;
                tip.chain = chain::extend(
                    tip.chain,
                    chain::Link {
                        seq: tip.seq,
                        document,
                        change: written.hash,
                        device: actor.device(),
                        signature_hash: &signature_hash,
                        receipt_time,
                    },
                );
                let batch = NewBatch {
                    collection: &collection,
                    document,
                    actor,
                    head: written.hash,
                    count: 1,
                    suite: SUITE_P256,
                    signature: &signature,
                    receipt_time,
                    held: false,
                    actor_seq: 1,
                };
                let entry = NewEntry {
                    seq: tip.seq,
                    hash: written.hash,
                    change: &written.change,
                    last_op,
                    chain: tip.chain,
                };
                tx.append(&batch, &[entry])?;
            }
            Ok(())
        };
        store.write(&mut work).unwrap();
        store.project(&collection, count as u64, &[]).unwrap();
        collections.push(collection);
    }
    collections
}

fn phone_round(phone: &Phone) -> RoundName {
    RoundName {
        station: phone.enrolled.rights.station.clone().unwrap(),
        template: shared::ids::TemplateId::parse("flood-departure").unwrap(),
        period: Period::Day(Date::parse("2019-01-01").unwrap()),
    }
}
