//! Phones that push at the same time, against a relay in this process.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use super::load::{Push, Size, percentile_ms, post, pushes, until};
use crate::kit::phone::Phone;
use crate::kit::relay::Relay;

/// Phones that push at once.
const WRITERS: usize = 8;
/// The head of the table.
pub const HEAD: &str = "| 8 writers | changes | durable changes/s | ack p50, ms | ack p99, ms | goal |";

/// How writers push.
#[derive(Clone, Copy)]
struct Load {
    what: &'static str,
    /// Changes in one push.
    changes: u32,
    /// Pushes of each writer.
    pushes: u32,
    /// Time from one push of a writer to its next; `None` for at once.
    pace: Option<Duration>,
    goal: &'static str,
}

const LOADS: [Load; 3] = [
    Load {
        what: "batches of 24, as fast as acks come",
        changes: 24,
        pushes: 250,
        pace: None,
        goal: ">= 20,000 changes/s",
    },
    Load {
        what: "single edits, as fast as acks come",
        changes: 1,
        pushes: 250,
        pace: None,
        goal: "one fsync a group",
    },
    Load {
        what: "batches of 24, paced to 2,000 changes/s",
        changes: 24,
        pushes: 50,
        pace: Some(Duration::from_millis(96)),
        goal: "p50 <= 5 ms, p99 <= 50 ms",
    },
];

/// The rows of the table.
pub fn rows(size: Size) -> Vec<String> {
    LOADS
        .iter()
        .map(|load| measure(Load { pushes: size.pick(load.pushes / 10, load.pushes), ..*load }))
        .collect()
}

fn measure(load: Load) -> String {
    let relay = Relay::start();
    let [guest, ..] = relay.guests();
    let mut phones: Vec<(Phone, Vec<Push>)> = (0..WRITERS)
        .map(|writer| {
            let code = relay.code_for(&guest.enrolled.rights.officer);
            let mut phone = Phone::enrol(&relay.base(), &code).unwrap();
            assert!(phone.sync());
            let pushes = pushes(&phone, &format!("w{writer}x"), load.changes, load.pushes);
            (phone, pushes)
        })
        .collect();
    let barrier = Barrier::new(WRITERS);
    let begun = Instant::now();
    let mut waits: Vec<Duration> = std::thread::scope(|scope| {
        let running: Vec<_> = phones
            .iter_mut()
            .enumerate()
            .map(|(writer, (phone, pushes))| {
                let (barrier, pushes) = (&barrier, std::mem::take(pushes));
                scope.spawn(move || {
                    barrier.wait();
                    push_all(phone, &pushes, writer, load)
                })
            })
            .collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let seconds = begun.elapsed().as_secs_f64();
    let changes = waits.len() * load.changes as usize;
    let rate = changes as f64 / seconds;
    let (p50, p99) = (percentile_ms(&mut waits, 50), percentile_ms(&mut waits, 99));
    format!("| {} | {changes} | {rate:.0} | {:.1} | {:.1} | {} |", load.what, p50, p99, load.goal)
}

/// Pushes one after the other; gives the time from each to its ack.
fn push_all(phone: &mut Phone, pushes: &[Push], writer: usize, load: Load) -> Vec<Duration> {
    let begun = Instant::now();
    let mut waits = Vec::new();
    for (n, push) in (0..).zip(pushes) {
        if let Some(pace) = load.pace {
            let writer = u32::try_from(writer).unwrap();
            until(begun + pace * n + pace * writer / u32::try_from(WRITERS).unwrap());
        }
        let sent = Instant::now();
        post(phone, push).unwrap();
        waits.push(sent.elapsed());
    }
    waits
}
