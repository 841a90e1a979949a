//! `POST /api/enrolments/redeem`.

use shared::api::enrolment::Enrolled;
use shared::api::problem::ProblemCode;
use shared::ids::OfficerId;
use shared::limits::ENROLMENT_HOURS;
use shared::time::HOUR_MS;
use shared::trust::rights::Role;
use tests::kit::phone::{Phone, generate_key, redeem};
use tests::kit::relay::Relay;

fn guest_code(relay: &Relay, guest: usize) -> String {
    relay.running().invitations()[guest].code.clone()
}

#[test]
fn a_code_makes_a_member_once() {
    let relay = Relay::start();
    let (mut client, key) = (relay.client(), generate_key());
    let code = guest_code(&relay, 0);
    let first: Enrolled = redeem(&mut client, &code, &key).json();
    assert_eq!(first.rights.role, Role::Lead);
    assert!(first.station_name.is_some());
    // The answer was lost on the way: the same phone asks again and gets the same.
    let again: Enrolled = redeem(&mut client, &code, &key).json();
    let certificate = first.certificate.clone();
    assert_eq!(Enrolled { certificate, ..again }, first, "but for a fresh certificate");
    // Another phone does not.
    let other = redeem(&mut client, &code, &generate_key());
    assert_eq!((other.status, other.problem().code), (409, ProblemCode::EnrolmentCodeUsed));
}

#[test]
fn a_wrong_code_and_an_expired_one_are_told_apart() {
    let relay = Relay::start();
    let mut client = relay.client();
    for wrong in ["", "AAAA-BBBB-CCCC", "not a code at all", "😀"] {
        let reply = redeem(&mut client, wrong, &generate_key());
        assert_eq!(
            (reply.status, reply.problem().code),
            (404, ProblemCode::EnrolmentCodeUnknown),
            "{wrong:?}"
        );
    }
    let code = guest_code(&relay, 1);
    relay.clock.advance(ENROLMENT_HOURS * HOUR_MS + 1);
    let reply = redeem(&mut client, &code, &generate_key());
    assert_eq!((reply.status, reply.problem().code), (410, ProblemCode::EnrolmentCodeExpired));
}

#[test]
fn malformed_bodies_are_problems_and_change_nothing() {
    let relay = Relay::start();
    let mut client = relay.client();
    let path = "/api/enrolments/redeem";
    for body in ["", "{", "[]", r#"{"code":1}"#] {
        let reply = client.post(path, "application/json", body.as_bytes()).unwrap();
        assert_eq!((reply.status, reply.problem().code), (400, ProblemCode::BodyMalformed), "{body:?}");
    }
    let long = format!(r#"{{"code":"{}","public_key":""}}"#, "x".repeat(64 << 10));
    let reply = client.post(path, "application/json", long.as_bytes()).unwrap();
    assert_eq!((reply.status, reply.problem().code), (413, ProblemCode::BodyTooLarge));
    let code = guest_code(&relay, 0);
    let body = format!(r#"{{"code":"{code}","public_key":"AAAA"}}"#);
    let reply = client.post(path, "application/json", body.as_bytes()).unwrap();
    assert_eq!((reply.status, reply.problem().code), (400, ProblemCode::PublicKeyInvalid));
    assert!(Phone::enrol(&relay.base(), &code).is_ok(), "the code is still good");
}

#[test]
fn a_new_phone_is_in_everybodys_directory() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let officer = OfficerId::parse(a.enrolled.rights.officer.as_str()).unwrap();
    let second = Phone::enrol(&relay.base(), &relay.code_for(&officer)).unwrap();
    a.go_offline();
    assert!(a.sync());
    let known = a.device.directory().devices.get(&second.enrolled.device).expect("the directory came");
    assert_eq!(known.officer, officer);
}
