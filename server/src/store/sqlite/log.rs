//! The log on SQLite: what is read beside the writer, and the founding of a bureau.

use rusqlite::{Connection, OptionalExtension, Row, params};
use shared::ids::{Actor, Chain, ChangeHash, CollectionId, DeviceId, Digest, DocumentId};
use shared::time::Timestamp;

use super::append::SqliteAppend;
use super::error::{read_back, signed, unsigned};
use super::{Result, Sqlite, StoreError};
use crate::store::{Append, Entry, Founding, Log, Page, Tip};

/// What [`entry`] reads.
pub(super) const ENTRY_COLUMNS: &str =
    "SELECT log.seq, documents.document, log.hash, log.change, log.batch, batches.actor,
        batches.signature, batches.receipt_ms, batches.held, log.chain, batches.suite, batches.head, batches.count
    FROM log JOIN documents ON documents.id = log.document JOIN batches ON batches.id = log.batch";

/// An entry, from a row of [`ENTRY_COLUMNS`].
pub(super) fn entry(row: &Row<'_>) -> Result<Entry> {
    let blob = |column| row.get_ref(column).map(|value| value.as_blob().unwrap_or_default());
    let actor = read_back(Actor::from_bytes(blob(5)?), "writer")?;
    Ok(Entry {
        seq: unsigned(row.get(0)?, "position")?,
        document: read_back(DocumentId::from_bytes(blob(1)?), "document id")?,
        hash: read_back(ChangeHash::from_bytes(blob(2)?), "change hash")?,
        change: row.get(3)?,
        batch: unsigned(row.get(4)?, "batch number")?,
        device: actor.device(),
        suite: row.get(10)?,
        signature: row.get(6)?,
        batch_head: read_back(ChangeHash::from_bytes(blob(11)?), "change hash")?,
        batch_count: row.get(12)?,
        receipt_time: Timestamp(row.get(7)?),
        held: row.get(8)?,
        chain: read_back(Chain::from_bytes(blob(9)?), "chain")?,
    })
}

fn collection_row(connection: &Connection, name: &CollectionId) -> Result<Option<(i64, Tip)>> {
    let found = connection
        .prepare_cached("SELECT id, seq, chain, digest FROM collections WHERE name = ?1")?
        .query_row([name.as_str()], |row| Ok((row.get(0)?, tip(row, 1))))
        .optional()?;
    let Some((id, tip)) = found else { return Ok(None) };
    Ok(Some((id, tip?)))
}

/// A tip, from a row's columns seq, chain and digest.
pub(super) fn tip(row: &Row<'_>, first: usize) -> Result<Tip> {
    let blob = |column| row.get_ref(column).map(|value| value.as_blob().unwrap_or_default());
    Ok(Tip {
        seq: unsigned(row.get(first)?, "position")?,
        chain: read_back(Chain::from_bytes(blob(first + 1)?), "chain")?,
        digest: read_back(Digest::from_bytes(blob(first + 2)?), "digest")?,
    })
}

impl Log for Sqlite {
    fn founding(&self) -> Result<Option<Founding>> {
        self.read(|connection| {
            let found: Option<(String, i64, Vec<u8>)> = connection
                .query_row("SELECT bureau, epoch, relay_key FROM founding", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            let Some((bureau, epoch, relay_key)) = found else { return Ok(None) };
            let bureau = serde_json::from_str(&bureau).map_err(|_| StoreError::Corrupt { what: "bureau" })?;
            Ok(Some(Founding { bureau, epoch: epoch.cast_unsigned(), relay_key }))
        })
    }

    fn found(&self, founding: &Founding) -> Result<()> {
        let bureau = serde_json::to_string(&founding.bureau).expect("a bureau has only text and numbers");
        self.transact(|tx| {
            tx.execute(
                "INSERT OR IGNORE INTO founding (one, bureau, epoch, relay_key) VALUES (1, ?1, ?2, ?3)",
                params![bureau, founding.epoch.cast_signed(), founding.relay_key],
            )?;
            Ok(())
        })
    }

    fn begin_life(&self, epoch: u64) -> Result<()> {
        self.transact(|tx| {
            tx.execute("UPDATE founding SET epoch = ?1", [epoch.cast_signed()])?;
            Ok(())
        })
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Append) -> Result<()>) -> Result<()> {
        self.transact(|tx| work(&mut SqliteAppend::new(tx)))
    }

    fn collections(&self) -> Result<Vec<(CollectionId, Tip)>> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT name, seq, chain, digest FROM collections WHERE seq > 0 ORDER BY name",
            )?;
            let mut rows = select.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let name = CollectionId::parse(&row.get::<_, String>(0)?).ok();
                found.push((read_back(name, "collection")?, tip(row, 1)?));
            }
            Ok(found)
        })
    }

    fn end(&self, collection: &CollectionId) -> Result<Tip> {
        self.read(|connection| Ok(collection_row(connection, collection)?.map_or(Tip::START, |(_, tip)| tip)))
    }

    fn chain_at(&self, collection: &CollectionId, seq: u64) -> Result<Option<Chain>> {
        if seq == 0 {
            return Ok(Some(Chain::START));
        }
        // A cursor comes from outside: a position that SQLite cannot count is behind every end.
        let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
        self.read(|connection| {
            let found: Option<Vec<u8>> = connection
                .prepare_cached(
                    "SELECT log.chain FROM log JOIN collections ON collections.id = log.collection
                     WHERE collections.name = ?1 AND log.seq = ?2",
                )?
                .query_row(params![collection.as_str(), seq], |row| row.get(0))
                .optional()?;
            found.map(|chain| read_back(Chain::from_bytes(&chain), "chain")).transpose()
        })
    }

    fn page(
        &self,
        collection: &CollectionId,
        behind: u64,
        bytes_max: usize,
        count_max: usize,
    ) -> Result<Page> {
        self.read_at_once(|connection| {
            let Some((id, tip)) = collection_row(connection, collection)? else { return Ok(Page::default()) };
            if behind >= tip.seq {
                return Ok(Page { tip, ..Page::default() });
            }
            let mut select = connection.prepare_cached(&format!(
                "{ENTRY_COLUMNS} WHERE log.collection = ?1 AND log.seq > ?2 ORDER BY log.seq LIMIT ?3"
            ))?;
            let count_max = i64::try_from(count_max).unwrap_or(i64::MAX);
            let mut rows = select.query(params![id, signed(behind), count_max])?;
            let mut entries: Vec<Entry> = Vec::new();
            let mut bytes = 0;
            while let Some(row) = rows.next()? {
                let entry = entry(row)?;
                bytes += entry.change.len();
                if bytes > bytes_max && !entries.is_empty() {
                    break;
                }
                entries.push(entry);
            }
            let more = entries.last().is_some_and(|last| last.seq < tip.seq);
            Ok(Page { entries, more, tip })
        })
    }

    fn document(&self, document: DocumentId) -> Result<Vec<Entry>> {
        self.read(|connection| {
            let mut select = connection
                .prepare_cached(&format!("{ENTRY_COLUMNS} WHERE documents.document = ?1 ORDER BY log.seq"))?;
            let mut rows = select.query([document.to_bytes()])?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(entry(row)?);
            }
            Ok(entries)
        })
    }

    fn documents(&self, collection: &CollectionId) -> Result<Vec<DocumentId>> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT documents.document FROM documents JOIN collections ON collections.id = documents.collection
                 WHERE collections.name = ?1 ORDER BY documents.id",
            )?;
            document_ids(select.query([collection.as_str()])?)
        })
    }

    fn written_by(&self, device: DeviceId) -> Result<Vec<DocumentId>> {
        self.read(|connection| {
            // The first 16 bytes of an actor are its device.
            let mut select = connection.prepare_cached(
                "SELECT DISTINCT documents.document FROM actors JOIN documents ON documents.id = actors.document
                 WHERE substr(actors.actor, 1, 16) = ?1",
            )?;
            document_ids(select.query([device.as_bytes()])?)
        })
    }
}

fn document_ids(mut rows: rusqlite::Rows<'_>) -> Result<Vec<DocumentId>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id: Vec<u8> = row.get(0)?;
        found.push(read_back(DocumentId::from_bytes(&id), "document id")?);
    }
    Ok(found)
}
