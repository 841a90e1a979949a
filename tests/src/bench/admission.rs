//! What each check of admission costs: a signed batch of 24 changes (a visit and 23 answers of one tap each), on one
//! core, without a relay around it.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use ring::signature::KeyPair;
use server::relay::admission::{self, Inspected, change, log, policy};
use server::store::sqlite::{Options, Sqlite};
use server::store::{Append, DeviceRecord, Log};
use shared::document::Document;
use shared::document::chunk::{self, Opened};
use shared::document::write::Event;
use shared::domain::round::{Period, RoundName};
use shared::ids::{
    Actor, BureauId, DeviceId, DocumentId, ItemId, OfficerId, StationCode, SubjectId, TemplateId,
};
use shared::protocol::Batch;
use shared::time::Timestamp;
use shared::trust::rights::{Rights, Role};
use shared::trust::signing::{BatchClaim, SUITE_P256};

use crate::kit::phone::{OK, generate_key};

/// Changes of the batch.
const CHANGES: u32 = 24;
/// Times that a check is done in a run.
const TIMES: u32 = 400;
/// Runs; the median counts.
const RUNS: usize = 9;

/// The table's head.
pub const HEAD: &str = "| check | refuses by | ns a change |";

/// One row for each check, in their order.
pub fn rows() -> Vec<String> {
    let sample = Sample::new(CHANGES);
    let Sample { batch, bureau, authors, inspected, .. } = &sample;
    let author = &authors[&batch.actor.device()];
    let opened: Vec<Opened<'_>> = batch.changes.iter().map(|bytes| chunk::open(bytes).unwrap()).collect();
    let known = change::all(batch).unwrap();
    let row = |what: &str, code: &str, ns: f64| format!("| {what} | {code} | {ns:.0} |");
    let open = || batch.changes.iter().for_each(|bytes| used(change::open(bytes).unwrap()));
    let walk = || opened.iter().for_each(|opened| used(change::walk(opened).unwrap()));
    let checksum = || opened.iter().for_each(|opened| used(change::checksum(opened).unwrap()));
    let right = || used(admission::right(black_box(batch), authors).unwrap());
    let writer = || admission::writer(black_box(batch), &inspected.outlines).unwrap();
    let signature = || admission::signature(black_box(batch), bureau, &author.public_key).unwrap();
    let policy = || {
        let check = |(hash, walked): &_| used(policy::check(batch, bureau, author, *hash, walked).unwrap());
        known.iter().for_each(check);
    };
    let log_codes = "actor-forked, actor, missing-dependency, start-op";
    vec![
        row("size", "too-large", cost(|| admission::size(black_box(batch)).unwrap())),
        row("chunk type", "not-a-change", cost(open)),
        row("column walk", "operations", cost(walk)),
        row("checksum", "checksum", cost(checksum)),
        row("shelf of the document", "collection", cost(|| admission::shelf(black_box(batch)).unwrap())),
        row("right of the author", "no-right", cost(right)),
        row("actor and numbers", "actor", cost(writer)),
        row("signature", "signature", cost(signature)),
        row("policy", "policy", cost(policy)),
        row("test-apply", "not-applied", sample.apply() / f64::from(CHANGES)),
        row("number, dependencies, counters", log_codes, sample.log() / f64::from(CHANGES)),
    ]
}

/// The compiler must not leave the work out.
pub(super) fn used<T>(value: T) {
    black_box(value);
}

/// Nanoseconds a change of the batch of the table.
fn cost(check: impl FnMut()) -> f64 {
    whole_cost(check) / f64::from(CHANGES)
}

/// Nanoseconds of doing it once.
pub(super) fn whole_cost(mut check: impl FnMut()) -> f64 {
    let mut run = || {
        let start = Instant::now();
        (0..TIMES).for_each(|_| check());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES)
    };
    median((0..RUNS).map(|_| run()))
}

pub(super) fn median(runs: impl Iterator<Item = f64>) -> f64 {
    let mut runs: Vec<f64> = runs.collect();
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}

/// A signed batch of a new document, and what admission knows of its author.
pub(super) struct Sample {
    pub(super) batch: Batch,
    pub(super) bureau: BureauId,
    pub(super) authors: HashMap<DeviceId, DeviceRecord>,
    pub(super) inspected: Inspected,
}

impl Sample {
    /// A visit, and answers of one tap each.
    pub(super) fn new(count: u32) -> Self {
        let key = generate_key();
        let public_key = key.public_key().as_ref().to_vec();
        let (device, officer) = (DeviceId::of_public_key(&public_key), OfficerId::parse("chen").unwrap());
        let name = RoundName {
            station: StationCode::parse("zhongmiao").unwrap(),
            template: TemplateId::parse("flood-departure").unwrap(),
            period: Period::parse("2026-11-23").unwrap(),
        };
        let bureau = BureauId::parse("chaohu").unwrap();
        let (actor, id, collection) = (Actor::new(device, 0), name.document(&bureau), name.collection());
        let changes = changes(actor, name.clone(), &officer, id, count);
        let head = chunk::hash(changes.last().unwrap()).unwrap();
        let claim = BatchClaim { bureau: &bureau, collection: &collection, document: id, actor, head, count };
        let random = ring::rand::SystemRandom::new();
        let signature = key.sign(&random, &claim.to_bytes(SUITE_P256)).unwrap().as_ref().to_vec();
        let changes = changes.into_iter().map(Into::into).collect();
        let batch = Batch { collection, document: id, actor, changes, head, suite: SUITE_P256, signature };
        let rights = Rights { officer, role: Role::Officer, station: Some(name.station) };
        let (enrolled, heard, revoked) = (Timestamp(0), None, None);
        let record = DeviceRecord { id: device, public_key, rights, enrolled, heard, revoked };
        let authors = HashMap::from([(device, record)]);
        let inspected = admission::inspect(batch.clone(), &bureau, &authors).unwrap();
        Self { batch, bureau, authors, inspected }
    }

    /// Nanoseconds of trying the batch on a document that is in memory already, as shadows are; making and dropping
    /// it is not counted.
    pub(super) fn apply(&self) -> f64 {
        const DOCUMENTS: u32 = 40;
        let changes: Vec<&[u8]> = self.batch.changes.iter().map(|change| change.as_slice()).collect();
        let run = || {
            let mut documents: Vec<Document> =
                (0..DOCUMENTS).map(|_| Document::new(self.batch.document)).collect();
            let start = Instant::now();
            documents.iter_mut().for_each(|document| document.apply(changes.iter().copied()).unwrap());
            start.elapsed().as_secs_f64() * 1e9 / f64::from(DOCUMENTS)
        };
        median((0..RUNS).map(|_| run()))
    }

    /// Nanoseconds of the checks inside a transaction, of a store in which the document is new.
    pub(super) fn log(&self) -> f64 {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { folder: folder.path().to_owned(), ..Options::default() };
        let store = Arc::new(Sqlite::open(options).unwrap());
        let mut ns = 0.0;
        store
            .write(&mut |tx: &mut dyn Append| {
                ns = whole_cost(|| used(log::admit(tx, &self.inspected).unwrap().unwrap()));
                Ok(())
            })
            .unwrap();
        ns
    }
}

fn changes(actor: Actor, name: RoundName, officer: &OfficerId, id: DocumentId, count: u32) -> Vec<Vec<u8>> {
    let mut document = Document::new(id);
    let visit = Event::Visit {
        name,
        officer: officer.clone(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: Some(12),
        register: Vec::new(),
    };
    let visit = document.write(actor, &visit).unwrap();
    let mut changes = vec![visit.change];
    for n in 1..count {
        let answer = Event::Answer {
            visit: visit.key.clone(),
            subject: SubjectId::station(),
            item: ItemId::parse(&format!("F{n:02}")).unwrap(),
            answer: OK,
            fault: String::new(),
            note: String::new(),
            at: Timestamp(1_795_500_000_000 + i64::from(n) * 3_000),
            sees: Vec::new(),
            amends: None,
            attached: Default::default(),
        };
        changes.push(document.write(actor, &answer).unwrap().change);
    }
    changes
}
