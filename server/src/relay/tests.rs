//! Writer, admission, author and pull together, over a real store.

use std::sync::Arc;

use shared::document::write::Event;
use shared::document::{Document, Written};
use shared::domain::Label;
use shared::domain::directory::{Bureau, Officer};
use shared::domain::round::{Period, RoundName};
use shared::ids::{
    BureauId, CollectionId, DeviceId, DocumentId, DocumentKind, OfficerId, StationCode, TemplateId,
};
use shared::protocol::{Ack, AckOutcome, Batch, Carried, Cursor, Pull, RefusalCode, RejectCode, Want};
use shared::time::{Timestamp, Zone};
use shared::trust::chain;
use shared::trust::rights::Role;

use super::*;
use crate::clock::SetClock;
use crate::demo::phone::DemoPhone;
use crate::store::Faults;
use crate::store::sqlite::{Options, Sqlite};

mod handled;
mod rejections;
mod shadows;
mod snapshots;
mod writing;

const NOON: Timestamp = Timestamp(1_795_500_000_000);
const EPOCH: u64 = 42;

/// A relay over a folder that goes with it.
struct Desk {
    relay: Relay,
    faults: Faults,
    clock: Arc<SetClock>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let clock = Arc::new(SetClock::at(NOON));
        Self::with_clock(clock.clone(), clock)
    }

    /// A desk whose relay asks another clock than the one that the test sets.
    fn with_clock(asked: Arc<dyn Clock>, clock: Arc<SetClock>) -> Self {
        Self::with_shadows(asked, clock, shadow::Options::default())
    }

    /// A desk with shadow workers of its own kind.
    fn with_shadows(asked: Arc<dyn Clock>, clock: Arc<SetClock>, shadows: shadow::Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let faults = Faults::default();
        let options =
            Options { folder: folder.path().to_owned(), page_count_max: None, faults: faults.clone() };
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(options).unwrap());
        let bureau = Bureau {
            id: BureauId::parse("chaohu").unwrap(),
            name: Label::new("巢湖市公安局", "Chaohu bureau"),
            zone: Zone::CHINA,
        };
        let founding = Founding { bureau, epoch: EPOCH, relay_key: author::generate_key().unwrap() };
        store.found(&founding).unwrap();
        let relay = Relay::start_with(store, asked, founding, shadows).unwrap();
        Self { relay, faults, clock, _folder: folder }
    }

    /// An enrolled phone of an officer of a station.
    fn phone(&self, officer: &str, station: &str) -> DemoPhone {
        self.phone_of(officer, station, Role::Officer)
    }

    fn phone_of(&self, officer: &str, station: &str, role: Role) -> DemoPhone {
        let id = OfficerId::parse(officer).unwrap();
        let station = Some(StationCode::parse(station).unwrap());
        let person =
            Officer { id: id.clone(), name: officer.to_owned(), badge: "1".to_owned(), station, role };
        self.relay.store().put_officer(&person).unwrap();
        let phone = DemoPhone::new(id).unwrap();
        self.relay.store().put_device(&phone.enrolled(NOON)).unwrap();
        phone
    }

    async fn push(&self, batches: &[&Batch]) -> Vec<AckOutcome> {
        let pushed = batches.iter().map(|batch| (*batch).clone()).collect();
        let acks = self.relay.push(carrier(), pushed).await.acks;
        for (ack, batch) in acks.iter().zip(batches) {
            assert_eq!((ack.document, ack.head), (batch.document, batch.head));
        }
        acks.into_iter().map(|Ack { outcome, .. }| outcome).collect()
    }

    async fn pull(&self, cursor: Cursor, bytes_max: usize) -> Pull {
        self.relay.pull(Want::at(month(), cursor), bytes_max).await.unwrap()
    }
}

/// Whose connection brings everything here.
fn carrier() -> DeviceId {
    DeviceId::from([0xca; 16])
}

fn month() -> CollectionId {
    name().collection()
}

fn name() -> RoundName {
    RoundName {
        station: StationCode::parse("zhongmiao").unwrap(),
        template: TemplateId::parse("flood-departure").unwrap(),
        period: Period::parse("2026-11-23").unwrap(),
    }
}

fn round() -> DocumentId {
    name().document(&BureauId::parse("chaohu").unwrap())
}

fn entry(n: usize) -> Event {
    Event::Entry { body: format!("{{\"n\":{n}}}") }
}

/// A visit of a person to the round; `n` tells it from others.
fn visit(officer: &OfficerId, n: usize) -> Event {
    Event::Visit {
        name: name(),
        officer: officer.clone(),
        template_version: u32::try_from(n).unwrap(),
        utc_offset_minutes: 480,
        clock_offset_ms: None,
        register: Vec::new(),
    }
}

/// Writes events of a phone into a document, one change each.
fn write(phone: &DemoPhone, document: &mut Document, count: usize) -> Vec<Written> {
    (0..count).map(|n| document.write(phone.actor(), &visit(&phone.officer, n)).unwrap()).collect()
}

/// One signed batch of a phone for the round.
fn batch(phone: &DemoPhone, written: &[Written]) -> Batch {
    phone.sign(&BureauId::parse("chaohu").unwrap(), &month(), round(), written).unwrap()
}

fn accepted(seq: u64) -> AckOutcome {
    AckOutcome::Accepted { seq, receipt_time: NOON }
}

fn duplicate(seq: u64) -> AckOutcome {
    AckOutcome::Duplicate { seq, receipt_time: NOON }
}

fn code(outcome: &AckOutcome) -> Option<RejectCode> {
    match outcome {
        AckOutcome::Rejected { code, .. } => Some(*code),
        AckOutcome::Accepted { .. } | AckOutcome::Duplicate { .. } | AckOutcome::Deferred { .. } => None,
    }
}

/// The changes of a pull, after checking that positions and chain follow from a place.
fn follow(from: Cursor, pull: &Pull) -> Vec<Vec<u8>> {
    let mut changes = Vec::new();
    let (mut seq, mut at) = (from.seq, from.chain);
    for run in &pull.runs {
        assert_eq!(run.seq_first, seq + 1, "no gap between runs");
        for carried in &run.changes {
            let Carried::Change(change) = carried else { panic!("the relay reads whole changes") };
            seq += 1;
            let link = chain::Link {
                seq,
                document: run.document,
                change: shared::document::chunk::hash(change).unwrap(),
                device: run.device,
                signature_hash: &run.signature_hash,
                receipt_time: run.receipt_time,
            };
            at = chain::extend(at, link);
            changes.push(change.clone());
        }
    }
    assert_eq!(pull.cursor, Cursor::at(EPOCH, seq, at));
    changes
}
