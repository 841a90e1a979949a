//! `GET /api/quarantine` and `POST /api/held/release`: what was rejected and what is held, for supervisors' eyes, and
//! their word that it counts.

use shared::api::problem::ProblemCode;
use shared::api::quarantine::{QuarantineView, ReleaseRequest, Released};
use shared::document::chunk;
use shared::domain::round::RoundName;
use shared::protocol::{self, AckOutcome, Batch, Frame, RejectCode, Request};
use shared::sync::device::{Stored, StoredChange};
use shared::trust::signing::{BatchClaim, SUITE_P256};
use tests::kit::phone::{FAULT, OK, Phone};
use tests::kit::relay::Relay;

/// Where no relay listens: what is answered stays on the phone.
const NOWHERE: &str = "http://127.0.0.1:9";

fn view(supervisor: &mut Phone) -> QuarantineView {
    supervisor.client.get("/api/quarantine").unwrap().json()
}

/// What a phone has not pushed of a round, signed, so that another may carry it.
fn unpushed(phone: &Phone, round: &RoundName) -> Batch {
    let bureau = &phone.enrolled.bureau.id;
    let (collection, document) = (round.collection(), round.document(bureau));
    let Stored { changes, marks, .. } = &phone.stored;
    let is_marked = |change: &&StoredChange| marks.iter().any(|mark| mark.hash == change.hash);
    let of_round = changes.iter().filter(|change| change.document == document);
    let changes: Vec<_> = of_round.filter(is_marked).map(|change| change.change.clone()).collect();
    let outline = chunk::outline(changes.last().unwrap()).unwrap();
    let (actor, head) = (outline.actor, outline.hash);
    let count = u32::try_from(changes.len()).unwrap();
    let claim = BatchClaim { bureau, collection: &collection, document, actor, head, count };
    let signature = phone.sign(&claim.to_bytes(SUITE_P256));
    let changes = changes.into_iter().map(Into::into).collect();
    Batch { collection, document, actor, changes, head, suite: SUITE_P256, signature }
}

fn carry(carrier: &mut Phone, batch: Batch) -> AckOutcome {
    let request = Request { exchange: 1, push: vec![batch], ..Request::default() };
    let frame = protocol::encode(&Frame::Request(request));
    let reply = carrier.client.post("/api/sync", "application/cbor", &frame).unwrap();
    match protocol::decode(&reply.body).unwrap() {
        Frame::Response(response) => response.acks.into_iter().next().unwrap().outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_supervisors_look_and_release() {
    let relay = Relay::start();
    let [mut officer, ..] = relay.guests();
    assert_eq!(relay.client().get("/api/quarantine").unwrap().problem().code, ProblemCode::NoSession);
    assert!(officer.sync());
    assert_eq!(officer.client.get("/api/quarantine").unwrap().problem().code, ProblemCode::NoRight);
    let round = officer.round_today("flood-departure");
    let (document, device) = (round.document(&officer.enrolled.bureau.id), officer.enrolled.device);
    let reply = officer.client.post_json("/api/held/release", &ReleaseRequest { document, device }).unwrap();
    assert_eq!((reply.status, reply.problem().code), (403, ProblemCode::NoRight));
}

#[test]
fn a_rejected_batch_is_kept_with_who_and_why() {
    let relay = Relay::start();
    let [mut a, mut b, mut supervisor] = relay.guests();
    assert!(a.sync() && b.sync() && supervisor.sign_in());
    assert_eq!(view(&mut supervisor), QuarantineView::default());
    let round = a.round_today("flood-departure");
    a.move_to(NOWHERE);
    a.answer(&round, "F01", OK);
    let mut forged = unpushed(&a, &round);
    forged.signature[9] ^= 1;
    for _ in 0..2 {
        let outcome = carry(&mut b, forged.clone());
        assert!(matches!(outcome, AckOutcome::Rejected { code: RejectCode::Signature, .. }), "{outcome:?}");
    }
    let view = view(&mut supervisor);
    let [rejected] = view.rejected.as_slice() else { panic!("{view:?}") };
    assert_eq!((rejected.code.as_str(), rejected.times), ("signature", 2));
    assert_eq!((rejected.author.device, rejected.carrier.device), (a.enrolled.device, b.enrolled.device));
    assert_eq!(rejected.author.name.as_deref(), Some(a.enrolled.name.as_str()));
    assert_eq!((&rejected.collection, rejected.document), (&round.collection(), forged.document));
}

#[test]
fn what_came_from_a_revoked_phone_counts_when_it_is_released() {
    let relay = Relay::start();
    let [mut a, mut b, mut supervisor] = relay.guests();
    assert!(a.sync() && b.sync() && supervisor.sign_in());
    let round = a.round_today("flood-departure");
    let item = "F01";
    let before = b.reading(&round, item);
    a.move_to(NOWHERE);
    a.answer(&round, item, FAULT);
    let late = unpushed(&a, &round);
    relay.store().revoke(a.enrolled.device, a.now()).unwrap();
    let outcome = carry(&mut b, late);
    assert!(matches!(outcome, AckOutcome::Accepted { .. }), "{outcome:?}");
    assert!(b.sync());
    let read = b.device.round(&round);
    assert!(read.observations.iter().any(|observation| observation.is_held), "it is there");
    let verdict = b.reading(&round, item).verdict;
    assert_eq!(verdict, before.verdict, "and does not count");

    let held = view(&mut supervisor).held;
    assert_eq!(held.len(), 1, "{held:?}");
    assert_eq!(held[0].author.device, a.enrolled.device);
    let request = ReleaseRequest { document: held[0].document, device: held[0].author.device };
    let released: Released = supervisor.client.post_json("/api/held/release", &request).unwrap().json();
    assert_eq!(released.changes, held[0].changes);
    assert_eq!(view(&mut supervisor).held, []);
    assert!(b.sync());
    assert_ne!(b.reading(&round, item).verdict, before.verdict, "now it counts");
    let again: Released = supervisor.client.post_json("/api/held/release", &request).unwrap().json();
    assert_eq!(again.changes, 0);
}
