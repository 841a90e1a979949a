//! Somebody who means ill, with an enrolled phone, and with what was heard on the wire: frames are cut, flipped,
//! repeated and put together anew. The relay answers each with a code, and nobody else notices.

use minicbor::bytes::ByteVec;
use shared::document::Document;
use shared::document::write::Event;
use shared::ids::{Actor, CollectionId, DocumentKind};
use shared::protocol::{self, AckOutcome, Batch, Cursor, Frame, Request, Want};
use shared::trust::signing::{BatchClaim, SUITE_P256};

use super::bureau;
use super::keys::Key;
use super::world::{Step, World, holds};

/// Frames of phones that are remembered.
const HEARD_MAX: usize = 24;

impl World {
    /// Somebody listens to what a phone sends.
    pub(super) fn overhear(&mut self, frame: &[u8]) {
        if self.overheard.len() == HEARD_MAX {
            self.overheard.remove(0);
        }
        self.overheard.push(frame.to_vec());
    }

    /// Somebody who means ill sends something.
    pub(super) fn attack(&mut self) -> Step {
        if !self.relay.is_up() {
            return Ok(());
        }
        let kind = self.dice.below(10);
        let frame = match kind {
            0 => self.raw(),
            1..3 => self.overheard_frame(),
            3..8 => self.altered(),
            _ => self.own(),
        };
        let Some(frame) = frame else { return Ok(()) };
        let device = Key::new(bureau::HOSTILE_KEY).device();
        let answer = self.relay.answer(device, frame);
        if self.relay.is_dead() {
            return self.relay_died();
        }
        self.check_log()?;
        match answer {
            Some(Ok(frame)) => self.check_answer(kind, &frame)?,
            Some(Err(refusal)) => {
                self.trace.note(|| format!("attack {kind}: refused: {}", refusal.code.word()))
            }
            None => {}
        }
        self.after_relay()
    }

    fn check_answer(&mut self, kind: usize, frame: &[u8]) -> Step {
        let Ok(Frame::Response(response)) = protocol::decode(frame) else {
            return holds(false, || format!("attack {kind} is answered with what is no response"));
        };
        for ack in response.acks {
            let word = match &ack.outcome {
                AckOutcome::Accepted { .. } => "accepted",
                AckOutcome::Duplicate { .. } => "duplicate",
                AckOutcome::Rejected { code, .. } => code.word(),
                AckOutcome::Deferred { code } => code.word(),
            };
            self.trace.note(|| format!("attack {kind}: {word}"));
        }
        Ok(())
    }

    fn overheard_frame(&mut self) -> Option<Vec<u8>> {
        self.dice.pick(&self.overheard).cloned()
    }

    /// Bytes that are hardly a frame.
    fn raw(&mut self) -> Option<Vec<u8>> {
        let mut frame = self.overheard_frame()?;
        match self.dice.below(3) {
            0 => frame.truncate(self.dice.below(frame.len())),
            1 => frame.push(0),
            // Behind the version and the flags the bytes differ from run to run.
            _ => frame[self.dice.below(2)] ^= 1 << self.dice.below(8),
        }
        Some(frame)
    }

    /// A true push with something in it altered.
    fn altered(&mut self) -> Option<Vec<u8>> {
        let frame = self.overheard_frame()?;
        let Ok(Frame::Request(mut request)) = protocol::decode(&frame) else { return None };
        let index = self.dice.below(request.push.len().max(1));
        let batch = request.push.get_mut(index)?;
        let (collections, kind) = (bureau::stations(), self.dice.below(12));
        match kind {
            0 => batch.collection = CollectionId::bureau(),
            1 => batch.collection = CollectionId::parse(&format!("station/{}/live", collections[1])).ok()?,
            2 => batch.document = shared::ids::DocumentId::derive(DocumentKind::Round, &["elsewhere"]),
            3 => batch.actor = Actor::new(Key::new(bureau::HOSTILE_KEY).device(), 0),
            4 => batch.actor = Actor::new(batch.actor.device(), 7),
            5 => batch.head.0[self.dice.below(32)] ^= 1,
            6 => batch.signature[self.dice.below(64)] ^= 1,
            7 => batch.suite = 2,
            8 => batch.changes.reverse(),
            9 => drop(batch.changes.remove(0)),
            10 => batch.changes.push(batch.changes[0].clone()),
            _ => {
                let change = &mut batch.changes[0];
                let mut bytes = change.to_vec();
                let at = self.dice.below(bytes.len());
                bytes[at] ^= 1 << self.dice.below(8);
                *change = ByteVec::from(bytes);
            }
        }
        if self.dice.percent(20) {
            request.push.reverse();
        }
        Some(protocol::encode(&Frame::Request(request)))
    }

    /// A push that is rightly signed, and wrong in itself or without right; or a question without right.
    fn own(&mut self) -> Option<Vec<u8>> {
        let key = if self.dice.percent(70) { bureau::HOSTILE_KEY } else { bureau::STRANGER_KEY };
        let key = Key::new(key);
        let stations = bureau::stations();
        let station = &stations[self.dice.below(2)];
        let rounds = bureau::rounds(station, self.now);
        let name = &rounds[self.dice.below(rounds.len())];
        let id = name.document(&bureau::bureau().id);
        let actor = Actor::new(key.device(), u32::try_from(self.dice.below(3)).ok()?);
        let mut document = Document::new(id);
        let visit = Event::Visit {
            name: name.clone(),
            officer: bureau::owner(bureau::HOSTILE_KEY).id,
            template_version: 1,
            utc_offset_minutes: 480,
            clock_offset_ms: None,
            register: Vec::new(),
        };
        let written: Vec<_> =
            (0..=self.dice.below(3)).filter_map(|_| document.write(actor, &visit).ok()).collect();
        let first = self.dice.below(written.len());
        let changes: Vec<ByteVec> = written[first..].iter().map(|w| w.change.clone().into()).collect();
        let head = written.last()?.hash;
        let collection = if self.dice.percent(70) { name.collection() } else { CollectionId::bureau() };
        let count = u32::try_from(changes.len()).ok()?;
        let bureau = bureau::bureau().id;
        let claim = BatchClaim { bureau: &bureau, collection: &collection, document: id, actor, head, count };
        let signature = key.sign(&claim.to_bytes(SUITE_P256));
        let mut wants = Vec::new();
        if self.dice.percent(20) {
            wants.push(Want::at(CollectionId::parse("station/huailin/live").ok()?, Cursor::START));
        }
        let batch = Batch { collection, document: id, actor, changes, head, suite: SUITE_P256, signature };
        let request = Request { exchange: 1, push: vec![batch], wants, bytes_max: 0 };
        Some(protocol::encode(&Frame::Request(request)))
    }
}
