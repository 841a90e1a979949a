//! A disk that fails on demand, for tests and simulations: the store asks it before each commit and tells it after. In
//! production nobody holds the other end, and it always says that the disk is well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Result, StoreError};

/// Where a transaction stands when a test may let it fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It is about to be committed: a failure leaves nothing of it.
    BeforeCommit,
    /// It is on disk: a failure means that nobody hears of it.
    AfterCommit,
}

/// What a test answers at a moment of a transaction.
type Script = Arc<dyn Fn(Moment) -> Result<()> + Send + Sync>;

/// Faults that a test injects into a running store; clones share them.
#[derive(Clone, Default)]
pub struct Faults {
    full: Arc<AtomicBool>,
    script: Option<Script>,
}

impl Faults {
    /// Faults as a function says.
    pub fn scripted(script: impl Fn(Moment) -> Result<()> + Send + Sync + 'static) -> Self {
        Self { full: Arc::default(), script: Some(Arc::new(script)) }
    }

    /// Makes every commit fail with ENOSPC from now on, or lets them pass again.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Release);
    }

    /// Asked before a commit.
    ///
    /// # Errors
    /// [`StoreError::Full`] while a test says so, and what its script says.
    pub(crate) fn before_commit(&self) -> Result<()> {
        if self.full.load(Ordering::Acquire) {
            let error = std::io::Error::from(std::io::ErrorKind::StorageFull);
            return Err(StoreError::Full(error.into()));
        }
        self.script.as_ref().map_or(Ok(()), |script| script(Moment::BeforeCommit))
    }

    /// Told after a commit.
    ///
    /// # Errors
    /// What a test's script says.
    pub(crate) fn after_commit(&self) -> Result<()> {
        self.script.as_ref().map_or(Ok(()), |script| script(Moment::AfterCommit))
    }
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faults").field("full", &self.full).finish_non_exhaustive()
    }
}
