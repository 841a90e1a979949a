//! What came in one piece: a document's snapshot, which is loaded when somebody looks, and the digests by which two ends
//! see whether they hold the same. Every snapshot counts as what it was told to be until it is loaded; one that turns
//! out to be something else counts as nothing from then on, and `broken` tells of it.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::super::port::StoredSnapshot;
use super::{Documents, Held};
use crate::document::{Document, saved};
use crate::flat::FlatMap;
use crate::gather::Gather;
use crate::ids::{ChangeHash, CollectionId, Digest, DocumentId};

/// A document's beginning, in one piece.
#[derive(Debug)]
pub(super) struct Base {
    digest: Digest,
    bytes: Vec<u8>,
    /// The changes in it; `None` inside when it is not what it was told to be.
    hashes: OnceCell<Option<BTreeSet<ChangeHash>>>,
}

impl Base {
    /// The document that it is; `None` when it is not what it was told to be.
    pub(super) fn load(&self, id: DocumentId) -> Option<Document> {
        let loaded = Document::load(id, &self.bytes, self.digest).ok();
        self.hashes.get_or_init(|| loaded.as_ref().map(|document| document.hashes().into_iter().into_set()));
        loaded
    }

    /// The changes in it; `None` when it is not what it was told to be.
    fn hashes(&self, id: DocumentId) -> Option<&BTreeSet<ChangeHash>> {
        if self.hashes.get().is_none() {
            self.load(id);
        }
        self.hashes.get()?.as_ref()
    }

    fn contains(&self, id: DocumentId, hash: ChangeHash) -> bool {
        self.hashes(id).is_some_and(|hashes| hashes.contains(&hash))
    }

    /// Whether it was loaded and is not what it was told to be.
    fn is_broken(&self) -> bool {
        self.hashes.get().is_some_and(Option::is_none)
    }
}

impl Held {
    pub(super) fn has_in_base(&self, id: DocumentId, hash: ChangeHash) -> bool {
        self.base.as_ref().is_some_and(|base| base.contains(id, hash))
    }
}

impl Documents {
    /// Takes a snapshot in. It must have nothing in common with the changes that are here.
    pub(in super::super) fn take_snapshot(&mut self, stored: StoredSnapshot) {
        let StoredSnapshot { collection, document: id, digest, bytes } = stored;
        self.drop_base(id);
        let held = self.held.entry(id).or_insert_with(|| Held::new(collection));
        held.base = Some(Base { digest, bytes, hashes: OnceCell::new() });
        held.start_over();
        self.merge(id, digest);
        self.mark_stale(id);
    }

    /// Drops a document's snapshot, and the document with it when there is nothing else of it.
    pub(in super::super) fn drop_base(&mut self, id: DocumentId) {
        let Some(held) = self.held.get_mut(&id) else { return };
        let Some(base) = held.base.take() else { return };
        held.start_over();
        self.merge(id, base.digest);
        if self.held.get(&id).is_some_and(|held| held.changes.is_empty()) {
            self.held.remove(&id);
        }
        self.mark_stale(id);
    }

    /// Snapshots that turned out to be something else than they were told to be.
    pub(in super::super) fn broken(&self) -> Vec<(CollectionId, DocumentId)> {
        let is_broken = |held: &Held| held.base.as_ref().is_some_and(Base::is_broken);
        let broken = self.held.iter().filter(|(_, held)| is_broken(held));
        broken.map(|(id, held)| (held.collection.clone(), *id)).collect()
    }

    /// The single changes that a document's snapshot consists of.
    pub(in super::super) fn in_base(&self, id: DocumentId) -> Vec<(ChangeHash, Vec<u8>)> {
        let base = self.held.get(&id).and_then(|held| held.base.as_ref());
        base.and_then(|base| saved::changes(id, &base.bytes, base.digest).ok()).unwrap_or_default()
    }

    /// Every change of a document, with those in its snapshot.
    pub(in super::super) fn hashes(&self, id: DocumentId) -> BTreeSet<ChangeHash> {
        let Some(held) = self.held.get(&id) else { return BTreeSet::new() };
        let mut hashes: BTreeSet<_> = held.changes.keys().copied().into_set();
        if let Some(base) = &held.base {
            hashes.extend(base.hashes(id).into_iter().flatten());
        }
        hashes
    }

    /// What a collection's changes come to.
    pub(in super::super) fn digest(&self, collection: &CollectionId) -> Digest {
        self.digests.get(collection).copied().unwrap_or_default()
    }

    /// What each document of a collection comes to.
    pub(in super::super) fn digests(&self, collection: &CollectionId) -> FlatMap<DocumentId, Digest> {
        let held = self.held.iter().filter(|(_, held)| held.collection == *collection);
        held.map(|(id, held)| (*id, held.digest)).into_flat()
    }

    /// The collection that a document is in, if there is anything of it.
    pub(in super::super) fn home(&self, id: DocumentId) -> Option<&CollectionId> {
        self.held.get(&id).map(|held| &held.collection)
    }

    /// A change has come into a document, or has gone.
    pub(super) fn toggle(&mut self, id: DocumentId, hash: ChangeHash) {
        self.merge(id, Digest::of(id, [hash]));
    }

    fn merge(&mut self, id: DocumentId, digest: Digest) {
        let Some(held) = self.held.get_mut(&id) else { return };
        held.digest.merge(digest);
        match self.digests.get_mut(&held.collection) {
            Some(whole) => whole.merge(digest),
            None => {
                self.digests.insert(held.collection.clone(), digest);
            }
        }
    }
}
