//! A phone without a browser: the phone's end of the sync over a storage in memory, a P-256 key, and one POST a frame.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use server::identity::key;
use shared::api::enrolment::{Enrolled, Redeem};
use shared::api::problem::Problem;
use shared::api::session::{Challenge, ChallengeRequest, Session, SessionRequest};
use shared::domain::answer::{Answer, Condition};
use shared::domain::reading::{self, Reading};
use shared::domain::round::{Period, RoundName};
use shared::domain::template::Asked;
use shared::ids::{ChangeHash, DocumentId, EventKey, ItemId, SubjectId, TemplateId};
use shared::protocol::{self, Frame, Response};
use shared::sync::device::{Claimed, Deed, Device, Effect, Identity, Input, Stored, Write};
use shared::time::{Timestamp, Zone};
use shared::trust::signing::{SUITE_P256, session_claim};

use super::http::{Client, Reply};

/// 完好
pub const OK: Answer = Answer::Condition(Condition::Ok);
/// 故障停用
pub const FAULT: Answer = Answer::Condition(Condition::Fault);

/// A phone.
pub struct Phone {
    /// Its end of the sync.
    pub device: Device,
    /// What its relay knows it by.
    pub client: Client,
    /// Who it is.
    pub enrolled: Enrolled,
    /// What is on its disk.
    pub stored: Stored,
    /// Commands that are done.
    pub done: Vec<u32>,
    /// Commands that failed, with their words.
    pub failed: BTreeMap<u32, String>,
    /// Bytes of frames sent and received.
    pub bytes: (usize, usize),
    /// Frames sent.
    pub frames: u32,
    /// Milliseconds its clock is off.
    pub clock_ms: i64,
    /// What a relay that lies makes of its answers on the way.
    pub lie: Option<Lie>,
    key: EcdsaKeyPair,
    commands: u32,
    is_online: bool,
}

/// Changes an answer.
pub type Lie = Box<dyn Fn(&mut Response) + Send>;

/// A fresh key pair.
pub fn generate_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
}

/// Redeems a code with a key.
pub fn redeem(client: &mut Client, code: &str, key: &EcdsaKeyPair) -> Reply {
    let public_key = BASE64URL_NOPAD.encode(key.public_key().as_ref());
    client.post_json("/api/enrolments/redeem", &Redeem { code: code.to_owned(), public_key }).unwrap()
}

impl Phone {
    /// Enrols a new phone.
    ///
    /// # Errors
    /// The relay's problem.
    pub fn enrol(base: &str, code: &str) -> Result<Self, Problem> {
        let (mut client, key) = (Client::new(base), generate_key());
        let reply = redeem(&mut client, code, &key);
        if reply.status != 200 {
            return Err(reply.problem());
        }
        let enrolled: Enrolled = reply.json();
        Ok(Self::start(client, enrolled, key, Stored::default()))
    }

    fn start(client: Client, enrolled: Enrolled, key: EcdsaKeyPair, stored: Stored) -> Self {
        let identity = Identity {
            bureau: enrolled.bureau.id.clone(),
            zone: enrolled.bureau.zone,
            device: enrolled.device,
            rights: enrolled.rights.clone(),
            relay_key: Some(BASE64URL_NOPAD.decode(enrolled.relay_key.as_bytes()).unwrap().into()),
        };
        let mut device = Device::boot(identity, 0, stored.clone());
        // This phone has one tab. It tries to connect at once, and learns that it is offline.
        device.handle(Timestamp(0), 0, Input::MayLink(true));
        device.handle(Timestamp(0), 0, Input::LinkDown { problem: None });
        let (done, failed, bytes) = (Vec::new(), BTreeMap::new(), (0, 0));
        Self {
            device,
            client,
            enrolled,
            stored,
            done,
            failed,
            bytes,
            frames: 0,
            clock_ms: 0,
            lie: None,
            key,
            commands: 0,
            is_online: false,
        }
    }

    /// The battery is taken out; what is on the disk starts again.
    pub fn die_and_start(self) -> Self {
        Self::start(self.client, self.enrolled, self.key, self.stored)
    }

    /// The same person's key on a wiped phone: nothing is on the disk.
    pub fn wipe(self) -> Self {
        Self::start(self.client, self.enrolled, self.key, Stored::default())
    }

    /// The relay moved to another port.
    pub fn move_to(&mut self, base: &str) {
        self.client = Client::new(base);
    }

    /// The key that signs for this phone.
    pub fn key(&self) -> &EcdsaKeyPair {
        &self.key
    }

    /// A signature of this phone.
    pub fn sign(&self, claim: &[u8]) -> Vec<u8> {
        self.key.sign(&SystemRandom::new(), claim).unwrap().as_ref().to_vec()
    }

    /// Signs in unless the cookie is good; false when the relay cannot be reached.
    pub fn sign_in(&mut self) -> bool {
        match self.client.get("/api/session") {
            None => return false,
            Some(reply) if reply.status == 200 => return self.keep_certificate(&reply),
            Some(_) => {}
        }
        self.open_session().is_ok_and(|reply| self.keep_certificate(&reply))
    }

    /// Signs a challenge, and shows the certificate along.
    ///
    /// # Errors
    /// The relay's problem; `None` when it cannot be reached.
    pub fn open_session(&mut self) -> Result<Reply, Option<Problem>> {
        let (device, certificate) = (self.enrolled.device, Some(self.enrolled.certificate.clone()));
        let request = ChallengeRequest { device, certificate: certificate.clone() };
        let Challenge { challenge } =
            good(self.client.post_json("/api/sessions/challenge", &request))?.json();
        let bytes = BASE64URL_NOPAD.decode(challenge.as_bytes()).unwrap();
        let signature = self.sign(&session_claim(SUITE_P256, &self.enrolled.bureau.id, device, &bytes));
        let signature = BASE64URL_NOPAD.encode(&signature);
        let request = SessionRequest { device, challenge, suite: SUITE_P256, signature, certificate };
        good(self.client.post_json("/api/sessions", &request))
    }

    fn keep_certificate(&mut self, reply: &Reply) -> bool {
        let session: Session = reply.json();
        self.enrolled.certificate = session.certificate;
        true
    }

    /// Gets a network and exchanges until there is nothing more to say; false when the relay cannot be reached.
    pub fn sync(&mut self) -> bool {
        if self.is_online {
            self.input(Input::Nudge);
            return self.is_online;
        }
        self.input(Input::Nudge);
        if !self.sign_in() {
            self.input(Input::LinkDown { problem: None });
            return false;
        }
        self.is_online = true;
        self.input(Input::LinkUp);
        self.is_online
    }

    /// Loses the network.
    pub fn go_offline(&mut self) {
        if self.is_online {
            self.is_online = false;
            self.input(Input::LinkDown { problem: None });
        }
    }

    /// Feeds the phone's end and performs what it asks for.
    pub fn input(&mut self, input: Input) {
        let now = self.now();
        for effect in self.device.handle(now, 7, input) {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Persist(writes) => {
                store(&mut self.stored, &writes);
                self.input(Input::Persisted);
            }
            Effect::Sign(claims) => {
                let signatures = claims.iter().map(|claim| self.sign(claim)).collect();
                self.input(Input::Signed(signatures));
            }
            Effect::Verify(claims) => {
                let verdicts = claims.iter().map(is_good).collect();
                self.input(Input::Verified(verdicts));
            }
            Effect::Send(frame) if self.is_online => self.send(&frame),
            Effect::Done { command } => self.done.push(command),
            Effect::Failed { command, error } => {
                self.failed.insert(command, error.word().to_owned());
            }
            Effect::Disconnect => self.is_online = false,
            Effect::Send(_)
            | Effect::Connect { .. }
            | Effect::SetTimer(_)
            | Effect::Changed(_)
            | Effect::StatusChanged => {}
        }
    }

    fn send(&mut self, frame: &[u8]) {
        self.frames += 1;
        self.bytes.0 += frame.len();
        match self.client.post("/api/sync", "application/cbor", frame) {
            Some(reply) => {
                self.bytes.1 += reply.body.len();
                let frame = self.lied_about(reply.body);
                self.input(Input::Received(frame));
            }
            None => {
                self.is_online = false;
                self.input(Input::LinkDown { problem: None });
            }
        }
    }

    fn lied_about(&self, frame: Vec<u8>) -> Vec<u8> {
        match (&self.lie, protocol::decode(&frame)) {
            (Some(lie), Ok(Frame::Response(mut response))) => {
                lie(&mut response);
                protocol::encode(&Frame::Response(response))
            }
            _ => frame,
        }
    }

    /// What this phone's clock says.
    pub fn now(&self) -> Timestamp {
        server::clock::Clock::now(&server::clock::SystemClock { offset_ms: self.clock_ms })
    }

    /// Today's round of a checklist at this phone's station.
    pub fn round_today(&self, template: &str) -> RoundName {
        let station = self.enrolled.rights.station.clone().unwrap();
        let now = self.device.corrected(self.now());
        let due = self.device.calendar().due(&station, now, Zone::CHINA).into_iter().map(|due| due.name);
        let named = due.into_iter().find(|name| name.template.as_str() == template);
        let template = TemplateId::parse(template).unwrap();
        let period = Period::Day(Zone::CHINA.date(now));
        named.unwrap_or(RoundName { station, template, period })
    }

    /// Answers an item about the station, having seen everything that stands on this phone.
    pub fn answer(&mut self, round: &RoundName, item: &str, answer: Answer) -> u32 {
        let sees = self.reading(round, item).standing;
        self.answer_seeing(round, &SubjectId::station(), item, answer, sees)
    }

    /// Answers, having seen just what is said.
    pub fn answer_seeing(
        &mut self,
        round: &RoundName,
        subject: &SubjectId,
        item: &str,
        answer: Answer,
        sees: Vec<EventKey>,
    ) -> u32 {
        self.deed(Deed::Answer {
            round: round.clone(),
            subject: subject.clone(),
            item: ItemId::parse(item).unwrap(),
            answer,
            fault: String::new(),
            note: String::new(),
            sees,
            amends: None,
            attached: Default::default(),
        })
    }

    /// Does something.
    pub fn deed(&mut self, deed: Deed) -> u32 {
        self.commands += 1;
        self.input(Input::Deed { command: self.commands, utc_offset_minutes: 480, deed });
        self.commands
    }

    /// What is true of an item about the station, as this phone reads it.
    pub fn reading(&mut self, round: &RoundName, item: &str) -> Reading {
        let read = self.device.round(round);
        let item = ItemId::parse(item).unwrap();
        let observations: Vec<_> = read
            .observations
            .iter()
            .filter(|observation| observation.item == item && observation.subject == SubjectId::station())
            .collect();
        let template = self.device.template(round);
        let item = template.as_ref().and_then(|template| template.item(&item));
        reading::read(item.map(Asked::alone), &observations)
    }

    /// The heads of a round's document.
    pub fn heads(&mut self, round: &RoundName) -> Vec<ChangeHash> {
        self.device.heads(round)
    }

    /// Changes that are only on this phone.
    pub fn pending(&self) -> usize {
        self.device.status().pending
    }
}

fn is_good(claimed: &Claimed) -> bool {
    key::verifies(claimed.suite, &claimed.public_key, &claimed.claim, &claimed.signature)
}

fn good(reply: Option<Reply>) -> Result<Reply, Option<Problem>> {
    match reply {
        Some(reply) if reply.status == 200 => Ok(reply),
        Some(reply) => Err(Some(reply.problem())),
        None => Err(None),
    }
}

/// Performs writes as the phone's storage does.
fn store(stored: &mut Stored, writes: &[Write]) {
    // An answer drops thousands of marks at once: one pass over those that are kept.
    let dropped: BTreeSet<_> = writes.iter().filter_map(dropped_mark).collect();
    if !dropped.is_empty() {
        stored.marks.retain(|mark| !dropped.contains(&(mark.document, mark.hash)));
    }
    for write in writes {
        match write {
            Write::Change(change) => stored.changes.push(change.clone()),
            Write::Mark(mark) => stored.marks.push(mark.clone()),
            Write::DropMark { .. } => {}
            Write::Cursor { collection, cursor } => {
                stored.cursors.retain(|(known, _)| known != collection);
                stored.cursors.push((collection.clone(), *cursor));
            }
            Write::Rejected(rejected) => stored.rejected.push(rejected.clone()),
            Write::ClockOffset(ms) => stored.clock_offset_ms = Some(*ms),
            Write::Snapshot(snapshot) => stored.snapshots.push(snapshot.clone()),
            Write::DropSnapshot { document } => stored.snapshots.retain(|known| known.document != *document),
            Write::Seal(seal) => stored.seals.push(seal.clone()),
            Write::DropSeal { document, head } => {
                stored.seals.retain(|seal| (seal.document, seal.head) != (*document, *head));
            }
            Write::Receipt(receipt) => {
                stored.receipts.retain(|known| known.receipt.collection != receipt.receipt.collection);
                stored.receipts.push(receipt.clone());
            }
            Write::DropChange { document, hash } => {
                stored.changes.retain(|change| (change.document, change.hash) != (*document, *hash));
            }
            Write::SlotBase(base) => stored.slot_base = *base,
            Write::SetAside(aside) => stored.aside.push(aside.clone()),
            Write::TakeBack(aside) => stored.aside.retain(|other| other != aside),
        }
    }
}

fn dropped_mark(write: &Write) -> Option<(DocumentId, ChangeHash)> {
    match write {
        Write::DropMark { document, hash } => Some((*document, *hash)),
        _ => None,
    }
}
