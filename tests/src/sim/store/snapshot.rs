//! Documents one by one in memory.

use std::sync::Arc;

use server::store::{Entry, FRESH_MIN, Result, Snapshot, Snapshots};
use shared::ids::{CollectionId, Digest, DocumentId};
use shared::time::Timestamp;

use super::MemoryStore;
use super::tables::Home;

impl Home {
    /// Entries that are in no snapshot.
    fn fresh(&self) -> u64 {
        self.places.len() as u64 - self.saved()
    }

    fn saved(&self) -> u64 {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.count)
    }
}

impl Snapshots for MemoryStore {
    fn extents(
        &self,
        collection: &CollectionId,
        after: Option<DocumentId>,
        seq: u64,
        count_max: usize,
    ) -> Result<Vec<(DocumentId, Digest)>> {
        let tables = self.read()?;
        let homes = tables
            .documents
            .iter()
            .filter(|(id, home)| home.collection == *collection && after.is_none_or(|after| **id > after));
        let extents = homes.filter_map(|(id, home)| {
            let places = home.places.iter().filter(|(_, (at, _))| *at <= seq);
            let digest = Digest::of(*id, places.map(|(hash, _)| *hash));
            (digest != Digest::default()).then_some((*id, digest))
        });
        Ok(extents.take(count_max).collect())
    }

    fn entries(&self, document: DocumentId, behind: u64, seq: u64) -> Result<Vec<Entry>> {
        let tables = self.read()?;
        let Some(home) = tables.documents.get(&document) else { return Ok(Vec::new()) };
        let log = tables.log(&home.collection).iter();
        let of_it = log.filter(|entry| entry.document == document && entry.seq > behind && entry.seq <= seq);
        Ok(of_it.map(|entry| Entry::clone(entry)).collect())
    }

    fn snapshot(&self, document: DocumentId) -> Result<Option<Snapshot>> {
        let tables = self.read()?;
        let home = tables.documents.get(&document);
        Ok(home.and_then(|home| home.snapshot.as_deref().cloned()))
    }

    fn put_snapshots(&self, snapshots: &[(DocumentId, Snapshot)]) -> Result<()> {
        self.transact(|tables| {
            for (document, snapshot) in snapshots {
                if let Some(home) = tables.documents.get_mut(document) {
                    Arc::make_mut(home).snapshot = Some(Arc::new(snapshot.clone()));
                }
            }
            Ok(())
        })
    }

    fn drop_snapshot(&self, document: DocumentId) -> Result<()> {
        self.transact(|tables| {
            if let Some(home) = tables.documents.get_mut(&document) {
                Arc::make_mut(home).snapshot = None;
            }
            Ok(())
        })
    }

    fn grown(&self, quiet_since: Timestamp, count_max: usize) -> Result<Vec<DocumentId>> {
        let tables = self.read()?;
        let is_grown = |home: &Home| {
            let fresh = home.fresh();
            fresh >= u64::from(FRESH_MIN)
                && fresh * 8 >= home.places.len() as u64
                && home.touched < quiet_since
        };
        let mut grown: Vec<_> = tables.documents.iter().filter(|(_, home)| is_grown(home)).collect();
        grown.sort_by_key(|(_, home)| std::cmp::Reverse(home.fresh()));
        Ok(grown.into_iter().map(|(id, _)| *id).take(count_max).collect())
    }

    fn saved(&self, collection: &CollectionId) -> Result<u64> {
        let tables = self.read()?;
        let homes = tables.documents.values().filter(|home| home.collection == *collection);
        Ok(homes.map(|home| home.saved()).sum())
    }
}
