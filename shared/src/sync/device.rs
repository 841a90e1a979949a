//! The phone's end: documents, outbox, places in the logs, and the link. Steps 4 to 6 and 13 of the walk.
//!
//! A deed becomes changes (`deeds`), goes through the journal (one durable transaction at a time), and only then is it
//! `Done`. The outbox is pushed whenever there is a link (`exchange`); pulled changes are stored before they are
//! applied. Nothing before the link waits for a network.
//!
//! ```text
//! Deed -> deeds -> documents ─┐                       ┌-> Done
//!                             ├-> journal -> Persist ─┤
//! Received -> pull ───────────┘                       └-> documents -> Changed -> exchange -> Sign -> Send
//! ```

use std::collections::BTreeSet;

use crate::flat::FlatMap;
use crate::gather::Gather;
use crate::ids::{Actor, CollectionId, DocumentId, EventKey};
use crate::protocol::Cursor;
use crate::time::Timestamp;

mod catch_up;
mod deeds;
mod documents;
mod exchange;
mod handed;
mod handling;
mod hearsay;
mod journal;
mod outbox;
mod port;
mod pull;
mod receipts;
mod remake;
mod seals;
mod set_aside;
mod view;

pub use hearsay::{Hearsay, Saying};
pub use port::{
    Applying, Aside, Claimed, Deed, DeedError, Effect, Identity, Input, LinkState, Mark, Rejected, Report,
    Status, Stored, StoredChange, StoredSnapshot, Why, Write,
};
pub use receipts::StoredReceipt;
pub use seals::StoredSeal;
pub use set_aside::{Recorder, counted};

use catch_up::CatchUp;
use documents::Documents;
use exchange::LinkSide;
use journal::{DeedDone, Entry, Journal, Then};
use outbox::Outbox;
use remake::Remaking;
use seals::Seals;

/// The phone's end.
#[derive(Debug)]
pub struct Device {
    identity: Identity,
    /// This tab's, leased; above the base.
    slot: u32,
    slot_base: u32,
    actor: Actor,
    documents: Documents,
    outbox: Outbox,
    journal: Journal,
    link: LinkSide,
    catch_up: CatchUp,
    seals: Seals,
    /// The relay's latest receipt of each collection.
    receipts: FlatMap<CollectionId, StoredReceipt>,
    cursors: FlatMap<CollectionId, Cursor>,
    /// Collections that were read to their end at least once.
    caught_up: BTreeSet<CollectionId>,
    /// Collections that somebody opened, beside those that are held anyway.
    opened: BTreeSet<CollectionId>,
    /// This tab's visit of each round.
    visits: FlatMap<DocumentId, Visiting>,
    rejected: Vec<Rejected>,
    remaking: Remaking,
    /// The shell's last random number.
    drawn: u64,
    clock_offset_ms: Option<i64>,
    /// The relay could not store the last push: not before this moment again.
    deferred_until: Option<Timestamp>,
}

/// A visit of this tab.
#[derive(Debug)]
struct Visiting {
    key: EventKey,
    template_version: u32,
    utc_offset_minutes: i16,
    clock_offset_ms: Option<i64>,
}

impl Device {
    /// Starts from what the storage holds. `slot` is this tab's, leased so that no other tab writes under it.
    pub fn boot(identity: Identity, slot: u32, stored: Stored) -> Self {
        Self::boot_recorded(identity, slot, stored, None)
    }

    /// Starts with a recorder, which knows after a death what was being applied.
    pub fn boot_recorded(identity: Identity, slot: u32, stored: Stored, recorder: Option<Recorder>) -> Self {
        let mut device = Self {
            actor: Actor::new(identity.device, stored.slot_base.wrapping_add(slot)),
            slot,
            slot_base: stored.slot_base,
            identity,
            documents: Documents::default(),
            outbox: Outbox::default(),
            journal: Journal::default(),
            link: LinkSide::default(),
            catch_up: CatchUp::default(),
            seals: Seals::new(stored.seals),
            receipts: stored
                .receipts
                .into_iter()
                .map(|stored| (stored.receipt.collection.clone(), stored))
                .into_flat(),
            caught_up: stored
                .cursors
                .iter()
                .filter(|(_, at)| is_caught_up(at))
                .map(|(c, _)| c.clone())
                .into_set(),
            cursors: stored.cursors.into_iter().into_flat(),
            opened: BTreeSet::new(),
            visits: FlatMap::new(),
            rejected: stored.rejected,
            remaking: Remaking::default(),
            drawn: 0,
            clock_offset_ms: stored.clock_offset_ms,
            deferred_until: None,
        };
        for snapshot in stored.snapshots {
            device.documents.take_snapshot(snapshot);
        }
        for change in stored.changes {
            device.documents.take(change);
        }
        for mark in &stored.marks {
            device.outbox.mark(mark, &device.documents);
        }
        if let Some(recorder) = recorder {
            device.documents.record(recorder);
        }
        for aside in &stored.aside {
            device.documents.set_aside(aside);
        }
        if let Some(applying) = &stored.interrupted {
            device.suspect(applying);
        }
        device.documents.refresh_library();
        device
    }

    /// Takes one input in and says what to do. `now` is the phone's clock, `random` any number drawn by the shell.
    pub fn handle(&mut self, now: Timestamp, random: u64, input: Input) -> Vec<Effect> {
        self.drawn = random;
        match input {
            Input::Deed { command, utc_offset_minutes, deed } => {
                self.deed(now, command, utc_offset_minutes, deed)
            }
            Input::Persisted => self.persisted(now),
            Input::PersistFailed { is_full } => self.persist_failed(now, random, is_full),
            Input::Signed(signatures) => self.signed(now, signatures),
            Input::SignFailed => self.drop_link(now, random, Some("crypto-missing".to_owned())),
            Input::Verified(verdicts) => self.verified(now, random, &verdicts),
            Input::VerifyFailed => self.drop_link(now, random, Some("crypto-missing".to_owned())),
            Input::RelayKey(public_key) => {
                self.learn_relay_key(public_key);
                Vec::new()
            }
            Input::Rights(rights) => self.set_rights(rights),
            Input::LinkUp => self.link_up(now),
            Input::LinkDown { problem } => self.link_down(now, random, problem),
            Input::Received(bytes) => self.received(now, random, &bytes),
            Input::Timer => self.timer(now, random),
            Input::Nudge => self.nudge(now),
            Input::MayLink(may_link) => self.set_may_link(now, may_link),
            Input::FromOtherTab(writes) => {
                let mut effects = self.take_in(&writes);
                effects.extend(self.go_on(now));
                effects
            }
            Input::Want(collection) => {
                self.opened.insert(collection.clone());
                self.link.to_ask.insert(collection);
                self.exchange(now)
            }
            Input::TryAside => self.try_aside(),
        }
    }

    fn deed(&mut self, now: Timestamp, command: u32, utc_offset_minutes: i16, deed: Deed) -> Vec<Effect> {
        let written = match self.perform(now, utc_offset_minutes, deed) {
            Ok(done) => done,
            Err(error) => return vec![Effect::Failed { command, error: error.into() }],
        };
        let mut writes = Vec::new();
        let written: Vec<_> =
            written.into_iter().map(|(document, written)| (document, written.hash)).collect();
        for (document, hash) in written.iter().copied() {
            let Some((collection, change)) = self.documents.change(document, hash) else { continue };
            let (collection, change) = (collection.clone(), change.to_vec());
            writes.push(Write::Change(StoredChange { collection, document, hash, change }));
            let mark = Mark::new(document, hash, now);
            self.outbox.mark_tentative(&mark, &self.documents);
            writes.push(Write::Mark(mark));
        }
        let changed: BTreeSet<DocumentId> = written.iter().map(|(document, _)| *document).into_set();
        let then = Then::Deeds(vec![DeedDone { command, written }]);
        let mut effects = vec![Effect::Changed(changed.into_iter().collect()), Effect::StatusChanged];
        effects.extend(self.journal.add(Entry { writes, then }).map(Effect::Persist));
        effects
    }

    fn persisted(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(entry) = self.journal.end() else { return Vec::new() };
        let mut effects = match entry.then {
            Then::Deeds(deeds) => {
                for deed in &deeds {
                    deed.written.iter().for_each(|(document, hash)| self.outbox.confirm(*document, *hash));
                }
                deeds.into_iter().map(|deed| Effect::Done { command: deed.command }).collect()
            }
            Then::News => self.take_in(&entry.writes),
            Then::Answer => {
                self.answer_is_stored();
                self.take_in(&entry.writes)
            }
            Then::Remade(remade) => {
                self.confirm_remade(&remade);
                Vec::new()
            }
        };
        effects.extend(self.journal.start().map(Effect::Persist));
        effects.extend(self.go_on(now));
        effects
    }

    fn persist_failed(&mut self, now: Timestamp, random: u64, is_full: bool) -> Vec<Effect> {
        let Some(entry) = self.journal.end() else { return Vec::new() };
        let mut effects = Vec::new();
        match entry.then {
            Then::Deeds(mut deeds) => {
                deeds.extend(self.journal.give_up_deeds());
                effects.extend(self.undo(deeds, is_full));
            }
            Then::Remade(remade) => {
                let deeds = self.journal.give_up_deeds();
                effects.extend(self.undo(deeds, is_full));
                effects.extend(self.undo_remade(*remade));
            }
            Then::News | Then::Answer => {
                let code = if is_full { "storage-full" } else { "storage-failed" };
                effects.extend(self.drop_link(now, random, Some(code.to_owned())));
            }
        }
        effects.extend(self.journal.start().map(Effect::Persist));
        effects
    }

    /// Takes deeds back that did not become durable, and says so.
    fn undo(&mut self, deeds: Vec<DeedDone>, is_full: bool) -> Vec<Effect> {
        let error = if is_full { DeedError::StorageFull } else { DeedError::StorageFailed };
        let mut lost: FlatMap<DocumentId, BTreeSet<_>> = FlatMap::new();
        let mut effects = Vec::new();
        for deed in deeds {
            for (document, hash) in deed.written {
                lost.get_or_default(document).insert(hash);
            }
            effects.push(Effect::Failed { command: deed.command, error: error.clone() });
        }
        for (document, hashes) in &lost {
            for hash in hashes {
                self.outbox.drop_mark(*document, *hash);
            }
            self.documents.drop_changes(*document, hashes);
            // The visit may have been among them; the next deed begins another.
            self.visits.remove(document);
        }
        effects.push(Effect::Changed(lost.into_keys().collect()));
        effects.push(Effect::StatusChanged);
        effects
    }

    /// Brings what is durable into memory.
    fn take_in(&mut self, writes: &[Write]) -> Vec<Effect> {
        let mut changed = BTreeSet::new();
        let mut gone: FlatMap<DocumentId, BTreeSet<_>> = FlatMap::new();
        let mut status_changed = false;
        for write in writes {
            status_changed |= matches!(
                write,
                Write::Mark(_) | Write::DropMark { .. } | Write::Rejected(_) | Write::ClockOffset(_)
            );
            match write {
                Write::Change(stored) => {
                    if self.documents.take(stored.clone()) {
                        changed.insert(stored.document);
                    }
                }
                Write::Mark(mark) => {
                    self.outbox.mark(mark, &self.documents);
                    changed.insert(mark.document);
                }
                Write::DropMark { document, hash } => {
                    self.outbox.drop_mark(*document, *hash);
                    self.remaking.forget(*document, *hash);
                    changed.insert(*document);
                }
                Write::DropChange { document, hash } => {
                    gone.get_or_default(*document).insert(*hash);
                    changed.insert(*document);
                }
                Write::SetAside(aside) => {
                    self.documents.set_aside(aside);
                    changed.insert(aside.document);
                }
                Write::TakeBack(aside) => {
                    self.documents.take_back(aside);
                    changed.insert(aside.document);
                }
                Write::SlotBase(base) => self.set_slot_base(*base),
                Write::Cursor { collection, cursor } => {
                    self.cursors.insert(collection.clone(), *cursor);
                }
                Write::Rejected(rejected) => self.rejected.push(rejected.clone()),
                Write::ClockOffset(ms) => self.clock_offset_ms = Some(*ms),
                Write::Snapshot(stored) => {
                    changed.insert(stored.document);
                    self.documents.take_snapshot(stored.clone());
                }
                Write::DropSnapshot { document } => {
                    changed.insert(*document);
                    self.documents.drop_base(*document);
                }
                Write::Seal(seal) => self.seals.keep(seal.clone()),
                Write::DropSeal { document, head } => self.seals.drop_seal(*document, *head),
                Write::Receipt(receipt) => {
                    self.receipts.insert(receipt.receipt.collection.clone(), receipt.clone());
                }
            }
        }
        for (document, hashes) in &gone {
            self.documents.drop_changes(*document, hashes);
        }
        changed.extend(self.documents.refresh_library());
        let mut effects = Vec::new();
        if !changed.is_empty() {
            effects.push(Effect::Changed(changed.into_iter().collect()));
        }
        if status_changed {
            effects.push(Effect::StatusChanged);
        }
        effects
    }

    /// Begins the next exchange when there is something to say.
    fn go_on(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = self.look_for_drift();
        effects.extend(self.remake());
        effects.extend(match self.deferred_until {
            Some(until) if until > now && self.is_idle() => vec![Effect::SetTimer(until)],
            _ => self.exchange(now),
        });
        effects
    }
}

/// Whether a place was reached by reading to the end, or to some earlier end.
fn is_caught_up(cursor: &Cursor) -> bool {
    cursor.bootstrap.is_none() || cursor.seq > 0
}
