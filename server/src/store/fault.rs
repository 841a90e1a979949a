//! A disk that fails on demand, for tests: the store asks it before each commit. In production nobody holds the other
//! end, and it always says that the disk is well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Result, StoreError};

/// Faults that a test injects into a running store; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    full: Arc<AtomicBool>,
}

impl Faults {
    /// Makes every commit fail with ENOSPC from now on, or lets them pass again.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Release);
    }

    /// Asked before a commit.
    ///
    /// # Errors
    /// [`StoreError::Full`] while a test says so.
    pub(crate) fn before_commit(&self) -> Result<()> {
        if self.full.load(Ordering::Acquire) {
            let error = std::io::Error::from(std::io::ErrorKind::StorageFull);
            return Err(StoreError::Full(error.into()));
        }
        Ok(())
    }
}
