//! What frames weigh, as version 1 wrote them and as they are written today, and what that costs. The changes are
//! real; times and answers vary as people's do, and signatures are as good as random.

use std::hint::black_box;
use std::time::Instant;

use ring::digest::{SHA256, digest};
use shared::document::Document;
use shared::document::write::Event;
use shared::domain::answer::{Answer, Condition};
use shared::domain::round::{Period, RoundName};
use shared::ids::{
    Actor, BureauId, Chain, ChangeHash, CollectionId, DeviceId, Digest, EventKey, ItemId, OfficerId,
    StationCode, SubjectId, TemplateId,
};
use shared::protocol::{
    Batch, Carried, Cursor, Frame, Pull, Request, Response, Run, Seal, Want, decode, encode, encode_as,
};
use shared::time::{Date, Timestamp};
use shared::trust::chain;
use shared::trust::signing::SUITE_P256;

/// Changes of one document in the day of one-tap changes.
const TAPS: usize = 24;
/// Batches in one push: about what a phone sends at once.
const PUSH_BATCHES: usize = 350;
/// Milliseconds of a morning in November.
const MORNING: i64 = 1_795_400_000_000;

/// The head of the table.
pub const HEAD: &str = "| work | changes | bytes of the changes | bytes in version 1 | bytes in version 2 | of the changes | encode, ns a change | decode, ns a change |";

/// The rows of the table.
pub fn rows() -> Vec<String> {
    let mut dice = Dice(7);
    let day: Vec<Batch> = (0..1_000).map(|n| round(&mut dice, n, TAPS, n != 0)).collect();
    let pushes: Vec<Frame> = day.chunks(PUSH_BATCHES).map(|batches| request(batches.to_vec(), 0)).collect();
    let offline: Vec<Batch> = (0..1_000).map(|n| round(&mut dice, 2_000 + n, TAPS, false)).collect();
    let uploads: Vec<Frame> =
        offline.chunks(PUSH_BATCHES).map(|batches| request(batches.to_vec(), 0)).collect();
    let few: Vec<Batch> = (0..10).map(|n| round(&mut dice, 4_000 + n, 3, true)).collect();
    let tap = round(&mut dice, 5_000, 1, true);
    vec![
        row("24,000 one-tap changes of 1,000 rounds, pushed", &pushes),
        row("1,000 rounds of 24 items with their visits, pushed", &uploads),
        row("30 changes in 10 documents, pulled with their seals", &[answer(&few)]),
        row("one tap, pushed", &[request(vec![tap.clone()], 1)]),
        row("one tap, delivered with its seal", &[answer(&[tap])]),
        row("reconnect, nothing new: request of 4 collections", &[request(Vec::new(), 4)]),
        row("reconnect, nothing new: answer", &[nothing(4)]),
    ]
}

fn row(what: &str, frames: &[Frame]) -> String {
    let changes: Vec<usize> = frames.iter().flat_map(changes).collect();
    let (count, raw) = (changes.len(), changes.iter().sum::<usize>());
    let first: usize = frames.iter().map(|frame| encode_as(frame, 1).len()).sum();
    let encoded: Vec<Vec<u8>> = frames.iter().map(encode).collect();
    let today: usize = encoded.iter().map(Vec::len).sum();
    let share = if raw == 0 { "-".to_owned() } else { format!("{:.3}", today as f64 / raw as f64) };
    let encode_ns = ns(count, || frames.iter().for_each(|frame| drop(black_box(encode(frame)))));
    let decode_ns = ns(count, || encoded.iter().for_each(|bytes| drop(black_box(decode(bytes).unwrap()))));
    format!("| {what} | {count} | {raw} | {first} | {today} | {share} | {encode_ns:.0} | {decode_ns:.0} |")
}

/// Nanoseconds a change (a frame, if there is none) at the best of a few times.
fn ns(changes: usize, mut work: impl FnMut()) -> f64 {
    let times = if changes > 1_000 { 5 } else { 1_000 };
    let taken = (0..times).map(|_| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    });
    taken.min().unwrap().as_secs_f64() * 1e9 / changes.max(1) as f64
}

/// The lengths of a frame's changes.
fn changes(frame: &Frame) -> Vec<usize> {
    let carried = |carried: &Carried| match carried {
        Carried::Change(change) => Some(change.len()),
        Carried::Known(_) => None,
    };
    match frame {
        Frame::Request(request) => {
            request.push.iter().flat_map(|batch| batch.changes.iter().map(|change| change.len())).collect()
        }
        Frame::Response(response) => {
            let runs = response.pulls.iter().flat_map(|pull| &pull.runs);
            runs.flat_map(|run| run.changes.iter().filter_map(carried)).collect()
        }
        Frame::Refusal(_) => Vec::new(),
    }
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A batch of one round: a visit, unless it was begun before, and taps.
fn round(dice: &mut Dice, n: usize, taps: usize, is_begun: bool) -> Batch {
    let actor = Actor::new(DeviceId::from([0x5c; 16]), 0);
    let name = RoundName {
        station: StationCode::parse("zhongmiao").unwrap(),
        template: TemplateId::parse("flood-departure").unwrap(),
        period: Period::Occasion(Date::parse("2026-11-23").unwrap(), format!("r{n}")),
    };
    let mut document = Document::new(name.document(&BureauId::parse("chaohu").unwrap()));
    let visit = Event::Visit {
        name: name.clone(),
        officer: OfficerId::parse("li").unwrap(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: Some(120),
        register: Vec::new(),
    };
    let begun = document.write(actor, &visit).unwrap();
    let mut at = MORNING + i64::try_from(n * 300_000).unwrap();
    let tapped = (0..taps).map(|tap| {
        at += 1_500 + i64::try_from(dice.below(20_000)).unwrap();
        let condition = if dice.below(25) == 0 { Condition::Watch } else { Condition::Ok };
        let answer = Event::Answer {
            visit: begun.key.clone(),
            subject: SubjectId::station(),
            item: ItemId::parse(ITEMS[tap % ITEMS.len()]).unwrap(),
            answer: Answer::Condition(condition),
            fault: String::new(),
            note: String::new(),
            at: Timestamp(at),
            sees: Vec::<EventKey>::new(),
            amends: None,
            attached: Default::default(),
        };
        document.write(actor, &answer).unwrap()
    });
    let mut written: Vec<_> = tapped.collect();
    if !is_begun {
        written.insert(0, begun);
    }
    let head = written.last().unwrap().hash;
    Batch {
        collection: name.collection(),
        document: document.id(),
        actor,
        changes: written.into_iter().map(|written| written.change.into()).collect(),
        head,
        suite: SUITE_P256,
        signature: signature(head),
    }
}

fn signature(head: ChangeHash) -> Vec<u8> {
    let half = digest(&SHA256, &head.0);
    [half.as_ref(), digest(&SHA256, half.as_ref()).as_ref()].concat()
}

fn wants(count: usize) -> impl Iterator<Item = (CollectionId, Cursor)> {
    let shelves = ["live", "2026-11", "2026-10", "2026-09"];
    (0..count).map(move |n| {
        let collection = CollectionId::parse(&format!("station/zhongmiao/{}", shelves[n % shelves.len()]));
        let chain = Chain(digest(&SHA256, &[n.to_le_bytes()[0]]).as_ref().try_into().unwrap());
        (collection.unwrap(), Cursor::at(0x3d7f_9a01_5577_c0de, 40_000 + n as u64, chain))
    })
}

fn request(push: Vec<Batch>, collections: usize) -> Frame {
    let wants = wants(collections).map(|(collection, cursor)| Want::at(collection, cursor)).collect();
    Frame::Request(Request { exchange: 1, push, wants, bytes_max: 0 })
}

/// What another phone gets of these batches.
fn answer(batches: &[Batch]) -> Frame {
    let run = |(n, batch): (usize, &Batch)| Run {
        seq_first: 1_000 + (n * batch.changes.len()) as u64,
        document: batch.document,
        device: batch.actor.device(),
        signature_hash: chain::signature_hash(&batch.signature),
        receipt_time: Timestamp(MORNING + 7 * n as i64),
        changes: batch.changes.iter().map(|change| Carried::Change(change.to_vec())).collect(),
        seal: Some(Seal { suite: batch.suite, signature: batch.signature.clone(), head: None, count: None }),
        held: false,
        before: 0,
    };
    let runs = batches.iter().enumerate().map(run).collect();
    let (collection, cursor) = wants(1).next().unwrap();
    let pull = Pull::entries(collection, runs, cursor, false, false);
    Frame::Response(Response { pulls: vec![pull], relay_time: Timestamp(MORNING), ..Response::default() })
}

fn nothing(collections: usize) -> Frame {
    let pull = |(collection, cursor): (CollectionId, Cursor)| {
        let mut pull = Pull::entries(collection, Vec::new(), cursor, false, false);
        pull.digest = Some(Digest(digest(&SHA256, &cursor.chain.0).as_ref().try_into().unwrap()));
        pull
    };
    let pulls = wants(collections).map(pull).collect();
    Frame::Response(Response { exchange: 1, pulls, relay_time: Timestamp(MORNING), ..Response::default() })
}

/// Lines of a checklist.
const ITEMS: [&str; TAPS] = [
    "boat-hull",
    "boat-engine",
    "boat-fuel",
    "boat-oars",
    "life-jackets",
    "life-buoys",
    "throw-bags",
    "ropes",
    "headlamps",
    "megaphone",
    "radio-set",
    "radio-spare",
    "satellite-phone",
    "first-aid",
    "stretcher",
    "blankets",
    "drinking-water",
    "food-rations",
    "generator",
    "pump",
    "sandbags",
    "shovels",
    "warning-tape",
    "vehicle-fuel",
];
