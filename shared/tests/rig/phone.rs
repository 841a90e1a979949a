//! A phone without a browser: the phone's state machine over a storage in memory.

#![allow(dead_code, reason = "each test file uses its part of the rig")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use shared::document::read::Round;
use shared::domain::answer::{Answer, Condition};
use shared::domain::observation::{Act, Observation};
use shared::domain::reading;
use shared::ids::{ChangeHash, DeviceId, EventKey, ItemId, OfficerId, StationCode, SubjectId};
use shared::sync::device::{
    Applying, Claimed, Deed, Device, Effect, Identity, Input, Recorder, Stored, Write,
};
use shared::sync::relay::{Input as RelayInput, Link};
use shared::time::{Timestamp, Zone};
use shared::trust::rights::{Rights, Role};
use shared::trust::signing::SUITE_P256;

use super::hub::{Hub, NOW, bureau, flood, torch};

pub fn ok() -> Answer {
    Answer::Condition(Condition::Ok)
}

pub fn fault() -> Answer {
    Answer::Condition(Condition::Fault)
}

pub struct Phone {
    pub device: Device,
    pub link: Option<Link>,
    pub done: BTreeSet<u32>,
    pub failed: BTreeMap<u32, String>,
    pub storage_is_full: bool,
    /// Frames sent.
    pub sent: u32,
    identity: Identity,
    pub stored: Stored,
    /// Made durable since the other tab last listened.
    broadcast: Vec<Write>,
    commands: u32,
    storage_hangs: bool,
    hears: bool,
    /// Frames that the network still carries, when it is about to fail.
    frames_left: Option<u32>,
    /// Frames that left while nobody carried them.
    on_the_way: Vec<Vec<u8>>,
    /// The shell's random numbers.
    random: u64,
}

impl Phone {
    pub fn new(hub: &Hub, officer: &str, number: u8) -> Self {
        let rights = Rights {
            officer: OfficerId::parse(officer).unwrap(),
            role: Role::Officer,
            station: Some(flood().station),
        };
        let device = DeviceId::from([number; 16]);
        Self::start(identity(hub, device, rights), 0, Stored::default())
    }

    /// A phone of the bureau itself, without a station.
    pub fn supervisor(hub: &Hub) -> Self {
        let rights =
            Rights { officer: OfficerId::parse("chen").unwrap(), role: Role::Supervisor, station: None };
        let device = DeviceId::from([8; 16]);
        Self::start(identity(hub, device, rights), 0, Stored::default())
    }

    fn start(identity: Identity, slot: u32, stored: Stored) -> Self {
        Self {
            device: Device::boot(identity.clone(), slot, stored.clone()),
            link: None,
            done: BTreeSet::new(),
            failed: BTreeMap::new(),
            storage_is_full: false,
            sent: 0,
            identity,
            stored,
            broadcast: Vec::new(),
            commands: 0,
            storage_hangs: false,
            hears: true,
            frames_left: None,
            on_the_way: Vec::new(),
            random: u64::from(slot) + 1,
        }
    }

    /// A phone that was enrolled before relays told their key.
    pub fn without_relay_key(self) -> Self {
        Self::start(Identity { relay_key: None, ..self.identity }, 0, self.stored)
    }

    /// Its person goes to another station, and a session says so.
    pub fn move_to(&mut self, station: StationCode) {
        self.identity.rights.station = Some(station);
        self.input(Input::Rights(self.identity.rights.clone()));
    }

    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        self.handle_at(NOW, input)
    }

    fn handle_at(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        // Any step that visits many numbers.
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.device.handle(now, self.random, input)
    }

    pub fn input(&mut self, input: Input) {
        self.input_at(NOW, input);
    }

    pub fn input_at(&mut self, now: Timestamp, input: Input) {
        let effects = self.handle_at(now, input);
        self.perform(effects, None);
    }

    pub fn die_and_start(self) -> Self {
        Self::start(self.identity, 0, self.stored)
    }

    /// The app died, and its recorder says over what.
    pub fn die_and_start_recorded(self, recorder: Recorder, interrupted: Option<Applying>) -> Self {
        let mut stored = Stored { interrupted, ..self.stored };
        stored.learn_from_death();
        let device = Device::boot_recorded(self.identity.clone(), 0, stored.clone(), Some(recorder));
        Self { device, ..Self::start(self.identity, 0, Stored { interrupted: None, ..stored }) }
    }

    /// Another input, performed without a relay.
    pub fn take(&mut self, input: Input) {
        let effects = self.handle(input);
        self.perform(effects, None);
    }

    /// The same phone twice: its storage was copied.
    pub fn twin(&self) -> Self {
        let mut twin = Self::start(self.identity.clone(), 0, self.stored.clone());
        twin.random = self.random.wrapping_add(77);
        twin
    }

    /// What the disk holds.
    pub fn stored(&self) -> &Stored {
        &self.stored
    }

    /// Dies, and something happens to the disk before it starts again.
    pub fn die_after(mut self, damage: impl FnOnce(&mut Stored)) -> Self {
        damage(&mut self.stored);
        self.die_and_start()
    }

    /// The same phone with nothing on its disk.
    pub fn wipe(self) -> Self {
        Self::start(self.identity, 0, Stored::default())
    }

    /// Gets into contact, and loses it after some frames.
    pub fn connect_for(&mut self, hub: &mut Hub, frames: u32) {
        self.frames_left = Some(frames);
        self.connect(hub);
        self.frames_left = None;
        self.lose();
    }

    /// Another tab on the same storage, which does not sync.
    pub fn open_tab(&self) -> Self {
        Self::start(self.identity.clone(), 1, self.stored.clone())
    }

    pub fn hear_tab(&mut self, other: &mut Self) {
        let writes = std::mem::take(&mut other.broadcast);
        self.stored = other.stored.clone();
        let effects = self.handle(Input::FromOtherTab(writes));
        self.perform(effects, None);
    }

    /// Gets into contact, exchanges until there is nothing more to say, and asks once more.
    pub fn meet(&mut self, hub: &mut Hub) {
        self.connect(hub);
        let effects = self.handle(Input::Nudge);
        self.perform(effects, Some(hub));
    }

    /// Gets into contact and exchanges until there is nothing more to say.
    pub fn connect(&mut self, hub: &mut Hub) {
        if self.link.is_none() {
            self.link = Some(Link::new(self.identity.rights.clone()));
            let mut effects = self.handle(Input::MayLink(true));
            effects.extend(self.handle(Input::Timer));
            effects.extend(self.handle(Input::Nudge));
            self.perform(effects, None);
            let effects = self.handle(Input::LinkUp);
            self.perform(effects, Some(hub));
        }
        self.talk(hub);
    }

    /// Carries what has left on the standing link.
    pub fn talk(&mut self, hub: &mut Hub) {
        for frame in std::mem::take(&mut self.on_the_way) {
            self.send(frame, hub);
        }
    }

    fn send(&mut self, frame: Vec<u8>, hub: &mut Hub) {
        if self.frames_left == Some(0) {
            return;
        }
        self.frames_left = self.frames_left.map(|left| left - 1);
        let Some(mut link) = self.link.take() else { return };
        self.sent += 1;
        let frames = hub.drive(&mut link, RelayInput::Frame(frame));
        self.link = Some(link);
        if self.hears {
            self.receive(frames, hub);
        }
    }

    pub fn meet_without_hearing(&mut self, hub: &mut Hub) {
        self.hears = false;
        self.meet(hub);
        self.hears = true;
        self.lose();
    }

    pub fn lose(&mut self) {
        self.link = None;
        self.on_the_way.clear();
        let effects = self.handle(Input::LinkDown { problem: None });
        self.perform(effects, None);
    }

    /// Answers the torch with everything that stands on the screen in sight.
    pub fn answer(&mut self, answer: Answer) -> u32 {
        self.say(answer, "", None)
    }

    /// Answers with a note, in place of an earlier answer or beside it.
    pub fn say(&mut self, answer: Answer, note: &str, amends: Option<EventKey>) -> u32 {
        self.tell(torch(), answer, note, amends)
    }

    /// Answers another line about the station.
    pub fn answer_line(&mut self, item: &str, answer: Answer) -> u32 {
        self.tell(ItemId::parse(item).unwrap(), answer, "", None)
    }

    fn tell(&mut self, item: ItemId, answer: Answer, note: &str, amends: Option<EventKey>) -> u32 {
        let round = self.round();
        let observations: Vec<_> = round.observations.iter().filter(|o| o.item == item).collect();
        let sees = reading::read(None, &observations).standing;
        let (subject, fault, note) = (SubjectId::station(), String::new(), note.to_owned());
        let (round, attached) = (flood(), Default::default());
        self.deed(Deed::Answer { round, subject, item, answer, fault, note, sees, amends, attached })
    }

    pub fn withdraw(&mut self, event: EventKey) -> u32 {
        self.deed(Deed::Withdraw { round: flood(), event })
    }

    pub fn sign_off(&mut self) -> u32 {
        self.deed(Deed::SignOff { round: flood() })
    }

    /// The key of this phone's observation with this note.
    pub fn key_of(&mut self, note: &str) -> EventKey {
        let round = self.round();
        let is_it =
            |observation: &&Observation| matches!(&observation.act, Act::Answer { note: n, .. } if n == note);
        round.observations.iter().find(is_it).expect("it was said").key.clone()
    }

    pub fn deed(&mut self, deed: Deed) -> u32 {
        self.commands += 1;
        let input = Input::Deed { command: self.commands, utc_offset_minutes: 480, deed };
        let effects = self.handle(input);
        self.perform(effects, None);
        self.commands
    }

    /// Answers, and the storage never comes back.
    pub fn answer_without_storage(&mut self, answer: Answer) -> u32 {
        self.storage_hangs = true;
        self.answer(answer)
    }

    pub fn round(&mut self) -> Arc<Round> {
        self.device.round(&flood())
    }

    pub fn heads(&mut self) -> Vec<ChangeHash> {
        self.device.heads(&flood())
    }

    pub fn receive(&mut self, frames: Vec<Vec<u8>>, hub: &mut Hub) {
        for frame in frames {
            let effects = self.handle(Input::Received(frame));
            self.perform(effects, Some(hub));
        }
    }

    fn perform(&mut self, effects: Vec<Effect>, mut hub: Option<&mut Hub>) {
        for effect in effects {
            let input = match effect {
                Effect::Persist(_) if self.storage_hangs => continue,
                Effect::Persist(_) if self.storage_is_full => Input::PersistFailed { is_full: true },
                Effect::Persist(writes) => {
                    store(&mut self.stored, &writes);
                    self.broadcast.extend(writes);
                    Input::Persisted
                }
                Effect::Verify(claims) => Input::Verified(claims.iter().map(is_good).collect()),
                Effect::Sign(claims) => Input::Signed(claims.iter().map(|_| vec![0; 64]).collect()),
                Effect::Send(frame) => {
                    match hub.as_deref_mut() {
                        Some(hub) => self.send(frame, hub),
                        None => self.on_the_way.push(frame),
                    }
                    continue;
                }
                Effect::Done { command } => {
                    self.done.insert(command);
                    continue;
                }
                Effect::Failed { command, error } => {
                    self.failed.insert(command, error.word().to_owned());
                    continue;
                }
                Effect::Connect { .. }
                | Effect::Disconnect
                | Effect::SetTimer(_)
                | Effect::Changed(_)
                | Effect::StatusChanged => continue,
            };
            let effects = self.handle(input);
            self.perform(effects, hub.as_deref_mut());
        }
    }
}

fn identity(hub: &Hub, device: DeviceId, rights: Rights) -> Identity {
    let relay_key = Some(hub.public_key().into());
    Identity { bureau: bureau(), zone: Zone::CHINA, device, rights, relay_key }
}

fn is_good(claimed: &Claimed) -> bool {
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &claimed.public_key);
    claimed.suite == SUITE_P256 && key.verify(&claimed.claim, &claimed.signature).is_ok()
}

/// Performs writes as the phone's storage would.
fn store(stored: &mut Stored, writes: &[Write]) {
    for write in writes {
        match write {
            Write::Change(change) => stored.changes.push(change.clone()),
            Write::DropChange { document, hash } => {
                stored.changes.retain(|change| (change.document, change.hash) != (*document, *hash));
            }
            Write::SlotBase(base) => stored.slot_base = *base,
            Write::SetAside(aside) => stored.aside.push(aside.clone()),
            Write::TakeBack(aside) => stored.aside.retain(|other| other != aside),
            Write::Mark(mark) => stored.marks.push(mark.clone()),
            Write::DropMark { document, hash } => {
                stored.marks.retain(|mark| (mark.document, mark.hash) != (*document, *hash));
            }
            Write::Cursor { collection, cursor } => {
                stored.cursors.retain(|(known, _)| known != collection);
                stored.cursors.push((collection.clone(), *cursor));
            }
            Write::Rejected(rejected) => stored.rejected.push(rejected.clone()),
            Write::ClockOffset(ms) => stored.clock_offset_ms = Some(*ms),
            Write::Snapshot(snapshot) => {
                stored.snapshots.retain(|known| known.document != snapshot.document);
                stored.snapshots.push(snapshot.clone());
            }
            Write::DropSnapshot { document } => stored.snapshots.retain(|known| known.document != *document),
            Write::Seal(seal) => stored.seals.push(seal.clone()),
            Write::DropSeal { document, head } => {
                stored.seals.retain(|seal| (seal.document, seal.head) != (*document, *head));
            }
            Write::Receipt(receipt) => {
                stored.receipts.retain(|known| known.receipt.collection != receipt.receipt.collection);
                stored.receipts.push(receipt.clone());
            }
        }
    }
}
