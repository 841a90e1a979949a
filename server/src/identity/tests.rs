//! What lets a device in, and what does not, against a real store in memory.

use std::net::Ipv4Addr;

use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use shared::domain::Label;
use shared::domain::directory::Officer;
use shared::ids::{BureauId, StationCode};
use shared::limits::CHALLENGE_MS;
use shared::time::{Timestamp, Zone};
use shared::trust::rights::{Rights, Role};
use shared::trust::signing::SUITE_P256;

use super::*;
use crate::clock::SetClock;
use crate::store::sqlite::{Options, Sqlite};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const START: Timestamp = Timestamp(1_795_449_600_000);

struct World {
    identity: Identity,
    clock: Arc<SetClock>,
    store: Arc<dyn Store>,
    officer: Officer,
    _folder: tempfile::TempDir,
}

struct Phone {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Phone {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self { pair, random }
    }

    fn public_key(&self) -> String {
        BASE64URL_NOPAD.encode(self.pair.public_key().as_ref())
    }

    fn device(&self) -> DeviceId {
        DeviceId::of_public_key(self.pair.public_key().as_ref())
    }

    fn sign(&self, world: &World, challenge: &str) -> String {
        let challenge = BASE64URL_NOPAD.decode(challenge.as_bytes()).unwrap();
        let claim = signing::session_claim(SUITE_P256, &world.identity.bureau.id, self.device(), &challenge);
        BASE64URL_NOPAD.encode(self.pair.sign(&self.random, &claim).unwrap().as_ref())
    }
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(
            Sqlite::open(Options { folder: folder.path().to_owned(), ..Options::default() }).unwrap(),
        );
        let clock = Arc::new(SetClock::at(START));
        let bureau = Bureau {
            id: BureauId::parse("chaohu").unwrap(),
            name: Label::new("巢湖市公安局", "Chaohu bureau"),
            zone: Zone::CHINA,
        };
        let officer = Officer {
            id: OfficerId::parse("zm-01").unwrap(),
            name: "周立新".into(),
            badge: "340181".into(),
            station: Some(StationCode::parse("zhongmiao").unwrap()),
            role: Role::Lead,
        };
        store.put_officer(&officer).unwrap();
        let identity = Identity::new(Arc::clone(&store), Arc::clone(&clock) as Arc<dyn Clock>, bureau);
        Self { identity, clock, store, officer, _folder: folder }
    }

    fn code(&self) -> String {
        self.identity.issue(&self.officer.id).unwrap().reveal()
    }

    fn redeem(&self, code: &str, phone: &Phone) -> Result<DeviceRecord, ProblemCode> {
        self.identity.redeem(HERE, code, &phone.public_key()).map_err(|error| error.code())
    }

    fn enrolled(&self) -> Phone {
        let phone = Phone::new();
        self.redeem(&self.code(), &phone).unwrap();
        phone
    }

    fn open(&self, phone: &Phone, challenge: &str, signature: &str) -> Result<SessionToken, ProblemCode> {
        let opened = self.identity.open_session(phone.device(), challenge, SUITE_P256, signature, None);
        opened.map(|opened| opened.token).map_err(|error| error.code())
    }
}

#[test]
fn a_code_makes_one_phone_a_member_and_says_so_again() {
    let world = World::new();
    let (code, phone) = (world.code(), Phone::new());
    let first = world.redeem(&code, &phone).unwrap();
    assert_eq!(first.id, phone.device());
    assert_eq!(first.rights.role, Role::Lead);
    assert_eq!(world.redeem(&code.to_lowercase().replace('-', ""), &phone), Ok(first));
    assert_eq!(world.redeem(&code, &Phone::new()), Err(ProblemCode::EnrolmentCodeUsed));
    assert_eq!(world.store.devices().unwrap().len(), 1);
}

#[test]
fn a_wrong_or_old_code_enrols_nobody() {
    let world = World::new();
    let phone = Phone::new();
    for wrong in ["0000-0000-0000", "", "not a code", "0000-0000-0000-0000"] {
        assert_eq!(world.redeem(wrong, &phone), Err(ProblemCode::EnrolmentCodeUnknown), "{wrong}");
    }
    let code = world.code();
    world.clock.set(START.plus_ms(ENROLMENT_HOURS * HOUR_MS + 1));
    assert_eq!(world.redeem(&code, &phone), Err(ProblemCode::EnrolmentCodeExpired));
    assert!(world.store.devices().unwrap().is_empty());
}

#[test]
fn a_key_that_is_none_leaves_the_code_unused() {
    let world = World::new();
    let code = world.code();
    for key in ["", "AAAA", "*", &BASE64URL_NOPAD.encode(&[4; 65])] {
        let refused = world.identity.redeem(HERE, &code, key).map_err(|error| error.code());
        assert_eq!(refused, Err(ProblemCode::PublicKeyInvalid), "{key}");
    }
    assert!(world.redeem(&code, &Phone::new()).is_ok());
}

#[test]
fn guessing_from_one_address_is_held_up() {
    let world = World::new();
    let (phone, code) = (Phone::new(), world.code());
    let refusals = (0..100).map(|_| world.redeem("0000-0000-0000", &phone).unwrap_err()).collect::<Vec<_>>();
    assert_eq!(refusals.last(), Some(&ProblemCode::Busy));
    assert_eq!(world.redeem(&code, &phone), Err(ProblemCode::Busy));
    let elsewhere = IpAddr::from(Ipv4Addr::new(10, 0, 0, 9));
    assert!(world.identity.redeem(elsewhere, &code, &phone.public_key()).is_ok());
}

#[test]
fn a_signed_challenge_opens_a_session_with_the_rights_of_now() {
    let world = World::new();
    let phone = world.enrolled();
    let challenge = world.identity.challenge(phone.device(), None).unwrap();
    let signature = phone.sign(&world, &challenge);
    let token = world.open(&phone, &challenge, &signature).unwrap();
    assert_eq!(world.open(&phone, &challenge, &signature), Err(ProblemCode::ChallengeExpired), "one try");

    let session = || world.identity.session(token.reveal()).unwrap();
    assert_eq!(session().unwrap().device.id, phone.device());
    world.store.put_officer(&Officer { role: Role::Officer, ..world.officer.clone() }).unwrap();
    let rights = Rights {
        officer: world.officer.id.clone(),
        role: Role::Officer,
        station: world.officer.station.clone(),
    };
    assert_eq!(session().unwrap().device.rights, rights);
    assert_eq!(world.identity.session("forged").unwrap(), None);
    world.clock.set(START.plus_ms(SESSION_HOURS * HOUR_MS + 1));
    assert_eq!(session(), None);
}

#[test]
fn a_bad_answer_opens_no_session() {
    let world = World::new();
    let (phone, other) = (world.enrolled(), world.enrolled());
    let challenge = || world.identity.challenge(phone.device(), None).unwrap();
    let given = challenge();
    assert_eq!(world.open(&phone, &given, &other.sign(&world, &given)), Err(ProblemCode::SignatureInvalid));
    let given = challenge();
    assert_eq!(world.open(&other, &given, &other.sign(&world, &given)), Err(ProblemCode::ChallengeExpired));
    let given = challenge();
    world.clock.set(START.plus_ms(CHALLENGE_MS + 1));
    assert_eq!(world.open(&phone, &given, &phone.sign(&world, &given)), Err(ProblemCode::ChallengeExpired));
    let strangers = world.identity.challenge(Phone::new().device(), None).map_err(|error| error.code());
    assert_eq!(strangers, Err(ProblemCode::DeviceUnknown));
}

#[test]
fn a_revoked_device_gets_no_challenge_and_loses_its_session() {
    let world = World::new();
    let phone = world.enrolled();
    let challenge = world.identity.challenge(phone.device(), None).unwrap();
    let token = world.open(&phone, &challenge, &phone.sign(&world, &challenge)).unwrap();
    world.store.revoke(phone.device(), START).unwrap();
    assert_eq!(world.identity.session(token.reveal()).unwrap(), None);
    let asked = world.identity.challenge(phone.device(), None).map_err(|error| error.code());
    assert_eq!(asked, Err(ProblemCode::DeviceRevoked));
}
