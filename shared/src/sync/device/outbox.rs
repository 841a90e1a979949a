//! Own changes that the relay has not acknowledged, and how they are cut into batches. Only an ack drops a mark.

use std::collections::{BTreeMap, BTreeSet};

use super::documents::Documents;
use super::port::Mark;
use crate::document::chunk::{self, Outline};
use crate::document::decode;
use crate::gather::{Gather, sort_by};
use crate::ids::{BureauId, ChangeHash, DocumentId, EventKey};
use crate::limits::{BATCH_CHANGES_MAX, PUSH_BATCHES_MAX, PUSH_BYTES_MAX};
use crate::protocol::Batch;
use crate::time::Timestamp;
use crate::trust::signing::{BatchClaim, SUITE_P256};

/// The outbox.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    marks: BTreeMap<(DocumentId, ChangeHash), Waiting>,
    /// The event keys of the marked changes: each of our changes writes one event.
    keys: BTreeSet<(DocumentId, EventKey)>,
    /// Documents of which nothing is pushed: what waits there is about to be made again.
    paused: BTreeSet<DocumentId>,
}

#[derive(Debug)]
struct Waiting {
    mark: Mark,
    key: Option<EventKey>,
    /// Only what is durable here may be pushed: what is lost again must never have been seen outside.
    is_durable: bool,
}

impl Outbox {
    /// Marks a change that is durable on this phone.
    pub(super) fn mark(&mut self, mark: &Mark, documents: &Documents) {
        self.mark_tentative(mark, documents);
        self.confirm(mark.document, mark.hash);
    }

    /// Marks a change that is on its way into the storage.
    pub(super) fn mark_tentative(&mut self, mark: &Mark, documents: &Documents) {
        let key = event_key(documents, mark.document, mark.hash);
        self.keys.extend(key.clone().map(|key| (mark.document, key)));
        self.marks.insert((mark.document, mark.hash), Waiting { mark: mark.clone(), key, is_durable: false });
    }

    /// A tentative change is durable now.
    pub(super) fn confirm(&mut self, document: DocumentId, hash: ChangeHash) {
        if let Some(waiting) = self.marks.get_mut(&(document, hash)) {
            waiting.is_durable = true;
        }
    }

    pub(super) fn drop_mark(&mut self, document: DocumentId, hash: ChangeHash) {
        if let Some(Waiting { key: Some(key), .. }) = self.marks.remove(&(document, hash)) {
            self.keys.remove(&(document, key));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.marks.len()
    }

    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.marks.values().map(|waiting| waiting.mark.at).min()
    }

    pub(super) fn contains(&self, document: DocumentId, hash: ChangeHash) -> bool {
        self.marks.contains_key(&(document, hash))
    }

    /// What waits, by document.
    pub(super) fn marked(&self) -> impl Iterator<Item = (DocumentId, ChangeHash)> {
        self.marks.keys().copied()
    }

    pub(super) fn is_waiting(&self, document: DocumentId, key: &EventKey) -> bool {
        self.keys.contains(&(document, key.clone()))
    }

    /// Pushes nothing of a document until [`Outbox::resume`].
    pub(super) fn pause(&mut self, document: DocumentId) {
        self.paused.insert(document);
    }

    /// Pushes a document's changes again.
    pub(super) fn resume(&mut self, document: DocumentId) {
        self.paused.remove(&document);
    }

    /// The marks of a document.
    pub(super) fn of(&self, document: DocumentId) -> impl Iterator<Item = &Mark> {
        let all = (document, ChangeHash([0; 32]))..=(document, ChangeHash([0xff; 32]));
        self.marks.range(all).map(|(_, waiting)| &waiting.mark)
    }

    /// The next push: unsigned batches whose concatenation is causal, within the bounds of one frame.
    pub(super) fn batches(&self, documents: &Documents) -> Vec<Batch> {
        self.pushes(documents, 1).pop().unwrap_or_default()
    }

    /// The next pushes, each within the bounds of one frame.
    pub(super) fn pushes(&self, documents: &Documents, pushes_max: usize) -> Vec<Vec<Batch>> {
        let ids: BTreeSet<DocumentId> = self.marks.keys().map(|(document, _)| *document).into_set();
        let ids = ids.difference(&self.paused).copied();
        let mut pushes: Vec<Vec<Batch>> = Vec::new();
        let mut bytes_left = 0;
        for batch in ids.flat_map(|id| self.batches_of(id, documents)) {
            let bytes: usize = batch.changes.iter().map(|change| change.len() + 8).sum::<usize>() + 256;
            let is_last = pushes.len() == pushes_max;
            match pushes.last_mut() {
                Some(push) if push.len() < PUSH_BATCHES_MAX && bytes <= bytes_left => push.push(batch),
                _ if is_last => return pushes,
                _ => {
                    bytes_left = PUSH_BYTES_MAX;
                    pushes.push(vec![batch]);
                }
            }
            bytes_left = bytes_left.saturating_sub(bytes);
        }
        pushes
    }

    /// A document's waiting changes by their first operation, which is an order of causes before effects, cut where
    /// the writer changes (two tabs' changes may interleave) or its numbers do (what is missing is at the relay: a
    /// storage that was set back still marks what came before it).
    fn batches_of(&self, id: DocumentId, documents: &Documents) -> Vec<Batch> {
        let marked = self.marks.range((id, ChangeHash([0; 32]))..=(id, ChangeHash([0xff; 32])));
        let mut waiting: Vec<(Outline, &[u8], bool)> = marked
            .filter(|(_, waiting)| waiting.is_durable)
            .filter_map(|((_, hash), waiting)| {
                let (_, change) = documents.change(id, *hash)?;
                Some((chunk::outline(change).ok()?, change, waiting.mark.is_alone))
            })
            .collect();
        let order = |(outline, ..): &(Outline, &[u8], bool)| (outline.start_op, outline.actor, outline.seq);
        sort_by(&mut waiting, |a, b| order(a).cmp(&order(b)));
        let mut batches: Vec<Batch> = Vec::new();
        let mut bytes = 0;
        // The writer and the number that would join the last batch.
        let mut next = None;
        for (outline, change, is_alone) in waiting {
            let Some((collection, _)) = documents.change(id, outline.hash) else { continue };
            bytes += change.len();
            let fits = |batch: &Batch| batch.changes.len() < BATCH_CHANGES_MAX && bytes <= PUSH_BYTES_MAX / 2;
            match batches.last_mut() {
                Some(batch) if !is_alone && next == Some((outline.actor, outline.seq)) && fits(batch) => {
                    batch.changes.push(change.to_vec().into());
                    batch.head = outline.hash;
                }
                _ => {
                    bytes = change.len();
                    batches.push(Batch {
                        collection: collection.clone(),
                        document: id,
                        actor: outline.actor,
                        changes: vec![change.to_vec().into()],
                        head: outline.hash,
                        suite: SUITE_P256,
                        signature: Vec::new(),
                    });
                }
            }
            next = outline.seq.checked_add(1).filter(|_| !is_alone).map(|seq| (outline.actor, seq));
        }
        batches
    }
}

/// What must be signed for a batch.
pub(super) fn claim(bureau: &BureauId, batch: &Batch) -> Vec<u8> {
    let claim = BatchClaim {
        bureau,
        collection: &batch.collection,
        document: batch.document,
        actor: batch.actor,
        head: batch.head,
        count: u32::try_from(batch.changes.len()).expect("a batch is bounded"),
    };
    claim.to_bytes(batch.suite)
}

/// The key of the event that a change wrote: not always the change's number, for an edit that is made again keeps its
/// key.
pub(super) fn event_key(documents: &Documents, document: DocumentId, hash: ChangeHash) -> Option<EventKey> {
    decode::key(documents.change(document, hash)?.1)
}
