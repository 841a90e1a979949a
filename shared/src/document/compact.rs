//! The compact form of changes: what a reader can work out is left out, and what is alike stands together, so that it
//! deflates well. Each change is rebuilt to its exact bytes; one that could not be goes as it is. Frames carry their
//! changes in it, and a saved document is nothing else. What the bytes are is in docs/PROTOCOL.md.
//!
//! Nothing here is trusted to be right: a change's hash covers the rebuilt bytes, the hash is what signatures, the
//! chain and dependencies are about, and admission looks at the rebuilt bytes as at any others.

use std::collections::BTreeMap;

use super::genesis;
use crate::ids::{ChangeHash, DocumentId};

pub(crate) mod change;
mod elide;
mod event;
mod restore;
pub(crate) mod stream;

pub(crate) use elide::Elider;
pub(crate) use restore::{RestoreError, Restored, Restorer};

/// The tag of a change: its form in the two low bits, and what is not as expected in the others.
mod tag {
    /// Any bytes.
    pub(super) const RAW: u8 = 0;
    /// A change whose rest (time, message, other actors, columns) stands as it is.
    pub(super) const PLAIN: u8 = 1;
    /// A change that inserts one map under its author's own key: the values.
    pub(super) const EVENT: u8 = 2;
    /// Only the hash.
    pub(super) const KNOWN: u8 = 3;
    pub(super) const FORM: u8 = 3;
    pub(super) const DEPS: u8 = 1 << 2;
    pub(super) const ACTOR: u8 = 1 << 3;
    pub(super) const SEQ: u8 = 1 << 4;
    pub(super) const START_OP: u8 = 1 << 5;
    pub(super) const ALL: u8 = FORM | DEPS | ACTOR | SEQ | START_OP;
}

/// Hashes of a document that a later one is looked for among: more would cost time and save little.
const LOOK_BACK: usize = 64;

/// What the changes of one document so far lead one to expect of its next.
#[derive(Debug)]
pub(crate) struct Trail {
    /// Genesis, the heads of acks, and the changes so far.
    pub(crate) hashes: Vec<ChangeHash>,
    next_op: u64,
    /// The last number of each actor. A tree, for a hostile frame may name as many as it has bytes for.
    seqs: BTreeMap<Vec<u8>, u64>,
}

impl Trail {
    pub(crate) fn new(document: DocumentId) -> Self {
        let kind = document.kind();
        Self { hashes: vec![genesis::hash(kind)], next_op: genesis::next_op(kind), seqs: BTreeMap::new() }
    }

    fn last_hash(&self) -> &[u8] {
        self.hashes.last().map_or(&[], |hash| &hash.0)
    }

    fn next_seq(&self, actor: &[u8]) -> u64 {
        self.seqs.get(actor).map_or(1, |seq| seq.wrapping_add(1))
    }

    /// Takes notice of a change; `ops` of an event are known.
    fn went(&mut self, hash: ChangeHash, parts: &change::Parts<'_>, ops: Option<u64>) {
        self.hashes.push(hash);
        self.next_op = parts.start_op.wrapping_add(ops.unwrap_or(1));
        match self.seqs.get_mut(parts.actor) {
            Some(seq) => *seq = parts.seq,
            None => {
                self.seqs.insert(parts.actor.to_vec(), parts.seq);
            }
        }
    }
}
