//! Reads the log document by document: for a new phone, which gets snapshots instead of a replay, and for a phone that
//! says what it holds, because its log or its digest is not the relay's. Everything is as of one position, the target,
//! so what is appended meanwhile disturbs nothing: it comes by place afterwards.

use std::collections::BTreeMap;

use shared::document::saved::is_intact;
use shared::ids::{CollectionId, Digest, DocumentId};
use shared::protocol::{self, Bootstrap, Cursor, Pull, Want, Whole};

use super::pull::Source;
use super::snapshot;
use crate::store::Result;

/// Documents in one answer: bounds the work when they are tiny.
const WHOLES_MAX: usize = 4_096;
/// Documents whose digests are read at once.
const EXTENTS_MAX: usize = 1_024;

impl Source<'_> {
    /// The next documents of a catch-up.
    pub(super) fn by_document(self, want: Want, at: Bootstrap, bytes_max: usize) -> Result<Pull> {
        let (Self { store, epoch, .. }, Want { collection, cursor, holdings }) = (self, want);
        let tip = store.end(&collection)?;
        let is_begun = at.target_seq > 0;
        if is_begun && (cursor.epoch != epoch || at.target_seq > tip.seq) {
            return Ok(self.diverged(collection));
        }
        let target = if is_begun { at.target_seq } else { tip.seq };
        let held = holdings.into_iter().flatten().map(|holding| (holding.document, holding.digest));
        let mut reading = Reading {
            source: self,
            target,
            after: at.after_document,
            held: held.collect(),
            documents: Vec::new(),
            bytes: 0,
            bytes_max,
        };
        let is_end = reading.read(&collection)?;
        let Reading { after, held, documents, .. } = reading;
        let missing = held.into_keys().filter(|id| is_end || Some(*id) <= after).collect();
        let cursor = if is_end {
            let chain = store.chain_at(&collection, target)?.unwrap_or(cursor.chain);
            Cursor::at(epoch, target, chain)
        } else {
            let bootstrap = Some(Bootstrap { target_seq: target, after_document: after });
            Cursor { epoch, bootstrap, ..cursor }
        };
        let is_tip = is_end && target == tip.seq;
        Ok(Pull {
            documents,
            missing,
            digest: is_tip.then_some(tip.digest),
            ..Pull::entries(collection, Vec::new(), cursor, !is_tip, false)
        })
    }
}

struct Reading<'a> {
    source: Source<'a>,
    target: u64,
    /// The last document looked at.
    after: Option<DocumentId>,
    /// What the phone holds of documents that were not looked at yet, or that the log has nothing of.
    held: BTreeMap<DocumentId, Digest>,
    documents: Vec<Whole>,
    bytes: usize,
    bytes_max: usize,
}

impl Reading<'_> {
    /// Reads until the answer is full; whether there are no more documents.
    fn read(&mut self, collection: &CollectionId) -> Result<bool> {
        loop {
            let extents = self.source.store.extents(collection, self.after, self.target, EXTENTS_MAX)?;
            let is_last = extents.len() < EXTENTS_MAX;
            for (document, digest) in extents {
                if self.held.get(&document) != Some(&digest) {
                    let whole = self.whole(document, digest)?;
                    self.bytes += bytes(&whole);
                    let is_full = self.bytes > self.bytes_max || self.documents.len() == WHOLES_MAX;
                    if is_full && !self.documents.is_empty() {
                        return Ok(false);
                    }
                    self.documents.push(whole);
                }
                self.held.remove(&document);
                self.after = Some(document);
            }
            if is_last {
                return Ok(true);
            }
        }
    }

    fn whole(&self, document: DocumentId, digest: Digest) -> Result<Whole> {
        let store = self.source.store;
        let snapshot = store.snapshot(document)?.filter(|snapshot| snapshot.seq <= self.target);
        let snapshot = snapshot.filter(|snapshot| {
            let is_intact = is_intact(&snapshot.bytes);
            if !is_intact {
                snapshot::give_up(store, document);
            }
            is_intact
        });
        let behind = snapshot.as_ref().map_or(0, |snapshot| snapshot.seq);
        let snapshot = snapshot.map(|snapshot| protocol::Snapshot {
            bytes: snapshot.bytes,
            digest: snapshot.digest,
            held: snapshot.held,
        });
        let runs = self.source.runs(store.entries(document, behind, self.target)?);
        Ok(Whole { document, digest, snapshot, runs })
    }
}

/// About how many bytes a document takes in a frame.
fn bytes(whole: &Whole) -> usize {
    let changes = whole.runs.iter().flat_map(|run| &run.changes);
    let changes: usize = changes
        .map(|carried| match carried {
            protocol::Carried::Change(change) => change.len(),
            protocol::Carried::Known(_) => 0,
        })
        .sum();
    changes + whole.snapshot.as_ref().map_or(0, |snapshot| snapshot.bytes.len())
}
