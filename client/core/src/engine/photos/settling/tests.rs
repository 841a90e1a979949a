//! Photos and the transactions that they are answered in, without a browser.

use shared::document::{Document, chunk};
use shared::domain::defect::{DefectAct, DefectName};
use shared::domain::history::Told;
use shared::domain::photo::{Attached, Photo};
use shared::domain::round::{Period, RoundName};
use shared::ids::{Actor, DeviceId, EventKey, ItemId, OfficerId, StationCode, SubjectId, TemplateId};
use shared::time::{Timestamp, Zone};

use super::super::row::Kind;
use super::*;

fn bureau() -> BureauId {
    BureauId::parse("chaohu").unwrap()
}

fn station() -> StationCode {
    StationCode::parse("zhongmiao").unwrap()
}

fn card(item: &str) -> Card {
    let round = RoundName {
        station: station(),
        template: TemplateId::parse("weekly").unwrap(),
        period: Period::Day(Zone::CHINA.date(Timestamp(1_795_400_000_000))),
    };
    Card { round, subject: SubjectId::station(), item: ItemId::parse(item).unwrap() }
}

/// A draft and its small one.
fn drafts(photo: u8, card: Option<Card>, at: i64) -> Vec<Row> {
    let row = |hash, kind| Row {
        hash: PhotoHash([hash; 32]),
        kind,
        of: PhotoHash([photo; 32]),
        media: "image/jpeg".to_owned(),
        bytes: 100,
        at: Timestamp(at),
        draft: true,
        refused: None,
        sent: None,
        epoch: 0,
        card: card.clone(),
        report: card.is_none().then_some(Timestamp(at)),
        station: station(),
    };
    vec![row(photo, Kind::Photo), row(photo + 100, Kind::Thumbnail)]
}

fn answer(card: &Card, answer: Answer, photos: &[u8]) -> Write {
    let photo = |n: &u8| Photo { original: PhotoHash([*n; 32]), thumbnail: PhotoHash([n + 100; 32]) };
    let event = Event::Answer {
        visit: EventKey::new(Actor::new(DeviceId::from([1; 16]), 0), 1),
        subject: card.subject.clone(),
        item: card.item.clone(),
        answer,
        fault: String::new(),
        note: String::new(),
        at: Timestamp(9),
        sees: Vec::new(),
        amends: None,
        attached: Attached { photos: photos.iter().map(photo).collect(), memo: None },
    };
    change(Document::new(card.round.document(&bureau())), card.round.collection(), &event)
}

fn change(mut document: Document, collection: shared::ids::CollectionId, event: &Event) -> Write {
    let written = document.write(Actor::new(DeviceId::from([1; 16]), 0), event).unwrap();
    let (document, hash) = (document.id(), chunk::hash(&written.change).unwrap());
    Write::Change(StoredChange { collection, document, hash, change: written.change })
}

fn keys(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| &record.key[..2]).collect()
}

#[test]
fn a_photo_is_a_draft_no_longer_from_the_transaction_on_that_its_answer_is_written_in() {
    let line = card("W07");
    let rows = [drafts(1, Some(line.clone()), 5), drafts(2, Some(line.clone()), 6)].concat();
    let said = answer(&line, Answer::Photo(PhotoHash([1; 32])), &[1]);
    let records = settled(&rows, &[said], &bureau());
    assert_eq!(keys(&records), ["01", "65"], "the photo and its small one, and not the next");
    let after: Vec<Row> = records
        .iter()
        .map(|record| serde_json::from_slice(record.value.as_ref().unwrap()).unwrap())
        .collect();
    assert!(after.iter().all(Row::is_waiting));
    // A tab that has not heard of it asks once more, or the app begins anew with the answer undone.
    assert!(is_answered(&after, &line, PhotoHash([1; 32])));
    assert!(!is_answered(&rows, &line, PhotoHash([1; 32])));
}

#[test]
fn the_same_picture_taken_once_more_is_answered_once_more() {
    let line = card("W07");
    let mut rows = drafts(1, Some(line.clone()), 5);
    rows[0].draft = false;
    assert!(is_answered(&rows, &line, PhotoHash([1; 32])));
    rows.extend(drafts(1, Some(line.clone()), 8));
    assert!(!is_answered(&rows, &line, PhotoHash([1; 32])));
    assert!(!is_answered(&rows, &card("W08"), PhotoHash([1; 32])), "for another card it was never taken");
}

#[test]
fn what_is_said_elsewhere_takes_no_draft_along() {
    let (line, other) = (card("W07"), card("W08"));
    let rows = [drafts(1, Some(line.clone()), 5), drafts(3, None, 6)].concat();
    let said = [answer(&other, Answer::Text("x".to_owned()), &[1]), answer(&line, Answer::NotChecked, &[2])];
    assert_eq!(settled(&rows, &said, &bureau()), []);
    let name = DefectName {
        station: station(),
        subject: SubjectId::station(),
        item: ItemId::parse("general").unwrap(),
        number: 1,
    };
    let by = OfficerId::parse("li").unwrap();
    let told = Told { by, at: Timestamp(9), clock: None, sees: Vec::new() };
    let mut report = DefectEntry::new(name.clone(), DefectAct::Report, told);
    report.photos = vec![PhotoHash([3; 32])];
    let event = Event::Entry { body: report.to_json() };
    let report = change(Document::new(name.document(&bureau())), name.collection(), &event);
    assert_eq!(keys(&settled(&rows, &[report], &bureau())), ["03", "67"], "a report takes its own");
}
