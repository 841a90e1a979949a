//! Catching up document by document: what a new phone does when the relay has snapshots, and what every phone does when
//! the log is not the one it knew (`diverged`) or its own digest of a collection is not the relay's (drift). It says
//! what it holds of each document, gets those that differ as a whole, and marks what the relay has lost, so that the
//! next push gives it back. It may be cut anywhere: how far it has come is stored together with the documents.

use std::collections::BTreeSet;

use super::Device;
use super::journal::{Entry, Then};
use super::port::{Effect, Mark, Rejected, StoredChange, StoredSnapshot, Why, Write};
use super::pull::PullError;
use super::seals;
use crate::document::{chunk, saved};
use crate::flat::FlatMap;
use crate::gather::Gather;
use crate::ids::{ChangeHash, CollectionId, Digest, DocumentId};
use crate::limits::HOLDINGS_MAX;
use crate::protocol::{Bootstrap, Carried, Cursor, Holding, Pull, RejectCode, Want, Whole};
use crate::time::Timestamp;

/// Times that a collection is caught up by document on one link: what is given back may be refused, and is then let go.
const TRIES_MAX: u32 = 3;

/// What is known of collections that may differ from the relay's.
#[derive(Debug, Default)]
pub(super) struct CatchUp {
    /// What the relay says that a collection comes to at a place that this phone is about to reach.
    told: FlatMap<CollectionId, (Cursor, Digest)>,
    /// Collections that the request on its way asks for by document.
    asked: BTreeSet<CollectionId>,
    /// Collections of which it has not been heard to the end since this phone began to catch up.
    begun: BTreeSet<CollectionId>,
    /// How often collections were caught up by document on this link because they differed.
    tried: FlatMap<CollectionId, u32>,
}

impl CatchUp {
    /// A new link: everything may be tried again.
    pub(super) fn begin_link(&mut self) {
        self.asked.clear();
        self.tried.clear();
    }

    /// A collection was read to its end; whether this phone had to catch up by document.
    pub(super) fn end(&mut self, collection: &CollectionId) -> bool {
        self.begun.remove(collection)
    }
}

impl Device {
    /// What to ask for, of these collections; those for which one request has no room are left where they are.
    pub(super) fn wants(&mut self, to_ask: &mut BTreeSet<CollectionId>) -> Vec<Want> {
        self.catch_up.asked.clear();
        let (mut wants, mut room) = (Vec::new(), HOLDINGS_MAX);
        for collection in std::mem::take(to_ask) {
            let cursor = self.cursor(&collection);
            let Some(bootstrap) = cursor.bootstrap else {
                wants.push(Want::at(collection, cursor));
                continue;
            };
            let mut holdings = self.holdings(&collection, bootstrap.after_document);
            if holdings.len() > room && room < HOLDINGS_MAX {
                to_ask.insert(collection);
                continue;
            }
            // What is not told of comes whole, and is then found to be here.
            holdings.truncate(room);
            room -= holdings.len();
            self.catch_up.asked.insert(collection.clone());
            wants.push(Want { collection, cursor, holdings: Some(holdings) });
        }
        wants
    }

    /// Whether a pull goes on document by document: because it was asked so, or because this phone is new.
    pub(super) fn is_by_document(&self, pull: &Pull, from: Cursor) -> bool {
        let is_told_so = pull.cursor.bootstrap.is_some() || !pull.documents.is_empty();
        if from.bootstrap.is_some() {
            pull.runs.is_empty() && self.catch_up.asked.contains(&pull.collection)
        } else {
            from.seq == 0 && is_told_so
        }
    }

    /// Asks for a collection document by document from now on, unless that has been tried on this link often enough.
    pub(super) fn begin_catch_up(&mut self, collection: &CollectionId) -> Vec<Write> {
        let tries = self.catch_up.tried.get_or_default(collection.clone());
        *tries += 1;
        if *tries > TRIES_MAX {
            self.link.problem = Some("diverged".to_owned());
            return Vec::new();
        }
        self.catch_up.begun.insert(collection.clone());
        let bootstrap = Some(Bootstrap { target_seq: 0, after_document: None });
        let cursor = Cursor { bootstrap, ..self.cursor(collection) };
        // At once: what is delivered meanwhile must not be taken for the answer. If it is lost with the tab, the same
        // difference shows again.
        self.cursors.insert(collection.clone(), cursor);
        self.link.to_ask.insert(collection.clone());
        vec![Write::Cursor { collection: collection.clone(), cursor }]
    }

    /// The writes of an answer by document.
    pub(super) fn take_documents(
        &mut self,
        now: Timestamp,
        pull: &Pull,
        from: Cursor,
    ) -> Result<Vec<Write>, PullError> {
        let mut after = from.bootstrap.and_then(|bootstrap| bootstrap.after_document);
        let is_forward =
            pull.documents.iter().all(|whole| after.replace(whole.document) < Some(whole.document));
        let end = pull.cursor.bootstrap.map(|bootstrap| bootstrap.after_document);
        if !is_forward || end.is_some_and(|end| end < after) || (pull.more && pull.cursor == from) {
            return Err(PullError::Chain);
        }
        let (mut writes, mut lost) = (Vec::new(), BTreeSet::new());
        for whole in &pull.documents {
            writes.extend(seals_of(whole)?);
            if self.documents.has(whole.document) {
                self.merge_whole(&pull.collection, whole, &mut writes, &mut lost)?;
            } else {
                writes.extend(new_whole(&pull.collection, whole)?);
            }
        }
        for document in &pull.missing {
            lost.extend(self.documents.hashes(*document).into_iter().map(|hash| (*document, hash)));
        }
        writes.extend(self.give_back_lost(now, &pull.collection, lost));
        writes.push(Write::Cursor { collection: pull.collection.clone(), cursor: pull.cursor });
        Ok(writes)
    }

    /// A document of which this phone has something: takes in what it lacks, and finds what the relay lacks.
    fn merge_whole(
        &mut self,
        collection: &CollectionId,
        whole: &Whole,
        writes: &mut Vec<Write>,
        lost: &mut BTreeSet<(DocumentId, ChangeHash)>,
    ) -> Result<(), PullError> {
        let id = whole.document;
        let mut theirs = changes_of(whole)?;
        if let Some(snapshot) = &whole.snapshot {
            let changes = saved::changes(id, &snapshot.bytes, snapshot.digest);
            let changes = changes.map_err(|_| PullError::Chain)?;
            theirs.splice(0..0, changes.into_iter().map(|(hash, change)| (hash, Some(change))));
        }
        let mut ours = self.documents.hashes(id);
        for (hash, change) in theirs {
            if self.outbox.contains(id, hash) {
                self.remaking.saw(id, hash);
            }
            if !ours.remove(&hash) {
                let change = change.ok_or(PullError::Gap)?;
                let collection = collection.clone();
                writes.push(Write::Change(StoredChange { collection, document: id, hash, change }));
            }
        }
        lost.extend(ours.into_iter().map(|hash| (id, hash)));
        Ok(())
    }

    /// What the relay had and has lost goes back to it: in the batches that it came in, as far as their signatures are
    /// here; and this phone's own is marked again, so that it waits until the relay has it. What this phone has no proof
    /// of is taken out, and kept with what was rejected: no relay would take it, and what builds on it could never be
    /// sent. Should its author bring it back, it comes as everything does.
    fn give_back_lost(
        &mut self,
        now: Timestamp,
        collection: &CollectionId,
        mut lost: BTreeSet<(DocumentId, ChangeHash)>,
    ) -> Vec<Write> {
        let known: Vec<_> = self.not_at_the_relay().collect();
        for waiting in known {
            lost.remove(&waiting);
        }
        let sealed = self.give_back(&lost);
        let mut writes = Vec::new();
        let documents: BTreeSet<DocumentId> = lost.iter().map(|(document, _)| *document).into_set();
        for document in documents {
            let in_base = self.documents.in_base(document);
            let in_base = in_base.into_iter().into_map();
            // From now on it is kept change by change: each may have to be pushed by itself, or let go.
            let is_opened = in_base.keys().any(|hash| lost.contains(&(document, *hash)));
            if is_opened {
                writes.push(Write::DropSnapshot { document });
            }
            let all = (document, ChangeHash([0; 32]))..=(document, ChangeHash([0xff; 32]));
            let (mut marks, mut gone) = (Vec::new(), FlatMap::new());
            for (_, hash) in lost.range(all) {
                let single = self.documents.change(document, *hash).map(|(_, change)| change);
                let Some(change) = single.or_else(|| in_base.get(hash).map(Vec::as_slice)) else { continue };
                if self.is_own(change) {
                    marks.push(Write::Mark(Mark::new(document, *hash, now)));
                } else if !sealed.contains(&(document, *hash)) {
                    gone.insert(*hash, change.to_vec());
                }
            }
            let kept = in_base.into_iter().filter(|(hash, _)| is_opened && !gone.contains_key(hash));
            writes.extend(kept.map(|(hash, change)| {
                Write::Change(StoredChange { collection: collection.clone(), document, hash, change })
            }));
            writes.extend(marks);
            let round = if gone.is_empty() { None } else { self.name_of(document) };
            for (hash, change) in gone {
                let (round, code, why) = (round.clone(), RejectCode::Signature, Why::Unproven);
                writes.push(Write::DropChange { document, hash });
                writes.push(Write::Rejected(Rejected { document, hash, code, why, at: now, round, change }));
            }
        }
        writes
    }

    fn is_own(&self, change: &[u8]) -> bool {
        chunk::outline(change).is_ok_and(|outline| outline.actor.device() == self.identity.device)
    }

    /// What the relay would not have. What it had lost and has again is no part of it.
    fn not_wanted(&self) -> impl Iterator<Item = &Rejected> {
        self.rejected.iter().filter(|rejected| rejected.why != Why::Unproven)
    }

    /// Own changes that the relay does not count: they wait, or it would not have them.
    fn not_at_the_relay(&self) -> impl Iterator<Item = (DocumentId, ChangeHash)> {
        let refused = self.not_wanted().map(|rejected| (rejected.document, rejected.hash));
        self.outbox.marked().chain(refused)
    }

    /// What this phone holds of a collection's documents, behind one of them.
    fn holdings(&self, collection: &CollectionId, after: Option<DocumentId>) -> Vec<Holding> {
        let mut digests = self.documents.digests(collection);
        for (document, hash) in self.not_at_the_relay() {
            if self.documents.contains(document, hash)
                && let Some(digest) = digests.get_mut(&document)
            {
                digest.toggle(document, hash);
            }
        }
        let is_asked =
            |holding: &Holding| Some(holding.document) > after && holding.digest != Digest::default();
        digests.into_iter().map(|(document, digest)| Holding { document, digest }).filter(is_asked).collect()
    }

    /// Remembers what the relay says that a collection comes to.
    pub(super) fn hear_digest(&mut self, pull: &Pull) {
        match pull.digest {
            Some(digest) => self.catch_up.told.insert(pull.collection.clone(), (pull.cursor, digest)),
            None => self.catch_up.told.remove(&pull.collection),
        };
    }

    /// Compares what is here with what the relay said, and drops snapshots that are not what they were told to be.
    /// Whatever differs is caught up by document.
    pub(super) fn look_for_drift(&mut self) -> Vec<Effect> {
        let mut writes = Vec::new();
        let mut differing = BTreeSet::new();
        for (collection, document) in self.documents.broken() {
            self.documents.drop_base(document);
            writes.push(Write::DropSnapshot { document });
            differing.insert(collection);
        }
        let reached: Vec<_> = self
            .catch_up
            .told
            .iter()
            .filter(|(collection, (cursor, _))| self.cursors.get(*collection) == Some(cursor))
            .map(|(collection, (_, digest))| (collection.clone(), *digest))
            .collect();
        for (collection, digest) in reached {
            self.catch_up.told.remove(&collection);
            let is_same = self.is_same(&collection, digest);
            if is_same == Some(true) {
                self.catch_up.tried.remove(&collection);
            } else if is_same == Some(false) {
                differing.insert(collection);
            }
        }
        for collection in differing {
            writes.extend(self.begin_catch_up(&collection));
        }
        if writes.is_empty() {
            return Vec::new();
        }
        self.journal.add(Entry { writes, then: Then::News }).map(Effect::Persist).into_iter().collect()
    }

    /// Whether a collection comes to the relay's digest; not known while something of it waits for the relay, which
    /// may have it already.
    fn is_same(&self, collection: &CollectionId, digest: Digest) -> Option<bool> {
        let is_here = |document: DocumentId| self.documents.home(document) == Some(collection);
        if self.outbox.marked().any(|(document, _)| is_here(document)) {
            return None;
        }
        let mut ours = self.documents.digest(collection);
        for rejected in self.not_wanted().filter(|rejected| is_here(rejected.document)) {
            if self.documents.contains(rejected.document, rejected.hash) {
                ours.toggle(rejected.document, rejected.hash);
            }
        }
        Some(ours == digest)
    }
}

/// The writes of a document that is new here. A snapshot is loaded when somebody looks.
fn new_whole(collection: &CollectionId, whole: &Whole) -> Result<Vec<Write>, PullError> {
    let document = whole.document;
    let changes = changes_of(whole)?;
    let mut digest = Digest::of(document, changes.iter().map(|(hash, _)| *hash));
    let mut writes = Vec::new();
    if let Some(snapshot) = &whole.snapshot {
        digest.merge(snapshot.digest);
        let (collection, bytes) = (collection.clone(), snapshot.bytes.clone());
        let stored = StoredSnapshot { collection, document, digest: snapshot.digest, bytes };
        writes.push(Write::Snapshot(stored));
    }
    if digest != whole.digest {
        return Err(PullError::Chain);
    }
    for (hash, change) in changes {
        let change = change.ok_or(PullError::Gap)?;
        writes.push(Write::Change(StoredChange { collection: collection.clone(), document, hash, change }));
    }
    Ok(writes)
}

/// The authors' signatures that came with a whole document.
fn seals_of(whole: &Whole) -> Result<Vec<Write>, PullError> {
    let mut writes = Vec::new();
    for run in &whole.runs {
        let last = match run.changes.last() {
            Some(Carried::Known(hash)) => *hash,
            Some(Carried::Change(bytes)) => chunk::hash(bytes).map_err(|_| PullError::Chain)?,
            None => continue,
        };
        writes.extend(seals::of_run(run, last).map_err(|_| PullError::Chain)?.map(Write::Seal));
    }
    Ok(writes)
}

/// A change, without its bytes where they are here.
type Single = (ChangeHash, Option<Vec<u8>>);

/// The single changes of a whole document; without bytes where this phone has just pushed them.
fn changes_of(whole: &Whole) -> Result<Vec<Single>, PullError> {
    let change = |carried: &Carried| match carried {
        Carried::Known(hash) => Ok((*hash, None)),
        Carried::Change(bytes) => {
            Ok((chunk::hash(bytes).map_err(|_| PullError::Chain)?, Some(bytes.clone())))
        }
    };
    whole.runs.iter().flat_map(|run| &run.changes).map(change).collect()
}
