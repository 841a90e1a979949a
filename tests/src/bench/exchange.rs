//! What one exchange of one phone costs: coming back with nothing new, catching up, bringing up what was done offline.

use std::collections::BTreeSet;
use std::time::Instant;

use shared::ids::DocumentId;

use super::load::{Size, fill, items, rounds};
use crate::kit::phone::Phone;
use crate::kit::relay::Relay;

/// Times that a quick measurement is taken; the median counts.
const RUNS: usize = 5;

/// The head of the table.
pub const RECONNECT: &str = "| work | documents on the phone | bytes up | bytes down | requests | ms, with the session check | goal |";
/// The head of the table.
pub const UPLOAD: &str = "| work | changes | s until the phone holds every ack | MB up | requests | goal |";

/// Rows of what a phone that comes back costs.
pub fn reconnect(size: Size) -> Vec<String> {
    let mut rows = Vec::new();
    for count in size.pick(&[100][..], &[100, 1_000, 10_000][..]).iter().copied() {
        let relay = Relay::start();
        let [mut a, mut b, _] = relay.guests();
        assert!(a.sync());
        a.go_offline();
        let (rounds, items) = (rounds(&a, "r", count), items(&a, 4));
        fill(&mut a, &rounds, &items[..1]);
        assert!(a.sync() && b.sync());
        let idle = (0..RUNS).map(|_| cost_of_sync(&mut b)).collect();
        let held = documents(&b);
        rows.push(row("reconnect, nothing new", held, idle, "1 round trip, <= 1 kB"));
        if count >= 1_000 || size == Size::Quick {
            let caught_up = (0..RUNS).map(|run| {
                fill(&mut a, &rounds[run * 10..][..10], &items[1..]);
                assert!(a.sync());
                cost_of_sync(&mut b)
            });
            let caught_up = caught_up.collect();
            let what = "catch-up, 10 documents changed, 30 changes";
            rows.push(row(what, held, caught_up, "1 round trip, <= 7 kB, <= 25 ms"));
        }
    }
    rows
}

/// The row of what a phone with a week of offline rounds costs.
pub fn upload(size: Size) -> Vec<String> {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    a.go_offline();
    let (rounds, items) = (rounds(&a, "u", size.pick(50, 1_000)), items(&a, 24));
    fill(&mut a, &rounds, &items);
    let (count, changes) = (rounds.len(), a.pending());
    let cost = cost_of_sync(&mut a);
    assert_eq!((a.pending(), a.device.status().rejected.len()), (0, 0));
    let (mb, s) = (cost.up as f64 / 1e6, cost.ms / 1_000.0);
    vec![format!(
        "| {count} offline rounds of 24 items | {changes} | {s:.2} | {mb:.2} | {} | <= 0.4 s, <= 1 MB |",
        cost.frames
    )]
}

fn documents(phone: &Phone) -> usize {
    phone.stored.changes.iter().map(|change| change.document).collect::<BTreeSet<DocumentId>>().len()
}

/// What one reconnect took.
struct Cost {
    up: usize,
    down: usize,
    frames: u32,
    ms: f64,
}

fn cost_of_sync(phone: &mut Phone) -> Cost {
    phone.go_offline();
    (phone.bytes, phone.frames) = ((0, 0), 0);
    let begun = Instant::now();
    assert!(phone.sync());
    let ms = begun.elapsed().as_secs_f64() * 1_000.0;
    Cost { up: phone.bytes.0, down: phone.bytes.1, frames: phone.frames, ms }
}

fn row(what: &str, documents: usize, mut costs: Vec<Cost>, goal: &str) -> String {
    costs.sort_by(|a, b| a.ms.total_cmp(&b.ms));
    let Cost { up, down, frames, ms } = &costs[costs.len() / 2];
    format!("| {what} | {documents} | {up} | {down} | {frames} | {ms:.1} | {goal} |")
}
