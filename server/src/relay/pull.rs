//! Reads the log for a phone: entries behind its cursor as runs of one batch each, or the whole log from its beginning
//! when the cursor is not a place in it (the relay was restored, or the phone was).

use shared::ids::CollectionId;
use shared::protocol::{Carried, Cursor, Pull, Run};
use shared::trust::chain;

use crate::store::{Entry, Result, Store};

/// Entries in one answer: bounds the work when changes are tiny.
const ENTRIES_MAX: usize = 20_000;

/// News behind a cursor.
pub(super) fn pull(
    store: &dyn Store,
    epoch: u64,
    collection: CollectionId,
    cursor: Cursor,
    bytes_max: usize,
) -> Result<Pull> {
    let is_place = cursor.seq == 0
        || (cursor.epoch == epoch && store.chain_at(&collection, cursor.seq)? == Some(cursor.chain));
    let from = if is_place { cursor } else { Cursor::START };
    let page = store.page(&collection, from.seq, bytes_max, ENTRIES_MAX)?;
    let behind = match page.entries.last() {
        Some(last) => Cursor::at(epoch, last.seq, last.chain),
        None => Cursor { epoch, ..from },
    };
    Ok(Pull::entries(collection, runs(page.entries), behind, page.more, !is_place))
}

fn runs(entries: Vec<Entry>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut batch_before = None;
    for entry in entries {
        let Entry { seq, document, change, batch, device, signature, receipt_time, held, .. } = entry;
        match runs.last_mut() {
            Some(run) if batch_before == Some(batch) => run.changes.push(Carried::Change(change)),
            _ => runs.push(Run {
                seq_first: seq,
                document,
                device,
                signature_hash: chain::signature_hash(&signature),
                receipt_time,
                changes: vec![Carried::Change(change)],
                seal: None,
                held,
            }),
        }
        batch_before = Some(batch);
    }
    runs
}
