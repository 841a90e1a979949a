//! Phones that come back in a short time: a new connection each, a session by challenge and signature, then one
//! exchange that brings a batch up and asks for the news of a collection of hundreds of documents.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::ids::CollectionId;
use shared::protocol::{self, AckOutcome, Cursor, Frame, Request, Want};

use super::load::{Push, percentile_ms, pushes, until};
use super::ours::phones;
use crate::kit::phone::Phone;
use crate::kit::process::Process;

/// A phone that has not come through by then has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The head of the table.
pub const HEAD: &str = "| phones | documents each | come back within, s | p50, s | p99, s | told to come later | failed | goal |";

/// A row of the table.
pub fn row(count: usize, documents: usize, spread: Duration) -> String {
    let Storm { mut waits, later, failed } = storm(count, documents, spread);
    let (p50, p99) = (percentile_ms(&mut waits, 50) / 1_000.0, percentile_ms(&mut waits, 99) / 1_000.0);
    let spread = spread.as_secs();
    format!(
        "| {count} | {documents} | {spread} | {p50:.3} | {p99:.3} | {later} | {failed} | p99 <= 3 s, none fails |"
    )
}

/// All in the same moment, as the peers' phones do.
pub fn at_once(count: usize, documents: usize) -> Value {
    let mut storm = storm(count, documents, Duration::ZERO);
    let all_s = percentile_ms(&mut storm.waits, 100) / 1_000.0;
    if storm.failed > 0 {
        return json!({ "failure": format!("{} failed", storm.failed), "documents": documents });
    }
    json!({ "documents": documents, "all_s": all_s })
}

struct Storm {
    waits: Vec<Duration>,
    later: u32,
    failed: usize,
}

struct Returning {
    phone: Phone,
    wants: Vec<Want>,
    push: Push,
}

fn storm(count: usize, documents: usize, spread: Duration) -> Storm {
    let relay = Process::start();
    let mut all = phones(&relay, &relay.base(), count + 1);
    let mut author = all.pop().unwrap();
    assert!(author.sync());
    let made = pushes(&author, "s", 2, u32::try_from(documents).unwrap());
    let collection = made[0].batch.collection.clone();
    for push in &made {
        super::load::post(&mut author, push).unwrap();
    }
    // The first phone learns what the checklist is; each of the others only where the log ends.
    let mut returning: Vec<Returning> = all
        .into_iter()
        .enumerate()
        .map(|(n, mut phone)| {
            assert!(phone.sign_in());
            let cursor = end_of(&mut phone, &collection);
            phone.device = author_view(&author);
            let push = pushes(&phone, &format!("p{n}x"), 2, 1).remove(0);
            phone.move_to(&relay.base());
            Returning { phone, wants: vec![Want::at(collection.clone(), cursor)], push }
        })
        .collect();
    let begun = Instant::now() + Duration::from_millis(200);
    let results: Vec<Option<(Duration, u32)>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0u32..)
            .zip(&mut returning)
            .map(|(n, phone)| {
                let at = begun + spread * n / u32::try_from(count).unwrap();
                std::thread::Builder::new()
                    .stack_size(256 << 10)
                    .spawn_scoped(scope, move || phone.come_back(at))
                    .unwrap()
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let failed = results.iter().filter(|result| result.is_none()).count();
    let later = results.iter().flatten().map(|(_, later)| later).sum();
    Storm { waits: results.into_iter().flatten().map(|(wait, _)| wait).collect(), later, failed }
}

/// What the author's phone knows of checklists, for a phone that pulled nothing.
fn author_view(author: &Phone) -> shared::sync::device::Device {
    let identity = shared::sync::device::Identity {
        bureau: author.enrolled.bureau.id.clone(),
        zone: author.enrolled.bureau.zone,
        device: author.enrolled.device,
        rights: author.enrolled.rights.clone(),
        relay_key: None,
    };
    shared::sync::device::Device::boot(identity, 0, author.stored.clone())
}

/// Pulls a collection to its end and gives the place there.
fn end_of(phone: &mut Phone, collection: &CollectionId) -> Cursor {
    let mut cursor = Cursor::START;
    loop {
        let wants = vec![Want::at(collection.clone(), cursor)];
        let request = Request { exchange: 1, wants, ..Request::default() };
        let frame = protocol::encode(&Frame::Request(request));
        let reply = phone.client.post("/api/sync", "application/cbor", &frame).unwrap();
        let Frame::Response(response) = protocol::decode(&reply.body).unwrap() else { panic!("refused") };
        cursor = response.pulls[0].cursor;
        if !response.pulls[0].more {
            return cursor;
        }
    }
}

impl Returning {
    /// The time from its moment until everything is exchanged, and how often it was told to come later.
    fn come_back(&mut self, at: Instant) -> Option<(Duration, u32)> {
        until(at);
        let push = vec![self.push.batch.clone()];
        let request = Request { exchange: 1, push, wants: self.wants.clone(), bytes_max: 0 };
        let frame = protocol::encode(&Frame::Request(request));
        for later in 0.. {
            if at.elapsed() > PATIENCE {
                break;
            }
            if !self.phone.sign_in() {
                until(Instant::now() + Duration::from_millis(500));
                continue;
            }
            let reply = self.phone.client.post("/api/sync", "application/cbor", &frame)?;
            match protocol::decode(&reply.body).ok()? {
                Frame::Response(response) => {
                    let ack = &response.acks.first()?.outcome;
                    if matches!(ack, AckOutcome::Accepted { .. } | AckOutcome::Duplicate { .. }) {
                        return Some((at.elapsed(), later));
                    }
                    let wait = response.retry_after_ms.unwrap_or(1_000);
                    until(Instant::now() + Duration::from_millis(wait.into()));
                }
                Frame::Refusal(refusal) => {
                    let wait = refusal.retry_after_ms.unwrap_or(1_000);
                    until(Instant::now() + Duration::from_millis(wait.into()));
                }
                Frame::Request(_) => return None,
            }
        }
        None
    }
}
