//! The projector beside a running relay: what a phone pushes is on an open board without anybody asking again.

use std::time::Duration;

use shared::document::Document;
use shared::document::write::Event;
use shared::domain::Label;
use shared::domain::answer::{Answer, Condition};
use shared::domain::calendar::{Calendar, Duty, Recurrence};
use shared::domain::directory::{Bureau, DirectoryEntry, Officer, Station};
use shared::domain::round::{Period, RoundName};
use shared::ids::{ItemId, OfficerId, SubjectId, TemplateId};
use shared::protocol::AckOutcome;
use shared::trust::rights::Role;

use super::*;
use crate::clock::{Clock, SetClock};
use crate::content;
use crate::demo::phone::DemoPhone;
use crate::publishing::{publish_calendar, publish_directory, publish_template};
use crate::relay::author;
use crate::store::Founding;

/// A deadline for what must happen by itself.
const SOON: Duration = Duration::from_secs(20);

struct World {
    relay: Relay,
    phone: DemoPhone,
    document: Document,
    name: RoundName,
    _folder: tempfile::TempDir,
}

fn station() -> Station {
    Station {
        code: StationCode::parse("zhongmiao").unwrap(), name: Label::new("中庙派出所", "Zhongmiao")
    }
}

fn officer(id: &str) -> Officer {
    Officer {
        id: OfficerId::parse(id).unwrap(),
        name: format!("officer {id}"),
        badge: id.to_owned(),
        station: Some(station().code),
        role: Role::Officer,
    }
}

impl World {
    /// One station with one officer, who has one phone, and the pre-duty round of today.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { folder: folder.path().to_owned(), ..Options::default() };
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(options).unwrap());
        let bureau = Bureau {
            id: BureauId::parse("chaohu").unwrap(),
            name: Label::new("巢湖市公安局", "Chaohu"),
            zone: Zone::CHINA,
        };
        let relay_key = author::generate_key().unwrap();
        let founding = Founding { bureau: bureau.clone(), epoch: 1, relay_key };
        store.found(&founding).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SetClock::at(now()));
        let relay = Relay::start(Arc::clone(&store), clock, founding).unwrap();
        store.put_officer(&officer("zm-1")).unwrap();
        let phone = DemoPhone::new(officer("zm-1").id).unwrap();
        store.put_device(&phone.enrolled(now())).unwrap();
        let entries = [DirectoryEntry::Station(station()), DirectoryEntry::Officer(officer("zm-1"))];
        publish_directory(&relay, &entries).await.unwrap();
        for template in content::templates() {
            publish_template(&relay, &template).await.unwrap();
        }
        let template = TemplateId::parse("pre-duty").unwrap();
        let duty =
            Duty { template: template.clone(), on: Recurrence::Daily, due_minute: 1_200, days_after: 0 };
        publish_calendar(&relay, &Calendar { duties: vec![duty], ..Calendar::default() }).await.unwrap();
        let name = RoundName { station: station().code, template, period: Period::Day(today()) };
        let document = Document::new(name.document(&bureau.id));
        Self { relay, phone, document, name, _folder: folder }
    }

    /// One answer, written, signed, pushed and acknowledged.
    async fn answer(&mut self, item: &str, condition: Condition) {
        let visit = Event::Visit {
            name: self.name.clone(),
            officer: self.phone.officer.clone(),
            template_version: 1,
            utc_offset_minutes: 480,
            clock_offset_ms: None,
            register: Vec::new(),
        };
        let visit = self.document.write(self.phone.actor(), &visit).unwrap();
        let answer = Event::Answer {
            visit: visit.key.clone(),
            subject: SubjectId::officer(&self.phone.officer),
            item: ItemId::parse(item).unwrap(),
            answer: Answer::Condition(condition),
            fault: String::new(),
            note: "进水".to_owned(),
            at: now(),
            sees: Vec::new(),
            amends: None,
            attached: Default::default(),
        };
        let answer = self.document.write(self.phone.actor(), &answer).unwrap();
        let collection = self.name.collection();
        let bureau = &self.relay.bureau().id;
        let batch = self.phone.sign(bureau, &collection, self.document.id(), &[visit, answer]).unwrap();
        let acks = self.relay.push(self.phone.device(), vec![batch]).await.acks;
        assert!(matches!(acks[0].outcome, AckOutcome::Accepted { .. }), "{acks:?}");
    }
}

async fn next(watch: &mut BoardWatch) -> BoardView {
    tokio::time::timeout(SOON, watch.next())
        .await
        .expect("the board changes by itself")
        .expect("the board goes on")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_board_shows_what_a_phone_pushes() {
    let mut world = World::new().await;
    let (task, feed) = Projector::start(&world.relay).await.unwrap();
    let mut watch = feed.watch();
    let first = next(&mut watch).await;
    let cell = &first.stations[0].cells[0];
    assert_eq!((cell.state, cell.answered, cell.total), (DutyState::Open, 0, 12));

    world.answer("P04", Condition::Fault).await;
    let after = next(&mut watch).await;
    let cell = &after.stations[0].cells[0];
    assert_eq!((cell.answered, cell.total, cell.faults), (1, 12, 1));
    let fault = &after.attention[0];
    assert_eq!((fault.kind, fault.note.as_str()), (AttentionKind::Fault, "进水"));
    assert_eq!(fault.authors, ["officer zm-1"]);

    // A new colleague is asked about too, in the round that has begun.
    publish_directory(&world.relay, &[DirectoryEntry::Officer(officer("zm-2"))]).await.unwrap();
    assert_eq!(next(&mut watch).await.stations[0].cells[0].total, 24);
    task.abort();
    world.relay.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pushed_while_the_projector_was_away_is_found() {
    let mut world = World::new().await;
    let (store, bureau) = (Arc::clone(world.relay.store()), world.relay.bureau().id.clone());
    let projector = Projector::open(Arc::clone(&store), bureau.clone(), today()).unwrap();
    projector.catch_up(today()).unwrap();
    world.answer("P04", Condition::Ok).await;
    projector.catch_up(today()).unwrap();
    drop(projector);

    world.answer("P11", Condition::Ok).await;
    publish_directory(&world.relay, &[DirectoryEntry::Officer(officer("zm-2"))]).await.unwrap();
    let restarted = Projector::open(store, bureau, today()).unwrap();
    restarted.catch_up(today()).unwrap();
    let rounds = restarted.model().rounds;
    let row = rounds.values().next().unwrap();
    assert_eq!((rounds.len(), row.answered, row.total), (1, 2, 24));
    world.relay.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_revoked_phone_sends_is_on_the_board_when_it_is_released() {
    let mut world = World::new().await;
    let (store, bureau) = (Arc::clone(world.relay.store()), world.relay.bureau().id.clone());
    let projector = Projector::open(Arc::clone(&store), bureau, today()).unwrap();
    let row = || {
        projector.catch_up(today()).unwrap();
        let rounds = projector.model().rounds;
        rounds.values().next().map(|row| (row.answered, row.faults)).unwrap()
    };
    world.answer("P11", Condition::Ok).await;
    store.revoke(world.phone.device(), now()).unwrap();
    world.answer("P04", Condition::Fault).await;
    assert_eq!(row(), (1, 0));
    let by = OfficerId::parse("he").unwrap();
    // The visit and the answer of the second push.
    let released = world.relay.release(world.document.id(), world.phone.device(), &by).await;
    assert_eq!(released.unwrap(), 2);
    assert_eq!(row(), (2, 1));
    world.relay.close().await;
}

#[test]
fn a_document_that_panics_costs_its_row_and_nothing_else() {
    let id = DocumentId::derive(DocumentKind::Round, &["poison"]);
    assert_eq!(guarded(id, || -> Option<u8> { panic!("poison") }), None);
    assert_eq!(guarded(id, || Some(7)), Some(7));
}
