//! Brings a database's schema up to date: the migrations in order, each in a transaction of its own, counted in
//! SQLite's `user_version`.

use rusqlite::{Connection, TransactionBehavior};

use super::digest;
use crate::store::{Result, StoreError};

/// Each migration's SQL; its number is its place here, from 1.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_log_people_rows.sql"),
    include_str!("migrations/0002_full_strength.sql"),
    include_str!("migrations/0003_digests_snapshots.sql"),
    include_str!("migrations/0004_read_rows_anew.sql"),
];

/// The migration that brings the digests.
const FILLS_DIGESTS: u32 = 3;

/// Applies what is missing.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    let known = u32::try_from(MIGRATIONS.len()).expect("there are few migrations");
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::SchemaTooNew { found, known });
    }
    for (number, sql) in (1u32..).zip(MIGRATIONS).skip_while(|(number, _)| *number <= found) {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        if number == FILLS_DIGESTS {
            digest::fill(&tx)?;
        }
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()?;
    }
    Ok(())
}

/// Whether a database is just as this version of the program makes it.
pub(super) fn check(connection: &Connection) -> Result<()> {
    let known = u32::try_from(MIGRATIONS.len()).expect("there are few migrations");
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found == known {
        true => Ok(()),
        false if found > known => Err(StoreError::SchemaTooNew { found, known }),
        false => Err(StoreError::Corrupt { what: "schema of this version; start the relay on it once" }),
    }
}
