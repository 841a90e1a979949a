//! What a code names, and what a line that collects scans has: on phones that never met a relay.

use link::slice::Miss;
use shared::domain::asset::{Asset, RegisterEntry};
use shared::domain::label::ShortCode;
use shared::ids::{AssetId, Shelf};

use super::super::scan;
use super::*;

fn asset(id: &str, serial: &str) -> Asset {
    Asset {
        id: AssetId::parse(id).unwrap(),
        kind: "P03".into(),
        name: Label::new("催泪喷射器", "OC spray"),
        model: String::new(),
        serial: serial.into(),
        holder: Some(officer("wang")),
        place: "柜 1".into(),
        made: None,
        expires: None,
        life: None,
    }
}

/// A phone with three things on the register and a line that collects scans; the register comes as if from another tab.
fn counting(device: u8) -> Device {
    let mut line = item("C01");
    (line.kind, line.safe_side) = (ItemKind::Scan, SafeSide::All);
    let mut phone = phone_asked(device, Recurrence::Daily, vec![line]);
    let things = ["ZM-1", "ZM-2", "ZM-3"].map(|id| RegisterEntry::Asset(asset(id, &format!("GA/{id}/7"))));
    let live = CollectionId::of(&Shelf::Live(station()));
    let writes =
        entries(DocumentId::register(&bureau(), &station()), &things).into_iter().map(|write| match write {
            Write::Change(change) => Write::Change(StoredChange { collection: live.clone(), ..change }),
            other => other,
        });
    phone.handle(NOW, 0, Input::FromOtherTab(writes.collect()));
    phone
}

fn place() -> scan::CountPlace {
    (name(), SubjectId::officer(&officer("li")), ItemId::parse("C01").unwrap())
}

/// Counts a thing, as the interface does: having seen nothing.
fn count(phone: &mut Device, text: &str) -> Vec<Write> {
    let (round, subject, item) = place();
    let deed = Deed::Answer {
        round,
        subject,
        item,
        answer: Answer::Scan(text.to_owned()),
        fault: String::new(),
        note: String::new(),
        sees: Vec::new(),
        amends: None,
        attached: shared::domain::photo::Attached::default(),
    };
    let effects = phone.handle(NOW, 0, Input::Deed { command: 1, utc_offset_minutes: 480, deed });
    let writes = effects.into_iter().find_map(|effect| match effect {
        Effect::Persist(writes) => Some(writes),
        _ => None,
    });
    phone.handle(NOW, 0, Input::Persisted);
    writes.expect("a scan is kept")
}

#[test]
fn a_thing_is_found_by_all_that_stands_on_it() {
    let mut phone = counting(1);
    let code = ShortCode::of(&AssetId::parse("ZM-2").unwrap()).to_string();
    for text in ["MU1/zhongmiao/ZM-2", "MU1/huailin/ZM-2", "zm2", "ga-zm-2-7", &code] {
        let found = scan::found(&mut phone, text, NOW);
        assert_eq!(
            found.things.iter().map(|thing| thing.id.as_str()).collect::<Vec<_>>(),
            ["ZM-2"],
            "{text}"
        );
        assert_eq!((found.answer.as_str(), found.miss), ("ZM-2", None), "{text}");
        assert_eq!((found.things[0].holder.as_str(), found.things[0].code.as_str()), ("王芳", code.as_str()));
    }
}

#[test]
fn why_there_is_nothing_is_told() {
    let mut phone = counting(1);
    let mut miss = |text: &str| scan::found(&mut phone, text, NOW).miss;
    let Some(Miss::Elsewhere(there)) = miss("MU1/huailin/HL-1") else { panic!("it is another station's") };
    assert_eq!(there.zh, "huailin", "a station that the directory does not know by its code");
    assert_eq!(miss("ZM-9"), Some(Miss::NotLoaded), "this phone has not read the register to its end");
    assert_eq!(miss("  "), Some(Miss::Unknown));
}

#[test]
fn two_people_count_each_thing_once() {
    let (mut li, mut other) = (counting(1), counting(2));
    count(&mut li, "ZM-1");
    count(&mut li, "GAZM27");
    let writes = [count(&mut other, "ZM-2"), count(&mut other, "XX-9")].concat();
    li.handle(NOW, 0, Input::FromOtherTab(writes));
    let view = scan::count(&mut li, &place()).unwrap();
    let mut counted: Vec<_> = view.counted.iter().map(|one| (one.answer.as_str(), one.times)).collect();
    counted.sort_unstable();
    assert_eq!(counted, [("XX-9", 1), ("ZM-1", 1), ("ZM-2", 2)], "a serial and an id are one thing");
    assert_eq!(view.open.iter().map(|thing| thing.id.as_str()).collect::<Vec<_>>(), ["ZM-3"]);
    let unexpected: Vec<_> = view.counted.iter().filter(|one| one.thing.is_none()).collect();
    assert_eq!((unexpected.len(), unexpected[0].by.as_str()), (1, "李明"));

    // What is taken back is open again.
    let own = view.counted.iter().find(|one| one.answer == "ZM-1").and_then(|one| one.own.clone()).unwrap();
    let deed = Deed::Withdraw { round: name(), event: own };
    li.handle(NOW, 0, Input::Deed { command: 2, utc_offset_minutes: 480, deed });
    li.handle(NOW, 0, Input::Persisted);
    let view = scan::count(&mut li, &place()).unwrap();
    assert_eq!(view.open.len(), 2);
}

#[test]
fn labels_are_for_the_own_station() {
    let mut phone = counting(1);
    let labels = scan::labels(&mut phone, None).unwrap();
    assert_eq!((labels.station.clone(), labels.things.len(), labels.stations.len()), (station(), 3, 1));
    let other = StationCode::parse("huailin").unwrap();
    assert!(scan::labels(&mut phone, Some(other)).is_none());
}
