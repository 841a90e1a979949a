//! The store on SQLite, embedded: one writing connection, a few readers beside it, WAL, synchronous FULL (a commit is
//! on disk before it returns). The schema is in `migrations`, numbered like every other store's. Only this file and
//! those below it contain SQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{Faults, Result, StoreError};

mod append;
mod backup;
mod digest;
mod error;
mod examine;
mod files;
mod log;
mod people;
mod pool;
mod projection;
mod quarantine;
mod restore;
mod schema;
mod snapshot;
#[cfg(test)]
mod spoil;

pub use backup::{BackupError, Copied, backup};
pub use files::{bytes, exists, install};
use pool::Readers;
pub use restore::copy_in;
#[cfg(test)]
pub(crate) use spoil::spoil;

/// The database's file in the data folder.
pub const FILE_NAME: &str = "muster.db";

/// Connections that read beside the writer: as many as a small machine has use for.
const READERS_MAX: usize = 4;
/// Prepared statements that a connection keeps: more than this store has.
const STATEMENTS_MAX: usize = 64;
/// Kibibytes of pages that the writer keeps in memory.
const WRITER_CACHE_KIB: i32 = 32 << 10;
/// Kibibytes of pages that a reader keeps in memory.
const READER_CACHE_KIB: i32 = 4 << 10;
/// Milliseconds to wait for another process's lock: a backup beside the running relay.
const BUSY_MS_MAX: u64 = 5_000;

/// How to open the database.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The data folder; made when it is not there.
    pub folder: PathBuf,
    /// Pages that the database may have at most, for tests of a full disk; `None` leaves it to the disk.
    pub page_count_max: Option<u32>,
    /// Faults for tests.
    pub faults: Faults,
}

/// The store.
pub struct Sqlite {
    options: Options,
    /// `None` after an I/O error, until it opens again.
    writer: Mutex<Option<Connection>>,
    readers: Readers,
    /// False when it was opened to be examined.
    may_write: bool,
}

impl Sqlite {
    /// Opens the database, making it or bringing its schema up to date.
    ///
    /// # Errors
    /// When the folder cannot be made, the database cannot be opened, or a later version made it.
    pub fn open(options: Options) -> Result<Self> {
        fs::create_dir_all(&options.folder).map_err(|source| StoreError::Failed(source.into()))?;
        let mut writer = open_writer(&options)?;
        schema::migrate(&mut writer)?;
        let readers = Readers::open(&path(&options.folder), READERS_MAX)?;
        Ok(Self { options, writer: Mutex::new(Some(writer)), readers, may_write: true })
    }

    /// Runs work in a writing transaction; durable when this returns.
    fn transact<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        if !self.may_write {
            return Err(StoreError::Failed("the database was opened to be looked at only".into()));
        }
        // A panic inside a transaction has rolled it back: the connection is as good as before.
        let mut slot = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => open_writer(&self.options)?,
        };
        let result = self.run(&mut connection, work);
        // After an I/O error SQLite's view of the file may be stale; the next work opens it anew.
        if !matches!(result, Err(StoreError::Failed(_))) {
            *slot = Some(connection);
        }
        result
    }

    fn run<T>(
        &self,
        connection: &mut Connection,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        self.options.faults.before_commit()?;
        tx.commit()?;
        self.options.faults.after_commit()?;
        Ok(done)
    }

    /// Runs work on a reading connection, all of it against the same moment of the database.
    fn read_at_once<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.with(|connection| {
            if connection.is_autocommit() {
                work(&*connection.unchecked_transaction()?)
            } else {
                // Whoever examines the database has one open for all that it reads.
                work(connection)
            }
        })
    }

    /// Runs work on a reading connection.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.with(work)
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("folder", &self.options.folder).finish_non_exhaustive()
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE_NAME)
}

fn open_writer(options: &Options) -> Result<Connection> {
    let connection = Connection::open(path(&options.folder))?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS_MAX))?;
    keep_statements(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    if let Some(pages) = options.page_count_max {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(connection)
}

fn open_reader(path: &Path) -> Result<Connection> {
    // The writer has made the file; without CREATE a reader can never bring an empty database about.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS_MAX))?;
    keep_statements(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}

/// Statements are prepared once: their plans do not depend on what is bound to them, and SQLite would otherwise make
/// the plan of a joining statement anew each time, which was a tenth of all that the relay did.
fn keep_statements(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

#[cfg(test)]
mod tests;
