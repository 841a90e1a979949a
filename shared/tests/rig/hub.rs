//! A relay without a disk: the relay's state machine over a log in memory.

#![allow(dead_code, reason = "each test file uses its part of the rig")]

use std::collections::{BTreeMap, BTreeSet};

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use shared::document::read::{self, Round};
use shared::document::write::Event;
use shared::document::{Document, chunk, decode};
use shared::domain::Label;
use shared::domain::answer::SafeSide;
use shared::domain::directory::{Bureau, DirectoryEntry, Station};
use shared::domain::round::{Period, RoundName};
use shared::domain::template::{Group, Item, ItemKind, SubjectKind, Template};
use shared::ids::{
    Actor, BureauId, Chain, ChangeHash, CollectionId, DeviceId, Digest, DocumentId, EventKey, ItemId,
    StationCode, TemplateId,
};
use shared::protocol::{Ack, AckOutcome, Batch, Cursor, Pull, Receipt, RejectCode, Seal, Want};
use shared::sync::relay::{Effect, Input, Link};
use shared::time::{Timestamp, Zone};
use shared::trust::chain;
use shared::trust::receipt::acked;
use shared::trust::rights::Role;
use shared::trust::signing::{SUITE_P256, receipt_claim};

use super::phone::Phone;

mod faults;
mod whole;

use whole::{digest, run};

pub const NOW: Timestamp = Timestamp(1_795_400_000_000);

pub fn bureau() -> BureauId {
    BureauId::parse("chaohu").unwrap()
}

pub fn torch() -> ItemId {
    ItemId::parse("torch").unwrap()
}

pub fn flood() -> RoundName {
    RoundName {
        station: StationCode::parse("zhongmiao").unwrap(),
        template: TemplateId::parse("flood").unwrap(),
        period: Period::Day(Zone::CHINA.date(NOW)),
    }
}

#[derive(Clone)]
struct Entry {
    document: DocumentId,
    hash: ChangeHash,
    change: Vec<u8>,
    device: DeviceId,
    receipt_time: Timestamp,
    chain: Chain,
    seal: Seal,
    /// The writer, and its number.
    number: (Actor, u64),
}

/// How a relay may lie about what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    NoReceipt,
    /// Signed with another key.
    ForeignKey,
    /// A true receipt with another position in it.
    OtherPlace,
}

pub struct Hub {
    logs: BTreeMap<CollectionId, Vec<Entry>>,
    epoch: u64,
    pub rejected: usize,
    /// How many changes of each document are in its snapshot; with any, a new phone is answered by document.
    pub snapshot_changes: usize,
    /// Documents in one answer.
    pub documents_max: usize,
    /// Whole documents sent.
    pub wholes_sent: usize,
    /// Tells digests that are not its own.
    pub lies_about_digests: bool,
    /// What this relay rejects, beside what does not fit: the code, and whether it names the change.
    pub judge: Judge,
    pub lie: Option<Lie>,
    key: EcdsaKeyPair,
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
}

/// Looks at one change of a round.
pub type Judge = Box<dyn FnMut(&EventKey, &Event) -> Option<(RejectCode, bool)>>;

impl Hub {
    /// With a bureau, a station and a template of one item.
    pub fn new() -> Self {
        let mut hub = Self {
            logs: BTreeMap::new(),
            epoch: 1,
            rejected: 0,
            snapshot_changes: 0,
            documents_max: usize::MAX,
            wholes_sent: 0,
            lies_about_digests: false,
            judge: Box::new(|_, _| None),
            lie: None,
            key: new_key(),
        };
        let name = Label::new("巢湖市公安局", "Chaohu Bureau");
        hub.publish(
            DocumentId::directory(&bureau()),
            &[
                DirectoryEntry::Bureau(Bureau { id: bureau(), name: name.clone(), zone: Zone::CHINA }),
                DirectoryEntry::Station(Station { code: flood().station, name }),
            ],
        );
        let item = Item {
            id: torch(),
            name: Label::new("强光灯", "Torch"),
            standard: Label::default(),
            kind: ItemKind::Condition,
            safe_side: SafeSide::Worst,
            is_safety_critical: false,
            is_required: false,
            show_if: None,
            faults: Vec::new(),
        };
        let template = Template {
            dropped: Vec::new(),
            id: flood().template,
            version: 1,
            name: Label::new("防汛出动前", "Flood departure"),
            subject: SubjectKind::Station,
            signed_by: Role::Officer,
            inspects: None,
            groups: vec![Group { name: Label::new("照明", "Light"), items: vec![item] }],
        };
        hub.publish(DocumentId::template(&bureau(), &flood().template), &[template]);
        hub
    }

    /// Writes entries into one of the bureau's documents, after what is in it.
    pub fn publish<T: serde::Serialize>(&mut self, id: DocumentId, entries: &[T]) {
        self.publish_in(&CollectionId::bureau(), id, entries);
    }

    /// The same for a document of another collection.
    pub fn publish_in<T: serde::Serialize>(
        &mut self,
        collection: &CollectionId,
        id: DocumentId,
        entries: &[T],
    ) {
        let actor = Actor::new(DeviceId::from([9; 16]), 0);
        let mut document = Document::new(id);
        let before = self.logs.values().flatten().filter(|entry| entry.document == id);
        document.apply(before.map(|entry| entry.change.as_slice())).unwrap();
        for entry in entries {
            let body = serde_json::to_string(entry).unwrap();
            let written = document.write(actor, &Event::Entry { body }).unwrap();
            let seal = Seal { suite: SUITE_P256, signature: vec![9; 64], head: None, count: None };
            self.append(collection, id, written.hash, written.change, actor.device(), seal);
        }
    }

    /// The relay's public key.
    pub fn public_key(&self) -> Vec<u8> {
        self.key.public_key().as_ref().to_vec()
    }

    /// Puts a change into the flood round without looking at it, as no relay should.
    pub fn slip_in(&mut self, change: Vec<u8>) -> ChangeHash {
        let hash = chunk::hash(&change).unwrap();
        let document = flood().document(&bureau());
        let seal = Seal { suite: SUITE_P256, signature: vec![7; 64], head: None, count: None };
        self.append(&flood().collection(), document, hash, change, DeviceId::from([7; 16]), seal);
        hash
    }

    fn append(
        &mut self,
        collection: &CollectionId,
        document: DocumentId,
        hash: ChangeHash,
        change: Vec<u8>,
        device: DeviceId,
        seal: Seal,
    ) -> u64 {
        let log = self.logs.entry(collection.clone()).or_default();
        if let Some(at) = log.iter().position(|entry| entry.document == document && entry.hash == hash) {
            return at as u64 + 1;
        }
        let seq = log.len() as u64 + 1;
        let previous = log.last().map_or(Chain::START, |entry| entry.chain);
        let signature_hash = chain::signature_hash(&seal.signature);
        let link = chain::Link {
            seq,
            document,
            change: hash,
            device,
            signature_hash: &signature_hash,
            receipt_time: NOW,
        };
        let chain = chain::extend(previous, link);
        let outline = chunk::outline(&change).unwrap();
        let number = (outline.actor, outline.seq);
        log.push(Entry { document, hash, change, device, receipt_time: NOW, chain, seal, number });
        seq
    }

    /// The flood round as the log has it.
    pub fn round(&self) -> Round {
        let mut document = Document::new(flood().document(&bureau()));
        let entries = self.logs.values().flatten().filter(|entry| entry.document == document.id());
        let changes: Vec<&[u8]> = entries.map(|entry| entry.change.as_slice()).collect();
        document.apply(changes).unwrap();
        read::round(&document, &bureau())
    }

    /// How many entries all logs have.
    pub fn length(&self) -> usize {
        self.logs.values().map(Vec::len).sum()
    }

    /// Performs what the relay's end asks for until it has nothing more to do; gives the frames it sends.
    pub fn drive(&mut self, link: &mut Link, input: Input) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in link.handle(NOW, input) {
                match effect {
                    Effect::Commit { exchange, batches } => {
                        let acks: Vec<Ack> = batches.iter().map(|batch| self.commit(batch)).collect();
                        let receipts = self.receipts(&batches, &acks);
                        inputs.push(Input::Committed { exchange, acks, receipts });
                    }
                    Effect::Read { want, .. } => inputs.push(Input::Log(self.read(want))),
                    Effect::Send(frame) => frames.push(frame),
                    Effect::Refuse(refusal) => panic!("{refusal:?}"),
                }
            }
        }
        frames
    }

    fn receipts(&self, batches: &[Batch], acks: &[Ack]) -> Vec<Receipt> {
        let answered = || batches.iter().map(|batch| &batch.collection).zip(acks);
        let collections: BTreeSet<_> = answered().map(|(collection, _)| collection.clone()).collect();
        let mut receipts = Vec::new();
        for collection in collections {
            let acked = acked(&collection, answered());
            if acked.is_empty() || self.lie == Some(Lie::NoReceipt) {
                continue;
            }
            let log = &self.logs[&collection];
            let mut receipt = Receipt {
                collection,
                epoch: self.epoch,
                seq: log.len() as u64,
                chain: log.last().unwrap().chain,
                receipt_time: NOW,
                suite: SUITE_P256,
                signature: Vec::new(),
            };
            let claim = receipt_claim(&bureau(), &receipt, &acked);
            let foreign = (self.lie == Some(Lie::ForeignKey)).then(new_key);
            let key = foreign.as_ref().unwrap_or(&self.key);
            receipt.signature = key.sign(&SystemRandom::new(), &claim).unwrap().as_ref().to_vec();
            if self.lie == Some(Lie::OtherPlace) {
                receipt.seq += 1;
            }
            receipts.push(receipt);
        }
        receipts
    }

    /// A batch goes into the log as a whole or not at all.
    fn commit(&mut self, batch: &Batch) -> Ack {
        let outcome = match self.admit(batch) {
            Err((code, change)) => {
                self.rejected += 1;
                AckOutcome::Rejected { code, detail: String::new(), change }
            }
            Ok(()) => {
                let before = self.length();
                let seal = Seal {
                    suite: batch.suite,
                    signature: batch.signature.clone(),
                    head: Some(batch.head),
                    count: u32::try_from(batch.changes.len()).ok(),
                };
                let mut seq = 0;
                for change in &batch.changes {
                    let (hash, device) = (chunk::hash(change).unwrap(), batch.actor.device());
                    let (id, change) = (batch.document, change.to_vec());
                    seq = self.append(&batch.collection, id, hash, change, device, seal.clone());
                }
                if self.length() > before {
                    AckOutcome::Accepted { seq, receipt_time: NOW }
                } else {
                    AckOutcome::Duplicate { seq, receipt_time: NOW }
                }
            }
        };
        Ack { document: batch.document, head: batch.head, outcome }
    }

    fn admit(&mut self, batch: &Batch) -> Result<(), (RejectCode, Option<ChangeHash>)> {
        let mut known: BTreeMap<ChangeHash, (Actor, u64)> = self
            .logs
            .values()
            .flatten()
            .filter(|entry| entry.document == batch.document)
            .map(|entry| (entry.hash, entry.number))
            .collect();
        let genesis = Document::new(batch.document).heads();
        let mut next = None;
        for change in &batch.changes {
            let outline = chunk::outline(change).unwrap();
            if next.is_some_and(|next| outline.seq != next) {
                return Err((RejectCode::Actor, Some(outline.hash)));
            }
            next = Some(outline.seq + 1);
            if known.contains_key(&outline.hash) {
                continue;
            }
            let reject = |code| Err((code, Some(outline.hash)));
            let last = known.values().filter(|(actor, _)| *actor == outline.actor).map(|(_, seq)| *seq).max();
            if last.is_some_and(|last| outline.seq <= last) {
                return reject(RejectCode::ActorForked);
            }
            if outline.seq != last.unwrap_or_default() + 1 {
                return reject(RejectCode::Actor);
            }
            if !outline.deps.iter().all(|dep| genesis.contains(dep) || known.contains_key(dep)) {
                return reject(RejectCode::MissingDependency);
            }
            let (key, event) = decode::event(batch.document.kind(), change).unwrap();
            if let Some((code, is_named)) = (self.judge)(&key, &event) {
                return Err((code, is_named.then_some(outline.hash)));
            }
            known.insert(outline.hash, (outline.actor, outline.seq));
        }
        Ok(())
    }

    fn read(&mut self, want: Want) -> Pull {
        let mut pull = self.read_truly(want);
        self.wholes_sent += pull.documents.len();
        if self.lies_about_digests {
            pull.digest = Some(Digest([7; 32]));
        }
        pull
    }

    fn read_truly(&self, want: Want) -> Pull {
        let is_new = want.cursor == Cursor::START && self.snapshot_changes > 0;
        if want.cursor.bootstrap.is_some() || is_new {
            return self.read_by_document(want);
        }
        let Want { collection, cursor, .. } = want;
        let empty = Vec::new();
        let log = self.logs.get(&collection).unwrap_or(&empty);
        let at = usize::try_from(cursor.seq).unwrap();
        let chain_at =
            |seq: usize| if seq == 0 { Some(Chain::START) } else { log.get(seq - 1).map(|e| e.chain) };
        if cursor.seq > 0 && (cursor.epoch != self.epoch || chain_at(at) != Some(cursor.chain)) {
            let place = Cursor::at(self.epoch, 0, Chain::START);
            return Pull::entries(collection, Vec::new(), place, true, true);
        }
        let runs = log[at..].iter().zip(at as u64 + 1..).map(|(entry, seq)| run(seq, entry)).collect();
        let cursor = Cursor::at(self.epoch, log.len() as u64, chain_at(log.len()).unwrap());
        let digest = Some(digest(log));
        Pull { digest, ..Pull::entries(collection, runs, cursor, false, false) }
    }

    /// Tells a phone's connection that everything has grown, and brings what it sends.
    pub fn deliver(&mut self, phone: &mut Phone) {
        let collections: Vec<_> = self.logs.iter().map(|(id, log)| (id.clone(), log.len() as u64)).collect();
        for (collection, seq) in collections {
            let Some(mut link) = phone.link.take() else { return };
            let frames = self.drive(&mut link, Input::Poke { collection, seq });
            phone.link = Some(link);
            phone.receive(frames, self);
        }
    }
}
