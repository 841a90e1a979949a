//! The documents on this phone: raw changes until somebody looks, then automerge documents, then readings that are
//! kept until a change comes. Knows nothing of links and outboxes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::port::StoredChange;
use crate::document::read::{self, Round};
use crate::document::{ApplyError, Document, Written, write::Event};
use crate::domain::asset::Asset;
use crate::domain::calendar::Calendar;
use crate::domain::directory::Directory;
use crate::domain::template::Template;
use crate::ids::{Actor, AssetId, BureauId, ChangeHash, CollectionId, DocumentId, DocumentKind, TemplateId};

/// Every document of the phone.
#[derive(Debug, Default)]
pub(super) struct Documents {
    held: BTreeMap<DocumentId, Held>,
    library: Library,
}

/// The bureau's documents, as read.
#[derive(Debug, Default)]
struct Library {
    directory: Directory,
    calendar: Calendar,
    templates: BTreeMap<TemplateId, Template>,
    stale: BTreeSet<DocumentId>,
    /// How many changes of a document are held, and how many of them released, as its readings know.
    held_in: BTreeMap<DocumentId, (usize, usize)>,
}

/// One document: the bytes are the truth, the rest is derived.
#[derive(Debug)]
struct Held {
    collection: CollectionId,
    changes: BTreeMap<ChangeHash, Vec<u8>>,
    /// In the order they came: an order in which they apply.
    order: Vec<ChangeHash>,
    /// How many of `order` are in `document`.
    applied: usize,
    document: Option<Document>,
    round: Option<Arc<Round>>,
    register: Option<Arc<BTreeMap<AssetId, Asset>>>,
}

impl Held {
    fn new(collection: CollectionId) -> Self {
        Self {
            collection,
            changes: BTreeMap::new(),
            order: Vec::new(),
            applied: 0,
            document: None,
            round: None,
            register: None,
        }
    }

    fn forget_readings(&mut self) {
        self.round = None;
        self.register = None;
    }

    /// The document with everything that came; a change that automerge refuses is left out, the others count.
    fn load(&mut self, id: DocumentId) -> &mut Document {
        let document = self.document.get_or_insert_with(|| Document::new(id));
        let news: Vec<&[u8]> = self.order[self.applied..]
            .iter()
            .filter_map(|hash| self.changes.get(hash))
            .map(Vec::as_slice)
            .collect();
        if !news.is_empty() && document.apply(news.iter().copied()).is_err() {
            for change in news {
                // One by one, so that a single bad change does not hide its neighbours.
                let _ = document.apply([change]);
            }
        }
        self.applied = self.order.len();
        document
    }
}

impl Documents {
    /// Takes a change in, unless it is here already.
    pub(super) fn take(&mut self, stored: StoredChange) -> bool {
        let held = self.held.entry(stored.document).or_insert_with(|| Held::new(stored.collection));
        if held.changes.insert(stored.hash, stored.change).is_some() {
            return false;
        }
        held.order.push(stored.hash);
        held.forget_readings();
        self.mark_stale(stored.document);
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
        let written = held.load(id).write(actor, event)?;
        held.changes.insert(written.hash, written.change.clone());
        held.order.push(written.hash);
        held.applied = held.order.len();
        held.forget_readings();
        Ok(written)
    }

    /// Takes changes back that did not become durable: the document is built again from the others.
    pub(super) fn drop_changes(&mut self, id: DocumentId, hashes: &BTreeSet<ChangeHash>) {
        let Some(held) = self.held.get_mut(&id) else { return };
        held.changes.retain(|hash, _| !hashes.contains(hash));
        held.order.retain(|hash| !hashes.contains(hash));
        held.document = None;
        held.applied = 0;
        held.forget_readings();
        self.mark_stale(id);
    }

    pub(super) fn contains(&self, id: DocumentId, hash: ChangeHash) -> bool {
        self.held.get(&id).is_some_and(|held| held.changes.contains_key(&hash))
    }

    pub(super) fn change(&self, id: DocumentId, hash: ChangeHash) -> Option<(&CollectionId, &[u8])> {
        let held = self.held.get(&id)?;
        Some((&held.collection, held.changes.get(&hash)?))
    }

    pub(super) fn has(&self, id: DocumentId) -> bool {
        self.held.contains_key(&id)
    }

    /// Every change of a collection.
    pub(super) fn in_collection(
        &self,
        collection: &CollectionId,
    ) -> impl Iterator<Item = (DocumentId, ChangeHash, &[u8])> {
        let held = self.held.iter().filter(move |(_, held)| held.collection == *collection);
        held.flat_map(|(id, held)| {
            held.changes.iter().map(move |(hash, change)| (*id, *hash, change.as_slice()))
        })
    }

    pub(super) fn heads(&mut self, id: DocumentId) -> Vec<ChangeHash> {
        self.held.get_mut(&id).map(|held| held.load(id).heads()).unwrap_or_default()
    }

    pub(super) fn round(&mut self, id: DocumentId, bureau: &BureauId) -> Arc<Round> {
        let Some(held) = self.held.get_mut(&id) else { return Arc::default() };
        if let Some(round) = &held.round {
            return Arc::clone(round);
        }
        let changes = self.library.directory.held_in(id);
        let document = held.load(id);
        let mut round = read::round(document, bureau);
        read::hold(&mut round, document, &changes);
        let round = Arc::new(round);
        held.round = Some(Arc::clone(&round));
        round
    }

    pub(super) fn register(&mut self, id: DocumentId) -> Arc<BTreeMap<AssetId, Asset>> {
        let Some(held) = self.held.get_mut(&id) else { return Arc::default() };
        if let Some(register) = &held.register {
            return Arc::clone(register);
        }
        let register = Arc::new(read::register(held.load(id)));
        held.register = Some(Arc::clone(&register));
        register
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.library.directory
    }

    pub(super) fn calendar(&self) -> &Calendar {
        &self.library.calendar
    }

    pub(super) fn templates(&self) -> &BTreeMap<TemplateId, Template> {
        &self.library.templates
    }

    /// Reads those of the bureau's documents again that changed; gives the documents that read differently by it.
    /// Called after every input that took changes in.
    pub(super) fn refresh_library(&mut self) -> BTreeSet<DocumentId> {
        let before = std::mem::take(&mut self.library.held_in);
        for id in std::mem::take(&mut self.library.stale) {
            let Some(held) = self.held.get_mut(&id) else { continue };
            let document = held.load(id);
            match id.kind() {
                DocumentKind::Directory => self.library.directory = read::directory(document),
                DocumentKind::Calendar => {
                    self.library.calendar = read::calendar(document).unwrap_or_default()
                }
                DocumentKind::Template => {
                    if let Some(template) = read::template(document) {
                        self.library.templates.insert(template.id.clone(), template);
                    }
                }
                DocumentKind::Round | DocumentKind::Register => {}
            }
        }
        let Directory { held, released, .. } = &self.library.directory;
        let count = |of: &BTreeMap<_, BTreeSet<_>>, id| of.get(id).map_or(0, BTreeSet::len);
        self.library.held_in = held.keys().map(|id| (*id, (count(held, id), count(released, id)))).collect();
        let after = &self.library.held_in;
        let changed: BTreeSet<_> =
            after.iter().filter(|(id, counts)| before.get(id) != Some(counts)).map(|(id, _)| *id).collect();
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
