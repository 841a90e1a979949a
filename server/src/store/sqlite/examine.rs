//! A database that is only looked at: one connection that cannot write, in one reading transaction, so that everything
//! is seen as it was at one moment, beside a running relay too.

use std::path::Path;
use std::sync::Mutex;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension};
use shared::ids::{Actor, ChangeHash, CollectionId, DocumentId};

use super::error::{read_back, unsigned};
use super::pool::Readers;
use super::{Options, Result, Sqlite, bytes, open_reader, path, schema};
use crate::store::{BatchRecord, Examine, Sizes};

/// Findings of the database's own check that are told.
const INTEGRITY_MAX: u32 = 20;

impl Sqlite {
    /// Opens the database of a folder to look at it. Whatever would write fails.
    ///
    /// # Errors
    /// When there is none, it does not open, or another version of this program made it.
    pub fn open_to_examine(folder: &Path) -> Result<Self> {
        let connection = open_reader(&path(folder))?;
        // Closing the last connection would otherwise move the write-ahead log into the database.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        schema::check(&connection)?;
        connection.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")?;
        let options = Options { folder: folder.to_owned(), ..Options::default() };
        let readers = Readers::of(vec![connection]);
        Ok(Self { options, writer: Mutex::new(None), readers, may_write: false })
    }
}

fn count(connection: &Connection, table: &str) -> Result<u64> {
    let counted = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
    unsigned(counted, "count")
}

impl Examine for Sqlite {
    fn integrity(&self) -> Result<Vec<String>> {
        self.read(|connection| {
            let mut check = connection.prepare(&format!("PRAGMA integrity_check({INTEGRITY_MAX})"))?;
            let told = check.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok(told.into_iter().filter(|line| line != "ok").collect())
        })
    }

    fn batch(&self, number: u64) -> Result<Option<BatchRecord>> {
        let Ok(number) = i64::try_from(number) else { return Ok(None) };
        self.read(|connection| {
            let found: Option<(Vec<u8>, Vec<u8>, u32, u8)> = connection
                .prepare_cached("SELECT actor, head, count, suite FROM batches WHERE id = ?1")?
                .query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
                .optional()?;
            let Some((actor, head, count, suite)) = found else { return Ok(None) };
            let actor = read_back(Actor::from_bytes(&actor), "writer")?;
            let head = read_back(ChangeHash::from_bytes(&head), "change hash")?;
            Ok(Some(BatchRecord { actor, head, count, suite }))
        })
    }

    fn writers(&self, collection: &CollectionId) -> Result<Vec<(DocumentId, Actor, u64)>> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT documents.document, actors.actor, actors.seq FROM actors
                 JOIN documents ON documents.id = actors.document
                 JOIN collections ON collections.id = documents.collection WHERE collections.name = ?1",
            )?;
            let mut rows = select.query([collection.as_str()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let (document, actor): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
                found.push((
                    read_back(DocumentId::from_bytes(&document), "document id")?,
                    read_back(Actor::from_bytes(&actor), "writer")?,
                    unsigned(row.get(2)?, "writer's number")?,
                ));
            }
            Ok(found)
        })
    }

    fn sizes(&self) -> Result<Sizes> {
        let (database_bytes, wal_bytes) = bytes(&self.options.folder);
        self.read(|connection| {
            Ok(Sizes {
                documents: count(connection, "documents")?,
                batches: count(connection, "batches")?,
                devices: count(connection, "devices")?,
                database_bytes,
                wal_bytes,
            })
        })
    }
}
