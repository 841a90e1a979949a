//! Reads the log for a phone: entries behind its cursor as runs of one batch each; or document by document, which is
//! `whole`. A cursor that is not a place in this log (the relay was restored, or the phone was) is told so, and the phone
//! then says what it holds.

use shared::ids::{Chain, CollectionId};
use shared::limits::SEAL_DAYS;
use shared::protocol::{Bootstrap, Carried, Cursor, Pull, Run, Seal, Want};
use shared::time::{DAY_MS, Timestamp};
use shared::trust::chain;

use crate::store::{Entry, Result, Store};

/// Entries in one answer: bounds the work when changes are tiny.
const ENTRIES_MAX: usize = 20_000;
/// Entries of a log that a new phone may just as well read one by one.
pub(super) const REPLAYED_MAX: u64 = 256;

/// The log, as it is read for one answer.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) epoch: u64,
    replayed_max: u64,
    /// Authors' signatures are sent with what was taken since then.
    sealed_from: Timestamp,
}

impl<'a> Source<'a> {
    pub(super) fn new(store: &'a dyn Store, epoch: u64, now: Timestamp, replayed_max: u64) -> Self {
        Self { store, epoch, replayed_max, sealed_from: now.plus_ms(-SEAL_DAYS * DAY_MS) }
    }

    /// What a phone wants.
    pub(super) fn pull(self, want: Want, bytes_max: usize) -> Result<Pull> {
        let begin = Bootstrap { target_seq: 0, after_document: None };
        let by_document = match want.cursor.bootstrap {
            Some(at) => Some(at),
            None if want.cursor.seq == 0 && self.is_saved(&want.collection)? => Some(begin),
            None => None,
        };
        match by_document {
            Some(at) => self.by_document(want, at, bytes_max),
            None => self.by_place(want.collection, want.cursor, bytes_max),
        }
    }

    fn by_place(self, collection: CollectionId, cursor: Cursor, bytes_max: usize) -> Result<Pull> {
        let Self { store, epoch, .. } = self;
        let is_place = cursor.seq == 0
            || (cursor.epoch == epoch && store.chain_at(&collection, cursor.seq)? == Some(cursor.chain));
        if !is_place {
            return Ok(self.diverged(collection));
        }
        let page = store.page(&collection, cursor.seq, bytes_max, ENTRIES_MAX)?;
        let behind = match page.entries.last() {
            Some(last) => Cursor::at(epoch, last.seq, last.chain),
            None => Cursor { epoch, ..cursor },
        };
        let digest = (behind.seq == page.tip.seq).then_some(page.tip.digest);
        let runs = self.runs(page.entries);
        Ok(Pull { digest, ..Pull::entries(collection, runs, behind, page.more, false) })
    }

    /// Whether most of a long log is in snapshots.
    fn is_saved(self, collection: &CollectionId) -> Result<bool> {
        let tip = self.store.end(collection)?;
        Ok(tip.seq > self.replayed_max && self.store.saved(collection)? >= tip.seq / 2)
    }

    /// The answer to a cursor that is not a place in this log.
    pub(super) fn diverged(self, collection: CollectionId) -> Pull {
        Pull::entries(collection, Vec::new(), Cursor::at(self.epoch, 0, Chain::START), true, true)
    }

    /// Entries as runs of neighbours of one batch, with their authors' signatures.
    pub(super) fn runs(self, entries: Vec<Entry>) -> Vec<Run> {
        runs(entries, self.sealed_from)
    }
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
                before: 0,
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
