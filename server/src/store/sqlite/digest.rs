//! Fills in what schema 1 did not keep: the digests, and what there is of each document.

use std::collections::HashMap;

use rusqlite::{Transaction, params};
use shared::ids::{ChangeHash, Digest, DocumentId};

use super::Result;
use super::error::read_back;

/// One document as the log has it.
#[derive(Default)]
struct Sum {
    digest: Digest,
    seq: i64,
    count: i64,
    touched_ms: i64,
}

/// Reads the whole log once.
pub(super) fn fill(tx: &Transaction<'_>) -> Result<()> {
    let mut collections: HashMap<i64, Digest> = HashMap::new();
    let mut documents: HashMap<i64, Sum> = HashMap::new();
    let mut select = tx.prepare(
        "SELECT log.collection, log.document, documents.document, log.hash, log.seq, batches.receipt_ms FROM log
         JOIN documents ON documents.id = log.document JOIN batches ON batches.id = log.batch",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let id = read_back(DocumentId::from_bytes(&row.get::<_, Vec<u8>>(2)?), "document id")?;
        let hash = read_back(ChangeHash::from_bytes(&row.get::<_, Vec<u8>>(3)?), "change hash")?;
        let digest = Digest::of(id, [hash]);
        collections.entry(row.get(0)?).or_default().merge(digest);
        let sum = documents.entry(row.get(1)?).or_default();
        sum.digest.merge(digest);
        sum.count += 1;
        sum.seq = sum.seq.max(row.get(4)?);
        sum.touched_ms = sum.touched_ms.max(row.get(5)?);
    }
    let mut update = tx.prepare("UPDATE collections SET digest = ?2 WHERE id = ?1")?;
    for (id, digest) in collections {
        update.execute(params![id, digest.0])?;
    }
    let mut update = tx.prepare(
        "UPDATE documents SET digest = ?2, seq = ?3, count = ?4, fresh = ?4, touched_ms = ?5 WHERE id = ?1",
    )?;
    for (id, Sum { digest, seq, count, touched_ms }) in documents {
        update.execute(params![id, digest.0, seq, count, touched_ms])?;
    }
    Ok(())
}
