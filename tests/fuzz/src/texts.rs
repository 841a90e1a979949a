//! Everything that is read from text: HTTP bodies, the entries of the bureau's documents, ids and names. The first byte
//! chooses what the rest is read as.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::api::board::BoardView;
use shared::api::enrolment::{Enrolled, Redeem};
use shared::api::problem::Problem;
use shared::api::session::{Challenge, ChallengeRequest, Session, SessionRequest};
use shared::document::read::Round;
use shared::domain::answer::Answer;
use shared::domain::asset::RegisterEntry;
use shared::domain::calendar::{Calendar, Operation};
use shared::domain::defect::DefectEntry;
use shared::domain::directory::{Directory, DirectoryEntry};
use shared::domain::need::NeedEntry;
use shared::domain::round::{Period, RoundName};
use shared::domain::template::{Addition, Template};
use shared::ids::{CollectionId, DeviceId, DocumentId, EventKey, ItemId, SubjectId};
use shared::projection;
use shared::time::{Date, Zone};

use crate::seeds;

pub fn run(input: &[u8]) {
    let Some((choice, bytes)) = input.split_first() else { return };
    match choice % 16 {
        0 => drop(body::<Redeem>(bytes)),
        1 => drop(body::<Enrolled>(bytes)),
        2 => drop(body::<ChallengeRequest>(bytes)),
        3 => drop(body::<Challenge>(bytes)),
        4 => drop(body::<SessionRequest>(bytes)),
        5 => drop(body::<Session>(bytes)),
        6 => drop(body::<Problem>(bytes)),
        7 => drop(body::<BoardView>(bytes)),
        8 => template(bytes),
        9 => calendar(bytes),
        10 => entry(bytes, DirectoryEntry::from_json),
        11 => {
            entry(bytes, RegisterEntry::from_json);
            entry(bytes, DefectEntry::from_json);
            entry(bytes, NeedEntry::from_json);
        }
        12 => drop(body::<RoundName>(bytes)),
        13 => drop(body::<Operation>(bytes)),
        14 => addition(bytes),
        _ => words(&String::from_utf8_lossy(bytes)),
    }
}

/// JSON that was understood means the same when it is written and read again.
fn body<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    assert_eq!(serde_json::from_slice::<T>(&written).ok().as_ref(), Some(&value));
    Some(value)
}

/// The same for an entry of a document, which is read by its word.
fn entry<T: Serialize + PartialEq + Debug>(bytes: &[u8], read: fn(&[u8]) -> Option<T>) {
    let Some(value) = read(bytes) else { return };
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    assert_eq!(read(&written).as_ref(), Some(&value));
}

fn template(bytes: &[u8]) {
    let Some(template) = body::<Template>(bytes) else { return };
    // Whether it could be published or not, it can be laid out.
    let _ = template.check();
    let _ = template.check_successor(&template);
    lay_out(&template);
}

fn addition(bytes: &[u8]) {
    let Some(addition) = body::<Addition>(bytes) else { return };
    let groups = addition.groups.clone();
    let template = Template { id: addition.template.clone(), groups, ..crate::read::template() };
    let _ = addition.check(&template, Some(&addition));
    lay_out(&template.with(Some(&addition)));
}

fn lay_out(template: &Template) {
    let (station, directory, register) = (seeds::station(), Directory::default(), BTreeMap::new());
    let subjects = projection::expected_subjects(template, &station, &directory, &register);
    let round = Round::default();
    let sheet = projection::round(template, subjects, &round);
    assert!(sheet.answered <= sheet.total && sheet.required_open <= sheet.total);
}

/// A calendar is asked for every day around its edges.
fn calendar(bytes: &[u8]) {
    let Some(calendar) = body::<Calendar>(bytes) else { return };
    for day in ["2026-11-24", "2024-02-29", "2026-01-01", "0001-01-01", "9999-12-31"] {
        let Some(date) = Date::parse(day) else { continue };
        let noon = Zone::CHINA.moment(date, 720);
        let _ = calendar.changes_after(noon, Zone::CHINA);
        let _ = calendar.next(&seeds::station(), noon, Zone::CHINA);
        for due in calendar.due(&seeds::station(), noon, Zone::CHINA) {
            assert!(due.opens <= due.due || due.name.period.start() <= due.name.period.end());
        }
    }
}

fn words(text: &str) {
    if let Ok(collection) = CollectionId::parse(text) {
        let shelf = collection.shelf().expect("a collection that parses is on a shelf");
        assert_eq!(CollectionId::of(&shelf), collection);
    }
    let key = EventKey::from_text(text);
    if let Some((actor, n)) = key.parts() {
        assert_eq!(EventKey::new(actor, n), key, "a key has one form");
    }
    if let Ok(period) = Period::parse(text) {
        same(text, &period);
        assert!(period.start() <= period.end());
        let round = RoundName { period, ..seeds::round_name() };
        assert_eq!(round.document(&seeds::bureau()).kind(), shared::ids::DocumentKind::Round);
    }
    if let Some(date) = Date::parse(text) {
        same(text, &date);
        let month = date.month();
        assert!(month.first() <= date && date < month.after().first());
    }
    if let Some(answer) = Answer::from_text(text) {
        assert_eq!(Answer::from_text(&answer.to_text()), Some(answer));
    }
    if let Ok(subject) = SubjectId::parse(text) {
        assert!(subject.as_officer().is_none() || subject.as_asset().is_none());
    }
    if let Ok(item) = ItemId::parse(text) {
        same(text, &item);
    }
    if let Ok(device) = DeviceId::parse(text) {
        assert_eq!(DeviceId::parse(&device.to_string()), Ok(device));
    }
    if let Ok(document) = DocumentId::parse(text) {
        assert_eq!(DocumentId::parse(&document.to_string()), Ok(document));
        assert_eq!(DocumentId::from_bytes(&document.to_bytes()), Some(document));
    }
}

fn same(text: &str, parsed: &impl Display) {
    assert_eq!(parsed.to_string(), text, "what is written is what was read");
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = seeds::ENTRIES
        .iter()
        .flat_map(|entry| [8, 9, 10, 11].map(|choice| [&[choice], entry.as_bytes()].concat()))
        .collect();
    let round = serde_json::to_vec(&seeds::round_name()).expect("writing into memory cannot fail");
    seeds.push([vec![12], round].concat());
    let session =
        format!(r#"{{"device":"{}","challenge":"AAAA","suite":1,"signature":"AAAA"}}"#, seeds::device());
    seeds.push([&[4], session.as_bytes()].concat());
    seeds.push([&[0][..], br#"{"code":"ABCD-EFGH-JKMN","public_key":"BAAA"}"#].concat());
    seeds.push([&[6][..], br#"{"type":"/problems/busy","title":"t","status":429,"code":"busy"}"#].concat());
    let flood = r#"{"operation":"meiyu","label":{"zh":"汛","en":""},"from":"2026-07-01","stations":["S01"],"by":"o1"}"#;
    seeds.push([&[13], flood.as_bytes()].concat());
    let line = r#"{"id":"own.a","name":{"zh":"一"},"kind":{"type":"count","unit":{"zh":"件"},"expected":{"of":"i2"}},
        "safe_side":"min","show_if":{"item":"i1","is":["ok"]}}"#;
    let group = format!(r#"[{{"name":{{"zh":"一"}},"items":[{line}]}}]"#);
    let own = format!(r#"{{"station":"S01","template":"t1","addition":1,"groups":{group}}}"#);
    seeds.push([&[14], own.as_bytes()].concat());
    let words = [
        "bureau".to_owned(),
        seeds::round_name().collection().to_string(),
        "station/S01/live".to_owned(),
        EventKey::new(shared::ids::Actor::new(seeds::device(), 0), 17).to_string(),
        seeds::device().to_string(),
        seeds::round().to_string(),
        "week/2026-11-23".to_owned(),
        "month/2026-11-01".to_owned(),
        "shift/2026-11-23/night".to_owned(),
        "asset:a1".to_owned(),
        "#79500".to_owned(),
        "@2027-01-31".to_owned(),
    ];
    seeds.extend(words.iter().map(|word| [&[15], word.as_bytes()].concat()));
    seeds
}
