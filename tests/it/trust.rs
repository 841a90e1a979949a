//! What a phone believes of a relay and a relay of a phone: receipts, certificates, revocation, and entries that others
//! carry.

use shared::api::officer::Move;
use shared::api::problem::ProblemCode;
use shared::api::session::Session;
use shared::ids::{BureauId, CollectionId, DocumentId, StationCode};
use shared::limits::LEASE_DAYS;
use shared::protocol::{Frame, Receipt, RefusalCode, Request};
use shared::time::DAY_MS;
use shared::trust::certificate::Certificate;
use tests::kit::phone::{OK, Phone};
use tests::kit::relay::Relay;
use tests::kit::socket::Socket;

fn answer(phone: &mut Phone) {
    let round = phone.round_today("flood-departure");
    let item = phone.device.templates()[&round.template].items().next().unwrap().1.id.to_string();
    phone.answer(&round, &item, OK);
}

/// A phone of the first guest's person, enrolled now.
fn another(relay: &Relay, of: &Phone) -> Phone {
    Phone::enrol(&relay.base(), &relay.code_for(&of.enrolled.rights.officer)).unwrap()
}

#[test]
fn a_missing_or_forged_receipt_drops_no_mark_and_loses_nothing() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sync());
    let lies: [fn(&mut Vec<Receipt>); 5] = [
        |receipts| receipts.clear(),
        |receipts| receipts[0].signature[9] ^= 1,
        |receipts| receipts[0].seq += 1,
        |receipts| receipts[0].suite = 2,
        |receipts| receipts[0].collection = CollectionId::bureau(),
    ];
    for (n, lie) in lies.into_iter().enumerate() {
        a.lie = Some(Box::new(move |response| {
            if !response.receipts.is_empty() {
                lie(&mut response.receipts);
            }
        }));
        answer(&mut a);
        a.sync();
        assert_eq!(a.device.status().problem.as_deref(), Some("receipt-forged"), "{n}");
        assert!(a.pending() > 0, "{n}");
        a.lie = None;
        assert!(a.sync());
        assert_eq!((a.pending(), a.device.status().problem), (0, None), "{n}");
    }
    let round = a.round_today("flood-departure");
    let kept = a.stored.receipts.iter().find(|kept| kept.receipt.collection == round.collection()).unwrap();
    assert_eq!(kept.receipt.seq, relay.end_of(&round.collection()));
}

#[test]
fn a_restored_relay_lets_a_phone_in_again_by_its_certificate_and_by_nothing_less() {
    let mut relay = Relay::start();
    let [a, ..] = relay.guests();
    let backup = relay.back_up();
    let mut late = another(&relay, &a);
    assert!(late.sync());
    late.go_offline();
    answer(&mut late);
    relay.restore(&backup);
    let good = late.enrolled.certificate.clone();
    let certificate = Certificate::parse(&good).unwrap();
    let forged = |change: fn(&mut Certificate)| {
        let mut forged = certificate.clone();
        change(&mut forged);
        forged.to_text()
    };
    for (text, expected) in [
        ("nonsense".to_owned(), ProblemCode::CertificateInvalid),
        (forged(|c| c.signature[3] ^= 1), ProblemCode::CertificateInvalid),
        (forged(|c| c.role = shared::trust::rights::Role::Admin), ProblemCode::CertificateInvalid),
        (forged(|c| c.lease_end = c.lease_end.plus_ms(DAY_MS)), ProblemCode::CertificateInvalid),
        (forged(|c| c.bureau = BureauId::parse("hefei").unwrap()), ProblemCode::CertificateInvalid),
        (a.enrolled.certificate.clone(), ProblemCode::CertificateInvalid),
    ] {
        late.enrolled.certificate = text;
        let refused = late.open_session().unwrap_err().unwrap();
        assert_eq!(refused.code, expected, "{}", late.enrolled.certificate);
    }
    late.enrolled.certificate = good;
    relay.clock.advance(LEASE_DAYS * DAY_MS + 1_000);
    assert_eq!(late.open_session().unwrap_err().unwrap().code, ProblemCode::CertificateExpired);
    assert_eq!(late.pending(), 2, "capture goes on, nothing is lost");
    relay.clock.advance(-LEASE_DAYS * DAY_MS);
    assert!(late.sync());
    assert_eq!(late.pending(), 0);
    let record = relay.store().device(late.enrolled.device).unwrap().unwrap();
    assert_eq!(record.rights, late.enrolled.rights);
}

#[test]
fn a_revoked_phone_is_shut_out_at_once() {
    let relay = Relay::start();
    let [mut a, mut b, mut chief] = relay.guests();
    assert!(a.sync() && b.sync() && chief.sync());
    let mut socket = Socket::open(&a.client).unwrap();
    let path = format!("/api/devices/{}/revocation", a.enrolled.device);
    let refused = b.client.post_json(&path, &()).unwrap();
    assert_eq!((refused.status, refused.problem().code), (403, ProblemCode::NoRight));
    for unknown in ["00000000000000000000000000000000", "x"] {
        let reply = chief.client.post_json(&format!("/api/devices/{unknown}/revocation"), &()).unwrap();
        assert_eq!(reply.problem().code, ProblemCode::DeviceUnknown);
    }
    assert_eq!(chief.client.post_json(&path, &()).unwrap().status, 204);
    match socket.frame() {
        Some(Frame::Refusal(refusal)) => assert_eq!(refusal.code, RefusalCode::NoSession),
        other => panic!("{other:?}"),
    }
    assert_eq!(socket.frame(), None, "and it is closed");
    answer(&mut a);
    assert_eq!((a.pending(), a.device.status().problem.as_deref()), (2, Some("no-session")));
    assert!(!a.sync(), "it is not let in again");
    assert_eq!(a.open_session().unwrap_err().unwrap().code, ProblemCode::DeviceRevoked);
    // Everybody learns of it, and asking again changes nothing.
    assert_eq!(chief.client.post_json(&path, &()).unwrap().status, 204);
    b.go_offline();
    assert!(b.sync());
    let revocation = &b.device.directory().revoked[&a.enrolled.device];
    assert_eq!(revocation.by, chief.enrolled.rights.officer);
    let directory = DocumentId::directory(&relay.running().relay().bureau().id);
    let entries = relay.log_of(directory).len();
    assert_eq!(chief.client.post_json(&path, &()).unwrap().status, 204);
    assert_eq!(relay.log_of(directory).len(), entries);
}

#[test]
fn a_person_who_is_moved_goes_on_with_other_rights() {
    let relay = Relay::start();
    let [mut a, mut b, mut chief] = relay.guests();
    assert!(a.sync() && b.sync() && chief.sync());
    let (mut socket, mut other) = (Socket::open(&a.client).unwrap(), Socket::open(&b.client).unwrap());
    let officer = a.enrolled.rights.officer.clone();
    let path = format!("/api/officers/{officer}/station");
    let to = |code: &str| Move { station: StationCode::parse(code).unwrap() };
    let refused = b.client.post_json(&path, &to("huailin")).unwrap();
    assert_eq!((refused.status, refused.problem().code), (403, ProblemCode::NoRight));
    let own = format!("/api/officers/{}/station", chief.enrolled.rights.officer);
    let refused = chief.client.post_json(&own, &to("huailin")).unwrap();
    assert_eq!((refused.status, refused.problem().code), (403, ProblemCode::NoRight), "nor oneself");
    for (path, station) in [(path.as_str(), "nowhere"), ("/api/officers/nobody/station", "huailin")] {
        let reply = chief.client.post_json(path, &to(station)).unwrap();
        assert_eq!((reply.status, reply.problem().code), (404, ProblemCode::NotFound));
    }
    assert_eq!(chief.client.post_json(&path, &to("huailin")).unwrap().status, 204);
    // What was open with the old rights is closed, and nothing else is.
    match socket.frame() {
        Some(Frame::Refusal(refusal)) => assert_eq!(refusal.code, RefusalCode::NoSession),
        other => panic!("{other:?}"),
    }
    assert_eq!(socket.frame(), None, "and it is closed");
    other.send(Request { exchange: 1, ..Request::default() });
    assert_eq!(other.response().exchange, 1);
    // The session is good, and says what is right from now on.
    let session: Session = a.client.get("/api/session").unwrap().json();
    assert_eq!(session.rights.station, Some(to("huailin").station));
    assert!(b.sync());
    assert_eq!(b.device.directory().officers[&officer].station, session.rights.station);
    // Asking again changes nothing.
    let directory = DocumentId::directory(&relay.running().relay().bureau().id);
    let entries = relay.log_of(directory).len();
    assert_eq!(chief.client.post_json(&path, &to("huailin")).unwrap().status, 204);
    assert_eq!(relay.log_of(directory).len(), entries);
}

#[test]
fn one_phone_brings_back_what_a_restored_relay_lost_of_others_and_of_its_own() {
    let mut relay = Relay::start();
    let [mut a, mut b, mut chief] = relay.guests();
    assert!(a.sync() && b.sync() && chief.sync());
    let backup = relay.back_up();
    let mut late = another(&relay, &a);
    assert!(late.sync() && b.sync() && chief.sync());
    answer(&mut late);
    assert!(late.sync());
    answer(&mut b);
    let path = format!("/api/devices/{}/revocation", b.enrolled.device);
    assert!(b.sync());
    assert_eq!(chief.client.post_json(&path, &()).unwrap().status, 204);
    a.go_offline();
    assert!(a.sync());
    let round = a.round_today("flood-departure");
    let (heads, end) = (a.heads(&round), relay.end_of(&round.collection()));
    relay.restore(&backup);
    assert!(relay.store().device(late.enrolled.device).unwrap().is_none());
    assert!(relay.end_of(&round.collection()) < end);
    // Only this one comes back.
    a.go_offline();
    assert!(a.sync());
    assert_eq!((relay.end_of(&round.collection()), a.heads(&round)), (end, heads));
    let known = relay.store().device(late.enrolled.device).unwrap().unwrap();
    assert_eq!(known.rights, late.enrolled.rights);
    assert!(relay.store().device(b.enrolled.device).unwrap().unwrap().revoked.is_some());
    assert!(a.device.status().rejected.is_empty());
}
