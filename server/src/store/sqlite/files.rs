//! The database as a file: whether it is there, and how a whole one comes to its place. What is in it is the others'.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{FILE_NAME, Result, StoreError, path};

/// Whether a folder has a database.
pub fn exists(folder: &Path) -> bool {
    path(folder).exists()
}

/// Moves a closed database from one folder into another on the same disk, durably. A database that is there already
/// is replaced: the caller has looked at what is in it.
///
/// # Errors
/// When the database is open or was not closed well, or the disk does not take it.
pub fn install(from: &Path, to: &Path) -> Result<()> {
    let beside = |folder: &Path, ending: &str| folder.join(format!("{FILE_NAME}{ending}"));
    if fs::metadata(beside(from, "-wal")).is_ok_and(|wal| wal.len() > 0) {
        return Err(StoreError::Corrupt { what: "closed database" });
    }
    let moved = || {
        File::open(path(from))?.sync_all()?;
        // The write-ahead log of another database must never be read into this one.
        for ending in ["-wal", "-shm"] {
            absent(fs::remove_file(beside(to, ending)))?;
        }
        fs::rename(path(from), path(to))?;
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
