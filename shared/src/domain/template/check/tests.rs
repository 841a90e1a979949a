//! One definition that is sound, and each way to spoil it.

use serde_json::{Value, json};

use super::*;

fn line(id: &str, kind: &Value, safe_side: &str) -> Value {
    json!({"id": id, "name": {"zh": "项", "en": "line"}, "kind": kind, "safe_side": safe_side})
}

fn sound() -> Value {
    let unit = json!({"zh": "件", "en": "pcs"});
    let option =
        |code: &str, means: &str| json!({"code": code, "name": {"zh": code, "en": code}, "means": means});
    let mut boat = line("boat", &json!({"type": "condition"}), "worst");
    boat["show_if"] = json!({"item": "team", "at_least": 4000});
    let mut motor = line("motor", &json!({"type": "condition"}), "worst");
    motor["show_if"] = json!({"item": "boat", "is": ["ok", "watch"]});
    json!({"id": "flood", "version": 2, "name": {"zh": "防汛", "en": "Flood"}, "subject": "station",
        "signed_by": "lead", "groups": [
        {"name": {"zh": "人员", "en": "People"}, "items": [
            line("team", &json!({"type": "count", "unit": unit, "expected": {"plus": 4}}), "max"),
            line("jackets", &json!({"type": "count", "unit": unit, "expected": {"plus": 2, "of": "team"}}), "min"),
        ]},
        {"name": {"zh": "舟艇", "en": "Boats"}, "items": [
            boat, motor,
            line("fuel", &json!({"type": "number", "unit": {"zh": "%", "en": "%"}, "ok_min": 80_000, "min": 0, "max": 100_000}), "min"),
            line("until", &json!({"type": "date"}), "earliest"),
            line("state", &json!({"type": "choice", "options": [option("in", "ok"), option("out", "fault")]}), "worst"),
            line("remark", &json!({"type": "text"}), "all"),
            line("serials", &json!({"type": "scan"}), "all"),
        ]},
    ]})
}

fn template(value: &Value) -> Template {
    serde_json::from_value(value.clone()).unwrap()
}

fn id(text: &str) -> ItemId {
    ItemId::parse(text).unwrap()
}

/// Puts a value at a place of the sound definition.
#[track_caller]
fn check(place: &str, value: Value, expected: TemplateError) {
    let mut spoilt = sound();
    *spoilt.pointer_mut(place).unwrap() = value;
    assert_eq!(template(&spoilt).check(), Err(expected), "{place}");
}

#[test]
fn a_sound_definition_passes_and_each_spoilt_one_names_its_line() {
    assert_eq!(template(&sound()).check(), Ok(()));
    let [team, jackets, boat, motor, fuel, state] =
        ["team", "jackets", "boat", "motor", "fuel", "state"].map(id);
    check("/groups", json!([]), TemplateError::Size { count: 0 });
    let text = |place: &str| TemplateError::Text { place: place.to_owned() };
    check("/name/en", json!(""), text("flood"));
    check("/groups/1/name/zh", json!(" 舟艇"), text("boat"));
    check("/groups/0/items/0/name/en", json!(""), text("team"));
    check("/groups/0/items/0/kind/unit/en", json!(""), text("team"));
    check("/groups/1/items/4/kind/options/0/name/en", json!(""), text("state"));
    check("/groups/1/items/1/id", json!("boat"), TemplateError::IdTwice { item: boat.clone() });
    check("/groups/1/items/1/id", json!("own.x"), TemplateError::IdOfOther { item: id("own.x") });
    let reference =
        |item: &ItemId, on: &ItemId| TemplateError::Reference { item: item.clone(), on: on.clone() };
    check("/groups/0/items/1/kind/expected/of", json!("fuel"), reference(&jackets, &fuel));
    check("/groups/0/items/1/kind/expected/of", json!("jackets"), reference(&jackets, &jackets));
    check("/groups/1/items/0/show_if/item", json!("motor"), reference(&boat, &motor));
    check("/groups/1/items/1/show_if/is", json!(["yes"]), reference(&motor, &boat));
    check("/groups/1/items/1/show_if/is", json!([]), reference(&motor, &boat));
    check("/groups/1/items/1/show_if", json!({"item": "boat", "at_least": 1}), reference(&motor, &boat));
    check("/groups/1/items/2/kind/min", json!(90_000), TemplateError::Range { item: fuel.clone() });
    check("/groups/1/items/2/kind/max", json!(0), TemplateError::Range { item: fuel.clone() });
    check("/groups/1/items/2/safe_side", json!("max"), TemplateError::SafeSide { item: fuel });
    check("/groups/1/items/0/safe_side", json!("all"), TemplateError::SafeSide { item: boat.clone() });
    check(
        "/groups/1/items/4/kind/options/1/code",
        json!("in"),
        TemplateError::Options { item: state.clone() },
    );
    check(
        "/groups/1/items/4/kind/options/1/code",
        json!("a b"),
        TemplateError::Options { item: state.clone() },
    );
    check("/groups/1/items/4/kind/options/0/means", json!("missing"), TemplateError::Options { item: state });
    check("/groups/0/items/0/kind", json!({"type": "voice"}), TemplateError::Kind { item: team });
}

#[test]
fn a_later_version_keeps_how_its_lines_are_answered() {
    let before = template(&sound());
    let mut later = sound();
    later["version"] = json!(3);
    // A count may become a number: the answers are the same.
    later["groups"][0]["items"][0]["kind"] = json!({"type": "number", "unit": {"zh": "人", "en": "people"}});
    later["groups"][1]["items"].as_array_mut().unwrap().remove(5);
    assert_eq!(template(&later).check_successor(&before), Ok(()));
    assert_eq!(
        before.check_successor(&before),
        Err(TemplateError::Version { version: 2, before: 2 }),
        "the same version again"
    );
    let mut last = later.clone();
    for version in [1, 2, 4, u32::MAX] {
        last["version"] = json!(version);
        let refused = Err(TemplateError::Version { version, before: 2 });
        assert_eq!(template(&last).check_successor(&before), refused, "{version} after 2");
    }
    assert_eq!(before.check_first(), Err(TemplateError::Version { version: 2, before: 0 }));
    last["version"] = json!(1);
    assert_eq!(template(&last).check_first(), Ok(()));
    let changed = |place: &str| Err(TemplateError::Changed { place: place.to_owned() });
    let mut moved = later.clone();
    moved["subject"] = json!("officer");
    assert_eq!(template(&moved).check_successor(&before), changed("flood"));
    later["groups"][1]["items"][0]["kind"] = json!({"type": "yesno"});
    later["groups"][1]["items"][1]["show_if"] = json!({"item": "boat", "is": ["yes"]});
    assert_eq!(template(&later).check_successor(&before), changed("boat"));
}

#[test]
fn a_station_adds_lines_of_its_own_ids_and_changes_no_others() {
    let core = template(&sound());
    let addition = |number: u32, items: &[Value]| -> Addition {
        let groups = json!([{"name": {"zh": "舟艇", "en": "Boats"}, "items": items}]);
        serde_json::from_value(
            json!({"station": "zhongmiao", "template": "flood", "addition": number, "groups": groups}),
        )
        .unwrap()
    };
    let mut anchor = line("own.anchor", &json!({"type": "yesno"}), "worst");
    anchor["show_if"] = json!({"item": "boat", "is": ["ok"]});
    let first = addition(1, std::slice::from_ref(&anchor));
    assert_eq!(first.check(&core, None), Ok(()));
    assert_eq!(first.check(&core, Some(&first)), Err(TemplateError::Version { version: 1, before: 1 }));
    for (number, before) in [(2, None), (3, Some(&first)), (u32::MAX, Some(&first))] {
        let refused = addition(number, std::slice::from_ref(&anchor)).check(&core, before);
        let is_refused = matches!(refused, Err(TemplateError::Version { version, .. }) if version == number);
        assert!(is_refused, "{number}: {refused:?}");
    }
    // At the end of the first group it would be asked before the boat is.
    let name = json!({"zh": core.groups[0].name.zh, "en": core.groups[0].name.en});
    let early: Addition = serde_json::from_value(json!({"station": "zhongmiao", "template": "flood",
        "addition": 1, "groups": [{"name": name, "items": [anchor]}]}))
    .unwrap();
    let reference = TemplateError::Reference { item: id("own.anchor"), on: id("boat") };
    assert_eq!(early.check(&core, None), Err(reference));
    let boat = line("boat", &json!({"type": "condition"}), "worst");
    assert_eq!(addition(1, &[boat]).check(&core, None), Err(TemplateError::IdTwice { item: id("boat") }));
    let pier = line("pier", &json!({"type": "condition"}), "worst");
    assert_eq!(addition(1, &[pier]).check(&core, None), Err(TemplateError::IdOfOther { item: id("pier") }));
    anchor["kind"] = json!({"type": "condition"});
    assert_eq!(
        addition(2, &[anchor]).check(&core, Some(&first)),
        Err(TemplateError::Changed { place: "own.anchor".to_owned() })
    );
}

#[test]
fn an_inspection_counts_the_things_of_the_register_by_a_choice() {
    let inspects = |subject: &str, item: &str, code: &str| {
        let mut value = sound();
        value["subject"] = json!(subject);
        value["inspects"] = json!({ "item": item });
        for option in value.pointer_mut("/groups").into_iter().flat_map(options) {
            option["code"] = json!(code);
        }
        template(&value).check()
    };
    assert_eq!(inspects("asset", "state", "in"), Ok(()));
    assert_eq!(inspects("station", "state", "in"), Err(TemplateError::Inspects));
    assert_eq!(inspects("asset", "state", "there"), Err(TemplateError::Inspects));
    assert_eq!(inspects("asset", "fuel", "in"), Err(TemplateError::Inspects));
}

/// The first option of each choice.
fn options(groups: &mut Value) -> Vec<&mut Value> {
    let items = groups.as_array_mut().unwrap().iter_mut();
    let items = items.flat_map(|group| group["items"].as_array_mut().unwrap());
    items.filter_map(|item| item.pointer_mut("/kind/options/0")).collect()
}
