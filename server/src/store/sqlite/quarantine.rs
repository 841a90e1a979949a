//! Rejected batches and held entries on SQLite.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::ids::{Actor, ChangeHash, CollectionId, DeviceId, DocumentId};
use shared::limits::{QUARANTINE_BYTES_MAX, QUARANTINE_ROWS_MAX};
use shared::time::Timestamp;

use super::error::{read_back, unsigned};
use super::{Result, Sqlite};
use crate::store::{HeldBatch, NewRejected, Quarantine, Rejected};

/// Keeps rejected batches inside an open transaction, and lets the oldest go beyond the limits.
pub(super) fn set_aside(tx: &Transaction<'_>, rejected: &[NewRejected]) -> Result<()> {
    if rejected.is_empty() {
        return Ok(());
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO quarantine
            (at_ms, code, detail, collection, document, head, author, carrier, changes, bytes, times, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, ?11)
         ON CONFLICT (document, head) DO UPDATE SET at_ms = ?1, code = ?2, detail = ?3, carrier = ?8,
            times = times + 1",
    )?;
    for one in rejected {
        insert.execute(params![
            one.at.0,
            one.code,
            one.detail,
            one.collection.as_str(),
            one.document.to_bytes(),
            one.head.0,
            one.author.as_bytes(),
            one.carrier.as_bytes(),
            one.changes,
            i64::try_from(one.body.len()).unwrap_or(i64::MAX),
            one.body,
        ])?;
    }
    tx.prepare_cached(
        "DELETE FROM quarantine WHERE id IN (
            SELECT id FROM (
                SELECT id, row_number() OVER latest AS place, sum(bytes) OVER latest AS total
                FROM quarantine WINDOW latest AS (ORDER BY id DESC))
            WHERE place > ?1 OR total > ?2)",
    )?
    .execute(params![QUARANTINE_ROWS_MAX, QUARANTINE_BYTES_MAX])?;
    Ok(())
}

fn device(bytes: &[u8]) -> Result<DeviceId> {
    read_back(<[u8; 16]>::try_from(bytes).ok().map(DeviceId::from), "device id")
}

fn collection(text: &str) -> Result<CollectionId> {
    read_back(CollectionId::parse(text).ok(), "collection")
}

fn document(bytes: &[u8]) -> Result<DocumentId> {
    read_back(DocumentId::from_bytes(bytes), "document id")
}

fn rejected(row: &Row<'_>) -> Result<Rejected> {
    Ok(Rejected {
        at: Timestamp(row.get(0)?),
        code: row.get(1)?,
        detail: row.get(2)?,
        collection: collection(&row.get::<_, String>(3)?)?,
        document: document(&row.get::<_, Vec<u8>>(4)?)?,
        author: device(&row.get::<_, Vec<u8>>(5)?)?,
        carrier: device(&row.get::<_, Vec<u8>>(6)?)?,
        changes: row.get(7)?,
        bytes: unsigned(row.get(8)?, "length")?,
        times: row.get(9)?,
    })
}

impl Quarantine for Sqlite {
    fn rejected(&self) -> Result<Vec<Rejected>> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT at_ms, code, detail, collection, document, author, carrier, changes, bytes, times
                 FROM quarantine ORDER BY at_ms DESC, id DESC",
            )?;
            let mut rows = select.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(rejected(row)?);
            }
            Ok(found)
        })
    }

    fn rejected_body(&self, document: DocumentId, head: ChangeHash) -> Result<Option<Vec<u8>>> {
        self.read(|connection| {
            let mut select =
                connection.prepare_cached("SELECT body FROM quarantine WHERE document = ?1 AND head = ?2")?;
            Ok(select.query_row(params![document.to_bytes(), head.0], |row| row.get(0)).optional()?)
        })
    }

    fn held(&self) -> Result<Vec<HeldBatch>> {
        self.read(|connection| {
            // From the few held batches to their entries, which are found by document.
            let mut select = connection.prepare_cached(
                "SELECT collections.name, documents.document, batches.actor, batches.receipt_ms, log.hash
                 FROM batches
                 JOIN documents ON documents.id = batches.document
                 JOIN collections ON collections.id = documents.collection
                 JOIN log ON log.document = batches.document AND log.batch = batches.id
                 WHERE batches.held = 1 ORDER BY documents.id, batches.actor, log.seq",
            )?;
            let mut rows = select.query([])?;
            let mut found: Vec<HeldBatch> = Vec::new();
            while let Some(row) = rows.next()? {
                let actor = read_back(Actor::from_bytes(&row.get::<_, Vec<u8>>(2)?), "writer")?;
                let (id, at) = (document(&row.get::<_, Vec<u8>>(1)?)?, Timestamp(row.get(3)?));
                let hash = read_back(ChangeHash::from_bytes(&row.get::<_, Vec<u8>>(4)?), "change hash")?;
                match found.last_mut() {
                    Some(last) if last.document == id && last.author == actor.device() => {
                        last.at = last.at.max(at);
                        last.changes.push(hash);
                    }
                    _ => found.push(HeldBatch {
                        collection: collection(&row.get::<_, String>(0)?)?,
                        document: id,
                        author: actor.device(),
                        at,
                        changes: vec![hash],
                    }),
                }
            }
            Ok(found)
        })
    }
}
