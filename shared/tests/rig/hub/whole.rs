//! The hub's answers by document, told as simply as can be: everything is worked out anew from the log.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::Document;
use shared::ids::{Chain, CollectionId, Digest, DocumentId};
use shared::protocol::{Bootstrap, Carried, Cursor, Pull, Run, Snapshot, Want, Whole};
use shared::trust::chain;

use super::{Entry, Hub};

impl Hub {
    /// How many entries of all logs are in snapshots.
    pub fn saved(&self) -> usize {
        let mut counts = BTreeMap::new();
        for entry in self.logs.values().flatten() {
            *counts.entry(entry.document).or_insert(0usize) += 1;
        }
        counts.into_values().map(|count| count.min(self.snapshot_changes)).sum()
    }

    /// Somebody copied an old database back: its last entries are gone, and it does not know it.
    pub fn roll_back(&mut self, collection: &CollectionId, entries: usize) {
        let log = self.logs.get_mut(collection).unwrap();
        log.truncate(log.len() - entries);
    }

    pub(super) fn read_by_document(&self, want: Want) -> Pull {
        let Want { collection, cursor, holdings } = want;
        let empty = Vec::new();
        let log = self.logs.get(&collection).unwrap_or(&empty);
        let begin = Bootstrap { target_seq: 0, after_document: None };
        let Bootstrap { mut target_seq, after_document } = cursor.bootstrap.unwrap_or(begin);
        if target_seq == 0 {
            target_seq = log.len() as u64;
        }
        let target = usize::try_from(target_seq).unwrap();
        let chain = if target == 0 { Chain::START } else { log[target - 1].chain };
        let held: BTreeMap<DocumentId, Digest> =
            holdings.iter().flatten().map(|holding| (holding.document, holding.digest)).collect();
        let there: BTreeSet<DocumentId> = log[..target].iter().map(|entry| entry.document).collect();
        let behind = there.iter().copied().filter(|id| Some(*id) > after_document);
        let wanted: Vec<_> = behind
            .map(|id| self.whole(id, &log[..target]))
            .filter(|w| held.get(&w.document) != Some(&w.digest))
            .collect();
        let (count, more) = (wanted.len().min(self.documents_max), wanted.len() > self.documents_max);
        let documents: Vec<_> = wanted.into_iter().take(count).collect();
        let last = documents.last().map(|whole| whole.document);
        let missing = held.keys().filter(|id| !there.contains(id) && (!more || Some(**id) <= last));
        let missing = missing.copied().collect();
        let cursor = if more {
            let bootstrap = Some(Bootstrap { target_seq, after_document: last });
            Cursor { epoch: self.epoch, bootstrap, ..cursor }
        } else {
            Cursor::at(self.epoch, target_seq, chain)
        };
        let is_end = !more && target == log.len();
        Pull {
            documents,
            missing,
            digest: is_end.then(|| digest(log)),
            ..Pull::entries(collection, Vec::new(), cursor, !is_end, false)
        }
    }

    fn whole(&self, id: DocumentId, log: &[Entry]) -> Whole {
        let entries: Vec<(u64, &Entry)> = (1..).zip(log).filter(|(_, entry)| entry.document == id).collect();
        let (saved, single) = entries.split_at(self.snapshot_changes.min(entries.len()));
        let snapshot = (!saved.is_empty()).then(|| {
            let mut document = Document::new(id);
            document.apply(saved.iter().map(|(_, entry)| entry.change.as_slice())).unwrap();
            Snapshot { bytes: document.save(), digest: document.digest(), held: Vec::new() }
        });
        Whole {
            document: id,
            digest: digest(entries.iter().map(|(_, entry)| *entry)),
            snapshot,
            runs: single.iter().map(|(seq, entry)| run(*seq, entry)).collect(),
        }
    }
}

/// One entry as a run of its own.
pub(super) fn run(seq_first: u64, entry: &Entry) -> Run {
    Run {
        seq_first,
        document: entry.document,
        device: entry.device,
        signature_hash: chain::signature_hash(&entry.seal.signature),
        receipt_time: entry.receipt_time,
        changes: vec![Carried::Change(entry.change.clone())],
        seal: Some(entry.seal.clone()),
        held: false,
        before: 0,
    }
}

/// What some entries come to.
pub(super) fn digest<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Digest {
    let mut digest = Digest::default();
    entries.into_iter().for_each(|entry| digest.toggle(entry.document, entry.hash));
    digest
}
