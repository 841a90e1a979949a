//! What was rejected and what is held, in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use server::store::{HeldBatch, NewRejected, Quarantine, Rejected, Result};
use shared::ids::{ChangeHash, DocumentId};
use shared::limits::{QUARANTINE_BYTES_MAX, QUARANTINE_ROWS_MAX};

use super::MemoryStore;
use super::tables::Tables;

/// Keeps rejected batches, and lets the oldest go beyond the limits.
pub(super) fn set_aside(tables: &mut Tables, rejected: &[NewRejected]) {
    if rejected.is_empty() {
        return;
    }
    let kept = Arc::make_mut(&mut tables.rejected);
    for new in rejected {
        let key = (new.document, new.head);
        let times = kept.get(&key).map_or(0, |(before, _)| before.times) + 1;
        let row = Rejected {
            at: new.at,
            code: new.code.to_owned(),
            detail: new.detail.clone(),
            collection: new.collection.clone(),
            document: new.document,
            author: new.author,
            carrier: new.carrier,
            changes: new.changes,
            bytes: new.body.len() as u64,
            times,
        };
        kept.insert(key, (row, new.body.clone()));
    }
    let is_over = |kept: &BTreeMap<_, (Rejected, Vec<u8>)>| {
        let bytes: u64 = kept.values().map(|(row, _)| row.bytes).sum();
        bytes > u64::from(QUARANTINE_BYTES_MAX) || kept.len() as u64 > u64::from(QUARANTINE_ROWS_MAX)
    };
    while is_over(kept) {
        let oldest = kept.iter().min_by_key(|(_, (row, _))| row.at).map(|(key, _)| *key);
        oldest.and_then(|key| kept.remove(&key));
    }
}

impl Quarantine for MemoryStore {
    fn rejected(&self) -> Result<Vec<Rejected>> {
        let mut rows: Vec<_> = self.read()?.rejected.values().map(|(row, _)| row.clone()).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        Ok(rows)
    }

    fn rejected_body(&self, document: DocumentId, head: ChangeHash) -> Result<Option<Vec<u8>>> {
        Ok(self.read()?.rejected.get(&(document, head)).map(|(_, body)| body.clone()))
    }

    fn held(&self) -> Result<Vec<HeldBatch>> {
        let tables = self.read()?;
        let mut held: BTreeMap<_, HeldBatch> = BTreeMap::new();
        for (collection, log) in &tables.logs {
            for entry in log.iter().filter(|entry| entry.held) {
                let batch = held.entry((entry.document, entry.device)).or_insert_with(|| HeldBatch {
                    collection: collection.clone(),
                    document: entry.document,
                    author: entry.device,
                    at: entry.receipt_time,
                    changes: Vec::new(),
                });
                batch.at = entry.receipt_time;
                batch.changes.push(entry.hash);
            }
        }
        Ok(held.into_values().collect())
    }
}
