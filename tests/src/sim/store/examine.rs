//! What only a doctor asks, in memory.

use server::store::{BatchRecord, Examine, Result, Sizes};
use shared::ids::{Actor, CollectionId, DocumentId};

use super::MemoryStore;

impl Examine for MemoryStore {
    fn integrity(&self) -> Result<Vec<String>> {
        self.read().map(|_| Vec::new())
    }

    fn batch(&self, number: u64) -> Result<Option<BatchRecord>> {
        Ok(self.read()?.batches.get(&number).cloned())
    }

    fn writers(&self, collection: &CollectionId) -> Result<Vec<(DocumentId, Actor, u64)>> {
        let tables = self.read()?;
        let homes = tables.documents.iter().filter(|(_, home)| home.collection == *collection);
        let writers = homes.flat_map(|(id, home)| home.actors.iter().map(|(actor, seq)| (*id, *actor, *seq)));
        Ok(writers.collect())
    }

    fn sizes(&self) -> Result<Sizes> {
        let tables = self.read()?;
        Ok(Sizes {
            documents: tables.documents.len() as u64,
            batches: tables.batches.len() as u64,
            devices: tables.devices.len() as u64,
            ..Sizes::default()
        })
    }
}
