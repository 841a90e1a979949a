//! The log and the projector's rows in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use server::store::{
    Append, BatchRecord, Entry, Founding, Log, NewBatch, NewEntry, NewRejected, Page, Place, Projection,
    Result, Row, RowChange, Tip,
};
use shared::ids::{Actor, Chain, ChangeHash, CollectionId, DeviceId, Digest, DocumentId};

use super::tables::{Home, Tables};
use super::{MemoryStore, quarantine};

impl Append for Tables {
    fn tip(&mut self, collection: &CollectionId) -> Result<Tip> {
        Ok(Self::tip(self, collection))
    }

    fn home(&mut self, document: DocumentId) -> Result<Option<CollectionId>> {
        Ok(Self::home(self, document).cloned())
    }

    fn place(&mut self, document: DocumentId, change: ChangeHash) -> Result<Option<Place>> {
        let place = self.documents.get(&document).and_then(|home| {
            let (seq, last_op) = *home.places.get(&change)?;
            let entry = self.at(&home.collection, seq)?;
            Some(Place { seq, receipt_time: entry.receipt_time, last_op })
        });
        Ok(place)
    }

    fn actor_seq(&mut self, document: DocumentId, actor: Actor) -> Result<u64> {
        let home = self.documents.get(&document);
        Ok(home.and_then(|home| home.actors.get(&actor)).copied().unwrap_or_default())
    }

    fn append(&mut self, batch: &NewBatch<'_>, entries: &[NewEntry<'_>]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let batch_number = self.batches.len() as u64 + 1;
        let (actor, head, count, suite) = (batch.actor, batch.head, batch.count, batch.suite);
        Arc::make_mut(&mut self.batches).insert(batch_number, BatchRecord { actor, head, count, suite });
        let (number, device) = (self.documents.len(), batch.actor.device());
        let home = self.documents.entry(batch.document).or_insert_with(|| {
            let collection = batch.collection.clone();
            let (places, actors) = (BTreeMap::new(), BTreeMap::new());
            Arc::new(Home { collection, number, places, actors, touched: batch.receipt_time, snapshot: None })
        });
        let home = Arc::make_mut(home);
        let log = Arc::make_mut(self.logs.entry(batch.collection.clone()).or_default());
        for entry in entries {
            // The constraints that a database would hold.
            assert_eq!(entry.seq, log.len() as u64 + 1, "positions have no gaps");
            let is_new = home.places.insert(entry.hash, (entry.seq, entry.last_op)).is_none();
            assert!(is_new, "a change stands in its document once");
            log.push(Arc::new(Entry {
                seq: entry.seq,
                document: batch.document,
                hash: entry.hash,
                change: entry.change.to_vec(),
                batch: batch_number,
                device,
                signature: batch.signature.to_vec(),
                receipt_time: batch.receipt_time,
                held: batch.held,
                suite: batch.suite,
                batch_head: batch.head,
                batch_count: batch.count,
                chain: entry.chain,
            }));
        }
        home.actors.insert(batch.actor, batch.actor_seq);
        home.touched = batch.receipt_time;
        let news = Digest::of(batch.document, entries.iter().map(|entry| entry.hash));
        self.digests.entry(batch.collection.clone()).or_default().merge(news);
        Ok(())
    }

    fn set_aside(&mut self, rejected: &[NewRejected]) -> Result<()> {
        quarantine::set_aside(self, rejected);
        Ok(())
    }
}

impl Log for MemoryStore {
    fn founding(&self) -> Result<Option<Founding>> {
        Ok(self.read()?.founding.clone())
    }

    fn found(&self, founding: &Founding) -> Result<()> {
        self.transact(|tables| {
            tables.founding.get_or_insert_with(|| founding.clone());
            Ok(())
        })
    }

    fn begin_life(&self, epoch: u64) -> Result<()> {
        self.transact(|tables| {
            if let Some(founding) = &mut tables.founding {
                founding.epoch = epoch;
            }
            Ok(())
        })
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Append) -> Result<()>) -> Result<()> {
        self.transact(|tables| work(tables))
    }

    fn collections(&self) -> Result<Vec<(CollectionId, Tip)>> {
        let tables = self.read()?;
        Ok(tables.collections().map(|collection| (collection.clone(), tables.tip(collection))).collect())
    }

    fn end(&self, collection: &CollectionId) -> Result<Tip> {
        Ok(self.read()?.tip(collection))
    }

    fn chain_at(&self, collection: &CollectionId, seq: u64) -> Result<Option<Chain>> {
        if seq == 0 {
            return Ok(Some(Chain::START));
        }
        Ok(self.read()?.at(collection, seq).map(|entry| entry.chain))
    }

    fn page(
        &self,
        collection: &CollectionId,
        behind: u64,
        bytes_max: usize,
        count_max: usize,
    ) -> Result<Page> {
        let tables = self.read()?;
        let log = tables.log(collection);
        let (mut entries, mut bytes) = (Vec::new(), 0);
        for entry in log.iter().filter(|entry| entry.seq > behind).take(count_max) {
            bytes += entry.change.len();
            if bytes > bytes_max && !entries.is_empty() {
                break;
            }
            entries.push(Entry::clone(entry));
        }
        let more = entries.last().is_some_and(|last| last.seq < log.len() as u64);
        Ok(Page { entries, more, tip: tables.tip(collection) })
    }

    fn document(&self, document: DocumentId) -> Result<Vec<Entry>> {
        let tables = self.read()?;
        let Some(home) = tables.documents.get(&document) else { return Ok(Vec::new()) };
        let log = tables.log(&home.collection).iter().filter(|entry| entry.document == document);
        Ok(log.map(|entry| Entry::clone(entry)).collect())
    }

    fn documents(&self, collection: &CollectionId) -> Result<Vec<DocumentId>> {
        let tables = self.read()?;
        let mut found: Vec<_> =
            tables.documents.iter().filter(|(_, home)| home.collection == *collection).collect();
        found.sort_by_key(|(_, home)| home.number);
        Ok(found.into_iter().map(|(id, _)| *id).collect())
    }

    fn written_by(&self, device: DeviceId) -> Result<Vec<DocumentId>> {
        let tables = self.read()?;
        let is_its = |home: &Home| home.actors.keys().any(|actor| actor.device() == device);
        Ok(tables.documents.iter().filter(|(_, home)| is_its(home)).map(|(id, _)| *id).collect())
    }
}

impl Projection for MemoryStore {
    fn projected(&self, collection: &CollectionId) -> Result<u64> {
        Ok(self.read()?.projected.get(collection).copied().unwrap_or_default())
    }

    fn project(
        &self,
        collection: &CollectionId,
        seq: u64,
        changes: &[(&'static str, RowChange)],
    ) -> Result<()> {
        self.transact(|tables| {
            tables.projected.insert(collection.clone(), seq);
            if changes.is_empty() {
                return Ok(());
            }
            let rows = Arc::make_mut(&mut tables.rows);
            for (sheet, change) in changes {
                match change {
                    RowChange::Put(row) => {
                        rows.insert(((*sheet).to_owned(), row.key.clone()), row.body.clone());
                    }
                    RowChange::Remove { key } => {
                        rows.remove(&((*sheet).to_owned(), key.clone()));
                    }
                }
            }
            Ok(())
        })
    }

    fn rows(&self, sheet: &str, prefix: &str) -> Result<Vec<Row>> {
        let tables = self.read()?;
        let rows = tables.rows.iter().filter(|((of, key), _)| of == sheet && key.starts_with(prefix));
        Ok(rows.map(|((_, key), body)| Row { key: key.clone(), body: body.clone() }).collect())
    }

    fn unproject(&self) -> Result<()> {
        self.transact(|tables| {
            tables.rows = Arc::default();
            tables.projected.clear();
            Ok(())
        })
    }
}
