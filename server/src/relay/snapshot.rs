//! Documents in one piece: made when a document has grown and is quiet, beside the log writer, and used wherever a
//! document is needed as a whole. A snapshot is saved, loaded again and compared with the log before it counts; one that
//! does not read back is dropped, and the log is read instead. The log itself is never rewritten.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::document::{ApplyError, Document};
use shared::ids::{ChangeHash, Digest, DocumentId};
use shared::time::Timestamp;

use crate::clock::Clock;
use crate::store::{Result, Snapshot, Store, StoreError, blocking};

/// Milliseconds without a new entry after which a document counts as quiet.
pub const QUIET_MS: i64 = 60_000;
/// Documents saved in one go: bounds how long the database's writer is kept from the log's.
const DOCUMENTS_A_GO: usize = 32;
/// Time between two goes while there is something to do: the relay's work comes first.
const PAUSE: Duration = Duration::from_millis(250);
/// Time between two looks when there is nothing to do.
const LOOK: Duration = Duration::from_secs(30);

/// Why a document cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its entries do not make a document.
    #[error("its entries do not apply")]
    Apply(#[from] ApplyError),
    /// What reads it panicked.
    #[error("reading it panicked")]
    Panicked,
}

/// A document from the log, by way of its snapshot when it has one.
///
/// # Errors
/// When the database fails, or the entries do not make a document.
pub fn load(store: &dyn Store, id: DocumentId) -> Result<Document, LoadError> {
    if let Some(snapshot) = store.snapshot(id)? {
        let Snapshot { seq, digest, bytes, .. } = snapshot;
        let loaded = catch_unwind(|| Document::load(id, &bytes, digest));
        if let Ok(Ok(document)) = loaded {
            return with_entries(store, document, seq);
        }
        give_up(store, id);
    }
    with_entries(store, Document::new(id), 0)
}

fn with_entries(store: &dyn Store, mut document: Document, behind: u64) -> Result<Document, LoadError> {
    let entries = store.entries(document.id(), behind, u64::MAX)?;
    let apply = AssertUnwindSafe(|| {
        document.apply(entries.iter().map(|entry| entry.change.as_slice()))?;
        Ok(document)
    });
    catch_unwind(apply).unwrap_or(Err(LoadError::Panicked))
}

/// Drops a snapshot that is not what was saved. Its document is read from the log until it has another.
pub(super) fn give_up(store: &dyn Store, id: DocumentId) {
    tracing::error!(%id, "a snapshot does not read back; it is dropped");
    if let Err(error) = store.drop_snapshot(id) {
        tracing::warn!(error = &error as &dyn std::error::Error, "it could not be dropped now");
    }
}

/// A document as the log has it now, in one piece; `None` when what was saved is not what was read.
fn make(store: &dyn Store, id: DocumentId) -> Result<Option<Snapshot>, LoadError> {
    let entries = store.document(id)?;
    let Some(last) = entries.last() else { return Ok(None) };
    let digest = Digest::of(id, entries.iter().map(|entry| entry.hash));
    let held: Vec<ChangeHash> = entries.iter().filter(|entry| entry.held).map(|entry| entry.hash).collect();
    let save = || {
        let mut document = Document::new(id);
        document.apply(entries.iter().map(|entry| entry.change.as_slice())).ok()?;
        let bytes = document.save();
        let again = Document::load(id, &bytes, digest).ok()?;
        (again.heads() == document.heads()).then_some(bytes)
    };
    let bytes = catch_unwind(AssertUnwindSafe(save)).map_err(|_| LoadError::Panicked)?;
    let count = u64::try_from(entries.len()).expect("a document has fewer than 2^64 entries");
    Ok(bytes.map(|bytes| Snapshot { seq: last.seq, count, digest, held, bytes }))
}

/// Makes snapshots.
#[derive(Debug, Default)]
pub(super) struct Saver {
    /// Documents that cannot be saved: they are not tried again before the next start.
    refused: Mutex<BTreeSet<DocumentId>>,
}

impl Saver {
    /// Saves what has grown and had no entry since a moment, at most a go of it; says how many documents there were.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn save(&self, store: &dyn Store, quiet_since: Timestamp) -> Result<usize> {
        let refused = self.refused().clone();
        let mut grown = store.grown(quiet_since, DOCUMENTS_A_GO + refused.len())?;
        grown.retain(|id| !refused.contains(id));
        grown.truncate(DOCUMENTS_A_GO);
        self.save_these(store, &grown)?;
        Ok(grown.len())
    }

    /// Saves these documents as they are now, in one transaction; says how many could be.
    ///
    /// # Errors
    /// When the database fails; then none is.
    pub(super) fn save_these(&self, store: &dyn Store, documents: &[DocumentId]) -> Result<usize> {
        let mut snapshots = Vec::with_capacity(documents.len());
        for id in documents {
            match make(store, *id) {
                Ok(Some(snapshot)) => snapshots.push((*id, snapshot)),
                Err(LoadError::Store(error)) => return Err(error),
                Ok(None) | Err(LoadError::Apply(_) | LoadError::Panicked) => {
                    tracing::error!(%id, "a document cannot be saved in one piece");
                    self.refused().insert(*id);
                }
            }
        }
        if !snapshots.is_empty() {
            store.put_snapshots(&snapshots)?;
        }
        Ok(snapshots.len())
    }

    fn refused(&self) -> MutexGuard<'_, BTreeSet<DocumentId>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves, for as long as the relay runs.
    pub(super) async fn keep(self: &Arc<Self>, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>) {
        loop {
            let (saver, quiet_since) = (Arc::clone(self), clock.now().plus_ms(-QUIET_MS));
            let saved = blocking(store, move |store| saver.save(store, quiet_since)).await;
            let is_more = match saved {
                Ok(count) => count == DOCUMENTS_A_GO,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "no snapshots could be made");
                    false
                }
            };
            tokio::time::sleep(if is_more { PAUSE } else { LOOK }).await;
        }
    }
}
