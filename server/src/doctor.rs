//! Examines everything that a relay keeps, and says in plain words what is wrong: the database's own pages, the chain of
//! each log from its first entry, every change against its hash, every writer's numbers, every batch's signature, and
//! the rows against the log. It writes nothing and mends nothing. The command line is `cli::doctor`.

use shared::domain::directory::Bureau;
use shared::ids::{ChangeHash, CollectionId, DeviceId, DocumentId};
use shared::time::{Date, Timestamp};

use crate::projector::{self, RowFault};
use crate::relay::author;
use crate::store::{Examine, Result, Sizes, Store, StoreError};

mod chains;

/// Findings of one kind that are told one by one; the rest is counted.
const TOLD_MAX: usize = 20;

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The database's own check failed.
    #[error("the database's own check: {0}")]
    Database(String),
    /// Nothing more of a log can be read.
    #[error("{collection}: what stands behind entry {behind} cannot be read ({why})")]
    Unreadable {
        /// The log.
        collection: CollectionId,
        /// The last entry that was read.
        behind: u64,
        /// Why.
        why: String,
    },
    /// Entries are missing in the middle or at the end.
    #[error("{collection}: entries {first} to {last} are missing")]
    Missing {
        /// The log.
        collection: CollectionId,
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// The chain shows that an entry, or its place, is not what it was.
    #[error("{collection}: the chain does not fit at entry {seq}: it, or something about it, was changed")]
    Chain {
        /// The log.
        collection: CollectionId,
        /// The entry.
        seq: u64,
    },
    /// The collection's end is not its last entry's.
    #[error("{0}: its end is not the last entry's chain")]
    End(CollectionId),
    /// What phones compare theirs with is wrong.
    #[error("{0}: its digest is not that of its entries")]
    Digest(CollectionId),
    /// Bytes are not those that were received.
    #[error("{collection}: the bytes of entry {seq} are not those that were received ({why})")]
    Change {
        /// The log.
        collection: CollectionId,
        /// The entry.
        seq: u64,
        /// How that shows.
        why: String,
    },
    /// A writer's numbers do not follow each other.
    #[error(
        "{collection}: entry {seq} is number {found} of its writer in {document}, and should be {expected}"
    )]
    Number {
        /// The log.
        collection: CollectionId,
        /// The entry.
        seq: u64,
        /// The document.
        document: DocumentId,
        /// Its number.
        found: u64,
        /// What it should be.
        expected: u64,
    },
    /// What admission goes by is not what the log has.
    #[error("{collection}: of a writer in {document} number {kept} is kept as the last; the log has {found}")]
    Writer {
        /// The log.
        collection: CollectionId,
        /// The document.
        document: DocumentId,
        /// As it is kept.
        kept: u64,
        /// As the log has it.
        found: u64,
    },
    /// A signature does not fit what it is kept with.
    #[error(
        "{collection}: the signature of {device} on the batch that ends with change {head} in {document}: {why}"
    )]
    Signature {
        /// The log.
        collection: CollectionId,
        /// The document.
        document: DocumentId,
        /// The author's device.
        device: DeviceId,
        /// The batch's last change.
        head: ChangeHash,
        /// What is wrong.
        why: &'static str,
    },
    /// A row is not what the log says.
    #[error("the row {key} {}; the relay makes rows anew when they are dropped", match .fault {
        RowFault::Missing(_) => "is missing",
        RowFault::Differs(_) => "is not what the log says",
        RowFault::Invented(_) => "is of a round that the log does not have",
    })]
    Row {
        /// Its key.
        key: String,
        /// What is wrong.
        fault: RowFault,
    },
    /// A photo or a memo is not what it was.
    #[error("the photo {0} is not what its name says")]
    Photo(String),
    /// Part of the examination was not possible.
    #[error("{what} could not be examined: {why}")]
    NotExamined {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
}

/// How much was examined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Examined {
    /// Logs.
    pub collections: u64,
    /// Entries.
    pub entries: u64,
    /// Signatures.
    pub signatures: u64,
    /// Rows.
    pub rows: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The bureau.
    pub bureau: Bureau,
    /// How much was examined.
    pub examined: Examined,
    /// How much there is.
    pub sizes: Sizes,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Examines a store, as of a moment.
///
/// # Errors
/// When there is no bureau in it, or it cannot be read at all.
pub fn examine<S: Store + Examine>(store: &S, now: Timestamp) -> Result<Report> {
    let founding = store.founding()?.ok_or(StoreError::Corrupt { what: "bureau" })?;
    let (mut findings, mut examined) = (Vec::new(), Examined::default());
    match store.integrity() {
        Ok(told) => findings.extend(told.into_iter().map(Finding::Database)),
        Err(error) => findings.push(not_examined("the database's own check", &error)),
    }
    let relay_key = author::public_key(&founding.relay_key);
    for (collection, tip) in store.collections()? {
        let found = chains::examine(
            store,
            &founding.bureau.id,
            relay_key.as_deref(),
            &collection,
            tip,
            &mut examined,
        );
        findings.extend(found);
    }
    let today: Date = founding.bureau.zone.date(now);
    match projector::row_faults(store, &founding.bureau.id, today.month().before()) {
        Ok((faults, compared)) => {
            examined.rows = compared;
            findings.extend(faults.into_iter().map(row));
        }
        Err(error) => findings.push(not_examined("the rows", &error)),
    }
    let sizes = store.sizes()?;
    Ok(Report { bureau: founding.bureau, examined, sizes, findings })
}

fn row(fault: RowFault) -> Finding {
    let (RowFault::Missing(key) | RowFault::Differs(key) | RowFault::Invented(key)) = &fault;
    Finding::Row { key: key.clone(), fault }
}

fn not_examined(what: &'static str, error: &StoreError) -> Finding {
    Finding::NotExamined { what, why: why(error) }
}

/// An error with its cause.
fn why(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

impl Report {
    /// The report as it is printed.
    pub fn text(&self) -> String {
        let Self { bureau, examined, sizes, findings } = self;
        let megabytes = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10);
        let mut text = format!(
            "{} ({})\n  {} logs with {} entries in {} documents and {} batches, {} devices\n  \
             database {}, write-ahead log {}\n\n  examined: the database's own check, the chain and every change of {} entries,\n  \
             every writer's numbers, {} signatures, {} rows against the log\n\n",
            bureau.name.zh,
            bureau.id,
            examined.collections,
            examined.entries,
            sizes.documents,
            sizes.batches,
            sizes.devices,
            megabytes(sizes.database_bytes),
            megabytes(sizes.wal_bytes),
            examined.entries,
            examined.signatures,
            examined.rows,
        );
        if findings.is_empty() {
            text.push_str("  Nothing is wrong.\n");
            return text;
        }
        let mut told: Vec<(std::mem::Discriminant<Finding>, usize)> = Vec::new();
        for finding in findings {
            let kind = std::mem::discriminant(finding);
            let count = match told.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    told.push((kind, 1));
                    1
                }
            };
            if count <= TOLD_MAX {
                text.push_str(&format!("  WRONG  {finding}\n"));
            }
        }
        let silent: usize = told.iter().map(|(_, count)| count.saturating_sub(TOLD_MAX)).sum();
        if silent > 0 {
            text.push_str(&format!("  WRONG  and {silent} more of the same kinds\n"));
        }
        text.push_str("\n  Keep a copy of this folder as it is before you do anything else; docs/OPERATIONS.md says what to do.\n");
        text
    }
}

#[cfg(test)]
mod tests;
