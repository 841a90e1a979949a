//! Slices out of real documents, on a phone that never met a relay: the bureau's documents come as another tab's writes.

use link::slice::{EventState, Place, RejectedView, RejectedWhat, RoundState, WhyRejected};
use shared::document::Document;
use shared::document::chunk;
use shared::document::write::Event;
use shared::domain::Label;
use shared::domain::answer::{Answer, Condition, SafeSide};
use shared::domain::calendar::{Calendar, Duty, Operation, Recurrence, Shift};
use shared::domain::defect::DefectAct;
use shared::domain::directory::{self, DirectoryEntry, Officer, Station};
use shared::domain::round::{Period, RoundName};
use shared::domain::template::{Expected, Group, Item, ItemKind, SubjectKind, Template};
use shared::ids::{
    Actor, BureauId, CollectionId, DeviceId, DocumentId, ItemId, OfficerId, StationCode, SubjectId,
    TemplateId,
};
use shared::protocol::RejectCode;
use shared::sync::device::{
    Aside, Deed, Device, Effect, Identity, Input, Rejected, Stored, StoredChange, Why, Write,
};
use shared::time::{DAY_MS, HOUR_MS, Timestamp, Zone};
use shared::trust::rights::{Rights, Role};

use super::{handled, round, sync, today};

mod scan;

mod equipment;

const NOW: Timestamp = Timestamp(1_795_400_000_000);

fn bureau() -> BureauId {
    BureauId::parse("chaohu").unwrap()
}

fn officer(id: &str) -> OfficerId {
    OfficerId::parse(id).unwrap()
}

fn station() -> StationCode {
    StationCode::parse("zhongmiao").unwrap()
}

fn name() -> RoundName {
    let template = TemplateId::parse("pre-duty").unwrap();
    RoundName { station: station(), template, period: Period::Day(Zone::CHINA.date(NOW)) }
}

fn item(id: &str) -> Item {
    Item {
        id: ItemId::parse(id).unwrap(),
        name: Label::new("强光手电", "Flashlight"),
        standard: Label::default(),
        kind: ItemKind::Condition,
        safe_side: SafeSide::Worst,
        is_safety_critical: false,
        is_required: false,
        show_if: None,
        faults: Vec::new(),
    }
}

fn entries<T: serde::Serialize>(id: DocumentId, entries: &[T]) -> Vec<Write> {
    let mut document = Document::new(id);
    let actor = Actor::new(DeviceId::from([9; 16]), 0);
    let write = |entry: &T| {
        let written =
            document.write(actor, &Event::Entry { body: serde_json::to_string(entry).unwrap() }).unwrap();
        let (collection, hash) = (CollectionId::bureau(), chunk::hash(&written.change).unwrap());
        Write::Change(StoredChange { collection, document: id, hash, change: written.change })
    };
    entries.iter().map(write).collect()
}

/// Li's phone, with a checklist of two items about each officer's kit.
fn phone() -> Device {
    phone_with(1, Recurrence::Daily)
}

/// A phone of Li's with that checklist, which is asked for as said.
fn phone_with(device: u8, on: Recurrence) -> Device {
    phone_asked(device, on, vec![item("P04"), item("P11")])
}

/// A phone of Li's, with a checklist of these items.
fn phone_asked(device: u8, on: Recurrence, items: Vec<Item>) -> Device {
    let rights = Rights { officer: officer("li"), role: Role::Lead, station: Some(station()) };
    let device = DeviceId::from([device; 16]);
    let mut phone = Device::boot(
        Identity { bureau: bureau(), zone: Zone::CHINA, device, rights, relay_key: None },
        0,
        Stored::default(),
    );
    let person = |id: &str, name: &str| {
        let (id, name, badge) = (officer(id), name.to_owned(), "A1".to_owned());
        DirectoryEntry::Officer(Officer { id, name, badge, station: Some(station()), role: Role::Officer })
    };
    let place = DirectoryEntry::Station(Station {
        code: station(),
        name: Label::new("中庙派出所", "Zhongmiao"),
    });
    let template = Template {
        dropped: Vec::new(),
        id: name().template,
        version: 1,
        name: Label::new("上岗前60秒", "60 seconds before duty"),
        subject: SubjectKind::Officer,
        signed_by: Role::Lead,
        inspects: None,
        groups: vec![Group { name: Label::new("单警", "Kit"), items }],
    };
    let duty = Duty { template: name().template, on, due_minute: 540, days_after: 0 };
    let night = Shift {
        name: "night".to_owned(),
        label: Label::new("夜班", "Night shift"),
        begins_minute: 18 * 60,
        ends_minute: 32 * 60,
    };
    let calendar = Calendar { duties: vec![duty], shifts: vec![night], ..Calendar::default() };
    let own = [1, 2].map(|n| {
        DirectoryEntry::Device(directory::Device {
            id: DeviceId::from([n; 16]),
            officer: officer("li"),
            public_key: String::new(),
        })
    });
    let mut writes = entries(
        DocumentId::directory(&bureau()),
        &[&[place, person("li", "李明"), person("wang", "王芳")][..], &own].concat(),
    );
    writes.extend(entries(DocumentId::template(&bureau(), &name().template), &[template]));
    let today = Zone::CHINA.date(NOW);
    let operation = |name: &str, from: i64, to: Option<i64>| Operation {
        operation: name.to_owned(),
        label: Label::new("搜救", "Search"),
        from: today.plus_days(from),
        to: to.map(|days| today.plus_days(days)),
        stations: Vec::new(),
        by: officer("wang"),
    };
    let operations =
        [operation("goes-on", -2, None), operation("ended", -9, Some(0)), operation("is-to-come", 1, None)];
    let calendar = serde_json::to_value(&calendar).unwrap();
    let operations = operations.iter().map(|it| serde_json::to_value(it).unwrap());
    let all: Vec<serde_json::Value> = std::iter::once(calendar).chain(operations).collect();
    writes.extend(entries(DocumentId::calendar(&bureau()), &all));
    phone.handle(NOW, 0, Input::FromOtherTab(writes));
    phone
}

/// Answers, and gives what was written.
fn answer(phone: &mut Device, subject: &str, item: &str, condition: Condition) -> Vec<Write> {
    answer_in(phone, name(), subject, item, condition)
}

fn answer_in(
    phone: &mut Device,
    round: RoundName,
    subject: &str,
    item: &str,
    condition: Condition,
) -> Vec<Write> {
    let deed = Deed::Answer {
        round,
        subject: SubjectId::officer(&officer(subject)),
        item: ItemId::parse(item).unwrap(),
        answer: Answer::Condition(condition),
        fault: String::new(),
        note: String::new(),
        sees: Vec::new(),
        amends: None,
        attached: Default::default(),
    };
    let effects = phone.handle(NOW, 0, Input::Deed { command: 1, utc_offset_minutes: 480, deed });
    let writes = effects.into_iter().find_map(|effect| match effect {
        Effect::Persist(writes) => Some(writes),
        _ => None,
    });
    phone.handle(NOW, 0, Input::Persisted);
    writes.expect("an answer is kept")
}

#[test]
fn today_tells_what_is_mine_and_what_is_the_stations() {
    let mut phone = phone();
    let before = today::view(&mut phone, NOW);
    assert_eq!((before.rows.len(), before.rows[0].state), (1, RoundState::Untouched));
    assert!(!before.is_loaded, "this phone never met the relay");
    answer(&mut phone, "li", "P04", Condition::Ok);
    answer(&mut phone, "wang", "P04", Condition::Fault);
    let after = today::view(&mut phone, NOW);
    let row = &after.rows[0];
    assert_eq!((row.mine.answered, row.mine.total), (1, 2));
    assert_eq!((row.all.answered, row.all.total), (2, 4));
    assert_eq!((row.faults, row.state, row.may_sign), (1, RoundState::Started, true));
    assert!(row.is_mine && row.signed_at.is_none());
}

#[test]
fn a_clock_that_is_off_changes_neither_the_day_nor_the_shift() {
    // Half past two in the morning: it is still yesterday's night shift.
    let now = Zone::CHINA.moment(Zone::CHINA.date(NOW), 150);
    let mut honest = phone_with(1, Recurrence::Shift);
    let expected = today::view(&mut honest, now);
    assert_eq!(expected.date, Zone::CHINA.date(now));
    let row = &expected.rows[0];
    assert_eq!(row.round.period.start(), expected.date.plus_days(-1));
    assert_eq!(row.name, Label::new("上岗前60秒 · 夜班", "60 seconds before duty · Night shift"));
    for offset_ms in [-2 * DAY_MS, -8 * HOUR_MS, 8 * HOUR_MS, 40 * DAY_MS] {
        let mut phone = phone_with(1, Recurrence::Shift);
        phone.handle(NOW, 0, Input::FromOtherTab(vec![Write::ClockOffset(offset_ms)]));
        assert_eq!(today::view(&mut phone, now.plus_ms(-offset_ms)), expected, "{offset_ms}");
    }
}

#[test]
fn an_operation_goes_on_from_its_first_day_until_somebody_ends_it() {
    let mut phone = phone_with(1, Recurrence::Operation);
    let view = today::view(&mut phone, NOW);
    let [operation] = view.operations.as_slice() else { panic!("{:?}", view.operations) };
    assert_eq!((operation.name.as_str(), operation.by.as_str(), operation.stations), ("goes-on", "王芳", 0));
    // Today is the last day of the one that ended: it is still asked for, and nobody can end it again.
    let periods: Vec<String> = view.rows.iter().map(|row| row.round.period.to_string()).collect();
    let today = Zone::CHINA.date(NOW);
    assert_eq!(periods, [format!("event/{today}/ended"), format!("event/{today}/goes-on")]);

    // What is left undone at midnight is still there in the morning.
    let begun = view.rows[1].round.clone();
    answer_in(&mut phone, begun.clone(), "li", "P04", Condition::Ok);
    let morning = today::view(&mut phone, NOW.plus_ms(DAY_MS));
    let old: Vec<_> = morning.rows.iter().filter(|row| row.due.is_none()).map(|row| &row.round).collect();
    assert_eq!(old, [&begun]);
}

#[test]
fn an_occasion_is_begun_at_any_time_and_found_by_the_others() {
    let (mut a, mut b) = (phone_with(1, Recurrence::Occasion), phone_with(2, Recurrence::Occasion));
    let free = |phone: &mut Device| today::view(phone, NOW).occasions[0].0.clone();
    let (first, other) = (free(&mut a), free(&mut b));
    assert_ne!(first, other, "two departures are two rounds");
    assert!(today::view(&mut a, NOW).rows.is_empty());
    let written = answer_in(&mut a, first.clone(), "li", "P04", Condition::Ok);
    assert_ne!(free(&mut a), first, "the next one is another");
    let changes = written.into_iter().filter(|write| matches!(write, Write::Change(_)));
    b.handle(NOW, 0, Input::FromOtherTab(changes.collect()));
    for phone in [&mut a, &mut b] {
        let today = today::view(phone, NOW);
        let rows: Vec<_> = today.rows.iter().map(|row| (&row.round, row.due, row.state)).collect();
        assert_eq!(rows, [(&first, None, RoundState::Started)]);
    }
    assert_eq!(free(&mut b), other);
}

#[test]
fn a_round_shows_own_kit_first_and_who_said_what() {
    let mut phone = phone();
    answer(&mut phone, "wang", "P11", Condition::Fault);
    let view = round::view(&mut phone, &name()).expect("the template is here");
    assert!(view.subjects[0].is_mine && view.cards[0].subject == view.subjects[0].id);
    let card = view.cards.iter().find(|card| !card.events.is_empty()).expect("one was answered");
    assert_eq!((card.subject.as_str(), card.item.as_str()), ("officer:wang", "P11"));
    assert!(card.reading.is_adverse && !card.reading.is_disputed);
    assert_eq!(card.reading.standing, [card.events[0].key.clone()]);
    let event = &card.events[0];
    assert_eq!(
        (event.author.as_str(), event.state, event.place),
        ("李明", EventState::Standing, Place::Phone)
    );
    assert!(event.is_mine);
    assert_eq!(sync::view(&mut phone, None).pending, 3, "the visit, the answer, and its report");
    let bell = card.bell.as_ref().expect("it is reported");
    assert_eq!((bell.by.as_str(), bell.reports), ("李明", 1));
    let defects = handled::defects(&mut phone, NOW);
    let defect = &defects.defects[0];
    assert_eq!(
        (defect.title.zh.as_str(), defect.is_only_here, defect.may_withdraw),
        ("强光手电", true, true)
    );
    assert_eq!(handled::alarm(&mut phone).untold, [], "it can wait");
    let urgent =
        Deed::SayOfDefect { defect: defect.name.clone(), act: DefectAct::Urgent, note: String::new() };
    phone.handle(NOW, 0, Input::Deed { command: 9, utc_offset_minutes: 480, deed: urgent });
    assert_eq!(handled::alarm(&mut phone).untold.len(), 1, "nobody has been told");
}

#[test]
fn what_the_relay_rejected_is_shown_in_words_and_never_said_to_be_at_the_centre() {
    let mut phone = phone();
    let mut writes = Vec::new();
    for write in answer(&mut phone, "li", "P04", Condition::Fault) {
        let Write::Change(StoredChange { document, hash, change, .. }) = write else { continue };
        writes.push(Write::DropMark { document, hash });
        writes.push(Write::DropChange { document, hash });
        writes.push(Write::Rejected(Rejected {
            document,
            hash,
            code: RejectCode::NoRight,
            why: Why::ToBlame,
            at: NOW,
            round: Some(name()),
            change,
        }));
    }
    phone.handle(NOW, 0, Input::FromOtherTab(writes));
    let view = round::view(&mut phone, &name()).expect("the template is here");
    assert!(view.cards.iter().all(|card| card.events.is_empty()), "it counts nowhere");
    let sync = sync::view(&mut phone, None);
    assert_eq!((sync.pending, sync.rejected.len()), (0, 2), "the visit is nobody's words");
    let is_answer = |rejected: &&RejectedView| matches!(rejected.what, RejectedWhat::Answer { .. });
    let rejected = sync.rejected.iter().find(is_answer).expect("the answer");
    let item = Label::new("强光手电", "Flashlight");
    let report = RejectedWhat::Defect { item, remark: String::new() };
    assert!(sync.rejected.iter().any(|rejected| rejected.what == report), "and the report of its fault");
    assert_eq!((rejected.code.as_str(), rejected.why), ("no-right", WhyRejected::ToBlame));
    assert_eq!(rejected.checklist, Label::new("上岗前60秒", "60 seconds before duty"));
    assert_eq!(
        rejected.what,
        RejectedWhat::Answer {
            item: Label::new("强光手电", "Flashlight"),
            answer: Answer::Condition(Condition::Fault),
            fault: String::new(),
            note: String::new(),
        }
    );
}

#[test]
fn what_is_set_aside_is_counted_by_its_round() {
    let mut phone = phone();
    let mut writes = answer(&mut phone, "li", "P04", Condition::Ok);
    writes.retain(|write| matches!(write, Write::Change(_)));
    let Some(Write::Change(last)) = writes.pop() else { panic!("an answer is a change") };
    let aside = Aside { document: last.document, hash: last.hash };
    phone.handle(NOW, 0, Input::FromOtherTab(vec![Write::SetAside(aside)]));
    let sync = sync::view(&mut phone, None);
    assert_eq!(sync.aside.len(), 1);
    assert_eq!((sync.aside[0].count, sync.aside[0].round.as_ref()), (1, Some(&name())));
}

#[test]
fn a_count_that_nothing_is_expected_of_has_an_empty_field() {
    let count = |id: &str, plus: u32| {
        let expected = Expected { plus, ..Expected::default() };
        let kind = ItemKind::Count { unit: Label::new("人", "people"), expected, is_blind: false };
        Item { kind, safe_side: SafeSide::Min, ..item(id) }
    };
    let mut phone = phone_asked(1, Recurrence::Daily, vec![count("team", 0), count("swimmers", 4)]);
    let view = round::view(&mut phone, &name()).unwrap();
    let expected: Vec<Option<i64>> = view.cards[..2]
        .iter()
        .map(|card| match card.input {
            link::slice::Input::Count { expected, .. } => expected,
            _ => panic!("{card:?}"),
        })
        .collect();
    assert_eq!(expected, [None, Some(4_000)]);
}

#[test]
fn an_unknown_template_is_no_view() {
    let other = RoundName { template: TemplateId::parse("other").unwrap(), ..name() };
    assert_eq!(round::view(&mut phone(), &other), None);
}
