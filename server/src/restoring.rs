//! How a backup becomes a relay's data again: it is copied beside the final place, checked, given a new life, and moved
//! there whole. It never touches a folder that has anything in it. From the new life every phone sees that its place in
//! the logs is gone, says what it holds, and gives back what the backup does not have. The command line is
//! `cli::restore`.

use std::fs;
use std::path::{Path, PathBuf};

use ring::rand::{SystemRandom, generate};
use shared::document::chunk;
use shared::ids::{Chain, CollectionId, Digest};
use shared::trust::chain::{self, Link};

use crate::photos;
use crate::store::sqlite;
use crate::store::{Entry, Founding, Log, Store, StoreError, Tip};

/// Bytes of changes read from the log at once.
const PAGE_BYTES: usize = 4 << 20;
/// Entries read from the log at once.
const PAGE_ENTRIES: usize = 10_000;

/// Why a backup was not restored. The data folder is as it was then.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Something is there already, which must not be lost for a backup.
    #[error("{} is not empty; name a new folder, or move away what is in it", .0.display())]
    NotEmpty(PathBuf),
    /// A folder or a file cannot be had.
    #[error("{} cannot be used", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file has no bureau in it.
    #[error("there is no bureau in the backup")]
    NoBureau,
    /// The file is damaged.
    #[error("the backup is damaged: the log of {collection} does not fit behind entry {behind}")]
    Damaged {
        /// The log.
        collection: CollectionId,
        /// The last entry that fits.
        behind: u64,
    },
    /// The system gave no randomness.
    #[error("the system gives no random numbers")]
    Random,
    /// The store failed, or the file is no database of this program.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the relay is now.
    pub founding: Founding,
    /// Collections whose chains were followed from their first entry to their last.
    pub collections: usize,
    /// Entries of all logs.
    pub entries: u64,
    /// Photos, from the folder beside the backup; none when there is none.
    pub photos: photos::Copied,
}

/// Makes a new data folder of a backup.
///
/// # Errors
/// When the folder is not empty, or the backup is not whole.
pub fn restore(backup: &Path, folder: &Path) -> Result<Restored, RestoreError> {
    let cannot = |path: &Path| {
        let path = path.to_owned();
        move |source| RestoreError::File { path, source }
    };
    fs::create_dir_all(folder).map_err(cannot(folder))?;
    if fs::read_dir(folder).map_err(cannot(folder))?.next().is_some() {
        return Err(RestoreError::NotEmpty(folder.to_owned()));
    }
    let apart = folder.join(".restoring");
    fs::create_dir(&apart).map_err(cannot(&apart))?;
    let restored = prepare(backup, &apart).and_then(|restored| {
        let from = photos::beside(backup);
        let kept = photos::copy(&from, &photos::folder(&apart)).map_err(cannot(&from))?;
        sqlite::install(&apart, folder)?;
        if kept.photos > 0 {
            let place = photos::folder(folder);
            fs::rename(photos::folder(&apart), &place).map_err(cannot(&place))?;
        }
        Ok(Restored { photos: kept, ..restored })
    });
    if let Err(error) = fs::remove_dir_all(&apart) {
        tracing::warn!(error = &error as &dyn std::error::Error, "the folder of the restoring stays");
    }
    restored
}

/// Copies, checks and begins the new life; what was opened is closed when it returns.
fn prepare(backup: &Path, apart: &Path) -> Result<Restored, RestoreError> {
    let store = sqlite::copy_in(backup, apart)?;
    let founding = store.founding()?.ok_or(RestoreError::NoBureau)?;
    let (mut collections, mut entries) = (0, 0);
    for (collection, tip) in store.collections()? {
        follow(&store, &collection, tip)?;
        collections += 1;
        entries += tip.seq;
    }
    let epoch: [u8; 8] = generate(&SystemRandom::new()).map_err(|_| RestoreError::Random)?.expose();
    let founding = Founding { epoch: u64::from_be_bytes(epoch), ..founding };
    store.begin_life(founding.epoch)?;
    Ok(Restored { founding, collections, entries, photos: photos::Copied::default() })
}

/// Follows a collection's chain and digest from its first entry to its end.
fn follow(store: &dyn Store, collection: &CollectionId, tip: Tip) -> Result<(), RestoreError> {
    let mut at = Tip { seq: 0, chain: Chain::START, digest: Digest::default() };
    let damaged = |behind| RestoreError::Damaged { collection: collection.clone(), behind };
    while at.seq < tip.seq {
        let page = store.page(collection, at.seq, PAGE_BYTES, PAGE_ENTRIES)?;
        if page.entries.is_empty() {
            return Err(damaged(at.seq));
        }
        for entry in page.entries {
            at = next(at, &entry).ok_or_else(|| damaged(at.seq))?;
        }
    }
    if at == tip { Ok(()) } else { Err(damaged(at.seq)) }
}

/// The end behind an entry; `None` when it does not fit there, or its bytes are not what they were.
fn next(at: Tip, entry: &Entry) -> Option<Tip> {
    let link = Link {
        seq: at.seq + 1,
        document: entry.document,
        change: entry.hash,
        device: entry.device,
        signature_hash: &chain::signature_hash(&entry.signature),
        receipt_time: entry.receipt_time,
    };
    let mut next = Tip { seq: at.seq + 1, chain: chain::extend(at.chain, link), ..at };
    next.digest.toggle(entry.document, entry.hash);
    let fits = entry.seq == next.seq && entry.chain == next.chain;
    (fits && chunk::hash(&entry.change) == Ok(entry.hash)).then_some(next)
}
