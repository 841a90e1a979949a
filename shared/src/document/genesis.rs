//! The first change of every document: a constant per kind, known to both ends, neither pushed nor logged nor signed.
//! It creates the kind's empty event maps and nothing else, so two phones that start a document apart have equal
//! heads before they meet. The bytes are golden: never generated again. A genesis that differed between two phones
//! would wedge the document for ever.

use std::sync::LazyLock;

use automerge::{Automerge, Change};

use super::chunk;
use crate::ids::{ChangeHash, DocumentKind};
use crate::trust::rights::EventKind;

/// The actor of every genesis; no device's.
pub(super) const ACTOR: &[u8] = b"g";

/// `visits`, `observations`, `signoffs`; actor `67`, time 0.
const ROUND: &str = "856f4a83e02d9ebb0138000167010100000005151e34014202560270027d067669736974730c6f62736572766174696f6e73087369676e6f66667303030003000300";
/// `events`; actor `67`, time 0.
const EVENTS: &str =
    "856f4a83b2c712080122000167010100000005150834014202560270027f066576656e7473017f007f007f00";

/// The genesis bytes of a kind.
pub fn bytes(kind: DocumentKind) -> Vec<u8> {
    let hex = match kind {
        DocumentKind::Round => ROUND,
        DocumentKind::Template
        | DocumentKind::Calendar
        | DocumentKind::Directory
        | DocumentKind::Register
        | DocumentKind::Defect
        | DocumentKind::Need => EVENTS,
    };
    crate::digits::HEX.decode(hex).expect("the constants are hexadecimal")
}

/// A document that has nothing in it but the genesis of its kind. Applied once, and copied.
pub(super) fn document(kind: DocumentKind) -> Automerge {
    static ROUND_DOCUMENT: LazyLock<Automerge> = LazyLock::new(|| applied(DocumentKind::Round));
    static EVENTS_DOCUMENT: LazyLock<Automerge> = LazyLock::new(|| applied(DocumentKind::Register));
    if kind == DocumentKind::Round { ROUND_DOCUMENT.clone() } else { EVENTS_DOCUMENT.clone() }
}

fn applied(kind: DocumentKind) -> Automerge {
    let mut document = Automerge::new();
    let change = Change::from_bytes(bytes(kind)).expect("genesis is a golden constant");
    document.apply_changes(vec![change]).expect("genesis applies to an empty document");
    document
}

/// What the map holds that the genesis of a kind made by this operation.
pub(super) fn map(kind: DocumentKind, counter: u64) -> Option<EventKind> {
    match (kind, counter) {
        (DocumentKind::Round, 1) => Some(EventKind::Visit),
        (DocumentKind::Round, 2) => Some(EventKind::Observation),
        (DocumentKind::Round, 3) => Some(EventKind::SignOff),
        (DocumentKind::Round, _) => None,
        (_, 1) => Some(EventKind::Entry),
        (_, _) => None,
    }
}

/// The hash of a kind's genesis, on which each first change of a document depends.
pub fn hash(kind: DocumentKind) -> ChangeHash {
    static ROUND_HASH: LazyLock<ChangeHash> = LazyLock::new(|| hash_of(DocumentKind::Round));
    static EVENTS_HASH: LazyLock<ChangeHash> = LazyLock::new(|| hash_of(DocumentKind::Register));
    if kind == DocumentKind::Round { *ROUND_HASH } else { *EVENTS_HASH }
}

fn hash_of(kind: DocumentKind) -> ChangeHash {
    chunk::hash(&bytes(kind)).expect("genesis is a golden constant")
}

/// The number that the first operation behind a kind's genesis gets.
pub fn next_op(kind: DocumentKind) -> u64 {
    if kind == DocumentKind::Round { 4 } else { 2 }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{ActorId, ObjType, ROOT};

    use super::*;

    fn generate(maps: &[&str]) -> String {
        let mut doc = Automerge::new().with_actor(ActorId::from(ACTOR));
        let mut tx = doc.transaction();
        for map in maps {
            tx.put_object(ROOT, *map, ObjType::Map).unwrap();
        }
        tx.commit_with(CommitOptions::default().with_time(0));
        let changes = doc.get_changes(&[]);
        crate::digits::HEX.encode(changes[0].raw_bytes())
    }

    #[test]
    fn what_follows_a_genesis_is_known() {
        for kind in DocumentKind::ALL {
            let genesis = automerge::Change::from_bytes(bytes(kind)).unwrap();
            assert_eq!(hash(kind).0, genesis.hash().0, "{}", kind.word());
            assert_eq!(next_op(kind), genesis.max_op() + 1, "{}", kind.word());
        }
    }

    #[test]
    fn the_golden_bytes_are_what_this_automerge_would_make() {
        assert_eq!(generate(&["visits", "observations", "signoffs"]), ROUND);
        assert_eq!(generate(&["events"]), EVENTS);
    }
}
