//! The database as a file: whether it is there, and how a whole one comes to its place. What is in it is the others'.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{BackupError, FILE_NAME, Result, StoreError, backup, path};

/// Whether a folder has a database.
pub fn exists(folder: &Path) -> bool {
    path(folder).exists()
}

/// Brings a database from one folder to its place in another on the same disk, whole and durably, whether it is still
/// open or not. A database that is there already is replaced: the caller has looked at what is in it.
///
/// # Errors
/// When it is not sound, or the disk does not take it.
pub fn install(from: &Path, to: &Path) -> Result<()> {
    let whole = from.join("whole.db");
    backup(from, &whole, |_, _| {}).map_err(|error| match error {
        BackupError::Store(error) => error,
        BackupError::NoDatabase(_) | BackupError::Exists(_) | BackupError::Damaged(_) => {
            StoreError::Corrupt { what: "new database" }
        }
    })?;
    let moved = || {
        // The write-ahead log of another database must never be read into this one.
        for ending in ["-wal", "-shm"] {
            absent(fs::remove_file(to.join(format!("{FILE_NAME}{ending}"))))?;
        }
        fs::rename(&whole, path(to))?;
        sync_folder(to)
    };
    moved().map_err(failed)
}

/// Makes a folder's names durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// An I/O error of a file as the store's cause.
pub(super) fn failed(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(error.into()),
        _ => StoreError::Failed(error.into()),
    }
}

/// Removing what is not there is done already.
pub(super) fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Bytes of a folder's database and of its write-ahead log.
pub fn bytes(folder: &Path) -> (u64, u64) {
    let length = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
    (length(&path(folder)), length(&folder.join(format!("{FILE_NAME}-wal"))))
}
