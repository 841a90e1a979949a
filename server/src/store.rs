//! What the relay keeps, as traits without a word of SQL: the log, people and their devices, what was rejected or is
//! held, and the projector's rows.
//! One store is one bureau's, so bureaus are shards; inside it everything about documents is keyed by collection.
//!
//! The traits block: call them from the log writer's thread, or through [`blocking`]. What may be committed is decided
//! in `relay::admission`; here it is only kept.

use std::sync::Arc;

mod examine;
mod fault;
mod log;
mod people;
mod projection;
mod quarantine;
pub mod sqlite;

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;

pub use examine::{BatchRecord, Examine, Sizes};
pub use fault::{Faults, Moment};
pub use log::{Append, Entry, Founding, Log, NewBatch, NewEntry, Page, Place, Tip};
pub use people::{DeviceRecord, Enrolment, NewDevice, People, Redemption, SessionRecord};
pub use projection::{Projection, Row, RowChange};
pub use quarantine::{HeldBatch, NewRejected, Quarantine, Rejected};

/// Everything that a relay keeps.
pub trait Store: Log + People + Projection + Quarantine + Send + Sync + 'static {}

impl<S: Log + People + Projection + Quarantine + Send + Sync + 'static> Store for S {}

/// Why the store could not do it. Nothing of the transaction that failed is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk, or the share of it that the database may use, is full. Reading goes on.
    #[error("the disk is full")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk or the database failed.
    #[error("the database failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something kept does not read back as what it should be.
    #[error("the database holds a {what} that does not read back")]
    Corrupt {
        /// What it should have been.
        what: &'static str,
    },
    /// The database was made by a later version of this program.
    #[error("the database has schema {found}; this program knows up to {known}")]
    SchemaTooNew {
        /// The database's.
        found: u32,
        /// This program's.
        known: u32,
    },
    /// The work panicked; the program's log says where.
    #[error("the store's work panicked")]
    Panicked,
}

/// The result of asking the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Runs blocking store work on the runtime's blocking threads.
///
/// # Errors
/// The work's own, or [`StoreError::Panicked`].
pub async fn blocking<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl FnOnce(&dyn Store) -> Result<T> + Send + 'static,
) -> Result<T> {
    let store = Arc::clone(store);
    tokio::task::spawn_blocking(move || work(store.as_ref())).await.unwrap_or(Err(StoreError::Panicked))
}
