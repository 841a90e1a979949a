//! A copy of the database while the relay runs: SQLite's online backup of one pinned moment, checked, made durable, and
//! only then given its name. The copy is one plain database file, which `muster restore` takes and which any SQLite
//! opens. It holds the relay's key, so only its owner may read it.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::files::{absent, failed, sync_folder};
use super::{Result, StoreError, open_reader, path};

/// Pages copied in one go: 4 MiB, between two of which the progress is told.
const STEP_PAGES: i32 = 1_024;
/// How long to wait when the source is locked, which WAL makes rare.
const LOCKED: Duration = Duration::from_millis(50);

/// Why there is no backup. Nothing is left under its name then.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The data folder has no database.
    #[error("there is no database in {}", .0.display())]
    NoDatabase(PathBuf),
    /// The file is there already, and an old backup is not to be lost for a new one that fails.
    #[error("{} is there already; name a new file", .0.display())]
    Exists(PathBuf),
    /// The copy is not sound, so the database it was made of is not: `muster doctor` says more.
    #[error("the copy is not sound, and was removed: {0}")]
    Damaged(String),
    /// The database or the disk failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Bytes of the file.
    pub bytes: u64,
    /// Collections with their chains' ends checked.
    pub collections: u64,
    /// Entries of all logs.
    pub entries: u64,
}

/// Copies the database of a data folder into a new file; when it returns, the copy is checked and durable. `progress`
/// is told pages done and pages in all.
///
/// # Errors
/// When there is no database, the file exists, the copy is not sound, or a disk fails.
pub fn backup(folder: &Path, to: &Path, progress: impl FnMut(u64, u64)) -> Result<Copied, BackupError> {
    if !path(folder).exists() {
        return Err(BackupError::NoDatabase(folder.to_owned()));
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let mut partial = to.to_owned().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let made = make(folder, &partial, progress).and_then(|copied| {
        settle(&partial, to).map_err(failed)?;
        Ok(copied)
    });
    if made.is_err() {
        // What is left of it is of no use; that it may not go is told by its name.
        drop(absent(fs::remove_file(&partial)));
    }
    made
}

fn make(folder: &Path, partial: &Path, progress: impl FnMut(u64, u64)) -> Result<Copied, BackupError> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(partial).map_err(failed)?;
    let mut copy = Connection::open(partial).map_err(StoreError::from)?;
    copy_pages(folder, &mut copy, progress)?;
    // A plain file of its own: no write-ahead log beside it.
    copy.pragma_update(None, "journal_mode", "DELETE").map_err(StoreError::from)?;
    let copied = check(&copy)?;
    copy.close().map_err(|(_, error)| StoreError::from(error))?;
    let bytes = fs::metadata(partial).map_err(failed)?.len();
    Ok(Copied { bytes, ..copied })
}

fn copy_pages(folder: &Path, copy: &mut Connection, mut progress: impl FnMut(u64, u64)) -> Result<()> {
    let source = open_reader(&path(folder))?;
    // An open reading transaction pins the moment: without it each write of the relay would start the copy anew.
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")?;
    let backup = Backup::new(&source, copy)?;
    loop {
        let step = backup.step(STEP_PAGES)?;
        let at = backup.progress();
        let count = |pages: i32| u64::try_from(pages).unwrap_or_default();
        progress(count(at.pagecount - at.remaining), count(at.pagecount));
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => std::thread::sleep(LOCKED),
        }
    }
}

/// Whether a copy is sound: its pages, and the end of each collection's chain.
fn check(copy: &Connection) -> Result<Copied, BackupError> {
    let told: String =
        copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(StoreError::from)?;
    if told != "ok" {
        return Err(BackupError::Damaged(told));
    }
    let (collections, entries, broken): (i64, i64, Option<String>) = copy
        .query_row(
            "SELECT count(*), coalesce(sum(seq), 0), max(CASE WHEN seq = counted AND chain = ended THEN NULL ELSE name END)
             FROM (SELECT name, seq, chain,
                 (SELECT count(*) FROM log WHERE log.collection = collections.id) AS counted,
                 (SELECT chain FROM log WHERE log.collection = collections.id AND log.seq = collections.seq) AS ended
                 FROM collections WHERE seq > 0)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(StoreError::from)?;
    if let Some(name) = broken {
        return Err(BackupError::Damaged(format!(
            "the log of {name} does not end where its collection says"
        )));
    }
    Ok(Copied { bytes: 0, collections: collections.unsigned_abs(), entries: entries.unsigned_abs() })
}

fn settle(partial: &Path, to: &Path) -> std::io::Result<()> {
    File::open(partial)?.sync_all()?;
    fs::rename(partial, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::store::Store;
    use crate::store::conformance::{append, document};
    use crate::store::sqlite::{FILE_NAME, Options, Sqlite};

    const COLLECTION: &str = "station/zhongmiao/2026-11";

    fn open(folder: &Path) -> Sqlite {
        Sqlite::open(Options { folder: folder.to_owned(), ..Options::default() }).unwrap()
    }

    fn seq(store: &dyn Store) -> u64 {
        store.collections().unwrap()[0].1.seq
    }

    #[test]
    fn a_copy_made_while_the_relay_writes_is_whole_and_opens_as_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let (data, copies) = (folder.path().join("data"), folder.path().join("copies"));
        let store = open(&data);
        append(&store, COLLECTION, document("a"), 200).unwrap();
        fs::create_dir(&copies).unwrap();
        let to = copies.join(FILE_NAME);
        let mut told = Vec::new();
        let copied = backup(&data, &to, |done, all| {
            // A write between any two steps: the copy is of the moment at which it began all the same.
            append(&store, COLLECTION, document("b"), 9).unwrap();
            told.push((done, all));
        })
        .unwrap();
        assert_eq!((copied.collections, copied.entries), (1, 200));
        assert_eq!(told.last().map(|(done, all)| done == all), Some(true));
        assert!(seq(&store) > 200, "the relay went on");
        let names: Vec<_> = fs::read_dir(&copies).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(names, [FILE_NAME], "one file, nothing beside it");
        let found = fs::metadata(&to).unwrap();
        assert_eq!((found.permissions().mode() & 0o777, found.len()), (0o600, copied.bytes));
        let restored = open(&copies);
        assert_eq!(seq(&restored), 200);
        assert_eq!(
            append(&restored, COLLECTION, document("c"), 1).unwrap().seq,
            201,
            "and goes on from there"
        );
    }

    #[test]
    fn a_backup_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        append(&open(folder.path()), COLLECTION, document("a"), 1).unwrap();
        let to = folder.path().join("copy.db");
        backup(folder.path(), &to, |_, _| {}).unwrap();
        let before = fs::read(&to).unwrap();
        let again = backup(folder.path(), &to, |_, _| {});
        assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
        assert_eq!(fs::read(&to).unwrap(), before);
        let nowhere = backup(&folder.path().join("none"), &folder.path().join("x.db"), |_, _| {});
        assert!(matches!(nowhere, Err(BackupError::NoDatabase(_))), "{nowhere:?}");
    }

    #[test]
    fn a_copy_of_a_damaged_log_is_told_and_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        append(&open(folder.path()), COLLECTION, document("a"), 5).unwrap();
        let connection = Connection::open(path(folder.path())).unwrap();
        connection.execute("DELETE FROM log WHERE seq = 3", []).unwrap();
        drop(connection);
        let to = folder.path().join("copy.db");
        let refused = backup(folder.path(), &to, |_, _| {});
        assert!(
            matches!(&refused, Err(BackupError::Damaged(why)) if why.contains(COLLECTION)),
            "{refused:?}"
        );
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("copy")), "{left:?}");
    }
}
