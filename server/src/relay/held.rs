//! What came from a revoked device: it is authentic, so it enters the log, and what others built on it works; but it
//! does not count until a supervisor releases it. The log keeps a flag for itself; readers everywhere, who know
//! documents and no flags, go by the directory. The directory's entry is committed before the changes are, so there is
//! no moment in which they count.

use std::collections::BTreeSet;

use shared::document::write::Event;
use shared::document::{Document, read};
use shared::domain::answer::Answer;
use shared::domain::directory::{Directory, DirectoryEntry, Held, Release};
use shared::domain::observation::Act;
use shared::ids::{
    BureauId, ChangeHash, CollectionId, DeviceId, DocumentId, DocumentKind, OfficerId, PhotoHash,
};

use super::Relay;
use super::author::PublishError;
use super::writer::Candidate;
use crate::store::{HeldBatch, Store, StoreError, blocking};

impl Relay {
    /// Says in the directory which changes are held, before they are committed.
    pub(super) async fn announce_held(&self, candidates: &[Candidate]) -> Result<(), PublishError> {
        let mut entries = Vec::new();
        for inspected in candidates.iter().filter_map(Candidate::good).filter(|inspected| inspected.held) {
            let document = inspected.batch.document;
            let known = blocking(self.store(), move |store| store.document(document)).await?;
            let known: BTreeSet<ChangeHash> = known.into_iter().map(|entry| entry.hash).collect();
            let hashes = inspected.outlines.iter().map(|outline| outline.hash);
            let changes: Vec<_> = hashes.filter(|hash| !known.contains(hash)).collect();
            if !changes.is_empty() {
                let device = inspected.batch.actor.device();
                entries.push(DirectoryEntry::Held(Held { document, device, changes }));
            }
        }
        if entries.is_empty() { Ok(()) } else { self.enter(&entries).await }
    }

    /// What is held and was not released, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn held(&self) -> Result<Vec<HeldBatch>, StoreError> {
        let bureau = self.bureau().id.clone();
        blocking(self.store(), move |store| {
            let directory = directory(store, DocumentId::directory(&bureau))?;
            let mut held = store.held()?;
            for batch in &mut held {
                if let Some(released) = directory.released.get(&batch.document) {
                    batch.changes.retain(|change| !released.contains(change));
                }
            }
            held.retain(|batch| !batch.changes.is_empty());
            held.sort_by_key(|batch| std::cmp::Reverse(batch.at));
            Ok(held)
        })
        .await
    }

    /// Releases what is held of a device in a document; says how many changes count from now on.
    ///
    /// # Errors
    /// When the log cannot be read or does not take the directory's entry.
    pub async fn release(
        &self,
        document: DocumentId,
        device: DeviceId,
        by: &OfficerId,
    ) -> Result<usize, PublishError> {
        let held = self.held().await?;
        let of_both = held.into_iter().filter(|batch| batch.document == document && batch.author == device);
        let changes: Vec<ChangeHash> = of_both.flat_map(|batch| batch.changes).collect();
        let count = changes.len();
        if count > 0 {
            let (by, at) = (by.clone(), self.clock().now());
            let release = Release { document, device, changes, by, at };
            self.enter(&[DirectoryEntry::Released(release)]).await?;
        }
        Ok(count)
    }

    /// The photos and memos that are named in these documents by what counts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn photos_that_count(
        &self,
        documents: BTreeSet<DocumentId>,
    ) -> Result<BTreeSet<PhotoHash>, StoreError> {
        let bureau = self.bureau().id.clone();
        blocking(self.store(), move |store| {
            let directory = directory(store, DocumentId::directory(&bureau))?;
            let mut named = BTreeSet::new();
            for id in documents {
                let document = document(store, id)?;
                name_photos(&document, &bureau, &directory.held_in(id), &mut named);
            }
            Ok(named)
        })
        .await
    }

    async fn enter(&self, entries: &[DirectoryEntry]) -> Result<(), PublishError> {
        let body = |entry| serde_json::to_string(entry).expect("an entry has string keys only");
        let events: Vec<Event> = entries.iter().map(|entry| Event::Entry { body: body(entry) }).collect();
        let id = DocumentId::directory(&self.bureau().id);
        self.publish(&CollectionId::bureau(), id, &events).await.map(drop)
    }
}

/// Adds the photos and memos that are named in a document, without what is held.
fn name_photos(
    document: &Document,
    bureau: &BureauId,
    held: &BTreeSet<ChangeHash>,
    named: &mut BTreeSet<PhotoHash>,
) {
    if document.id().kind() == DocumentKind::Defect {
        let defect = read::defect(document, bureau, held);
        let entries = defect.map_or_else(Vec::new, |defect| defect.history.entries);
        named.extend(
            entries.into_iter().flat_map(|entry| [entry.said.photos, entry.said.thumbnails]).flatten(),
        );
        return;
    }
    let mut round = read::round(document, bureau);
    read::hold(&mut round, document, held);
    for observation in round.observations.iter().filter(|observation| !observation.is_held) {
        let Act::Answer { answer, attached, .. } = &observation.act else { continue };
        named.extend(attached.photos.iter().flat_map(|photo| [photo.original, photo.thumbnail]));
        named.extend(attached.memo);
        if let Answer::Photo(hash) = answer {
            named.insert(*hash);
        }
    }
}

fn document(store: &dyn Store, id: DocumentId) -> Result<Document, StoreError> {
    let entries = store.document(id)?;
    let mut document = Document::new(id);
    let applied = document.apply(entries.iter().map(|entry| entry.change.as_slice()));
    applied.map_err(|_| StoreError::Corrupt { what: "document" })?;
    Ok(document)
}

fn directory(store: &dyn Store, id: DocumentId) -> Result<Directory, StoreError> {
    Ok(read::directory(&document(store, id)?))
}
