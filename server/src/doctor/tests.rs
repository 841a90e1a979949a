//! A bureau with a little of everything, spoiled in every way that a disk or a database's owner could, and each told.

use std::path::Path;
use std::sync::Arc;

use shared::document::Document;
use shared::document::write::Event;
use shared::domain::Label;
use shared::domain::answer::{Answer, Condition};
use shared::domain::directory::{DirectoryEntry, Officer, Station};
use shared::domain::round::{Period, RoundName};
use shared::ids::{BureauId, ItemId, OfficerId, StationCode, SubjectId, TemplateId};
use shared::protocol::AckOutcome;
use shared::time::Zone;
use shared::trust::rights::Role;

use super::*;
use crate::clock::{Clock, SetClock};
use crate::demo::phone::DemoPhone;
use crate::founding::{self, Charter};
use crate::projector::Projector;
use crate::publishing::publish_directory;
use crate::relay::Relay;
use crate::store::sqlite::{FILE_NAME, Options, Sqlite, backup, spoil};
use crate::store::{Log, People};

fn now() -> Timestamp {
    Zone::CHINA.moment(Date::new(2026, 11, 24).unwrap(), 10 * 60)
}

fn officer(id: &str, station: Option<&str>, role: Role) -> Officer {
    Officer {
        id: OfficerId::parse(id).unwrap(),
        name: "侯芳".to_owned(),
        badge: "013117".to_owned(),
        station: station.map(|code| StationCode::parse(code).unwrap()),
        role,
    }
}

/// Founds a bureau in a folder; one phone answers two lines of a round in two batches, and the rows are made.
async fn bureau(folder: &Path) {
    let bureau = Bureau {
        id: BureauId::parse("chaohu").unwrap(),
        name: Label::new("巢湖市公安局", "Chaohu"),
        zone: Zone::CHINA,
    };
    let charter = Charter { bureau: bureau.clone(), admin: officer("admin", None, Role::Admin) };
    let clock: Arc<dyn Clock> = Arc::new(SetClock::at(now()));
    founding::found(folder, &charter, Arc::clone(&clock)).await.unwrap();
    let store: Arc<dyn Store> =
        Arc::new(Sqlite::open(Options { folder: folder.to_owned(), ..Options::default() }).unwrap());
    let relay = Relay::start(Arc::clone(&store), clock, store.founding().unwrap().unwrap()).unwrap();
    let writer = officer("zm-1", Some("zhongmiao"), Role::Officer);
    let station =
        Station { code: writer.station.clone().unwrap(), name: Label::new("中庙派出所", "Zhongmiao") };
    store.put_officer(&writer).unwrap();
    let phone = DemoPhone::new(writer.id.clone()).unwrap();
    store.put_device(&phone.enrolled(now())).unwrap();
    let entries = [DirectoryEntry::Station(station.clone()), DirectoryEntry::Officer(writer.clone())];
    publish_directory(&relay, &entries).await.unwrap();
    let name = RoundName {
        station: station.code,
        template: TemplateId::parse("pre-duty").unwrap(),
        period: Period::Day(Zone::CHINA.date(now())),
    };
    let mut document = Document::new(name.document(&bureau.id));
    let visit = Event::Visit {
        name: name.clone(),
        officer: writer.id.clone(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: None,
        register: Vec::new(),
    };
    let visit = document.write(phone.actor(), &visit).unwrap();
    let mut first = vec![visit.clone()];
    for item in ["P01", "P02"] {
        let answer = Event::Answer {
            visit: visit.key.clone(),
            subject: SubjectId::officer(&writer.id),
            item: ItemId::parse(item).unwrap(),
            answer: Answer::Condition(Condition::Ok),
            fault: String::new(),
            note: String::new(),
            at: now(),
            sees: Vec::new(),
            amends: None,
            attached: Default::default(),
        };
        first.push(document.write(phone.actor(), &answer).unwrap());
        let batch = phone.sign(&bureau.id, &name.collection(), document.id(), &first).unwrap();
        let acks = relay.push(phone.device(), vec![batch]).await.acks;
        assert!(matches!(acks[0].outcome, AckOutcome::Accepted { .. }), "{acks:?}");
        first.clear();
    }
    let today = Zone::CHINA.date(now());
    let projector = Projector::open(Arc::clone(&store), bureau.id, today).unwrap();
    projector.catch_up(today).unwrap();
    relay.close().await;
}

fn examined(folder: &Path) -> Report {
    examine(&Sqlite::open_to_examine(folder).unwrap(), now()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_well_is_called_well_and_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    bureau(folder.path()).await;
    let file = folder.path().join(FILE_NAME);
    let before = std::fs::read(&file).unwrap();
    let report = examined(folder.path());
    assert_eq!(report.findings, []);
    assert_eq!((report.examined.rows, report.examined.collections), (1, 2));
    assert!(report.examined.signatures >= 5 && report.sizes.documents >= 7, "{report:?}");
    assert!(report.text().contains("Nothing is wrong."), "{}", report.text());
    assert_eq!(std::fs::read(&file).unwrap(), before, "not a byte was written");

    let looked_at = Sqlite::open_to_examine(folder.path()).unwrap();
    assert!(
        looked_at.put_heard(&[]).is_err()
            && looked_at.found(&looked_at.founding().unwrap().unwrap()).is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_spoiling_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    bureau(folder.path()).await;
    for (what, told) in [
        ("a byte of a change flips", &["the bytes of entry 2"][..]),
        ("an entry is gone", &["entries 2 to 2 are missing"]),
        ("the end is gone", &["entries 3 to 3 are missing"]),
        ("a receipt's time is changed", &["the chain does not fit at entry 3"]),
        ("the end's chain is changed", &["its end is not the last entry's chain"]),
        ("a signature is replaced", &["it does not fit", "the chain does not fit at entry 3"]),
        ("the authors are forgotten", &["the device is not known"]),
        ("a writer's last number is changed", &["number 9 is kept as the last; the log has 3"]),
        ("a row is edited", &["is not what the log says"]),
        ("the rows are gone", &["is missing"]),
        ("a row is invented", &["is of a round that the log does not have"]),
        ("an index lacks an entry", &["the database's own check"]),
    ] {
        let spoiled = tempfile::tempdir().unwrap();
        // Whoever served it may not have let go of it yet.
        backup(folder.path(), &spoiled.path().join(FILE_NAME), |_, _| {}).unwrap();
        spoil(spoiled.path(), what);
        let report = examined(spoiled.path());
        let text = report.text();
        assert!(told.iter().all(|told| text.contains(told)), "{what}:\n{text}");
        assert!(text.contains("WRONG") && !text.contains("Nothing is wrong"), "{what}");
        assert!(report.findings.len() <= 8, "one fault is not told as many: {what}:\n{text}");
    }
}
