//! `POST /api/bundles`, scenario S5: what waits on a phone comes as a file, by whoever it is; once, three times, out of
//! order, cut off, damaged, from elsewhere, and from a phone that was revoked.

use shared::api::bundle::Brought;
use shared::api::problem::ProblemCode;
use shared::api::quarantine::{QuarantineView, ReleaseRequest, Released};
use shared::carry::{Bundle, CarriedPhoto};
use shared::domain::photo::{Attached, Photo};
use shared::domain::round::RoundName;
use shared::ids::{BureauId, CollectionId, ItemId, PhotoHash, Shelf, StationCode, SubjectId};
use shared::limits::BUNDLE_BYTES_MAX;
use shared::protocol::{self, Frame};
use shared::sync::device::Deed;
use tests::kit::bundle::{contents, file, seal, sealing_key, sign};
use tests::kit::http::Reply;
use tests::kit::phone::{FAULT, OK, Phone};
use tests::kit::relay::Relay;

/// Where no relay listens: what is answered stays on the phone.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A phone without a network that has said two things, a desk with one, and the key that both know.
struct Apart {
    relay: Relay,
    phone: Phone,
    desk: Phone,
    key: Vec<u8>,
    round: RoundName,
    /// Entries that were in the logs before.
    before: u64,
}

/// Entries in the logs that the phone writes to: its round's, and its station's defects'.
fn entries(relay: &Relay, round: &RoundName) -> u64 {
    relay.end_of(&round.collection()) + relay.end_of(&CollectionId::of(&Shelf::Live(round.station.clone())))
}

fn apart() -> Apart {
    let relay = Relay::start();
    let [mut phone, _, mut desk] = relay.guests();
    assert!(phone.sync() && desk.sync());
    let key = sealing_key(&phone);
    let round = phone.round_today("flood-departure");
    let before = entries(&relay, &round);
    phone.move_to(NOWHERE);
    phone.answer(&round, "F01", OK);
    phone.answer(&round, "F02", FAULT);
    phone.go_offline();
    Apart { relay, phone, desk, key, round, before }
}

fn hash_of(bytes: &[u8]) -> PhotoHash {
    let hash = ring::digest::digest(&ring::digest::SHA256, bytes);
    PhotoHash(hash.as_ref().try_into().unwrap())
}

fn bring(desk: &mut Phone, file: &[u8]) -> Reply {
    desk.client.post("/api/bundles", "application/octet-stream", file).unwrap()
}

fn taken(desk: &mut Phone, file: &[u8]) -> Brought {
    let reply = bring(desk, file);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn refused(desk: &mut Phone, file: &[u8]) -> ProblemCode {
    bring(desk, file).problem().code
}

impl Apart {
    /// How many entries the relay has of what the phone said.
    fn logged(&self) -> usize {
        usize::try_from(entries(&self.relay, &self.round) - self.before).unwrap()
    }

    /// The phone gets a network, and nothing is doubled or left.
    fn comes_online(&mut self) {
        let before = self.logged();
        self.phone.move_to(&self.relay.base());
        assert!(self.phone.sync());
        assert_eq!((self.phone.pending(), self.logged()), (0, before));
        assert!(self.phone.device.status().rejected.is_empty());
    }
}

#[test]
fn what_a_colleague_brings_in_is_the_authors_and_the_author_hears_of_it() {
    let mut apart = apart();
    let waiting = apart.phone.pending();
    assert!(waiting >= 2);
    let file = file(&apart.phone, &apart.key);
    let brought = taken(&mut apart.desk, &file);
    assert_eq!(
        (brought.device, brought.name.as_str()),
        (apart.phone.enrolled.device, apart.phone.enrolled.name.as_str())
    );
    assert_eq!((usize::try_from(brought.taken).unwrap(), brought.known, brought.held), (waiting, 0, 0));
    assert!(brought.rejected.is_empty());
    assert_eq!(apart.logged(), waiting);
    let author = apart.phone.enrolled.device;
    let round = apart.round.document(&apart.phone.enrolled.bureau.id);
    assert!(apart.relay.log_of(round).iter().all(|entry| entry.device == author));
    // Nothing of it counts as being at the centre before the relay told this phone.
    assert_eq!(apart.phone.pending(), waiting);
    apart.comes_online();
}

#[test]
fn three_times_and_out_of_order_is_the_same_as_once() {
    let mut apart = apart();
    let early = file(&apart.phone, &apart.key);
    apart.phone.answer(&apart.round.clone(), "F03", OK);
    let late = file(&apart.phone, &apart.key);
    let waiting = u32::try_from(apart.phone.pending()).unwrap();
    assert_eq!(taken(&mut apart.desk, &late).taken, waiting);
    for _ in 0..3 {
        let again = taken(&mut apart.desk, &late);
        assert_eq!((again.taken, again.known), (0, waiting));
        let again = taken(&mut apart.desk, &early);
        assert_eq!((again.taken, again.known), (0, waiting - 1));
    }
    assert_eq!(apart.logged(), usize::try_from(waiting).unwrap());
    apart.comes_online();
}

#[test]
fn a_later_bundle_adds_what_came_after_the_first() {
    let mut apart = apart();
    let early = file(&apart.phone, &apart.key);
    let first = taken(&mut apart.desk, &early).taken;
    apart.phone.answer(&apart.round.clone(), "F03", OK);
    taken(&mut apart.desk, &file(&apart.phone, &apart.key));
    assert_eq!(apart.logged(), usize::try_from(first).unwrap() + 1);
    apart.comes_online();
}

#[test]
fn what_is_not_whole_is_not_used() {
    let mut apart = apart();
    let whole = file(&apart.phone, &apart.key);
    for cut in [1, 9, 60, whole.len() / 2, whole.len() - 1] {
        assert_eq!(refused(&mut apart.desk, &whole[..cut]), ProblemCode::BundleTruncated, "{cut}");
    }
    for place in [20, whole.len() / 2, whole.len() - 40, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[place] ^= 4;
        let code = refused(&mut apart.desk, &flipped);
        assert!(
            matches!(code, ProblemCode::BundleDamaged | ProblemCode::BundleTruncated),
            "{place}: {code:?}"
        );
    }
    assert_eq!(refused(&mut apart.desk, &[]), ProblemCode::BundleUnreadable);
    assert_eq!(refused(&mut apart.desk, &[0x5a; 4_000]), ProblemCode::BundleUnreadable);
    let large = vec![0; BUNDLE_BYTES_MAX + 1];
    assert_eq!(refused(&mut apart.desk, &large), ProblemCode::BundleTooLarge);
    let mut other = whole.clone();
    other[7] = 9;
    assert_eq!(refused(&mut apart.desk, &other), ProblemCode::VersionUnknown);
    // A hash is no seal: who makes it right again has changed what the seal is about.
    let (body, _) = whole.split_at(whole.len() - 32);
    let mut forged = body.to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let forged = shared::carry::seal(forged, &[]);
    assert_eq!(refused(&mut apart.desk, &forged), ProblemCode::BundleDamaged);
    assert_eq!(apart.logged(), 0);
    assert!(taken(&mut apart.desk, &whole).taken > 0, "the whole one is as good as before");
}

#[test]
fn another_bureaus_and_another_relays_bundles_stay_closed() {
    let mut apart = apart();
    let bureau = BureauId::parse("wuwei").unwrap();
    let bytes = contents(&apart.phone).to_bytes();
    assert_eq!(refused(&mut apart.desk, &seal(&apart.key, &bureau, &bytes)), ProblemCode::BundleForeign);
    let stranger = ring::agreement::EphemeralPrivateKey::generate(
        &ring::agreement::ECDH_P256,
        &ring::rand::SystemRandom::new(),
    );
    let stranger = stranger.unwrap().compute_public_key().unwrap().as_ref().to_vec();
    let bureau = apart.phone.enrolled.bureau.id.clone();
    assert_eq!(refused(&mut apart.desk, &seal(&stranger, &bureau, &bytes)), ProblemCode::BundleForeign);
    assert_eq!(apart.logged(), 0);
}

#[test]
fn nobody_puts_words_into_anothers_mouth() {
    let mut apart = apart();
    let (key, bureau) = (apart.key.clone(), apart.phone.enrolled.bureau.id.clone());
    let sealed = |bundle: &Bundle| seal(&key, &bureau, &bundle.to_bytes());
    // Something was taken out, or added, after the phone signed.
    let mut fewer = contents(&apart.phone);
    fewer.pushes.clear();
    assert_eq!(refused(&mut apart.desk, &sealed(&fewer)), ProblemCode::BundleUnproven);
    // Another device signs for what is not its own.
    let stolen = Bundle { device: apart.desk.enrolled.device, ..contents(&apart.phone) };
    let stolen = sign(&apart.desk, stolen);
    assert_eq!(refused(&mut apart.desk, &sealed(&stolen)), ProblemCode::BundleUnproven);
    // A device that nobody knows.
    let unknown = Bundle { device: [9; 16].into(), ..contents(&apart.phone) };
    assert_eq!(refused(&mut apart.desk, &sealed(&unknown)), ProblemCode::BundleUnproven);
    // Signed as a whole, and no pushes inside.
    let mut odd = contents(&apart.phone);
    odd.pushes = vec![vec![1, 2, 3].into()];
    assert_eq!(refused(&mut apart.desk, &sealed(&sign(&apart.phone, odd))), ProblemCode::BundleDamaged);
    // A batch that its author did not sign is rejected as in any push, and the others are taken.
    let mut forged = contents(&apart.phone);
    let Ok(Frame::Request(mut request)) = protocol::decode(&forged.pushes[0]) else { panic!("a push") };
    request.push[0].signature[5] ^= 1;
    let changes = u32::try_from(request.push[0].changes.len()).unwrap();
    forged.pushes = vec![protocol::encode(&Frame::Request(request)).into()];
    let brought = taken(&mut apart.desk, &sealed(&sign(&apart.phone, forged)));
    assert_eq!(brought.rejected, [("signature".to_owned(), changes)]);
    let others = apart.phone.pending() - usize::try_from(changes).unwrap();
    assert_eq!(apart.logged(), others, "the others are taken");
    let view: QuarantineView = apart.desk.client.get("/api/quarantine").unwrap().json();
    assert_eq!(view.rejected[0].carrier.device, apart.desk.enrolled.device, "who carried it is told");
}

#[test]
fn what_a_revoked_phone_made_is_held() {
    let mut apart = apart();
    let file = file(&apart.phone, &apart.key);
    let waiting = u32::try_from(apart.phone.pending()).unwrap();
    apart.relay.store().revoke(apart.phone.enrolled.device, apart.phone.now()).unwrap();
    let brought = taken(&mut apart.desk, &file);
    assert_eq!((brought.taken, brought.held), (0, waiting));
    let view: QuarantineView = apart.desk.client.get("/api/quarantine").unwrap().json();
    assert_eq!(view.held.iter().map(|held| held.changes).sum::<u32>(), waiting);
    // And a revoked phone brings nobody's.
    apart.relay.store().revoke(apart.desk.enrolled.device, apart.phone.now()).unwrap();
    assert_eq!(refused(&mut apart.desk, &file), ProblemCode::NoSession);
}

/// An answer that names a photo.
fn answer_with_photo(apart: &mut Apart, named: PhotoHash) {
    let attached = Attached { photos: vec![Photo { original: named, thumbnail: named }], memo: None };
    apart.phone.deed(Deed::Answer {
        round: apart.round.clone(),
        subject: SubjectId::station(),
        item: ItemId::parse("F03").unwrap(),
        answer: OK,
        fault: String::new(),
        note: String::new(),
        sees: Vec::new(),
        amends: None,
        attached,
    });
}

#[test]
fn photos_of_answers_from_before_the_revocation_are_seen() {
    let mut apart = apart();
    let bytes = [&b"\xff\xd8\xff\xe0"[..], &[4; 900]].concat();
    let named = hash_of(&bytes);
    answer_with_photo(&mut apart, named);
    let answers = file(&apart.phone, &apart.key);
    assert_eq!(taken(&mut apart.desk, &answers).held, 0);
    apart.relay.store().revoke(apart.phone.enrolled.device, apart.phone.now()).unwrap();
    let mut bundle = contents(&apart.phone);
    (bundle.pushes, bundle.changes) = (Vec::new(), 0);
    bundle.photos = vec![CarriedPhoto { hash: named, bytes, station: apart.round.station.clone() }];
    let photos = seal(&apart.key, &apart.phone.enrolled.bureau.id, &sign(&apart.phone, bundle).to_bytes());
    assert_eq!(taken(&mut apart.desk, &photos).photos, 1);
    assert_eq!(apart.desk.client.get(&format!("/photos/{named}")).unwrap().status, 200);
}

#[test]
fn photos_of_what_is_held_are_seen_when_it_is_released_and_no_others() {
    let mut apart = apart();
    let photos = [2, 3].map(|number| [&b"\xff\xd8\xff\xe0"[..], &[number; 900]].concat());
    let [named, unnamed] = photos.each_ref().map(|bytes| hash_of(bytes));
    answer_with_photo(&mut apart, named);
    let mut bundle = contents(&apart.phone);
    let station = apart.round.station.clone();
    bundle.photos = [(named, &photos[0]), (unnamed, &photos[1])]
        .map(|(hash, bytes)| CarriedPhoto { hash, bytes: bytes.clone(), station: station.clone() })
        .into();
    let file = seal(&apart.key, &apart.phone.enrolled.bureau.id, &sign(&apart.phone, bundle).to_bytes());
    let author = apart.phone.enrolled.device;
    apart.relay.store().revoke(author, apart.phone.now()).unwrap();
    for _ in 0..2 {
        assert_eq!(taken(&mut apart.desk, &file).photos, 2, "they are kept");
        for hash in [named, unnamed] {
            assert_eq!(
                apart.desk.client.get(&format!("/photos/{hash}")).unwrap().status,
                404,
                "and not shown"
            );
        }
    }
    let document = apart.round.document(&apart.phone.enrolled.bureau.id);
    let release = ReleaseRequest { document, device: author };
    let released: Released = apart.desk.client.post_json("/api/held/release", &release).unwrap().json();
    assert!(released.changes > 0);
    let seen = |desk: &Phone, hash| desk.client.get(&format!("/photos/{hash}")).unwrap();
    assert_eq!(seen(&apart.desk, named).body, photos[0]);
    assert_eq!(seen(&apart.desk, unnamed).status, 404, "no answer names it");
    assert_eq!(taken(&mut apart.desk, &file).photos, 2);
    assert_eq!((seen(&apart.desk, named).status, seen(&apart.desk, unnamed).status), (200, 404));
}

#[test]
fn photos_come_along_and_a_damaged_one_costs_only_itself() {
    let mut apart = apart();
    let bytes = [&b"\xff\xd8\xff\xe0"[..], &[1; 900]].concat();
    let PhotoHash(hash) = hash_of(&bytes);
    let mut bundle = contents(&apart.phone);
    let station = StationCode::parse("huailin").unwrap();
    bundle.photos = [PhotoHash([7; 32]), PhotoHash(hash)]
        .map(|hash| CarriedPhoto { hash, bytes: bytes.clone(), station: station.clone() })
        .into();
    let bundle = sign(&apart.phone, bundle);
    let file = seal(&apart.key, &apart.phone.enrolled.bureau.id, &bundle.to_bytes());
    for _ in 0..2 {
        let brought = taken(&mut apart.desk, &file);
        assert_eq!((brought.photos, brought.photos_refused), (1, 1));
    }
    let shown = apart.desk.client.get(&format!("/photos/{}", PhotoHash(hash))).unwrap();
    assert_eq!((shown.status, shown.body), (200, bytes));
}

#[test]
fn a_full_disk_takes_nothing_and_the_bundle_can_come_again() {
    let mut apart = apart();
    let file = file(&apart.phone, &apart.key);
    apart.relay.faults.set_full(true);
    assert_eq!(refused(&mut apart.desk, &file), ProblemCode::StorageFull);
    apart.relay.faults.set_full(false);
    assert!(taken(&mut apart.desk, &file).taken > 0);
    apart.comes_online();
}

#[test]
fn only_who_is_signed_in_brings_anything() {
    let apart = apart();
    let file = file(&apart.phone, &apart.key);
    let reply = apart.relay.client().post("/api/bundles", "application/octet-stream", &file).unwrap();
    assert_eq!(reply.problem().code, ProblemCode::NoSession);
}

#[test]
fn the_key_is_the_same_after_a_restart_and_the_relay_signs_it() {
    use data_encoding::BASE64URL_NOPAD;
    use server::identity::key;
    use shared::api::session::Session;
    use shared::trust::signing::{SUITE_P256, sealing_key_claim};

    let mut apart = apart();
    let session: Session = apart.desk.client.get("/api/session").unwrap().json();
    let text = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let claim = sealing_key_claim(SUITE_P256, &apart.desk.enrolled.bureau.id, &apart.key);
    let signature = text(&session.sealing_signature);
    assert!(key::verifies(SUITE_P256, &text(&session.relay_key), &claim, &signature));
    let file = file(&apart.phone, &apart.key);
    apart.relay.restart();
    assert_eq!(sealing_key(&apart.desk), apart.key);
    assert!(taken(&mut apart.desk, &file).taken > 0);
}
