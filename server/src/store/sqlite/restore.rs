//! A backup as a store again: copied, never opened where it lies, so that it stays what it is.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::files::failed;
use super::{Options, Result, Sqlite, StoreError, path};

/// Copies a backup into a folder, opens it there, and has SQLite check its pages.
///
/// # Errors
/// When the file cannot be read or copied, is no database of this program, or is damaged.
pub fn copy_in(backup: &Path, folder: &Path) -> Result<Sqlite> {
    let copy = || {
        let mut from = fs::File::open(backup)?;
        let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path(folder))?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()
    };
    copy().map_err(failed)?;
    let store = Sqlite::open(Options { folder: folder.to_owned(), ..Options::default() })?;
    let told: String = store
        .read(|connection| Ok(connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?))?;
    if told == "ok" { Ok(store) } else { Err(StoreError::Corrupt { what: "sound page" }) }
}
