//! The projector's rows on SQLite.

use rusqlite::{OptionalExtension, params};
use shared::ids::CollectionId;

use super::error::{signed, unsigned};
use super::{Result, Sqlite};
use crate::store::{Projection, Row, RowChange};

impl Projection for Sqlite {
    fn projected(&self, collection: &CollectionId) -> Result<u64> {
        self.read(|connection| {
            let found: Option<i64> = connection
                .prepare_cached("SELECT seq FROM projected WHERE collection = ?1")?
                .query_row([collection.as_str()], |row| row.get(0))
                .optional()?;
            found.map_or(Ok(0), |seq| unsigned(seq, "position"))
        })
    }

    fn project(
        &self,
        collection: &CollectionId,
        seq: u64,
        changes: &[(&'static str, RowChange)],
    ) -> Result<()> {
        self.transact(|tx| {
            let mut put =
                tx.prepare_cached("INSERT OR REPLACE INTO rows (sheet, key, body) VALUES (?1, ?2, ?3)")?;
            let mut remove = tx.prepare_cached("DELETE FROM rows WHERE sheet = ?1 AND key = ?2")?;
            for (sheet, change) in changes {
                match change {
                    RowChange::Put(row) => put.execute(params![sheet, row.key, row.body])?,
                    RowChange::Remove { key } => remove.execute(params![sheet, key])?,
                };
            }
            tx.prepare_cached("INSERT OR REPLACE INTO projected (collection, seq) VALUES (?1, ?2)")?
                .execute(params![collection.as_str(), signed(seq)])?;
            Ok(())
        })
    }

    fn rows(&self, sheet: &str, prefix: &str) -> Result<Vec<Row>> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT key, body FROM rows WHERE sheet = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2
                 ORDER BY key",
            )?;
            let rows =
                select.query_map([sheet, prefix], |row| Ok(Row { key: row.get(0)?, body: row.get(1)? }))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn unproject(&self) -> Result<()> {
        self.transact(|tx| {
            tx.execute("DELETE FROM rows", [])?;
            tx.execute("DELETE FROM projected", [])?;
            Ok(())
        })
    }
}
