//! What goes wrong is a problem document with a stable code, and says nothing of the relay's inside.

use shared::api::problem::ProblemCode;
use tests::kit::phone::{generate_key, redeem};
use tests::kit::relay::Relay;

#[test]
fn another_sites_page_cannot_write() {
    let relay = Relay::start();
    let [mut a, ..] = relay.guests();
    assert!(a.sign_in());
    for origin in ["http://evil.example", "null"] {
        a.client.origin = Some(origin.to_owned());
        for path in ["/api/sync", "/api/sessions", "/api/enrolments/redeem"] {
            let reply = a.client.post(path, "application/json", b"{}").unwrap();
            assert_eq!((reply.status, reply.problem().code), (403, ProblemCode::NoRight), "{origin} {path}");
        }
    }
    a.client.origin = Some(relay.base());
    assert!(a.sync(), "its own page can");
}

#[test]
fn a_full_disk_is_told_and_the_code_stays_good() {
    let relay = Relay::start();
    let code = relay.running().invitations()[0].code.clone();
    let (mut client, key) = (relay.client(), generate_key());
    relay.faults.set_full(true);
    let reply = redeem(&mut client, &code, &key);
    let problem = reply.problem();
    assert_eq!((reply.status, problem.code), (507, ProblemCode::StorageFull));
    assert_eq!(problem.kind, "/problems/storage-full");
    let text = reply.text().to_lowercase();
    assert!(!text.contains("sqlite") && !text.contains(".db"), "{text}");
    relay.faults.set_full(false);
    assert_eq!(redeem(&mut client, &code, &key).status, 200);
}
