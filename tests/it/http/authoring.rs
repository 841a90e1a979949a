//! `POST /api/templates`, `/api/additions` and `/api/operations`: who may have the relay write into the bureau's
//! documents, and that it reaches the phones.

use serde_json::{Value, json};
use shared::api::problem::ProblemCode;
use shared::domain::template::Template;
use shared::time::{Date, Zone};
use tests::kit::phone::Phone;
use tests::kit::relay::Relay;

fn post(phone: &mut Phone, path: &str, body: &Value) -> Result<(), (ProblemCode, String)> {
    let reply = phone.client.post_json(path, body).unwrap();
    if reply.status == 204 {
        return Ok(());
    }
    let problem = reply.problem();
    Err((problem.code, problem.detail.unwrap_or_default()))
}

fn addition(station: &str, number: u32, item: &str) -> Value {
    let line = json!({"id": item, "name": {"zh": "码头缆绳", "en": "Pier rope"}, "kind": {"type": "yesno"},
        "safe_side": "worst"});
    json!({"station": station, "template": "flood-departure", "addition": number,
        "groups": [{"name": {"zh": "码头", "en": "Pier"}, "items": [line]}]})
}

#[test]
fn a_lead_adds_lines_for_the_own_station_and_both_phones_get_them() {
    let relay = Relay::start();
    let [mut lead, mut officer, mut supervisor] = relay.guests();
    assert!(lead.sync() && officer.sync() && supervisor.sign_in());
    let no_right = Err((ProblemCode::NoRight, String::new()));
    let own = addition("zhongmiao", 1, "own.pier");
    assert_eq!(post(&mut officer, "/api/additions", &own), no_right, "an officer does not");
    assert_eq!(post(&mut lead, "/api/additions", &addition("huailin", 1, "own.pier")), no_right);
    let (code, detail) = post(&mut lead, "/api/additions", &addition("zhongmiao", 1, "F06")).unwrap_err();
    assert_eq!((code, detail.starts_with("F06")), (ProblemCode::BodyMalformed, true), "{detail}");
    assert_eq!(post(&mut lead, "/api/additions", &own), Ok(()));
    assert!(post(&mut lead, "/api/additions", &own).is_err(), "the same number again");
    let round = lead.round_today("flood-departure");
    for phone in [&mut lead, &mut officer] {
        assert!(phone.sync());
        let template: Template = phone.device.template(&round).unwrap();
        let (group, item) = template.items().last().unwrap();
        assert_eq!((group.name.zh.as_str(), item.id.as_str()), ("码头", "own.pier"));
    }
    // The core is the bureau's: neither a lead nor a supervisor publishes it.
    let core = serde_json::to_value(&lead.device.templates()[&round.template]).unwrap();
    assert_eq!(post(&mut lead, "/api/templates", &core), no_right);
    assert_eq!(post(&mut supervisor, "/api/templates", &core), no_right);
}

#[test]
fn a_supervisor_starts_an_operation_and_the_station_is_asked_for_it() {
    let relay = Relay::start();
    let [mut officer, _, mut supervisor] = relay.guests();
    assert!(officer.sync() && supervisor.sign_in());
    let operation = |name: &str, to: Value| {
        json!({"operation": name, "label": {"zh": "七月防汛", "en": "July flood"}, "from": "2026-07-01", "to": to,
            "stations": ["zhongmiao"], "by": "somebody"})
    };
    let flood = operation("flood-0701", Value::Null);
    let no_right = Err((ProblemCode::NoRight, String::new()));
    assert_eq!(post(&mut officer, "/api/operations", &flood), no_right);
    for unsound in [operation("a/b", Value::Null), operation("flood", json!("2026-06-30"))] {
        let (code, _) = post(&mut supervisor, "/api/operations", &unsound).unwrap_err();
        assert_eq!(code, ProblemCode::BodyMalformed, "{unsound}");
    }
    assert_eq!(post(&mut supervisor, "/api/operations", &flood), Ok(()));
    assert!(officer.sync());
    let started = officer.device.calendar().operations["flood-0701"].clone();
    assert_eq!(started.by, supervisor.enrolled.rights.officer, "in the supervisor's own name");
    let station = officer.enrolled.rights.station.clone().unwrap();
    let noon = |day| Zone::CHINA.date(Zone::CHINA.moment(Date::new(2026, 7, day).unwrap(), 720));
    assert!(started.is_on(noon(9), &station));
    assert_eq!(
        post(&mut supervisor, "/api/operations", &operation("flood-0701", json!("2026-07-08"))),
        Ok(())
    );
    assert!(officer.sync());
    let ended = &officer.device.calendar().operations["flood-0701"];
    assert!(ended.is_on(noon(8), &station) && !ended.is_on(noon(9), &station));
}
