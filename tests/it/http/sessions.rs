//! `POST /api/sessions/challenge`, `POST /api/sessions`, `GET /api/session`.

use data_encoding::BASE64URL_NOPAD;
use shared::api::problem::ProblemCode;
use shared::api::session::{Challenge, ChallengeRequest, Session, SessionRequest};
use shared::ids::DeviceId;
use shared::limits::{CHALLENGE_MS, SESSION_HOURS};
use shared::time::HOUR_MS;
use shared::trust::signing::{SUITE_P256, session_claim};
use tests::kit::phone::Phone;
use tests::kit::relay::Relay;

/// Asks for a challenge and answers it with a signature by `signer`.
fn answer(phone: &mut Phone, signer: &Phone, wait: impl FnOnce()) -> (u16, Option<ProblemCode>) {
    let device = phone.enrolled.device;
    let Challenge { challenge } = phone
        .client
        .post_json("/api/sessions/challenge", &ChallengeRequest { device, certificate: None })
        .unwrap()
        .json();
    let bytes = BASE64URL_NOPAD.decode(challenge.as_bytes()).unwrap();
    let signature = signer.sign(&session_claim(SUITE_P256, &phone.enrolled.bureau.id, device, &bytes));
    let signature = BASE64URL_NOPAD.encode(&signature);
    wait();
    let request = SessionRequest { device, challenge, suite: SUITE_P256, signature, certificate: None };
    let reply = phone.client.post_json("/api/sessions", &request).unwrap();
    (reply.status, (reply.status != 200).then(|| reply.problem().code))
}

#[test]
fn a_key_opens_a_session_and_no_other_does() {
    let relay = Relay::start();
    let [mut a, b, _] = relay.guests();
    assert_eq!(a.client.get("/api/session").unwrap().problem().code, ProblemCode::NoSession);
    assert_eq!(answer(&mut a, &b, || {}), (403, Some(ProblemCode::SignatureInvalid)));
    assert!(a.sign_in());
    let session: Session = a.client.get("/api/session").unwrap().json();
    assert_eq!((session.device, session.rights), (a.enrolled.device, a.enrolled.rights.clone()));
}

#[test]
fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    let device = a.enrolled.device;
    let Challenge { challenge } = a
        .client
        .post_json("/api/sessions/challenge", &ChallengeRequest { device, certificate: None })
        .unwrap()
        .json();
    let bytes = BASE64URL_NOPAD.decode(challenge.as_bytes()).unwrap();
    let claim = session_claim(SUITE_P256, &a.enrolled.bureau.id, device, &bytes);
    let signature = BASE64URL_NOPAD.encode(&a.sign(&claim));
    let request = SessionRequest { device, challenge, suite: SUITE_P256, signature, certificate: None };
    let reply = a.client.post_json("/api/sessions", &request).unwrap();
    let cookie = reply.header("set-cookie").unwrap();
    for part in ["muster_session=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain HTTP on loopback");
    // A challenge is good for one try.
    let again = a.client.post_json("/api/sessions", &request).unwrap();
    assert_eq!(again.problem().code, ProblemCode::ChallengeExpired);
}

#[test]
fn challenges_and_sessions_expire_and_are_renewed() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    let signer = Phone::enrol(&relay.base(), &relay.code_for(&a.enrolled.rights.officer)).unwrap();
    let late = answer(&mut a, &signer, || relay.clock.advance(CHALLENGE_MS + 1));
    assert_eq!(late, (410, Some(ProblemCode::ChallengeExpired)));
    assert!(a.sync());
    relay.clock.advance(SESSION_HOURS * HOUR_MS + 1);
    assert_eq!(a.client.get("/api/session").unwrap().status, 401);
    // The phone learns it from the refusal, and signs in again.
    a.sync();
    assert_eq!(a.device.status().problem.as_deref(), Some("no-session"));
    assert!(a.sync());
    assert_eq!(a.device.status().problem, None);
}

#[test]
fn an_unknown_device_gets_no_challenge() {
    let relay = Relay::start();
    let request = ChallengeRequest { device: DeviceId::from([3; 16]), certificate: None };
    let reply = relay.client().post_json("/api/sessions/challenge", &request).unwrap();
    assert_eq!((reply.status, reply.problem().code), (404, ProblemCode::DeviceUnknown));
}
