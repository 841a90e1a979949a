//! The authors' signatures that this phone keeps, its own and its colleagues', and what they are for: a relay that was
//! restored from a backup gets back the very batches that it lost, whoever wrote them, carried by whoever has them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::digits::BASE64URL;
use crate::flat::FlatMap;
use minicbor::Encode;

use super::Device;
use super::documents::Documents;
use super::outbox;
use super::port::{Claimed, Write};
use crate::document::chunk::{self, Outline};
use crate::gather::{Gather, sort_by};
use crate::ids::{Actor, ChangeHash, CollectionId, DeviceId, DocumentId, DocumentKind};
use crate::limits::{BATCH_CHANGES_MAX, PUSH_BATCHES_MAX, PUSH_BYTES_MAX, SEAL_DAYS};
use crate::protocol::{Ack, AckOutcome, Batch, Run};
use crate::time::{DAY_MS, Timestamp};
use crate::trust::chain;

/// An author's signature over a batch, without the batch: its changes are in the document. Its key in the storage is
/// (document, head).
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct StoredSeal {
    /// The batch's document.
    #[n(0)]
    pub document: DocumentId,
    /// Its last change.
    #[n(1)]
    pub head: ChangeHash,
    /// How many changes of its writer it has, up to that one.
    #[n(2)]
    pub count: u32,
    /// Signature suite.
    #[n(3)]
    pub suite: u8,
    /// The signature.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub signature: Vec<u8>,
    /// When the relay took it.
    #[n(5)]
    pub receipt_time: Timestamp,
}

crate::read_record!(StoredSeal { document, head, count, suite, signature as bytes, receipt_time });

/// What one request pushes.
#[derive(Debug, Default)]
pub(super) struct Push {
    /// Batches that are pushed for the first time, cut from marked changes.
    pub(super) marked: Vec<Batch>,
    /// Batches that a relay had and lost, as their authors signed them.
    pub(super) carried: Vec<Batch>,
}

impl Push {
    /// The batches in the order in which they are sent. What was lost comes first: the rest may build on it.
    pub(super) fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.carried.iter().chain(&self.marked)
    }

    /// Those of the carried batches that this device wrote itself: their changes may be marked.
    pub(super) fn carried_own(&self, device: DeviceId) -> Vec<Batch> {
        self.carried.iter().filter(|batch| batch.actor.device() == device).cloned().collect()
    }

    /// The collection of the batch that an ack is about.
    pub(super) fn collection_of(&self, document: DocumentId, head: ChangeHash) -> Option<&CollectionId> {
        let is_it = |batch: &&Batch| batch.document == document && batch.head == head;
        self.batches().find(is_it).map(|batch| &batch.collection)
    }
}

/// The signatures.
#[derive(Debug, Default)]
pub(super) struct Seals {
    kept: BTreeMap<(DocumentId, ChangeHash), StoredSeal>,
    /// Batches that a relay lost, until it has answered for them.
    to_give_back: VecDeque<Batch>,
    /// Batches that it would not have back.
    refused: BTreeSet<(DocumentId, ChangeHash)>,
}

impl Seals {
    /// The documents of which something could be given back, each at least once.
    pub(super) fn documents(&self) -> impl Iterator<Item = DocumentId> {
        self.kept.keys().map(|(document, _)| *document)
    }

    pub(super) fn new(stored: Vec<StoredSeal>) -> Self {
        let kept = stored.into_iter().map(|seal| ((seal.document, seal.head), seal)).into_map();
        Self { kept, ..Self::default() }
    }

    pub(super) fn keep(&mut self, seal: StoredSeal) {
        self.kept.insert((seal.document, seal.head), seal);
    }

    pub(super) fn drop_seal(&mut self, document: DocumentId, head: ChangeHash) {
        self.kept.remove(&(document, head));
    }

    /// The writes that forget what is too old to be needed.
    pub(super) fn expired(&self, now: Timestamp) -> Vec<Write> {
        let is_old = |seal: &&StoredSeal| now.since(seal.receipt_time) > SEAL_DAYS * DAY_MS;
        let old = self.kept.values().filter(is_old);
        old.map(|seal| Write::DropSeal { document: seal.document, head: seal.head }).collect()
    }

    /// The next of what a relay lost, within the bounds of one push; empty when it has everything.
    pub(super) fn next_push(&self) -> Vec<Batch> {
        let mut bytes = 0;
        let fits = |batch: &&Batch| {
            let is_first = bytes == 0;
            bytes += batch.changes.iter().map(|change| change.len() + 8).sum::<usize>() + 256;
            is_first || bytes <= PUSH_BYTES_MAX
        };
        self.to_give_back.iter().take(PUSH_BATCHES_MAX).take_while(fits).cloned().collect()
    }

    /// The relay has answered for them: it has them, or will not have them.
    pub(super) fn answered(&mut self, acks: &[Ack]) {
        let done: BTreeSet<_> = acks
            .iter()
            .filter(|ack| !matches!(ack.outcome, AckOutcome::Deferred { .. }))
            .map(|ack| (ack.document, ack.head))
            .into_set();
        let is_refused = |ack: &&Ack| matches!(ack.outcome, AckOutcome::Rejected { .. });
        let refused = acks.iter().filter(is_refused).map(|ack| (ack.document, ack.head));
        self.refused.extend(refused.filter(|batch| self.kept.contains_key(batch)));
        self.to_give_back.retain(|batch| !done.contains(&(batch.document, batch.head)));
    }
}

/// The seal of a run whose last change is `last`; `None` when the run has none. The run's chain commits to the hash of
/// the signature, so a signature that was exchanged on the way shows as an error.
pub(super) fn of_run(run: &Run, last: ChangeHash) -> Result<Option<StoredSeal>, ForeignSeal> {
    let Some(seal) = &run.seal else { return Ok(None) };
    if chain::signature_hash(&seal.signature) != run.signature_hash {
        return Err(ForeignSeal);
    }
    let count = seal.count.or_else(|| u32::try_from(run.changes.len()).ok()).ok_or(ForeignSeal)?;
    Ok(Some(StoredSeal {
        document: run.document,
        head: seal.head.unwrap_or(last),
        count,
        suite: seal.suite,
        signature: seal.signature.clone(),
        receipt_time: run.receipt_time,
    }))
}

/// A seal that is not the one that the chain commits to.
#[derive(Debug)]
pub(super) struct ForeignSeal;

/// The seals of own batches that are on the relay's disk.
pub(super) fn of_acked(acks: &[Ack], pushed: &[Batch]) -> Vec<Write> {
    let batches: FlatMap<_, _> = pushed.iter().map(|batch| ((batch.document, batch.head), batch)).into_flat();
    let seal = |ack: &Ack| {
        let (AckOutcome::Accepted { receipt_time, .. } | AckOutcome::Duplicate { receipt_time, .. }) =
            ack.outcome
        else {
            return None;
        };
        let batch = batches.get(&(ack.document, ack.head))?;
        Some(Write::Seal(StoredSeal {
            document: batch.document,
            head: batch.head,
            count: u32::try_from(batch.changes.len()).ok()?,
            suite: batch.suite,
            signature: batch.signature.clone(),
            receipt_time,
        }))
    };
    acks.iter().filter_map(seal).collect()
}

impl Device {
    /// The batches, as their authors signed them, that bring these changes back: of everybody, in an order in which a
    /// relay takes them. Changes whose signature is not kept here are left out.
    pub fn carried(&self, lost: &BTreeSet<(DocumentId, ChangeHash)>) -> Vec<Batch> {
        let mut documents: Vec<DocumentId> = lost.iter().map(|(document, _)| *document).collect();
        documents.dedup();
        // The directory first: it tells the relay whose the others are.
        let order = |document: &DocumentId| (document.kind() != DocumentKind::Directory, *document);
        sort_by(&mut documents, |a, b| order(a).cmp(&order(b)));
        let of = |document: DocumentId| {
            let batches = self.sealed(document).into_iter();
            let is_lost = |batch: &Sealed| batch.hashes.iter().any(|hash| lost.contains(&(document, *hash)));
            in_causal_order(batches.filter(is_lost).collect())
        };
        documents.into_iter().flat_map(of).collect()
    }

    /// Gives changes that a relay lost back to it, with the next exchanges, as far as their signatures are kept here and
    /// it has not refused them before; gives what is on its way.
    pub(super) fn give_back(
        &mut self,
        lost: &BTreeSet<(DocumentId, ChangeHash)>,
    ) -> BTreeSet<(DocumentId, ChangeHash)> {
        let batches = self.carried(lost);
        let is_new = |batch: &Batch| !self.seals.refused.contains(&(batch.document, batch.head));
        let batches: Vec<Batch> = batches.into_iter().filter(is_new).collect();
        let mut on_the_way = BTreeSet::new();
        for batch in &batches {
            let hashes = batch.changes.iter().filter_map(|change| chunk::hash(change).ok());
            on_the_way.extend(hashes.map(|hash| (batch.document, hash)));
        }
        self.seals.to_give_back.extend(batches);
        on_the_way
    }

    /// What must be verified to know that a document's entries are their authors': one claim for each signature kept
    /// here whose author is in the directory.
    pub fn proofs(&self, document: DocumentId) -> Vec<Claimed> {
        let proof = |Sealed { batch, .. }: Sealed| {
            Some(Claimed {
                claim: outbox::claim(&self.identity.bureau, &batch),
                suite: batch.suite,
                public_key: self.key_of(batch.actor.device())?,
                signature: batch.signature,
            })
        };
        self.sealed(document).into_iter().filter_map(proof).collect()
    }

    /// An author's public key: the relay's own, or as the directory tells it.
    fn key_of(&self, device: DeviceId) -> Option<Vec<u8>> {
        match &self.identity.relay_key {
            Some(key) if DeviceId::of_public_key(key) == device => Some(key.to_vec()),
            _ => {
                let author = self.directory().devices.get(&device)?;
                BASE64URL.decode(&author.public_key)
            }
        }
    }

    /// The batches of a document whose signatures are kept here.
    fn sealed(&self, document: DocumentId) -> Vec<Sealed> {
        let all = (document, ChangeHash([0; 32]))..=(document, ChangeHash([0xff; 32]));
        let seals = self.seals.kept.range(all).map(|(_, seal)| seal);
        let Some(written) = Written::read(&self.documents, document) else { return Vec::new() };
        seals.filter_map(|seal| written.sealed(seal)).collect()
    }
}

/// A document's changes, by who wrote them and by their hash.
pub(super) struct Written<'a> {
    collection: CollectionId,
    by_number: BTreeMap<(Actor, u64), ChangeHash>,
    by_hash: BTreeMap<ChangeHash, (Outline, &'a [u8])>,
}

/// A batch as it was signed, and what its place among others depends on.
struct Sealed {
    batch: Batch,
    hashes: BTreeSet<ChangeHash>,
    deps: BTreeSet<ChangeHash>,
}

impl<'a> Written<'a> {
    /// `None` when this phone has nothing of the document.
    pub(super) fn read(documents: &'a Documents, document: DocumentId) -> Option<Self> {
        let mut by_number = BTreeMap::new();
        let mut by_hash = BTreeMap::new();
        let mut collection = None;
        for (hash, of, change) in documents.in_document(document) {
            collection = Some(of.clone());
            let Ok(outline) = chunk::outline(change) else { continue };
            by_number.insert((outline.actor, outline.seq), hash);
            by_hash.insert(hash, (outline, change));
        }
        Some(Self { collection: collection?, by_number, by_hash })
    }

    /// A writer's changes right before one of its own, in order; fewer than asked for when others are not here.
    pub(super) fn before(&self, last: ChangeHash, count: u32) -> Vec<ChangeHash> {
        let Some((last, _)) = self.by_hash.get(&last) else { return Vec::new() };
        let first = last.seq.saturating_sub(count.into());
        self.by_number.range((last.actor, first)..(last.actor, last.seq)).map(|(_, hash)| *hash).collect()
    }

    /// The batch of a seal; `None` when one of its changes is not here.
    fn sealed(&self, seal: &StoredSeal) -> Option<Sealed> {
        let count = usize::try_from(seal.count).ok().filter(|count| *count <= BATCH_CHANGES_MAX)?;
        let (last, _) = self.by_hash.get(&seal.head)?;
        let first = (last.seq + 1).checked_sub(u64::from(seal.count))?;
        let written: Vec<&(Outline, &[u8])> = (first..=last.seq)
            .filter_map(|seq| self.by_hash.get(self.by_number.get(&(last.actor, seq))?))
            .collect();
        if written.len() != count {
            return None;
        }
        let hashes: BTreeSet<ChangeHash> = written.iter().map(|(outline, _)| outline.hash).into_set();
        let deps = written.iter().flat_map(|(outline, _)| &outline.deps).copied();
        Some(Sealed {
            deps: deps.filter(|dep| !hashes.contains(dep)).into_set(),
            batch: Batch {
                collection: self.collection.clone(),
                document: seal.document,
                actor: last.actor,
                changes: written.iter().map(|(_, change)| change.to_vec().into()).collect(),
                head: seal.head,
                suite: seal.suite,
                signature: seal.signature.clone(),
            },
            hashes,
        })
    }
}

/// Batches of one document, each behind those that it builds on. Batches of one writer that overlap (a push that was
/// cut anew) are in no such order when everything else is; they go last, and what of them is known is a duplicate.
fn in_causal_order(mut waiting: Vec<Sealed>) -> Vec<Batch> {
    let mut ordered = Vec::with_capacity(waiting.len());
    let mut missing: BTreeSet<ChangeHash> =
        waiting.iter().flat_map(|sealed| sealed.hashes.iter().copied()).into_set();
    while !waiting.is_empty() {
        let is_ready = |sealed: &Sealed| sealed.deps.is_disjoint(&missing);
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
        let (ready, rest) = if ready.is_empty() { (rest, Vec::new()) } else { (ready, rest) };
        for sealed in ready {
            missing.retain(|hash| !sealed.hashes.contains(hash));
            ordered.push(sealed.batch);
        }
        waiting = rest;
    }
    ordered
}
