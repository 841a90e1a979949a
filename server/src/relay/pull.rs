//! Reads the log for a phone: entries behind its cursor as runs of one batch each, or the whole log from its beginning
//! when the cursor is not a place in it (the relay was restored, or the phone was).

use shared::ids::CollectionId;
use shared::limits::SEAL_DAYS;
use shared::protocol::{Carried, Cursor, Pull, Run, Seal};
use shared::time::{DAY_MS, Timestamp};
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
    now: Timestamp,
) -> Result<Pull> {
    let is_place = cursor.seq == 0
        || (cursor.epoch == epoch && store.chain_at(&collection, cursor.seq)? == Some(cursor.chain));
    let from = if is_place { cursor } else { Cursor::START };
    let page = store.page(&collection, from.seq, bytes_max, ENTRIES_MAX)?;
    let behind = match page.entries.last() {
        Some(last) => Cursor::at(epoch, last.seq, last.chain),
        None => Cursor { epoch, ..from },
    };
    let sealed_from = now.plus_ms(-SEAL_DAYS * DAY_MS);
    Ok(Pull::entries(collection, runs(page.entries, sealed_from), behind, page.more, !is_place))
}

fn runs(entries: Vec<Entry>, sealed_from: Timestamp) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut batch_before = None;
    let mut last: Option<Entry> = None;
    for entry in entries {
        if batch_before != Some(entry.batch) {
            seal(&mut runs, last.take(), sealed_from);
            runs.push(Run {
                seq_first: entry.seq,
                document: entry.document,
                device: entry.device,
                signature_hash: chain::signature_hash(&entry.signature),
                receipt_time: entry.receipt_time,
                changes: Vec::new(),
                seal: None,
                held: entry.held,
            });
        }
        batch_before = Some(entry.batch);
        let mut entry = entry;
        if let Some(run) = runs.last_mut() {
            run.changes.push(Carried::Change(std::mem::take(&mut entry.change)));
        }
        last = Some(entry);
    }
    seal(&mut runs, last, sealed_from);
    runs
}

/// Puts the author's signature on the last run, whose last entry this is, unless it is too old to be kept by a phone.
fn seal(runs: &mut [Run], last: Option<Entry>, sealed_from: Timestamp) {
    let (Some(run), Some(entry)) = (runs.last_mut(), last) else { return };
    if entry.receipt_time < sealed_from {
        return;
    }
    let count = (usize::try_from(entry.batch_count) != Ok(run.changes.len())).then_some(entry.batch_count);
    let head = (entry.batch_head != entry.hash).then_some(entry.batch_head);
    run.seal = Some(Seal { suite: entry.suite, signature: entry.signature, head, count });
}
