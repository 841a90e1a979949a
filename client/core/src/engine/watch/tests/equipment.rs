//! The register's slices: what a round says about a thing, who has it, and what is ready.

use link::slice::{EventState, StepWhat};
use shared::domain::asset::{Asset, ExpiryBand, LifeSource, RegisterEntry};
use shared::domain::custody::Handing;
use shared::domain::register::Shortfall;
use shared::ids::{AssetId, EventKey};

use super::super::register::{self, Sightings};
use super::*;

fn asset(id: &str, kind: &str, holder: Option<&str>, days: Option<i64>) -> RegisterEntry {
    let today = Zone::CHINA.date(NOW);
    RegisterEntry::Asset(Asset {
        id: AssetId::parse(id).unwrap(),
        kind: kind.to_owned(),
        name: Label::new("装备", "Thing"),
        model: String::new(),
        serial: "S1".to_owned(),
        holder: holder.map(officer),
        place: "1 号柜".to_owned(),
        made: None,
        expires: days.map(|days| today.plus_days(days)),
        life: days.map(|_| LifeSource::Maker),
    })
}

fn equipped() -> Device {
    let mut phone = phone();
    let register = DocumentId::register(&bureau(), &station());
    let writes = entries(
        register,
        &[
            asset("ZM-P04-01", "P04", Some("li"), None),
            asset("ZM-P11-01", "P11", Some("wang"), None),
            asset("ZM-P13-01", "P13", None, Some(-1)),
            asset("ZM-P13-02", "P13", None, Some(20)),
        ],
    );
    phone.handle(NOW, 0, Input::FromOtherTab(writes));
    phone
}

fn hand(phone: &mut Device, id: &str, act: Handing, sees: Vec<EventKey>) {
    let (station, asset, note) = (station(), AssetId::parse(id).unwrap(), String::new());
    let deed = Deed::Hand { station, asset, act, note, sees };
    phone.handle(NOW, 0, Input::Deed { command: 1, utc_offset_minutes: 480, deed });
    phone.handle(NOW, 0, Input::Persisted);
}

#[test]
fn a_thing_is_ready_when_it_is_there_in_date_and_without_a_fault() {
    let mut phone = equipped();
    answer(&mut phone, "li", "P04", Condition::Fault);
    answer(&mut phone, "wang", "P11", Condition::Ok);
    let view = register::list(&mut phone, &mut Sightings::default(), NOW, None).unwrap();
    let short: Vec<_> = view.assets.iter().map(|row| (row.id.as_str(), row.shortfall)).collect();
    let expected = [
        ("ZM-P04-01", Some(Shortfall::Fault)),
        ("ZM-P11-01", None),
        ("ZM-P13-01", Some(Shortfall::Expired)),
        ("ZM-P13-02", None),
    ];
    assert_eq!(short, expected);
    assert!(view.assets[2].is_hard_stop && view.assets[3].band == ExpiryBand::Days30);
    assert_eq!(view.assets.iter().filter(|row| row.is_mine).count(), 1);
    let row = &view.purchases[0];
    assert_eq!((row.expired, row.soon), (1, 1));
    let today = today::view(&mut phone, NOW);
    assert_eq!((today.assets, today.assets_mine, today.assets_expiring), (4, 1, 2));
}

#[test]
fn what_was_handed_over_is_told_with_both_people_and_can_be_taken_back() {
    let mut phone = equipped();
    hand(&mut phone, "ZM-P13-02", Handing::Issued { to: officer("wang") }, Vec::new());
    let id = AssetId::parse("ZM-P13-02").unwrap();
    let view = register::asset(&mut phone, &mut Sightings::default(), NOW, &station(), &id).unwrap();
    let step = &view.steps[0];
    assert_eq!((step.what, step.by.as_str(), step.whom.as_str()), (StepWhat::Issued, "李明", "王芳"));
    assert_eq!((view.row.holders.as_slice(), step.place), (&["王芳".to_owned()][..], Place::Phone));
    hand(&mut phone, "ZM-P13-02", Handing::Withdrawn { event: step.key.clone() }, Vec::new());
    let view = register::asset(&mut phone, &mut Sightings::default(), NOW, &station(), &id).unwrap();
    assert!(view.row.holders.is_empty());
    assert_eq!(view.steps[0].state, EventState::Withdrawn);
    let elsewhere = StationCode::parse("huailin").unwrap();
    hand(&mut phone, "ZM-P13-02", Handing::Sent { station: elsewhere, to: None }, Vec::new());
    let view = register::list(&mut phone, &mut Sightings::default(), NOW, None).unwrap();
    assert_eq!((view.assets.len(), view.transits.len()), (3, 1));
    assert!(
        register::asset(&mut phone, &mut Sightings::default(), NOW, &station(), &id)
            .unwrap()
            .left_for
            .is_some()
    );
}

/// Says it of Li's kit in the round of so many days ago.
fn answer_days_ago(phone: &mut Device, days: i64, answer: Answer) {
    let at = Timestamp(NOW.0 - days * DAY_MS);
    let round = RoundName { period: Period::Day(Zone::CHINA.date(at)), ..name() };
    let deed = Deed::Answer {
        round,
        subject: SubjectId::officer(&officer("li")),
        item: ItemId::parse("P04").unwrap(),
        answer,
        fault: String::new(),
        note: String::new(),
        sees: Vec::new(),
        amends: None,
        attached: Default::default(),
    };
    phone.handle(at, 0, Input::Deed { command: 1, utc_offset_minutes: 480, deed });
    phone.handle(at, 0, Input::Persisted);
}

#[test]
fn a_thing_is_as_it_was_last_seen_however_many_rounds_ago() {
    let mut phone = equipped();
    let seen = |phone: &mut Device| {
        let view = register::list(phone, &mut Sightings::default(), NOW, None).unwrap();
        view.assets.iter().find(|row| row.id.as_str() == "ZM-P04-01").unwrap().condition
    };
    answer_days_ago(&mut phone, 60, Answer::Condition(Condition::Watch));
    assert_eq!(seen(&mut phone), None, "nobody remembers that");
    answer_days_ago(&mut phone, 4, Answer::Condition(Condition::Watch));
    for days in [3, 2, 1, 0] {
        answer_days_ago(&mut phone, days, Answer::NotChecked);
    }
    assert_eq!(seen(&mut phone), Some(Condition::Watch));
    answer_days_ago(&mut phone, 1, Answer::Condition(Condition::Ok));
    assert_eq!(seen(&mut phone), Some(Condition::Ok));
}

#[test]
fn what_rounds_say_is_kept_until_they_change() {
    let mut phone = equipped();
    let mut sightings = Sightings::default();
    let condition = |phone: &mut Device, sightings: &mut Sightings| {
        sightings.look_again();
        let view = register::list(phone, sightings, NOW, None).unwrap();
        view.assets.iter().find(|row| row.id.as_str() == "ZM-P04-01").unwrap().condition
    };
    answer_days_ago(&mut phone, 1, Answer::Condition(Condition::Watch));
    assert_eq!(condition(&mut phone, &mut sightings), Some(Condition::Watch));
    assert_eq!(condition(&mut phone, &mut sightings), Some(Condition::Watch));
    answer_days_ago(&mut phone, 0, Answer::Condition(Condition::Ok));
    assert_eq!(condition(&mut phone, &mut sightings), Some(Condition::Ok));
}

#[test]
fn a_step_that_the_relay_did_not_take_says_what_it_was() {
    let mut phone = equipped();
    let id = AssetId::parse("ZM-P13-02").unwrap();
    let deed = Deed::Hand {
        station: station(),
        asset: id,
        act: Handing::Issued { to: officer("wang") },
        note: "夜里出警".to_owned(),
        sees: Vec::new(),
    };
    let effects = phone.handle(NOW, 0, Input::Deed { command: 1, utc_offset_minutes: 480, deed });
    phone.handle(NOW, 0, Input::Persisted);
    let written = effects.into_iter().find_map(|effect| match effect {
        Effect::Persist(writes) => Some(writes),
        _ => None,
    });
    let mut writes = Vec::new();
    for write in written.unwrap() {
        let Write::Change(StoredChange { document, hash, change, .. }) = write else { continue };
        let (code, why) = (RejectCode::NoRight, Why::ToBlame);
        writes.push(Write::DropMark { document, hash });
        writes.push(Write::DropChange { document, hash });
        writes.push(Write::Rejected(Rejected { document, hash, code, why, at: NOW, round: None, change }));
    }
    phone.handle(NOW, 0, Input::FromOtherTab(writes));
    let view = sync::view(&mut phone, None);
    let [rejected] = view.rejected.as_slice() else { panic!("{:?}", view.rejected) };
    let RejectedWhat::Custody { item, step } = &rejected.what else { panic!("{rejected:?}") };
    assert_eq!(item.zh, "装备 ZM-P13-02");
    let told = (step.what, step.by.as_str(), step.whom.as_str(), step.note.as_str());
    assert_eq!(told, (StepWhat::Issued, "李明", "王芳", "夜里出警"));
}
