//! The bureau that every simulation plays in: two stations, seven people, two checklists, and the rounds of the days
//! around the simulated today.

use data_encoding::BASE64URL_NOPAD;
use shared::document::write::Event;
use shared::domain::Label;
use shared::domain::answer::{Answer, Condition, SafeSide};
use shared::domain::directory::{Bureau, Device, DirectoryEntry, Officer, Station};
use shared::domain::round::{Period, RoundName};
use shared::domain::template::{Group, Item, ItemKind, SubjectKind, Template};
use shared::ids::{BureauId, CollectionId, DocumentId, ItemId, OfficerId, StationCode, TemplateId};
use shared::sync::device::Identity;
use shared::time::{Timestamp, Zone};
use shared::trust::rights::{Rights, Role};

use super::dice::Dice;
use super::keys::Key;

/// The number of the relay's key.
pub const RELAY_KEY: usize = 0;
/// The number of a key that is enrolled and belongs to no phone of ours: somebody's who means ill.
pub const HOSTILE_KEY: usize = 8;
/// The number of a key that nobody has enrolled.
pub const STRANGER_KEY: usize = 9;

const PEOPLE: [(&str, Role, Option<&str>); 7] = [
    ("li", Role::Officer, Some("zhongmiao")),
    ("wang", Role::Officer, Some("zhongmiao")),
    ("chen", Role::Lead, Some("zhongmiao")),
    ("zhao", Role::Officer, Some("huailin")),
    ("sun", Role::Lead, Some("huailin")),
    ("zhou", Role::Supervisor, None),
    ("qian", Role::Officer, Some("zhongmiao")),
];

/// Whose phone it is, by the number of its key: 1 to 7, and `HOSTILE_KEY` is `qian`'s.
pub fn owner(key: usize) -> Officer {
    let index = match key {
        // Two phones of one person.
        7 => 0,
        HOSTILE_KEY => 6,
        key => key - 1,
    };
    let (id, role, station) = PEOPLE[index];
    Officer {
        id: OfficerId::parse(id).expect("a literal"),
        name: id.to_owned(),
        badge: format!("01{index:04}"),
        station: station.map(|code| StationCode::parse(code).expect("a literal")),
        role,
    }
}

/// The keys that are enrolled.
pub fn enrolled_keys() -> impl Iterator<Item = usize> {
    1..=HOSTILE_KEY
}

/// The tenant.
pub fn bureau() -> Bureau {
    Bureau {
        id: BureauId::parse("chaohu").expect("a literal"),
        name: Label::new("巢湖市公安局", "Chaohu bureau"),
        zone: Zone::CHINA,
    }
}

/// What a phone with this key is told when it enrols.
pub fn identity(key: usize) -> Identity {
    let Officer { id, role, station, .. } = owner(key);
    let rights = Rights { officer: id, role, station };
    let relay_key = Some(Key::new(RELAY_KEY).public_key().into());
    Identity { bureau: bureau().id, zone: Zone::CHINA, device: Key::new(key).device(), rights, relay_key }
}

/// The stations.
pub fn stations() -> [StationCode; 2] {
    ["zhongmiao", "huailin"].map(|code| StationCode::parse(code).expect("a literal"))
}

/// What the directory says at first.
pub fn directory() -> Vec<DirectoryEntry> {
    let mut entries = vec![DirectoryEntry::Bureau(bureau())];
    entries.extend(stations().map(|code| {
        let name = Label::new(code.as_str(), code.as_str());
        DirectoryEntry::Station(Station { code, name })
    }));
    entries.extend((1..=7).filter(|key| *key != 7).map(|key| DirectoryEntry::Officer(owner(key))));
    entries.push(DirectoryEntry::Officer(owner(HOSTILE_KEY)));
    entries.extend(enrolled_keys().map(|number| {
        let key = Key::new(number);
        let public_key = BASE64URL_NOPAD.encode(&key.public_key());
        DirectoryEntry::Device(Device { id: key.device(), officer: owner(number).id, public_key })
    }));
    entries
}

/// What the relay writes into a document of its own.
pub fn event(entry: &impl serde::Serialize) -> Event {
    Event::Entry { body: serde_json::to_string(entry).expect("the domain's values have string keys only") }
}

fn item(id: &str, kind: ItemKind, safe_side: SafeSide, is_safety_critical: bool) -> Item {
    Item {
        id: ItemId::parse(id).expect("a literal"),
        name: Label::new(id, id),
        standard: Label::default(),
        kind,
        safe_side,
        is_safety_critical,
        is_required: false,
        show_if: None,
        faults: Vec::new(),
    }
}

/// The checklists, at a version.
pub fn templates(version: u32) -> Vec<Template> {
    let condition = || ItemKind::Condition;
    let pressure = ItemKind::Number {
        unit: Label::new("MPa", "MPa"),
        ok_min: Some(20_000),
        ok_max: None,
        min: None,
        max: None,
    };
    let mut items = vec![
        item("torch", condition(), SafeSide::Worst, false),
        item("boat", condition(), SafeSide::Worst, true),
        item("bottle", pressure, SafeSide::Min, false),
        item("locked", ItemKind::YesNo, SafeSide::Worst, false),
        item("remark", ItemKind::Text, SafeSide::All, false),
    ];
    if version > 1 {
        items.push(item("rope", condition(), SafeSide::Worst, false));
    }
    let template = |id: &str, subject, signed_by, items| Template {
        dropped: Vec::new(),
        id: TemplateId::parse(id).expect("a literal"),
        version,
        name: Label::new(id, id),
        subject,
        signed_by,
        inspects: None,
        groups: vec![Group { name: Label::new("一", "One"), items }],
    };
    let kit = vec![
        item("vest", condition(), SafeSide::Worst, true),
        item("cuffs", condition(), SafeSide::Worst, false),
    ];
    vec![
        template("flood", SubjectKind::Station, Role::Officer, items),
        template("duty", SubjectKind::Officer, Role::Lead, kit),
    ]
}

/// Rounds of a station that people are busy with.
pub fn rounds(station: &StationCode, now: Timestamp) -> Vec<RoundName> {
    let today = Zone::CHINA.date(now);
    let days = [today, today.plus_days(-1), today.month().before().first().plus_days(14)];
    let name = |template: &str, period| RoundName {
        station: station.clone(),
        template: TemplateId::parse(template).expect("a literal"),
        period,
    };
    let mut rounds: Vec<_> = days.into_iter().map(|day| name("flood", Period::Day(day))).collect();
    rounds.push(name("duty", Period::Day(today)));
    rounds
}

/// Some answer to an item.
pub fn answer(item: &Item, dice: &mut Dice, text: &str) -> Answer {
    if dice.percent(10) {
        return if dice.percent(50) { Answer::NotChecked } else { Answer::NotApplicable };
    }
    match item.kind {
        ItemKind::Condition => {
            let conditions =
                [Condition::Ok, Condition::Ok, Condition::Watch, Condition::Fault, Condition::Missing];
            Answer::Condition(conditions[dice.below(conditions.len())])
        }
        ItemKind::YesNo => Answer::YesNo(dice.percent(70)),
        ItemKind::Number { .. } => Answer::Number(dice.between(10, 40) * 1_000),
        _ => Answer::Text(text.to_owned()),
    }
}

/// Where the relay's own documents are.
pub fn relay_document(entry: RelayDocument<'_>) -> (CollectionId, DocumentId) {
    let id = match entry {
        RelayDocument::Directory => DocumentId::directory(&bureau().id),
        RelayDocument::Template(id) => DocumentId::template(&bureau().id, id),
    };
    (CollectionId::bureau(), id)
}

/// A document that the relay writes.
#[derive(Debug, Clone, Copy)]
pub enum RelayDocument<'a> {
    /// People, stations and devices.
    Directory,
    /// A checklist.
    Template(&'a TemplateId),
}
