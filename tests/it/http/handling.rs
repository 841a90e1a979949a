//! `POST /api/defects` and `/api/needs`: who may handle what, and that it reaches the phones of the station.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::api::handling::{LeftDefect, Moved};
use shared::api::problem::ProblemCode;
use shared::domain::answer::{Answer, Condition};
use shared::domain::defect::{Defect, DefectAct, DefectName, DefectState, Disposition, GENERAL};
use shared::domain::need::{Need, NeedState};
use shared::sync::device::{Deed, Report};
use tests::kit::phone::Phone;
use tests::kit::relay::Relay;

fn post(phone: &mut Phone, path: &str, body: &Value) -> Result<u16, ProblemCode> {
    let reply = phone.client.post_json(path, body).unwrap();
    if reply.status < 300 { Ok(reply.status) } else { Err(reply.problem().code) }
}

/// The defect that the test is about, as the phone has it: the demo's own is of no checklist.
fn found(phone: &mut Phone) -> Arc<Defect> {
    let station = phone.enrolled.rights.station.clone().unwrap();
    let mut defects = phone.device.defects(Some(&station)).into_iter();
    defects.find(|defect| defect.name.item.as_str() != GENERAL).unwrap()
}

/// The need that the test is about.
fn raised(phone: &mut Phone) -> Arc<Need> {
    let station = phone.enrolled.rights.station.clone().unwrap();
    phone.device.needs(Some(&station)).into_iter().find(|need| need.wish == WISH).unwrap()
}

const NOTE: &str = "锁坏了";
const WISH: &str = "工具包带子总缠在一起";

/// A move of that defect.
fn asked(phone: &mut Phone, act: &str, more: &Value) -> Value {
    let defect = found(phone);
    let mut body = json!({"defects": [{"defect": defect.name, "sees": defect.history.heads()}], "act": act});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn state(phone: &mut Phone) -> (DefectState, bool) {
    assert!(phone.sync());
    let defect = found(phone);
    (defect.state, defect.is_reopened)
}

#[test]
fn a_supervisor_handles_a_defect_and_the_station_verifies_it() {
    let relay = Relay::start();
    let [mut officer, mut other, mut supervisor] = relay.guests();
    assert!(officer.sync() && other.sync() && supervisor.sign_in());
    let round = officer.round_today("flood-departure");
    let template = officer.device.template(&round).unwrap();
    let is_condition =
        |answer: &Answer, item: &shared::domain::template::Item| item.takes(answer) && item.show_if.is_none();
    let fault = Answer::Condition(Condition::Fault);
    let item = template.items().map(|(_, item)| item).find(|item| is_condition(&fault, item)).unwrap();
    officer.answer(&round, item.id.as_str(), fault);
    assert_eq!(state(&mut officer), (DefectState::Reported, false));

    let none = json!({});
    let acknowledge = asked(&mut officer, "acknowledge", &none);
    assert_eq!(post(&mut officer, "/api/defects", &acknowledge), Err(ProblemCode::NoRight));
    for unsound in [
        asked(&mut officer, "verify", &none),
        asked(&mut officer, "handle", &none),
        asked(&mut officer, "reject", &json!({"note": "  "})),
        json!({"defects": [], "act": "acknowledge"}),
    ] {
        let refused = post(&mut supervisor, "/api/defects", &unsound);
        assert_eq!(refused, Err(ProblemCode::BodyMalformed), "{unsound}");
    }
    let mut unknown = acknowledge.clone();
    unknown["defects"][0]["defect"]["number"] = json!(9);
    assert_eq!(post(&mut supervisor, "/api/defects", &unknown), Err(ProblemCode::NotFound));
    let reply = supervisor.client.post_json("/api/defects", &acknowledge).unwrap();
    let moved: Moved = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!((moved.moved.len(), moved.left.len()), (1, 0));
    assert_eq!(post(&mut supervisor, "/api/defects", &acknowledge), Err(ProblemCode::GoneOn));
    assert_eq!(state(&mut officer), (DefectState::Acknowledged, false));

    // Acknowledged by mistake, and taken back.
    let mut undo = asked(&mut officer, "withdraw", &none);
    assert_eq!(post(&mut supervisor, "/api/defects", &undo), Err(ProblemCode::BodyMalformed), "of what?");
    undo["defects"][0]["takes_back"] = json!(moved.moved[0].entry);
    assert_eq!(post(&mut supervisor, "/api/defects", &undo), Ok(200));
    assert_eq!(state(&mut officer), (DefectState::Reported, false));
    let repair = asked(&mut officer, "handle", &json!({"disposition": "repair", "note": "送修"}));
    assert_eq!(post(&mut supervisor, "/api/defects", &repair), Ok(200));
    assert_eq!(state(&mut officer), (DefectState::Handled, false));
    let done = asked(&mut officer, "done", &none);
    assert_eq!(post(&mut supervisor, "/api/defects", &done), Ok(200));
    assert_eq!(state(&mut other), (DefectState::Done, false));

    // Not mended: it is open again; mended: it is over.
    let defect = found(&mut other);
    assert_eq!(defect.disposition, Some(Disposition::Repair));
    let say = |act| Deed::SayOfDefect { defect: defect.name.clone(), act, note: String::new() };
    other.deed(say(DefectAct::NotFixed));
    assert_eq!(state(&mut other), (DefectState::Reported, true));
    let done = asked(&mut other, "done", &none);
    assert_eq!(post(&mut supervisor, "/api/defects", &done), Ok(200));
    assert_eq!(state(&mut other), (DefectState::Done, false));
    other.deed(say(DefectAct::Verify));
    assert_eq!(state(&mut other), (DefectState::Verified, false));
    assert_eq!(state(&mut officer), (DefectState::Verified, false));
}

#[test]
fn of_several_defects_those_that_went_on_are_named_and_an_undo_takes_back_what_it_names() {
    let relay = Relay::start();
    let [mut officer, _, mut supervisor] = relay.guests();
    assert!(officer.sync() && supervisor.sign_in());
    let station = officer.enrolled.rights.station.clone().unwrap();
    let report = |place: &str| {
        Deed::Report(Report {
            asset: None,
            place: place.to_owned(),
            is_expiry: false,
            is_missing: false,
            is_urgent: false,
            note: NOTE.to_owned(),
            photos: Vec::new(),
        })
    };
    officer.deed(report("门口"));
    officer.deed(report("码头"));
    assert!(officer.sync());
    let all = officer.device.defects(Some(&station)).into_iter();
    let names: Vec<DefectName> = all
        .filter(|defect| defect.reports().any(|report| report.said.note == NOTE))
        .map(|defect| defect.name.clone())
        .collect();
    assert_eq!(names.len(), 2);
    let of = |officer: &mut Phone, name: &DefectName, back: Option<&Value>| {
        let all = officer.device.defects(Some(&station));
        let defect = all.iter().find(|defect| defect.name == *name).unwrap();
        let mut seen = json!({"defect": name, "sees": defect.history.heads()});
        if let Some(back) = back {
            seen["takes_back"] = back.clone();
        }
        seen
    };
    let both = [of(&mut officer, &names[0], None), of(&mut officer, &names[1], None)];
    let mut told = |body: &Value| -> Moved {
        let reply = supervisor.client.post_json("/api/defects", body).unwrap();
        assert_eq!(reply.status, 200, "{body}");
        serde_json::from_slice(&reply.body).unwrap()
    };
    // Somebody else refused the first meanwhile.
    told(&json!({"defects": [both[0]], "act": "reject", "note": "不归我们管"}));
    let moved = told(&json!({"defects": both, "act": "acknowledge"}));
    assert_eq!(moved.moved.iter().map(|it| &it.defect).collect::<Vec<_>>(), [&names[1]]);
    let left = LeftDefect { defect: names[0].clone(), state: Some(DefectState::Rejected) };
    assert_eq!(moved.left, [left]);
    let none = told(&json!({"defects": both, "act": "acknowledge"}));
    assert_eq!((none.moved.len(), none.left.len()), (0, 2), "nothing is said to be done");

    // The same person decided something since: the undo takes the acknowledgement back, and not that.
    assert!(officer.sync());
    let seen = of(&mut officer, &names[1], None);
    told(&json!({"defects": [seen], "act": "handle", "disposition": "repair"}));
    let entry = json!(moved.moved[0].entry);
    let seen = of(&mut officer, &names[1], Some(&entry));
    told(&json!({"defects": [seen], "act": "withdraw"}));
    assert!(officer.sync());
    let all = officer.device.defects(Some(&station));
    let defect = all.iter().find(|defect| defect.name == names[1]).unwrap();
    assert_eq!((defect.state, defect.disposition), (DefectState::Handled, Some(Disposition::Repair)));
    let again = json!({"defects": [of(&mut officer, &names[1], Some(&entry))], "act": "withdraw"});
    assert_eq!(post(&mut supervisor, "/api/defects", &again), Err(ProblemCode::GoneOn));
}

#[test]
fn a_need_is_answered_tried_and_rated() {
    let relay = Relay::start();
    let [mut officer, _, mut supervisor] = relay.guests();
    assert!(officer.sync() && supervisor.sign_in());
    officer.deed(Deed::RaiseNeed { wish: WISH.to_owned(), model: String::new() });
    assert!(officer.sync());
    let need = raised(&mut officer);
    let asked = |act: &str, note: &str| json!({"need": need.name, "sees": need.history.heads(), "act": act, "note": note});
    assert_eq!(post(&mut officer, "/api/needs", &asked("trial", "")), Err(ProblemCode::NoRight));
    assert_eq!(post(&mut supervisor, "/api/needs", &asked("raise", "x")), Err(ProblemCode::BodyMalformed));
    assert_eq!(post(&mut supervisor, "/api/needs", &asked("decline", "")), Err(ProblemCode::BodyMalformed));
    assert_eq!(post(&mut supervisor, "/api/needs", &asked("trial", "轻型背心两件")), Ok(204));
    assert_eq!(post(&mut supervisor, "/api/needs", &asked("visit", "")), Err(ProblemCode::GoneOn));
    assert!(officer.sync());
    officer.deed(Deed::RateNeed { need: need.name.clone(), rating: 4 });
    assert!(officer.sync());
    let need = officer.device.need(&need.name).unwrap();
    assert_eq!((need.state, need.rating_tenths()), (NeedState::Trial, Some(40)));
}
