//! SQLite's errors as the store's causes, and stored text and bytes as the values they should be.

use rusqlite::ErrorCode;

use crate::store::{Result, StoreError};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(error.into()),
            _ => Self::Failed(error.into()),
        }
    }
}

/// A stored value that must read back.
pub(super) fn read_back<T>(value: Option<T>, what: &'static str) -> Result<T> {
    value.ok_or(StoreError::Corrupt { what })
}

/// A stored count, which SQLite keeps signed.
pub(super) fn unsigned(value: i64, what: &'static str) -> Result<u64> {
    u64::try_from(value).map_err(|_| StoreError::Corrupt { what })
}

/// A count as SQLite keeps it.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).expect("a log has fewer than 2^63 entries")
}
