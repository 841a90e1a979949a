//! A relay without a disk: the relay's state machine over a log in memory.

#![allow(dead_code, reason = "each test file uses its part of the rig")]

use std::collections::BTreeMap;

use shared::document::read::{self, Round};
use shared::document::write::Event;
use shared::document::{Document, chunk, decode};
use shared::domain::Label;
use shared::domain::answer::SafeSide;
use shared::domain::directory::{Bureau, DirectoryEntry, Station};
use shared::domain::round::{Period, RoundName};
use shared::domain::template::{Group, Item, ItemKind, SubjectKind, Template};
use shared::ids::{
    Actor, BureauId, Chain, ChangeHash, CollectionId, DeviceId, DocumentId, EventKey, ItemId, StationCode,
    TemplateId,
};
use shared::protocol::{Ack, AckOutcome, Batch, Carried, Cursor, Pull, RejectCode, Run};
use shared::sync::relay::{Effect, Input, Link};
use shared::time::{Timestamp, Zone};
use shared::trust::chain;
use shared::trust::rights::Role;

use super::phone::Phone;

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
    /// The writer, and its number.
    number: (Actor, u64),
}

pub struct Hub {
    logs: BTreeMap<CollectionId, Vec<Entry>>,
    epoch: u64,
    pub rejected: usize,
    /// What this relay rejects, beside what does not fit: the code, and whether it names the change.
    pub judge: Judge,
}

/// Looks at one change of a round.
pub type Judge = Box<dyn FnMut(&EventKey, &Event) -> Option<(RejectCode, bool)>>;

impl Hub {
    /// With a bureau, a station and a template of one item.
    pub fn new() -> Self {
        let mut hub = Self { logs: BTreeMap::new(), epoch: 1, rejected: 0, judge: Box::new(|_, _| None) };
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
            faults: Vec::new(),
        };
        let template = Template {
            id: flood().template,
            version: 1,
            name: Label::new("防汛出动前", "Flood departure"),
            subject: SubjectKind::Station,
            signed_by: Role::Officer,
            groups: vec![Group { name: Label::new("照明", "Light"), items: vec![item] }],
        };
        hub.publish(DocumentId::template(&bureau(), &flood().template), &[template]);
        hub
    }

    fn publish<T: serde::Serialize>(&mut self, id: DocumentId, entries: &[T]) {
        let actor = Actor::new(DeviceId::from([9; 16]), 0);
        let mut document = Document::new(id);
        for entry in entries {
            let body = serde_json::to_string(entry).unwrap();
            let written = document.write(actor, &Event::Entry { body }).unwrap();
            self.append(&CollectionId::bureau(), id, written.hash, written.change, actor.device());
        }
    }

    /// Puts a change into the flood round without looking at it, as no relay should.
    pub fn slip_in(&mut self, change: Vec<u8>) -> ChangeHash {
        let hash = chunk::hash(&change).unwrap();
        let document = flood().document(&bureau());
        self.append(&flood().collection(), document, hash, change, DeviceId::from([7; 16]));
        hash
    }

    fn append(
        &mut self,
        collection: &CollectionId,
        document: DocumentId,
        hash: ChangeHash,
        change: Vec<u8>,
        device: DeviceId,
    ) -> u64 {
        let log = self.logs.entry(collection.clone()).or_default();
        if let Some(at) = log.iter().position(|entry| entry.document == document && entry.hash == hash) {
            return at as u64 + 1;
        }
        let seq = log.len() as u64 + 1;
        let previous = log.last().map_or(Chain::START, |entry| entry.chain);
        let link =
            chain::Link { seq, document, change: hash, device, signature_hash: &[0; 32], receipt_time: NOW };
        let chain = chain::extend(previous, link);
        let outline = chunk::outline(&change).unwrap();
        let number = (outline.actor, outline.seq);
        log.push(Entry { document, hash, change, device, receipt_time: NOW, chain, number });
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
                        let acks = batches.iter().map(|batch| self.commit(batch)).collect();
                        inputs.push(Input::Committed { exchange, acks });
                    }
                    Effect::Read { collection, cursor, .. } => {
                        inputs.push(Input::Log(self.read(collection, cursor)))
                    }
                    Effect::Send(frame) => frames.push(frame),
                    Effect::Refuse(refusal) => panic!("{refusal:?}"),
                }
            }
        }
        frames
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
                let mut seq = 0;
                for change in &batch.changes {
                    let (hash, device) = (chunk::hash(change).unwrap(), batch.actor.device());
                    seq = self.append(&batch.collection, batch.document, hash, change.to_vec(), device);
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
        for change in &batch.changes {
            let outline = chunk::outline(change).unwrap();
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

    fn read(&self, collection: CollectionId, cursor: Cursor) -> Pull {
        let empty = Vec::new();
        let log = self.logs.get(&collection).unwrap_or(&empty);
        let at = usize::try_from(cursor.seq).unwrap();
        let chain_at =
            |seq: usize| if seq == 0 { Some(Chain::START) } else { log.get(seq - 1).map(|e| e.chain) };
        let fits = cursor.seq == 0 || (cursor.epoch == self.epoch && chain_at(at) == Some(cursor.chain));
        let from = if fits { at } else { 0 };
        let run = |(i, entry): (usize, &Entry)| Run {
            seq_first: (from + i) as u64 + 1,
            document: entry.document,
            device: entry.device,
            signature_hash: [0; 32],
            receipt_time: entry.receipt_time,
            changes: vec![Carried::Change(entry.change.clone())],
            seal: None,
            held: false,
        };
        let runs = log[from..].iter().enumerate().map(run).collect();
        let chain = chain_at(log.len()).unwrap();
        let cursor = Cursor::at(self.epoch, log.len() as u64, chain);
        Pull::entries(collection, runs, cursor, false, !fits)
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

    /// A restored backup from before any round was written.
    pub fn restore_without_rounds(&mut self) {
        self.logs.retain(|collection, _| *collection == CollectionId::bureau());
        self.epoch += 1;
    }

    /// Somebody edits the database.
    pub fn forge_receipt_time(&mut self) {
        for log in self.logs.values_mut() {
            for entry in log {
                entry.receipt_time = entry.receipt_time.plus_ms(1);
            }
        }
    }
}
