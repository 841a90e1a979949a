//! Snapshots and documents one by one on SQLite.

use rusqlite::{Connection, OptionalExtension, params};
use shared::ids::{ChangeHash, CollectionId, Digest, DocumentId};
use shared::time::Timestamp;

use super::error::{read_back, signed, unsigned};
use super::log::{ENTRY_COLUMNS, entry};
use super::{Result, Sqlite};
use crate::store::{Entry, FRESH_MIN, Snapshot, Snapshots};

/// Position, count, digest, hashes of what is held, bytes.
type Columns = (i64, i64, Vec<u8>, Vec<u8>, Vec<u8>);

/// Bytes of a change's hash.
const HASH_BYTES: usize = 32;

impl Snapshots for Sqlite {
    fn extents(
        &self,
        collection: &CollectionId,
        after: Option<DocumentId>,
        seq: u64,
        count_max: usize,
    ) -> Result<Vec<(DocumentId, Digest)>> {
        let seq = clamped(seq);
        self.read_at_once(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT documents.id, documents.document, documents.digest, documents.seq FROM documents
                 JOIN collections ON collections.id = documents.collection
                 WHERE collections.name = ?1 AND documents.document > ?2 ORDER BY documents.document",
            )?;
            let after: Vec<u8> = after.map(|id| id.to_bytes().to_vec()).unwrap_or_default();
            let mut rows = select.query(params![collection.as_str(), after])?;
            let mut extents = Vec::new();
            while extents.len() < count_max
                && let Some(row) = rows.next()?
            {
                let bytes: Vec<u8> = row.get(1)?;
                let document = read_back(DocumentId::from_bytes(&bytes), "document id")?;
                let digest = read_back(Digest::from_bytes(&row.get::<_, Vec<u8>>(2)?), "digest")?;
                let last: i64 = row.get(3)?;
                let later = if last > seq { behind(connection, row.get(0)?, seq)? } else { Vec::new() };
                let mut at = digest;
                later.iter().for_each(|hash| at.toggle(document, *hash));
                // What has no entry up to there comes to nothing.
                if at != Digest::default() {
                    extents.push((document, at));
                }
            }
            Ok(extents)
        })
    }

    fn entries(&self, document: DocumentId, behind: u64, seq: u64) -> Result<Vec<Entry>> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!(
                "{ENTRY_COLUMNS} WHERE documents.document = ?1 AND log.seq > ?2 AND log.seq <= ?3 ORDER BY log.seq"
            ))?;
            let mut rows = select.query(params![document.to_bytes(), clamped(behind), clamped(seq)])?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(entry(row)?);
            }
            Ok(entries)
        })
    }

    fn snapshot(&self, document: DocumentId) -> Result<Option<Snapshot>> {
        self.read(|connection| {
            let found: Option<Columns> = connection
                .prepare_cached(
                    "SELECT snapshots.seq, snapshots.count, snapshots.digest, snapshots.held, snapshots.bytes
                     FROM snapshots JOIN documents ON documents.id = snapshots.document
                     WHERE documents.document = ?1",
                )?
                .query_row([document.to_bytes()], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
                })
                .optional()?;
            let Some((seq, count, digest, held, bytes)) = found else { return Ok(None) };
            Ok(Some(Snapshot {
                seq: unsigned(seq, "position")?,
                count: unsigned(count, "count")?,
                digest: read_back(Digest::from_bytes(&digest), "digest")?,
                held: held.chunks_exact(HASH_BYTES).filter_map(ChangeHash::from_bytes).collect(),
                bytes,
            }))
        })
    }

    fn put_snapshots(&self, snapshots: &[(DocumentId, Snapshot)]) -> Result<()> {
        self.transact(|tx| {
            let mut put = tx.prepare_cached(
                "INSERT OR REPLACE INTO snapshots (document, seq, count, digest, held, bytes)
                 SELECT id, ?2, ?3, ?4, ?5, ?6 FROM documents WHERE document = ?1",
            )?;
            let mut count =
                tx.prepare_cached("UPDATE documents SET fresh = count - ?2 WHERE document = ?1")?;
            for (document, snapshot) in snapshots {
                let held: Vec<u8> = snapshot.held.iter().flat_map(|hash| hash.0).collect();
                put.execute(params![
                    document.to_bytes(),
                    signed(snapshot.seq),
                    signed(snapshot.count),
                    snapshot.digest.0,
                    held,
                    snapshot.bytes
                ])?;
                count.execute(params![document.to_bytes(), signed(snapshot.count)])?;
            }
            Ok(())
        })
    }

    fn drop_snapshot(&self, document: DocumentId) -> Result<()> {
        self.transact(|tx| {
            tx.prepare_cached(
                "DELETE FROM snapshots WHERE document = (SELECT id FROM documents WHERE document = ?1)",
            )?
            .execute([document.to_bytes()])?;
            tx.prepare_cached("UPDATE documents SET fresh = count WHERE document = ?1")?
                .execute([document.to_bytes()])?;
            Ok(())
        })
    }

    fn grown(&self, quiet_since: Timestamp, count_max: usize) -> Result<Vec<DocumentId>> {
        self.read(|connection| {
            // The number stands in the text, so that the index of grown documents is used.
            let mut select = connection.prepare_cached(&format!(
                "SELECT document FROM documents WHERE fresh >= {FRESH_MIN} AND fresh * 8 >= count
                 AND touched_ms < ?1 ORDER BY fresh DESC LIMIT ?2"
            ))?;
            let count_max = i64::try_from(count_max).unwrap_or(i64::MAX);
            let mut rows = select.query(params![quiet_since.0, count_max])?;
            let mut grown = Vec::new();
            while let Some(row) = rows.next()? {
                let bytes: Vec<u8> = row.get(0)?;
                grown.push(read_back(DocumentId::from_bytes(&bytes), "document id")?);
            }
            Ok(grown)
        })
    }

    fn saved(&self, collection: &CollectionId) -> Result<u64> {
        self.read(|connection| {
            let saved: i64 = connection
                .prepare_cached(
                    "SELECT COALESCE(SUM(documents.count - documents.fresh), 0) FROM documents
                     JOIN collections ON collections.id = documents.collection WHERE collections.name = ?1",
                )?
                .query_row([collection.as_str()], |row| row.get(0))?;
            unsigned(saved, "count")
        })
    }
}

/// The hashes of a document's entries behind a position.
fn behind(connection: &Connection, document: i64, seq: i64) -> Result<Vec<ChangeHash>> {
    let mut select = connection.prepare_cached("SELECT hash FROM log WHERE document = ?1 AND seq > ?2")?;
    let mut rows = select.query(params![document, seq])?;
    let mut hashes = Vec::new();
    while let Some(row) = rows.next()? {
        hashes.push(read_back(ChangeHash::from_bytes(&row.get::<_, Vec<u8>>(0)?), "change hash")?);
    }
    Ok(hashes)
}

/// A position from outside: what SQLite cannot count is behind every end.
fn clamped(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
