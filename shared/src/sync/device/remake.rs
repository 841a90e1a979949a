//! Own edits that the relay did not take. A change that is missing from the log blocks every later one of its author, so
//! the phone takes back what it has written into the document and makes its edits again on what the log has: with the
//! same event keys, under a slot that nobody ever had. What is to blame is not made again but kept and shown. A cloned
//! phone, whose numbers its twin has used, heals the same way.
//!
//! When: an ack says `Rejected` -> the document is paused and its collection is read to its end -> no transaction is
//! under way -> [`Device::remake`], one transaction. What cannot be explained is bounded by `limits::REMADE_MAX`.

use std::collections::BTreeSet;

use super::Device;
use super::journal::{Entry, Then};
use super::port::{Effect, Mark, Rejected, StoredChange, Why, Write};
use crate::document::write::Event;
use crate::document::{chunk, decode};
use crate::domain::round::RoundName;
use crate::flat::FlatMap;
use crate::gather::{Gather, sort_by};
use crate::ids::{Actor, ChangeHash, CollectionId, DocumentId, EventKey};
use crate::limits::{REMADE_MAX, SLOT_DRAWN_MIN, SLOTS_PER_BASE};
use crate::protocol::{Ack, AckOutcome, Batch, Pull, RejectCode};

mod again;
mod behind;

use again::Again;

/// Documents with edits to be made again.
#[derive(Debug, Default)]
pub(super) struct Remaking {
    due: FlatMap<DocumentId, Verdict>,
    /// Waiting changes that came back from the log: they are there, whatever became of their ack.
    seen: BTreeSet<(DocumentId, ChangeHash)>,
    /// How often in a row a document's edits were sent again as they are.
    behind: FlatMap<DocumentId, u32>,
}

/// What the relay said about a document's edits.
#[derive(Debug)]
struct Verdict {
    collection: CollectionId,
    code: RejectCode,
    change: Option<ChangeHash>,
    batch: Vec<ChangeHash>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The log must be read to its end first: something of ours may be in it.
    Reading,
    /// Now.
    Ready,
    /// The log has lost what these edits build on; once that is given back they are sent as they are.
    Behind,
}

/// What was done in memory, to confirm it or to take it back.
#[derive(Debug, Default)]
pub(super) struct Remade {
    writes: Vec<Write>,
    /// Written again.
    made: Vec<(DocumentId, ChangeHash)>,
    /// Taken out of memory.
    gone: Vec<StoredChange>,
    marks: Vec<Mark>,
    verdicts: Vec<(DocumentId, Verdict)>,
    /// How many rejected edits were kept before.
    rejected_before: usize,
}

/// An own edit that waits.
#[derive(Debug)]
struct Own {
    mark: Mark,
    stored: StoredChange,
    written: Option<(EventKey, Event)>,
}

impl Remaking {
    /// A waiting change was found in the log.
    pub(super) fn saw(&mut self, document: DocumentId, hash: ChangeHash) {
        self.seen.insert((document, hash));
    }

    /// A mark is gone.
    pub(super) fn forget(&mut self, document: DocumentId, hash: ChangeHash) {
        self.seen.remove(&(document, hash));
    }
}

impl Device {
    /// Notes what the relay rejected. Of one document only the first rejection says something: the others follow from it.
    pub(super) fn note_rejections(&mut self, acks: &[Ack], pushed: &[Batch]) {
        for ack in acks {
            let AckOutcome::Rejected { code, change, .. } = &ack.outcome else {
                if matches!(ack.outcome, AckOutcome::Accepted { .. }) {
                    self.remaking.behind.remove(&ack.document);
                }
                continue;
            };
            let is_it = |batch: &&Batch| (batch.document, batch.head) == (ack.document, ack.head);
            let Some(batch) = pushed.iter().find(is_it) else { continue };
            if batch.actor.device() != self.identity.device || self.remaking.due.contains_key(&ack.document) {
                continue;
            }
            let stage = if self.identity.rights.may_read(&batch.collection) {
                self.link.to_ask.insert(batch.collection.clone());
                Stage::Reading
            } else {
                Stage::Ready
            };
            self.outbox.pause(ack.document);
            let batch_hashes = batch.changes.iter().filter_map(|change| chunk::hash(change).ok());
            let verdict = Verdict {
                collection: batch.collection.clone(),
                code: *code,
                change: *change,
                batch: batch_hashes.collect(),
                stage,
            };
            self.remaking.due.insert(ack.document, verdict);
        }
    }

    /// Notes which of the waiting changes a pull brought back.
    pub(super) fn note_seen(&mut self, pull: &Pull) {
        if self.outbox.len() == 0 {
            return;
        }
        for run in pull.runs.iter().chain(pull.documents.iter().flat_map(|whole| &whole.runs)) {
            let hashes = run.changes.iter().filter_map(|carried| match carried {
                crate::protocol::Carried::Change(bytes) => chunk::hash(bytes).ok(),
                crate::protocol::Carried::Known(hash) => Some(*hash),
            });
            for hash in hashes.filter(|hash| self.outbox.contains(run.document, *hash)) {
                self.remaking.saw(run.document, hash);
            }
        }
    }

    /// A collection was read to its end; if the log had diverged, what it had lost is in the outbox now.
    pub(super) fn note_read(&mut self, collection: &CollectionId, had_diverged: bool) {
        let mut resumed = Vec::new();
        for (document, verdict) in self.remaking.due.iter_mut() {
            if verdict.collection != *collection {
                continue;
            }
            if had_diverged && is_about_place(verdict.code) {
                resumed.push(*document);
            } else if verdict.stage == Stage::Reading {
                verdict.stage = Stage::Ready;
            }
        }
        resumed.into_iter().for_each(|document| self.send_as_it_is(document));
    }

    /// Makes edits again, once nothing is on its way into the storage.
    pub(super) fn remake(&mut self) -> Vec<Effect> {
        if !self.journal.is_idle() {
            return Vec::new();
        }
        let ready: Vec<DocumentId> = self
            .remaking
            .due
            .iter()
            .filter(|(_, verdict)| verdict.stage == Stage::Ready)
            .map(|(document, _)| *document)
            .collect();
        let (behind, ready): (Vec<_>, Vec<_>) = ready.into_iter().partition(|id| self.is_log_behind(*id));
        if !behind.is_empty() {
            return self.look_for_what_is_lost(&behind);
        }
        if ready.is_empty() {
            return Vec::new();
        }
        let mut remade = Remade { rejected_before: self.rejected.len(), ..Remade::default() };
        self.renew_slot(&mut remade);
        for document in &ready {
            if let Some(verdict) = self.remaking.due.remove(document) {
                self.remake_document(*document, &verdict, &mut remade);
                remade.verdicts.push((*document, verdict));
                self.outbox.resume(*document);
            }
        }
        let writes = std::mem::take(&mut remade.writes);
        let mut effects = vec![Effect::Changed(ready), Effect::StatusChanged];
        let then = Then::Remade(Box::new(remade));
        effects.extend(self.journal.add(Entry { writes, then }).map(Effect::Persist));
        effects
    }

    fn renew_slot(&mut self, remade: &mut Remade) {
        // 31 bits of the number: a tab's own slot still fits on top.
        let drawn = u32::try_from(self.drawn >> 33).expect("31 bits fit") & !(SLOTS_PER_BASE - 1);
        let base = drawn.max(SLOT_DRAWN_MIN);
        let base = if base == self.slot_base { base + SLOTS_PER_BASE } else { base };
        self.set_slot_base(base);
        remade.writes.push(Write::SlotBase(base));
    }

    /// Slots begin elsewhere: what this phone writes from now on is another writer's.
    pub(super) fn set_slot_base(&mut self, base: u32) {
        self.slot_base = base;
        self.actor = Actor::new(self.identity.device, base.wrapping_add(self.slot));
        // A visit is by the same actor as what refers to it.
        self.visits.clear();
    }

    fn remake_document(&mut self, id: DocumentId, verdict: &Verdict, remade: &mut Remade) {
        let mut own = self.own(id);
        let seen = &self.remaking.seen;
        let (there, mut waiting): (Vec<Own>, Vec<Own>) =
            own.drain(..).partition(|own| seen.contains(&(id, own.mark.hash)));
        for own in there {
            self.outbox.drop_mark(id, own.mark.hash);
            remade.writes.push(Write::DropMark { document: id, hash: own.mark.hash });
            remade.marks.push(own.mark);
        }
        let blamed = judge(verdict, &mut waiting);
        let round = self.round_name(id, &waiting);
        let hashes: BTreeSet<ChangeHash> = waiting.iter().map(|own| own.mark.hash).into_set();
        self.documents.drop_changes(id, &hashes);
        let mut again = Again::new(id, self.actor, verdict.code == RejectCode::ActorForked);
        for own in waiting {
            let Own { mark, stored, written } = own;
            let hash = mark.hash;
            self.outbox.drop_mark(id, hash);
            remade.writes.push(Write::DropMark { document: id, hash });
            remade.writes.push(Write::DropChange { document: id, hash });
            let blame = blamed.get(&hash).copied();
            let written = again.make(&mut self.documents, written, blame).map(|written| {
                self.keep(written, &mark, &stored.collection, remade);
            });
            if let Err(why) = written {
                let (at, change, round) = (mark.at, stored.change.clone(), round.clone());
                let rejected = Rejected { document: id, hash, code: verdict.code, why, at, round, change };
                remade.writes.push(Write::Rejected(rejected.clone()));
                self.rejected.push(rejected);
            }
            remade.gone.push(stored);
            remade.marks.push(mark);
        }
    }

    /// Marks what was written again.
    fn keep(
        &mut self,
        written: Vec<crate::document::Written>,
        old: &Mark,
        collection: &CollectionId,
        remade: &mut Remade,
    ) {
        for written in written {
            let (document, hash) = (old.document, written.hash);
            let mark = Mark { hash, ..old.clone() };
            self.outbox.mark_tentative(&mark, &self.documents);
            let collection = collection.clone();
            let change = written.change;
            remade.writes.push(Write::Change(StoredChange { collection, document, hash, change }));
            remade.writes.push(Write::Mark(mark));
            remade.made.push((document, hash));
        }
    }

    /// A document's waiting edits, causes before effects.
    fn own(&self, id: DocumentId) -> Vec<Own> {
        let mut own: Vec<(_, Own)> = self
            .outbox
            .of(id)
            .filter_map(|mark| {
                let (collection, change) = self.documents.change(id, mark.hash)?;
                let outline = chunk::outline(change).ok()?;
                let place = (outline.start_op, outline.actor, outline.seq);
                let written = decode::event(id.kind(), change);
                let (collection, change) = (collection.clone(), change.to_vec());
                let stored = StoredChange { collection, document: id, hash: mark.hash, change };
                Some((place, Own { mark: mark.clone(), stored, written }))
            })
            .collect();
        sort_by(&mut own, |(a, _), (b, _)| a.cmp(b));
        own.into_iter().map(|(_, own)| own).collect()
    }

    fn round_name(&mut self, id: DocumentId, waiting: &[Own]) -> Option<RoundName> {
        let said = waiting.iter().find_map(|own| match &own.written {
            Some((_, Event::Visit { name, .. })) => Some(name.clone()),
            _ => None,
        });
        said.or_else(|| self.documents.round(id, &self.identity.bureau).name.clone())
    }

    /// What was made again is durable.
    pub(super) fn confirm_remade(&mut self, remade: &Remade) {
        remade.made.iter().for_each(|(document, hash)| self.outbox.confirm(*document, *hash));
        for mark in &remade.marks {
            self.remaking.forget(mark.document, mark.hash);
        }
    }

    /// What was made again did not become durable: everything is as it was, and the relay will say the same again.
    pub(super) fn undo_remade(&mut self, remade: Remade) -> Vec<Effect> {
        let mut lost: FlatMap<DocumentId, BTreeSet<ChangeHash>> = FlatMap::new();
        for (document, hash) in remade.made {
            self.outbox.drop_mark(document, hash);
            lost.get_or_default(document).insert(hash);
        }
        for (document, hashes) in &lost {
            self.documents.drop_changes(*document, hashes);
        }
        for stored in remade.gone {
            self.documents.take(stored);
        }
        for mark in &remade.marks {
            self.outbox.mark(mark, &self.documents);
        }
        self.rejected.truncate(remade.rejected_before);
        self.visits.clear();
        let changed = remade.verdicts.iter().map(|(document, _)| *document).collect();
        for (document, verdict) in remade.verdicts {
            // Tried again when its collection is read next, so that a full storage is not asked in a circle.
            self.outbox.pause(document);
            self.remaking.due.insert(document, Verdict { stage: Stage::Reading, ..verdict });
        }
        vec![Effect::Changed(changed), Effect::StatusChanged]
    }
}

/// Whether a code is about the place of a change among others, and about nothing that is in it.
fn is_about_place(code: RejectCode) -> bool {
    matches!(
        code,
        RejectCode::ActorForked | RejectCode::MissingDependency | RejectCode::Actor | RejectCode::StartOp
    )
}

/// Leaves in `waiting` what must be taken back, and says which of it is not made again. Edits in front of the one to
/// blame stay as they are: they do not build on it.
fn judge(verdict: &Verdict, waiting: &mut Vec<Own>) -> FlatMap<ChangeHash, Why> {
    let all = |why| move |own: &Own| (own.mark.hash, why);
    match verdict.code {
        RejectCode::NoRight | RejectCode::Collection => {
            return waiting.iter().map(all(Why::ToBlame)).into_flat();
        }
        code if is_about_place(code) => return tried_again(waiting),
        _ => {}
    }
    let is_here = |hash: &ChangeHash| waiting.iter().any(|own| own.mark.hash == *hash);
    let named = verdict.change.filter(is_here).or(match verdict.batch.as_slice() {
        [only] if is_here(only) => Some(*only),
        _ => None,
    });
    if let Some(named) = named {
        let at = waiting.iter().position(|own| own.mark.hash == named).unwrap_or_default();
        waiting.drain(..at);
        return std::iter::once((named, Why::ToBlame)).into_flat();
    }
    // One of them, or all of them together: each travels alone, so that the next rejection names it.
    let is_suspect = |own: &Own| verdict.batch.contains(&own.mark.hash);
    let Some(at) = waiting.iter().position(is_suspect) else { return tried_again(waiting) };
    waiting.drain(..at);
    let is_new = waiting.iter().any(|own| is_suspect(own) && !own.mark.is_alone);
    waiting.iter_mut().for_each(|own| own.mark.is_alone = true);
    if is_new { FlatMap::new() } else { tried_again(waiting) }
}

/// Counts one more try of each; gives those that had enough.
fn tried_again(waiting: &mut [Own]) -> FlatMap<ChangeHash, Why> {
    waiting.iter_mut().for_each(|own| own.mark.remade += 1);
    let too_often = waiting.iter().filter(|own| own.mark.remade > REMADE_MAX);
    too_often.map(|own| (own.mark.hash, Why::TooOften)).into_flat()
}
