//! What came from a revoked phone is there and does not count, until it is released; what others built on it works.
#![cfg(feature = "documents")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use shared::document::read::{self, Round};
use shared::document::write::Event;
use shared::document::{Document, Written};
use shared::domain::answer::{Answer, Condition};
use shared::domain::directory::{Directory, DirectoryEntry, Held, Release};
use shared::domain::reading::{self, Reading};
use shared::domain::round::{Period, RoundName};
use shared::ids::{
    Actor, BureauId, ChangeHash, DeviceId, EventKey, ItemId, OfficerId, StationCode, SubjectId, TemplateId,
};
use shared::time::Timestamp;

const NOW: Timestamp = Timestamp(1_795_500_000_000);

fn bureau() -> BureauId {
    BureauId::parse("chaohu").unwrap()
}

fn name() -> RoundName {
    RoundName {
        station: StationCode::parse("zhongmiao").unwrap(),
        template: TemplateId::parse("flood-departure").unwrap(),
        period: Period::parse("2026-11-23").unwrap(),
    }
}

fn visit(document: &mut Document, actor: Actor) -> EventKey {
    let visit = Event::Visit {
        name: name(),
        officer: OfficerId::parse("chen").unwrap(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: None,
        register: Vec::new(),
    };
    document.write(actor, &visit).unwrap().key
}

fn answer(document: &mut Document, actor: Actor, visit: &EventKey, condition: Condition) -> Written {
    let answer = Event::Answer {
        visit: visit.clone(),
        subject: SubjectId::station(),
        item: ItemId::parse("F01").unwrap(),
        answer: Answer::Condition(condition),
        fault: String::new(),
        note: String::new(),
        at: NOW,
        sees: Vec::new(),
        amends: None,
        attached: Default::default(),
    };
    document.write(actor, &answer).unwrap()
}

fn read(document: &Document, directory: &Directory) -> (Round, Reading) {
    let mut round = read::round(document, &bureau());
    read::hold(&mut round, document, &directory.held_in(document.id()));
    let reading = reading::read(None, &round.observations.iter().collect::<Vec<_>>());
    (round, reading)
}

#[test]
fn what_is_held_counts_when_it_is_released_and_not_before() {
    let mut document = Document::new(name().document(&bureau()));
    let [stolen, honest] = [1, 2].map(|n| Actor::new(DeviceId::from([n; 16]), 0));
    let (theirs, ours) = (visit(&mut document, stolen), visit(&mut document, honest));
    let heads = document.heads();
    let signed = document.write(honest, &Event::SignOff { visit: ours.clone(), at: NOW, heads }).unwrap();
    let fault = answer(&mut document, stolen, &theirs, Condition::Fault);
    let heads = document.heads();
    let forged = document.write(stolen, &Event::SignOff { visit: theirs, at: NOW, heads }).unwrap();
    answer(&mut document, honest, &ours, Condition::Ok);

    let (id, device) = (document.id(), stolen.device());
    let changes: Vec<ChangeHash> = vec![fault.hash, forged.hash];
    let mut directory = Directory::default();
    let standing = |directory: &Directory| read(&document, directory).1.standing.len();
    assert_eq!(standing(&directory), 2, "nothing is held yet");
    directory.take(DirectoryEntry::Held(Held { document: id, device, changes: changes.clone() }));
    let (round, reading) = read(&document, &directory);
    assert_eq!(round.observations.iter().filter(|observation| observation.is_held).count(), 1);
    assert_eq!(
        (round.held, reading.standing.len()),
        (2, 1),
        "it is there, and the other's answer stands alone"
    );
    let [sign_off] = round.sign_offs.as_slice() else { panic!("{:?}", round.sign_offs) };
    assert_eq!(sign_off.key, signed.key, "a signature that is held is none");
    assert_eq!(sign_off.uncovered.as_ref().unwrap().len(), 1, "nobody signs again for what does not count");

    let by = OfficerId::parse("he").unwrap();
    let release = Release { document: id, device, changes: changes.clone(), by, at: NOW };
    directory.take(DirectoryEntry::Released(release));
    assert_eq!(standing(&directory), 2);
    assert_eq!(read(&document, &directory).0.sign_offs.len(), 2);
    directory.take(DirectoryEntry::Held(Held { document: id, device, changes }));
    assert_eq!(standing(&directory), 2, "a release is for good");
}

#[test]
fn entries_of_the_directory_survive_their_text() {
    let (document, device) = (name().document(&bureau()), DeviceId::from([3; 16]));
    let held = DirectoryEntry::Held(Held { document, device, changes: vec![ChangeHash([7; 32])] });
    let text = serde_json::to_string(&held).unwrap();
    assert!(text.starts_with("{\"type\":\"held\",\"document\":\"round-"), "{text}");
    assert_eq!(DirectoryEntry::from_json(text.as_bytes()).unwrap(), held);
    assert_eq!(DirectoryEntry::from_json(text.replace("0707", "07").as_bytes()), None);
}
