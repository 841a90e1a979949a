//! The documents on this phone: raw changes until somebody looks, then automerge documents, then readings that are
//! kept until a change comes. Knows nothing of links and outboxes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::port::{Aside, StoredChange};
use super::set_aside::{self, Doubts, Guard, Recorder};
use crate::document::read::{self, Round};
use crate::document::{ApplyError, Document, Written, write::Event};
use crate::domain::asset::Asset;
use crate::domain::calendar::Calendar;
use crate::domain::directory::Directory;
use crate::domain::register::Register;
use crate::domain::template::{Addition, Template};
use crate::flat::FlatMap;
use crate::gather::Gather;
use crate::ids::{
    Actor, AssetId, BureauId, ChangeHash, CollectionId, Digest, DocumentId, DocumentKind, EventKey,
    StationCode, TemplateId,
};

mod base;
mod handled;

use base::Base;
use handled::Handled;

/// Every document of the phone.
#[derive(Debug, Default)]
pub(super) struct Documents {
    held: BTreeMap<DocumentId, Held>,
    /// What everything of a collection comes to.
    digests: FlatMap<CollectionId, Digest>,
    library: Library,
    guard: Guard,
}

/// The bureau's documents, as read.
#[derive(Debug, Default)]
struct Library {
    directory: Directory,
    calendar: Calendar,
    templates: FlatMap<TemplateId, Template>,
    additions: FlatMap<TemplateId, FlatMap<StationCode, Addition>>,
    stale: BTreeSet<DocumentId>,
    /// How many changes of a document are held, and how many of them released, as its readings know.
    held_in: FlatMap<DocumentId, (usize, usize)>,
}

/// One document: the bytes are the truth, the rest is derived.
#[derive(Debug)]
struct Held {
    collection: CollectionId,
    /// What it began with on this phone, when that came in one piece. None of it is in `changes`.
    base: Option<Base>,
    changes: BTreeMap<ChangeHash, Vec<u8>>,
    /// What base and changes come to.
    digest: Digest,
    /// In the order they came: an order in which they apply.
    order: Vec<ChangeHash>,
    /// How many of `order` are in `document`.
    applied: usize,
    document: Option<Document>,
    doubts: Doubts,
    round: Option<Arc<Round>>,
    register: Option<Arc<Register>>,
    /// What a register was at the heads that inspections are held against.
    pinned: FlatMap<Vec<ChangeHash>, Arc<BTreeMap<AssetId, Asset>>>,
    handled: Option<Handled>,
}

impl Held {
    fn new(collection: CollectionId) -> Self {
        Self {
            collection,
            base: None,
            changes: BTreeMap::new(),
            digest: Digest::default(),
            order: Vec::new(),
            applied: 0,
            document: None,
            doubts: Doubts::default(),
            round: None,
            register: None,
            pinned: FlatMap::new(),
            handled: None,
        }
    }

    fn forget_readings(&mut self) {
        self.round = None;
        self.register = None;
        self.pinned = FlatMap::new();
        self.handled = None;
    }

    /// The document with everything that came, but for what is set aside or refused.
    fn load(&mut self, id: DocumentId, guard: &mut Guard) -> &mut Document {
        let base = &self.base;
        let begin = || base.as_ref().and_then(|base| base.load(id)).unwrap_or_else(|| Document::new(id));
        let document = self.document.get_or_insert_with(begin);
        let news = self.order[self.applied..].iter();
        let news = news.filter_map(|hash| Some((*hash, self.changes.get(hash)?.as_slice())));
        self.doubts.apply(document, news, guard);
        self.applied = self.order.len();
        document
    }

    /// The document is built again when somebody looks.
    fn start_over(&mut self) {
        self.document = None;
        self.applied = 0;
        self.doubts.refused.clear();
        self.forget_readings();
    }
}

impl Documents {
    /// Notes in this recorder what is being applied.
    pub(super) fn record(&mut self, recorder: Recorder) {
        self.guard = Guard::new(recorder);
    }

    /// Leaves an entry out from now on.
    pub(super) fn set_aside(&mut self, aside: &Aside) -> bool {
        let Some(held) = self.held.get_mut(&aside.document) else { return false };
        if held.doubts.aside.insert(aside.hash) {
            held.start_over();
            self.mark_stale(aside.document);
        }
        true
    }

    /// An entry that was left out counts again, and is suspected.
    pub(super) fn take_back(&mut self, aside: &Aside) {
        let Some(held) = self.held.get_mut(&aside.document) else { return };
        if held.doubts.aside.remove(&aside.hash) {
            held.doubts.suspects.insert(aside.hash);
            held.start_over();
            self.mark_stale(aside.document);
        }
    }

    /// The app may die of an entry.
    pub(super) fn suspect(&mut self, id: DocumentId, hash: ChangeHash) {
        if let Some(held) = self.held.get_mut(&id) {
            held.doubts.suspects.insert(hash);
        }
    }

    /// Entries that are left out.
    pub(super) fn aside(&self) -> impl Iterator<Item = Aside> {
        set_aside::listed(self.held.iter().map(|(id, held)| (*id, &held.doubts.aside)))
    }

    /// Entries that their documents refused.
    pub(super) fn refused(&self) -> impl Iterator<Item = Aside> {
        set_aside::listed(self.held.iter().map(|(id, held)| (*id, &held.doubts.refused)))
    }

    /// Takes a change in, unless it is here already.
    pub(super) fn take(&mut self, stored: StoredChange) -> bool {
        let StoredChange { collection, document, hash, change } = stored;
        let held = self.held.entry(document).or_insert_with(|| Held::new(collection));
        if held.changes.insert(hash, change).is_some() {
            return false;
        }
        held.order.push(hash);
        held.forget_readings();
        self.toggle(document, hash);
        self.mark_stale(document);
        true
    }

    /// Writes an event; the change is in the document at once and must be kept or dropped by the caller.
    pub(super) fn write(
        &mut self,
        id: DocumentId,
        collection: &CollectionId,
        actor: Actor,
        event: &Event,
    ) -> Result<Written, ApplyError> {
        let held = self.held.entry(id).or_insert_with(|| Held::new(collection.clone()));
        let document = held.load(id, &mut self.guard);
        self.guard.close();
        let written = document.write(actor, event)?;
        held.changes.insert(written.hash, written.change.clone());
        held.order.push(written.hash);
        held.applied = held.order.len();
        held.forget_readings();
        self.toggle(id, written.hash);
        Ok(written)
    }

    /// Writes an event that was written before, under a key that may be its old one.
    pub(super) fn write_again(
        &mut self,
        id: DocumentId,
        actor: Actor,
        key: EventKey,
        event: &Event,
    ) -> Option<Written> {
        let held = self.held.get_mut(&id)?;
        let document = held.load(id, &mut self.guard);
        self.guard.close();
        let written = document.write_under(actor, key, event).ok()?;
        held.changes.insert(written.hash, written.change.clone());
        held.order.push(written.hash);
        held.applied = held.order.len();
        held.forget_readings();
        self.toggle(id, written.hash);
        Some(written)
    }

    /// The document with everything that came.
    pub(super) fn document(&mut self, id: DocumentId) -> Option<&mut Document> {
        let document = self.held.get_mut(&id)?.load(id, &mut self.guard);
        self.guard.close();
        Some(document)
    }

    /// Takes changes back that did not become durable: the document is built again from the others.
    pub(super) fn drop_changes(&mut self, id: DocumentId, hashes: &BTreeSet<ChangeHash>) {
        let Some(held) = self.held.get_mut(&id) else { return };
        let dropped: Vec<_> = hashes.iter().filter(|hash| held.changes.remove(hash).is_some()).collect();
        held.order.retain(|hash| !hashes.contains(hash));
        held.start_over();
        dropped.into_iter().for_each(|hash| self.toggle(id, *hash));
        self.mark_stale(id);
    }

    pub(super) fn contains(&self, id: DocumentId, hash: ChangeHash) -> bool {
        self.held.get(&id).is_some_and(|held| held.changes.contains_key(&hash) || held.has_in_base(id, hash))
    }

    pub(super) fn change(&self, id: DocumentId, hash: ChangeHash) -> Option<(&CollectionId, &[u8])> {
        let held = self.held.get(&id)?;
        Some((&held.collection, held.changes.get(&hash)?))
    }

    pub(super) fn has(&self, id: DocumentId) -> bool {
        self.held.get(&id).is_some_and(|held| held.base.is_some() || !held.changes.is_empty())
    }

    /// Every change of a document, with the collection that it is in.
    pub(super) fn in_document(
        &self,
        id: DocumentId,
    ) -> impl Iterator<Item = (ChangeHash, &CollectionId, &[u8])> {
        self.held.get(&id).into_iter().flat_map(|held| {
            held.changes.iter().map(|(hash, change)| (*hash, &held.collection, change.as_slice()))
        })
    }

    pub(super) fn heads(&mut self, id: DocumentId) -> Vec<ChangeHash> {
        self.document(id).map(|document| document.heads()).unwrap_or_default()
    }

    pub(super) fn round(&mut self, id: DocumentId, bureau: &BureauId) -> Arc<Round> {
        let Some(held) = self.held.get_mut(&id) else { return Arc::default() };
        if let Some(round) = &held.round {
            return Arc::clone(round);
        }
        let changes = self.library.directory.held_in(id);
        let document = held.load(id, &mut self.guard);
        let mut round = read::round(document, bureau);
        read::hold(&mut round, document, &changes);
        round.until = round.name.as_ref().map(|name| self.library.calendar.last_day(&name.period));
        self.guard.close();
        let round = Arc::new(round);
        held.round = Some(Arc::clone(&round));
        round
    }

    pub(super) fn register(&mut self, id: DocumentId) -> Arc<Register> {
        let Some(held) = self.held.get_mut(&id) else { return Arc::default() };
        if let Some(register) = &held.register {
            return Arc::clone(register);
        }
        let left_out = self.library.directory.held_in(id);
        let register = Arc::new(read::register(held.load(id, &mut self.guard), &left_out));
        self.guard.close();
        held.register = Some(Arc::clone(&register));
        register
    }

    /// What a register listed at these heads; what it lists now, while not all of them are here.
    pub(super) fn register_at(
        &mut self,
        id: DocumentId,
        heads: &[ChangeHash],
    ) -> Arc<BTreeMap<AssetId, Asset>> {
        let now = Arc::clone(&self.register(id).assets);
        let Some(held) = self.held.get_mut(&id) else { return now };
        if let Some(pinned) = held.pinned.get(heads) {
            return Arc::clone(pinned);
        }
        let left_out = self.library.directory.held_in(id);
        let document = held.load(id, &mut self.guard);
        let pinned = if document.heads() == heads {
            now
        } else {
            read::register_at(document, &left_out, heads).map_or(now, |register| register.assets)
        };
        self.guard.close();
        held.pinned.insert(heads.to_vec(), Arc::clone(&pinned));
        pinned
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.library.directory
    }

    pub(super) fn calendar(&self) -> &Calendar {
        &self.library.calendar
    }

    pub(super) fn templates(&self) -> &FlatMap<TemplateId, Template> {
        &self.library.templates
    }

    /// A template as a station fills it.
    pub(super) fn template(&self, id: &TemplateId, station: &StationCode) -> Option<Template> {
        Some(self.library.templates.get(id)?.clone().with(self.addition(id, station)))
    }

    /// What a station adds to a template.
    pub(super) fn addition(&self, id: &TemplateId, station: &StationCode) -> Option<&Addition> {
        self.library.additions.get(id)?.get(station)
    }

    /// Reads those of the bureau's documents again that changed; gives the documents that read differently by it.
    /// Called after every input that took changes in.
    pub(super) fn refresh_library(&mut self) -> BTreeSet<DocumentId> {
        let before = std::mem::take(&mut self.library.held_in);
        let is_calendar = |id: &DocumentId| id.kind() == DocumentKind::Calendar;
        if self.library.stale.iter().any(is_calendar) {
            // What rounds are about is up to it.
            self.held.values_mut().for_each(Held::forget_readings);
        }
        for id in std::mem::take(&mut self.library.stale) {
            let Some(held) = self.held.get_mut(&id) else { continue };
            let document = held.load(id, &mut self.guard);
            match id.kind() {
                DocumentKind::Directory => self.library.directory = read::directory(document),
                DocumentKind::Calendar => {
                    self.library.calendar = read::calendar(document).unwrap_or_default()
                }
                DocumentKind::Template => {
                    if let Some(template) = read::template(document) {
                        let id = template.id.clone();
                        self.library.additions.insert(id.clone(), read::additions(document));
                        self.library.templates.insert(id, template);
                    }
                }
                DocumentKind::Round | DocumentKind::Register | DocumentKind::Defect | DocumentKind::Need => {}
            }
            self.guard.close();
        }
        let Directory { held, released, .. } = &self.library.directory;
        let count = |of: &FlatMap<_, BTreeSet<_>>, id| of.get(id).map_or(0, BTreeSet::len);
        self.library.held_in =
            held.keys().map(|id| (*id, (count(held, id), count(released, id)))).into_flat();
        let after = &self.library.held_in;
        let changed: BTreeSet<_> =
            after.iter().filter(|(id, counts)| before.get(id) != Some(counts)).map(|(id, _)| *id).into_set();
        for id in &changed {
            if let Some(held) = self.held.get_mut(id) {
                held.forget_readings();
            }
        }
        changed
    }

    fn mark_stale(&mut self, id: DocumentId) {
        if matches!(id.kind(), DocumentKind::Directory | DocumentKind::Calendar | DocumentKind::Template) {
            self.library.stale.insert(id);
        }
    }
}
