//! The relay's benchmarks: `cargo run -p muster-tests --release --bin bench`. A real relay over HTTP on loopback, on
//! SQLite with an fsync before every ack, and real phones without a browser. Prints tables between the marks that
//! `cargo xtask bench` copies into docs/BENCHMARKS.md; what a browser costs is measured in `tests/bench`.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on should stop where it is")]
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use shared::document::Document;
use shared::document::write::Event;
use shared::domain::round::{Period, RoundName};
use shared::ids::{Actor, DocumentId, EventKey, ItemId, SubjectId};
use shared::protocol::{self, AckOutcome, Batch, Frame, Request};
use shared::trust::signing::{BatchClaim, SUITE_P256};
use tests::bench::admission;
use tests::kit::phone::{OK, Phone};
use tests::kit::relay::Relay;

/// Times that a quick measurement is taken; the median counts.
const RUNS: usize = 5;
/// Phones that push at once.
const WRITERS: usize = 8;

fn main() {
    machine();
    table("wire", tests::bench::wire::HEAD, &tests::bench::wire::rows());
    reconnect();
    upload();
    writers();
    table("admission", admission::HEAD, &admission::rows());
}

fn table(name: &str, head: &str, rows: &[String]) {
    let columns = head.matches('|').count() - 1;
    println!("<!-- bench:{name} begin -->");
    println!("{head}\n|{}", " --- |".repeat(columns));
    rows.iter().for_each(|row| println!("{row}"));
    println!("<!-- bench:{name} end -->\n");
}

fn machine() {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
        line.split_once([':', '=']).map(|(_, value)| value.trim().replace('"', "")).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rows = [
        format!("| processor | {} ({cores} cores) |", value(&read("/proc/cpuinfo"), "model name")),
        format!("| memory | {} |", value(&read("/proc/meminfo"), "MemTotal")),
        format!("| Rust | {} |", value(include_str!("../../../rust-toolchain.toml"), "channel")),
        format!("| Muster | {} |", env!("CARGO_PKG_VERSION")),
        "| relay | in this process, HTTP on loopback; the phones share its cores |".to_owned(),
        "| durability | every ack after a SQLite commit: WAL, synchronous=FULL, fsync |".to_owned(),
    ];
    table("machine", "| what | which |", &rows);
}

/// Rounds that nobody has started.
fn rounds(phone: &Phone, name: &str, count: usize) -> Vec<RoundName> {
    let today = phone.round_today("flood-departure");
    let period = |n| Period::Occasion(today.period.start(), format!("{name}{n}"));
    (0..count).map(|n| RoundName { period: period(n), ..today.clone() }).collect()
}

fn items(phone: &Phone, count: usize) -> Vec<String> {
    let flood = phone.device.templates().values().find(|template| template.id.as_str() == "flood-departure");
    let items: Vec<_> = flood.unwrap().items().map(|(_, item)| item.id.to_string()).collect();
    assert!(items.len() >= count, "the checklist has {} lines", items.len());
    items[..count].to_vec()
}

fn fill(phone: &mut Phone, rounds: &[RoundName], items: &[String]) {
    for round in rounds {
        for item in items {
            phone.answer_seeing(round, &SubjectId::station(), item, OK, Vec::new());
        }
    }
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

fn reconnect() {
    let mut rows = Vec::new();
    for count in [100, 1_000] {
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
        if count == 1_000 {
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
    let head = "| work | documents on the phone | bytes up | bytes down | requests | ms, with the session check | goal |";
    table("reconnect", head, &rows);
}

fn upload() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    a.go_offline();
    let (rounds, items) = (rounds(&a, "u", 1_000), items(&a, 24));
    fill(&mut a, &rounds, &items);
    let changes = a.pending();
    let cost = cost_of_sync(&mut a);
    assert_eq!((a.pending(), a.device.status().rejected.len()), (0, 0));
    let (mb, s) = (cost.up as f64 / 1e6, cost.ms / 1_000.0);
    let rows = [format!(
        "| 1,000 offline rounds of 24 items | {changes} | {s:.2} | {mb:.2} | {} | <= 0.4 s, <= 1 MB |",
        cost.frames
    )];
    let head = "| work | changes | s until the phone holds every ack | MB up | requests | goal |";
    table("upload", head, &rows);
}

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

fn writers() {
    let rows: Vec<String> = LOADS.iter().map(|load| measure(*load)).collect();
    let head = "| 8 writers | changes | durable changes/s | ack p50, ms | ack p99, ms | goal |";
    table("writers", head, &rows);
}

fn measure(load: Load) -> String {
    let relay = Relay::start();
    let [guest, ..] = relay.guests();
    let mut phones: Vec<(Phone, Vec<Vec<u8>>)> = (0..WRITERS)
        .map(|writer| {
            let code = relay.code_for(&guest.enrolled.rights.officer);
            let mut phone = Phone::enrol(&relay.base(), &code).unwrap();
            assert!(phone.sync());
            let pushes = prepare(&phone, writer, load);
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
                    push_all(phone, pushes, writer, load)
                })
            })
            .collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let seconds = begun.elapsed().as_secs_f64();
    waits.sort_unstable();
    let ms = |share: usize| waits[(waits.len() - 1) * share / 100].as_secs_f64() * 1_000.0;
    let changes = waits.len() * load.changes as usize;
    let rate = changes as f64 / seconds;
    format!("| {} | {changes} | {rate:.0} | {:.1} | {:.1} | {} |", load.what, ms(50), ms(99), load.goal)
}

/// Pushes one after the other; gives the time from each to its ack.
fn push_all(phone: &mut Phone, pushes: Vec<Vec<u8>>, writer: usize, load: Load) -> Vec<Duration> {
    let begun = Instant::now();
    let mut waits = Vec::new();
    for (n, push) in (0..).zip(pushes) {
        if let Some(pace) = load.pace {
            let writer = u32::try_from(writer).unwrap();
            let due = begun + pace * n + pace * writer / u32::try_from(WRITERS).unwrap();
            while let Some(wait) = due.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero()) {
                std::thread::park_timeout(wait);
            }
        }
        let sent = Instant::now();
        let reply = phone.client.post("/api/sync", "application/cbor", &push).unwrap();
        waits.push(sent.elapsed());
        match protocol::decode(&reply.body).unwrap() {
            Frame::Response(response) => {
                let outcome = &response.acks[0].outcome;
                assert!(matches!(outcome, AckOutcome::Accepted { .. }), "{outcome:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    waits
}

/// Signed pushes of one batch each: a round of its own for each batch, or one round for all single edits.
fn prepare(phone: &Phone, writer: usize, load: Load) -> Vec<Vec<u8>> {
    let names = rounds(phone, &format!("w{writer}x"), load.pushes as usize);
    let actor = Actor::new(phone.enrolled.device, 0);
    let (bureau, item) = (&phone.enrolled.bureau.id, ItemId::parse(&items(phone, 1)[0]).unwrap());
    let answer = |at| Event::Answer {
        visit: EventKey::new(actor, 1),
        subject: SubjectId::station(),
        item: item.clone(),
        answer: OK,
        fault: String::new(),
        note: String::new(),
        at,
        sees: Vec::new(),
        amends: None,
    };
    let mut round = Document::new(names[0].document(bureau));
    let mut push = |(n, name): (u32, &RoundName)| {
        if load.changes > 1 && n > 0 {
            round = Document::new(name.document(bureau));
        }
        let now = phone.now();
        let written = (0..load.changes).map(|_| round.write(actor, &answer(now)).unwrap());
        let written: Vec<_> = written.collect();
        let (document, head) = (round.id(), written.last().unwrap().hash);
        let collection = name.collection();
        let claim =
            BatchClaim { bureau, collection: &collection, document, actor, head, count: load.changes };
        let signature = phone.sign(&claim.to_bytes(SUITE_P256));
        let changes = written.into_iter().map(|written| written.change.into()).collect();
        let batch = Batch { collection, document, actor, changes, head, suite: SUITE_P256, signature };
        let request = Request { exchange: 1, push: vec![batch], wants: Vec::new(), bytes_max: 0 };
        protocol::encode(&Frame::Request(request))
    };
    (0..).zip(&names).map(&mut push).collect()
}
