//! Rows are what the documents say, whenever and however they were made.

use shared::api::board::{AttentionKind, BoardView, DutyState, HandledFigures};
use shared::ids::TemplateId;
use shared::time::{HOUR_MS, MINUTE_MS, Timestamp, Zone};

use super::*;
use crate::clock::SetClock;
use crate::demo;
use crate::publishing::publish_template;
use crate::store::Faults;
use crate::store::sqlite::{Options, Sqlite};

mod live;

fn now() -> Timestamp {
    Zone::CHINA.moment(Date::new(2026, 11, 24).unwrap(), 10 * 60)
}

fn today() -> Date {
    Zone::CHINA.date(now())
}

fn open(store: &Arc<dyn Store>) -> Projector {
    let bureau = store.founding().unwrap().unwrap().bureau.id;
    Projector::open(Arc::clone(store), bureau, today()).unwrap()
}

/// The rows by reading each document by itself.
fn read_all(store: &dyn Store, projector: &Projector) -> BTreeMap<String, RoundRow> {
    let reference = projector.model().reference;
    let collections = store.collections().unwrap();
    let documents = collections.iter().flat_map(|(collection, _)| store.documents(collection).unwrap());
    let rows = documents.filter(|id| id.kind() == DocumentKind::Round).filter_map(|id| {
        let document = reference::load(store, id).unwrap()?;
        rows::project(&document, &projector.bureau, &reference, store)
    });
    rows.map(|row| (rows::key(&row.name), row)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_what_the_documents_say_after_following_restarting_and_rebuilding() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { folder: folder.path().to_owned(), ..Options::default() };
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(options).unwrap());
    demo::prepare(&store, now()).await.unwrap();

    let projector = open(&store);
    assert!(projector.catch_up(today()).unwrap());
    assert!(!projector.catch_up(today()).unwrap(), "nothing is new");
    let followed = projector.model();
    assert!(followed.rounds.len() > 300, "{}", followed.rounds.len());
    assert_eq!(followed.rounds, read_all(store.as_ref(), &projector));

    let restarted = open(&store);
    assert!(!restarted.catch_up(today()).unwrap());
    assert_eq!(restarted.model(), followed);

    restarted.rebuild(today()).unwrap();
    assert_eq!(restarted.model(), followed);

    let devices = store.devices().unwrap();
    check_demo_board(&board::view(&followed, &devices, Zone::CHINA, now()));
    let before = now().plus_ms(-90 * MINUTE_MS);
    let early = board::view(&followed, &devices, Zone::CHINA, before);
    assert!(
        states(&early, "pre-duty").iter().all(|state| matches!(state, DutyState::Open | DutyState::Done))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_found_no_room_are_read_against_the_new_checklist_later() {
    let (folder, faults) = (tempfile::tempdir().unwrap(), Faults::default());
    let options = Options { folder: folder.path().to_owned(), faults: faults.clone(), ..Options::default() };
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(options).unwrap());
    demo::prepare(&store, now()).await.unwrap();
    let projector = open(&store);
    projector.catch_up(today()).unwrap();

    let founding = store.founding().unwrap().unwrap();
    let relay = Relay::start(Arc::clone(&store), Arc::new(SetClock::at(now())), founding).unwrap();
    let pre_duty = TemplateId::parse("pre-duty").unwrap();
    let mut template = projector.model().reference.templates[&pre_duty].clone();
    template.version += 1;
    template.groups[0].items.truncate(1);
    publish_template(&relay, &template).await.unwrap();
    faults.set_full(true);
    assert!(projector.catch_up(today()).is_err());
    faults.set_full(false);
    assert!(projector.catch_up(today()).unwrap());
    let followed = projector.model().rounds;
    let handled = (projector.model().defects, projector.model().needs);
    projector.rebuild(today()).unwrap();
    assert_eq!(followed, projector.model().rounds);
    assert_eq!(handled, (projector.model().defects, projector.model().needs));
}

fn states(view: &BoardView, template: &str) -> Vec<DutyState> {
    let column = view.duties.iter().position(|duty| duty.template.as_str() == template).unwrap();
    view.stations.iter().map(|station| station.cells[column].state).collect()
}

fn check_demo_board(view: &BoardView) {
    assert_eq!((view.stations.len(), view.duties.len()), (18, 6));
    let kinds: Vec<_> = view.attention.iter().map(|row| row.kind).collect();
    assert!(kinds.is_sorted(), "most urgent first: {kinds:?}");
    let count = |kind| kinds.iter().filter(|found| **found == kind).count();
    assert_eq!((count(AttentionKind::Dispute), count(AttentionKind::Silent)), (1, 1));
    assert!(count(AttentionKind::Fault) >= 4 && count(AttentionKind::Missing) >= 1, "{kinds:?}");

    let first = &view.attention[0];
    assert_eq!((first.kind, first.station.as_str()), (AttentionKind::Urgent, "yafu"));
    assert!(first.defect.is_some() && first.item_name.zh == "发电机", "{first:?}");
    let HandledFigures { open, urgent, old, needs_raised, acknowledge_minutes, .. } = view.handled;
    assert_eq!((open, urgent, old, needs_raised, acknowledge_minutes), (6, 1, 1, 1, Some(120)));
    let dispute = view.attention.iter().find(|row| row.kind == AttentionKind::Dispute).unwrap();
    assert_eq!((dispute.station.as_str(), dispute.authors.len()), ("sanbing", 2));
    assert!(dispute.is_safety_critical && dispute.note.contains("出水口"), "{dispute:?}");
    let silent = view.attention.last().unwrap();
    assert_eq!(silent.station.as_str(), "langanji");
    assert!(now().since(silent.at.unwrap()) > 72 * HOUR_MS);

    let all: Vec<_> =
        view.stations.iter().flat_map(|station| &station.cells).map(|cell| cell.state).collect();
    for state in [DutyState::Open, DutyState::Done, DutyState::NotDone, DutyState::Unknown] {
        assert!(all.contains(&state), "{state:?} is nowhere");
    }
    let home = view.stations.iter().find(|station| station.code.as_str() == "zhongmiao").unwrap();
    assert_eq!(home.cells[0].answered + home.cells[1].answered, 0, "the guests' rounds are untouched");
    assert!(home.cells[0].total >= 60 && home.cells[1].total == 24);
    let silent = view.stations.iter().find(|station| station.code.as_str() == "langanji").unwrap();
    assert!(silent.cells[0].state == DutyState::Unknown && silent.devices_heard == 0 && silent.devices == 3);
}
