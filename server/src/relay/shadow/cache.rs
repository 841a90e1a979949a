//! A worker's shadow documents: those used last, as many as there is room for. A document that is not here is read from
//! the log.

use std::collections::{BTreeMap, HashMap};

use shared::document::{Document, chunk, genesis, read};
use shared::ids::{ChangeHash, CollectionId, DocumentId, TemplateId};
use shared::protocol::RejectCode;
use shared::trust::rights::{Rights, Role};

use super::{Bench, Verdict};
use crate::relay::admission::{Inspected, Rejection, log};
use crate::store::{Result, Store};

/// Bytes that automerge takes for a document before it has anything in it: measured, 12 to 20 kB.
const DOCUMENT_BYTES: usize = 20 << 10;
/// Bytes in memory for each byte of changes: measured, 1.7; and what stands beside the document for each change.
const BYTES_A_BYTE: usize = 2;
const CHANGE_BYTES: usize = 96;

/// Shadow documents.
pub(super) struct Cache {
    bytes_max: usize,
    bytes: usize,
    documents: HashMap<DocumentId, Shadow>,
    /// Documents by when they were last used.
    used: BTreeMap<u64, DocumentId>,
    clock: u64,
    signers: Signers,
}

struct Shadow {
    document: Document,
    /// The counter of the last operation of each change in it.
    last_ops: HashMap<ChangeHash, u64>,
    bytes: usize,
    used: u64,
}

/// Who may sign which checklist, as the bureau's log said when it ended there.
#[derive(Default)]
struct Signers {
    seq: u64,
    least: HashMap<TemplateId, Option<Role>>,
}

impl Cache {
    /// An empty one.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            bytes: 0,
            documents: HashMap::new(),
            used: BTreeMap::new(),
            clock: 0,
            signers: Signers::default(),
        }
    }

    /// Forgets a document.
    pub(super) fn forget(&mut self, id: DocumentId) {
        if let Some(shadow) = self.documents.remove(&id) {
            self.bytes -= shadow.bytes;
            self.used.remove(&shadow.used);
        }
    }

    /// Tests a batch.
    pub(super) fn test(&mut self, bench: &Bench, inspected: &Inspected) -> Verdict {
        let id = inspected.batch.document;
        match self.tested(bench, inspected) {
            Ok(verdict) => {
                // A rejected batch may be in the document already.
                if matches!(verdict, Verdict::Rejected(_)) {
                    self.forget(id);
                }
                verdict
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a shadow document was not loaded");
                Verdict::Unavailable
            }
        }
    }

    fn tested(&mut self, bench: &Bench, inspected: &Inspected) -> Result<Verdict> {
        let id = inspected.batch.document;
        // Taken out while it is at work: if that panics, it is gone.
        let mut shadow = match self.take(id) {
            Some(shadow) => shadow,
            None => Shadow::load(bench.store.as_ref(), id)?,
        };
        let Some(mut first) = shadow.first_new(inspected) else {
            self.put(id, shadow);
            return Ok(Verdict::Takes);
        };
        if !shadow.has_causes(inspected, first) {
            // The log may have got them past this document: the relay writes, too.
            shadow = Shadow::load(bench.store.as_ref(), id)?;
            first = match shadow.first_new(inspected) {
                Some(first) if shadow.has_causes(inspected, first) => first,
                Some(_) => return Ok(Verdict::Untested),
                None => return Ok(Verdict::Takes),
            };
        }
        if let Err(rejection) = shadow.apply(bench, inspected, first) {
            return Ok(Verdict::Rejected(rejection));
        }
        if let Some(rights) = &inspected.signs
            && !self.signers.may_sign(bench, &shadow.document, rights)?
        {
            let detail = format!("{} may not sign this round", rights.officer);
            return Ok(Verdict::Rejected(Rejection::new(RejectCode::NoRight, detail)));
        }
        self.put(id, shadow);
        Ok(Verdict::Takes)
    }

    fn take(&mut self, id: DocumentId) -> Option<Shadow> {
        let shadow = self.documents.remove(&id)?;
        self.bytes -= shadow.bytes;
        self.used.remove(&shadow.used);
        Some(shadow)
    }

    fn put(&mut self, id: DocumentId, mut shadow: Shadow) {
        self.clock += 1;
        shadow.used = self.clock;
        self.bytes += shadow.bytes;
        self.used.insert(self.clock, id);
        self.documents.insert(id, shadow);
    }

    /// Lets those go that were not used for longest. Called between documents: one that is at work is not lost.
    pub(super) fn trim(&mut self) {
        while self.bytes > self.bytes_max
            && let Some((_, oldest)) = self.used.pop_first()
            && let Some(shadow) = self.documents.remove(&oldest)
        {
            self.bytes -= shadow.bytes;
        }
    }
}

impl Shadow {
    fn load(store: &dyn Store, id: DocumentId) -> Result<Self> {
        let entries = store.document(id)?;
        let mut shadow = Self {
            document: Document::new(id),
            last_ops: HashMap::with_capacity(entries.len() + 1),
            bytes: DOCUMENT_BYTES,
            used: 0,
        };
        shadow.last_ops.insert(genesis::hash(id.kind()), genesis::next_op(id.kind()) - 1);
        let changes: Vec<&[u8]> = entries.iter().map(|entry| entry.change.as_slice()).collect();
        if shadow.document.apply(changes.iter().copied()).is_err() {
            // What is in the log was admitted; should one of it not apply, the others still count.
            for change in &changes {
                drop(shadow.document.apply([*change]));
            }
        }
        for entry in &entries {
            // What was stored before changes were walked through may not walk; its counter is then unknown.
            let walked = chunk::open(&entry.change).and_then(|opened| opened.walk());
            shadow.note(entry.hash, walked.map_or(0, |walked| walked.last_op()), entry.change.len());
        }
        Ok(shadow)
    }

    fn note(&mut self, hash: ChangeHash, last_op: u64, bytes: usize) {
        self.last_ops.insert(hash, last_op);
        self.bytes += CHANGE_BYTES + bytes * BYTES_A_BYTE;
    }

    /// Where the batch begins to be new.
    fn first_new(&self, inspected: &Inspected) -> Option<usize> {
        inspected.outlines.iter().position(|outline| !self.last_ops.contains_key(&outline.hash))
    }

    /// Whether the new changes follow from what is here: number, dependencies and counters.
    fn has_causes(&self, inspected: &Inspected, first: usize) -> bool {
        let new = &inspected.outlines[first..];
        let last_seq = self.document.last_seq(inspected.batch.actor);
        if new.first().is_none_or(|outline| outline.seq != last_seq + 1) {
            return false;
        }
        let mut here: HashMap<ChangeHash, u64> = HashMap::with_capacity(new.len());
        for outline in new {
            let known = |dep| here.get(dep).or_else(|| self.last_ops.get(dep)).copied();
            let Some(last_ops) = outline.deps.iter().map(known).collect::<Option<Vec<u64>>>() else {
                return false;
            };
            if log::counted_on(outline, &last_ops).is_err() {
                return false;
            }
            here.insert(outline.hash, outline.last_op);
        }
        true
    }

    fn apply(&mut self, bench: &Bench, inspected: &Inspected, first: usize) -> Result<(), Rejection> {
        let changes: Vec<&[u8]> =
            inspected.batch.changes[first..].iter().map(|change| change.as_slice()).collect();
        let refused = |detail: String| Rejection::new(RejectCode::NotApplied, detail);
        (bench.options.apply)(&mut self.document, &changes).map_err(|error| refused(error.to_string()))?;
        if !self.document.contains(inspected.batch.head) {
            return Err(refused("the document set it aside".to_owned()));
        }
        for (outline, change) in inspected.outlines[first..].iter().zip(&changes) {
            self.note(outline.hash, outline.last_op, change.len());
        }
        Ok(())
    }
}

impl Signers {
    /// Whether somebody may sign a round, by its checklist. When the relay does not know the round's name or its
    /// checklist, whoever reads the round decides.
    fn may_sign(&mut self, bench: &Bench, document: &Document, rights: &Rights) -> Result<bool> {
        let Some(name) = read::round_name(document, &bench.bureau) else { return Ok(true) };
        let seq = bench.store.end(&CollectionId::bureau())?.seq;
        if seq != self.seq {
            *self = Self { seq, least: HashMap::new() };
        }
        let least = match self.least.get(&name.template) {
            Some(least) => *least,
            None => {
                let id = DocumentId::template(&bench.bureau, &name.template);
                let least = read::template(&Shadow::load(bench.store.as_ref(), id)?.document);
                *self.least.entry(name.template).or_insert(least.map(|template| template.signed_by))
            }
        };
        Ok(least.is_none_or(|least| rights.may_sign(least, &name.station)))
    }
}
