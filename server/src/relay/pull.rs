//! Reads the log for a phone: entries behind its cursor as runs of one batch each; or document by document, which is
//! `whole`. A cursor that is not a place in this log (the relay was restored, or the phone was) is told so, and the phone
//! then says what it holds.

use shared::ids::{Chain, CollectionId};
use shared::protocol::{Bootstrap, Carried, Cursor, Pull, Run, Want};
use shared::trust::chain;

use super::whole;
use crate::store::{Entry, Result, Store};

/// Entries in one answer: bounds the work when changes are tiny.
const ENTRIES_MAX: usize = 20_000;
/// Entries of a log that a new phone may just as well read one by one.
const REPLAYED_MAX: u64 = 256;

/// What a phone wants.
pub(super) fn pull(store: &dyn Store, epoch: u64, want: Want, bytes_max: usize) -> Result<Pull> {
    let Want { collection, cursor, holdings } = want;
    let begin = Bootstrap { target_seq: 0, after_document: None };
    let by_document = match cursor.bootstrap {
        Some(at) => Some(at),
        None if cursor.seq == 0 && is_saved(store, &collection)? => Some(begin),
        None => None,
    };
    if let Some(at) = by_document {
        let holdings = holdings.unwrap_or_default();
        return whole::pull(store, epoch, collection, cursor, at, holdings, bytes_max);
    }
    let is_place = cursor.seq == 0
        || (cursor.epoch == epoch && store.chain_at(&collection, cursor.seq)? == Some(cursor.chain));
    if !is_place {
        return Ok(diverged(epoch, collection));
    }
    let page = store.page(&collection, cursor.seq, bytes_max, ENTRIES_MAX)?;
    let behind = match page.entries.last() {
        Some(last) => Cursor::at(epoch, last.seq, last.chain),
        None => Cursor { epoch, ..cursor },
    };
    let digest = (behind.seq == page.tip.seq).then_some(page.tip.digest);
    Ok(Pull { digest, ..Pull::entries(collection, runs(page.entries), behind, page.more, false) })
}

/// Whether most of a long log is in snapshots.
fn is_saved(store: &dyn Store, collection: &CollectionId) -> Result<bool> {
    let tip = store.end(collection)?;
    Ok(tip.seq > REPLAYED_MAX && store.saved(collection)? >= tip.seq / 2)
}

/// The answer to a cursor that is not a place in this log.
pub(super) fn diverged(epoch: u64, collection: CollectionId) -> Pull {
    Pull::entries(collection, Vec::new(), Cursor::at(epoch, 0, Chain::START), true, true)
}

/// Entries as runs of neighbours of one batch.
pub(super) fn runs(entries: Vec<Entry>) -> Vec<Run> {
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
