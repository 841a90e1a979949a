//! An open writing transaction on SQLite. Rows of collections and documents are looked up once a transaction and kept
//! in memory: a push names the same few again and again.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction, params};
use shared::ids::{Actor, Chain, ChangeHash, CollectionId, DocumentId};
use shared::time::Timestamp;

use super::error::{read_back, signed, unsigned};
use super::quarantine;
use crate::store::{Append, NewBatch, NewEntry, NewRejected, Place, Result, Tip};

/// A transaction and what it knows already.
pub(super) struct SqliteAppend<'a> {
    tx: &'a Transaction<'a>,
    collections: HashMap<CollectionId, (i64, Tip)>,
    documents: HashMap<DocumentId, (i64, CollectionId)>,
}

impl<'a> SqliteAppend<'a> {
    /// Over an open transaction.
    pub(super) fn new(tx: &'a Transaction<'a>) -> Self {
        Self { tx, collections: HashMap::new(), documents: HashMap::new() }
    }

    /// Row and tip of a collection; `None` while it has no row.
    fn collection(&mut self, name: &CollectionId) -> Result<Option<(i64, Tip)>> {
        if let Some(known) = self.collections.get(name) {
            return Ok(Some(*known));
        }
        let found = self
            .tx
            .prepare_cached("SELECT id, seq, chain FROM collections WHERE name = ?1")?
            .query_row([name.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))
            .optional()?;
        let Some((id, seq, chain)) = found else { return Ok(None) };
        let tip =
            Tip { seq: unsigned(seq, "position")?, chain: read_back(Chain::from_bytes(&chain), "chain")? };
        self.collections.insert(name.clone(), (id, tip));
        Ok(Some((id, tip)))
    }

    /// Row and tip of a collection, which is made when it is new.
    fn collection_or_new(&mut self, name: &CollectionId) -> Result<(i64, Tip)> {
        if let Some(known) = self.collection(name)? {
            return Ok(known);
        }
        self.tx
            .prepare_cached("INSERT INTO collections (name, seq, chain) VALUES (?1, 0, ?2)")?
            .execute(params![name.as_str(), Tip::START.chain.0])?;
        let known = (self.tx.last_insert_rowid(), Tip::START);
        self.collections.insert(name.clone(), known);
        Ok(known)
    }

    /// Row and collection of a document; `None` while it has no row.
    fn document(&mut self, document: DocumentId) -> Result<Option<(i64, CollectionId)>> {
        if let Some(known) = self.documents.get(&document) {
            return Ok(Some(known.clone()));
        }
        let found = self
            .tx
            .prepare_cached(
                "SELECT documents.id, collections.name FROM documents
                 JOIN collections ON collections.id = documents.collection WHERE documents.document = ?1",
            )?
            .query_row([document.to_bytes()], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
            .optional()?;
        let Some((id, name)) = found else { return Ok(None) };
        let known = (id, read_back(CollectionId::parse(&name).ok(), "collection")?);
        self.documents.insert(document, known.clone());
        Ok(Some(known))
    }

    /// Row of a document, which is made when it is new.
    fn document_or_new(&mut self, document: DocumentId, collection: (i64, &CollectionId)) -> Result<i64> {
        if let Some((id, _)) = self.document(document)? {
            return Ok(id);
        }
        self.tx
            .prepare_cached("INSERT INTO documents (document, collection) VALUES (?1, ?2)")?
            .execute(params![document.to_bytes(), collection.0])?;
        let id = self.tx.last_insert_rowid();
        self.documents.insert(document, (id, collection.1.clone()));
        Ok(id)
    }

    fn insert_batch(&self, document: i64, batch: &NewBatch<'_>) -> Result<i64> {
        self.tx
            .prepare_cached(
                "INSERT INTO batches (document, actor, head, count, suite, signature, receipt_ms, held)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                document,
                batch.actor.as_bytes(),
                batch.head.0,
                batch.count,
                batch.suite,
                batch.signature,
                batch.receipt_time.0,
                batch.held,
            ])?;
        Ok(self.tx.last_insert_rowid())
    }
}

impl Append for SqliteAppend<'_> {
    fn tip(&mut self, collection: &CollectionId) -> Result<Tip> {
        Ok(self.collection(collection)?.map_or(Tip::START, |(_, tip)| tip))
    }

    fn home(&mut self, document: DocumentId) -> Result<Option<CollectionId>> {
        Ok(self.document(document)?.map(|(_, collection)| collection))
    }

    fn place(&mut self, document: DocumentId, change: ChangeHash) -> Result<Option<Place>> {
        let Some((id, _)) = self.document(document)? else { return Ok(None) };
        let found: Option<(i64, i64, i64)> = self
            .tx
            .prepare_cached(
                "SELECT log.seq, batches.receipt_ms, log.last_op
                 FROM log JOIN batches ON batches.id = log.batch
                 WHERE log.document = ?1 AND log.hash = ?2",
            )?
            .query_row(params![id, change.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((seq, receipt_ms, last_op)) = found else { return Ok(None) };
        Ok(Some(Place {
            seq: unsigned(seq, "position")?,
            receipt_time: Timestamp(receipt_ms),
            last_op: unsigned(last_op, "operation counter")?,
        }))
    }

    fn actor_seq(&mut self, document: DocumentId, actor: Actor) -> Result<u64> {
        let Some((id, _)) = self.document(document)? else { return Ok(0) };
        let found: Option<i64> = self
            .tx
            .prepare_cached("SELECT seq FROM actors WHERE document = ?1 AND actor = ?2")?
            .query_row(params![id, actor.as_bytes()], |row| row.get(0))
            .optional()?;
        found.map_or(Ok(0), |seq| unsigned(seq, "writer's number"))
    }

    fn append(&mut self, batch: &NewBatch<'_>, entries: &[NewEntry<'_>]) -> Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        let (collection, _) = self.collection_or_new(batch.collection)?;
        let document = self.document_or_new(batch.document, (collection, batch.collection))?;
        let number = self.insert_batch(document, batch)?;
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO log (collection, seq, document, hash, batch, chain, change, last_op)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for entry in entries {
            insert.execute(params![
                collection,
                signed(entry.seq),
                document,
                entry.hash.0,
                number,
                entry.chain.0,
                entry.change,
                signed(entry.last_op),
            ])?;
        }
        self.tx
            .prepare_cached("UPDATE collections SET seq = ?2, chain = ?3 WHERE id = ?1")?
            .execute(params![collection, signed(last.seq), last.chain.0])?;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO actors (document, actor, seq) VALUES (?1, ?2, ?3)")?
            .execute(params![document, batch.actor.as_bytes(), signed(batch.actor_seq)])?;
        let tip = Tip { seq: last.seq, chain: last.chain };
        self.collections.insert(batch.collection.clone(), (collection, tip));
        Ok(())
    }

    fn set_aside(&mut self, rejected: &[NewRejected]) -> Result<()> {
        quarantine::set_aside(self.tx, rejected)
    }
}
