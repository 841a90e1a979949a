//! What the tabs of one phone say to each other of their transactions, and what to make of it when one dies in the middle
//! of one. Before a tab begins a transaction it says what is to be written; when it has ended it says so. If it dies in
//! between, whoever heard the first has only to look whether the disk has it. That is done before anything is taken
//! from another tab, for it may build on it.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use super::port::Write;

/// Something that a tab says to the others. Each tab says things in order, and all others hear them in that order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Saying {
    /// A tab starts: whoever has a transaction under way says so again.
    #[n(0)]
    Hello,
    /// A transaction begins.
    #[n(1)]
    Begun {
        /// Names the tab.
        #[n(0)]
        tab: u64,
        /// What it is to write.
        #[n(1)]
        writes: Vec<Write>,
    },
    /// The transaction under way has ended.
    #[n(2)]
    Ended {
        /// Names the tab.
        #[n(0)]
        tab: u64,
        /// Whether what it wrote is durable; if not, nothing of it is there.
        #[n(1)]
        is_durable: bool,
    },
}

/// Transactions of other tabs of which the end was not heard.
#[derive(Debug, Default)]
pub struct Hearsay {
    begun: BTreeMap<u64, Vec<Write>>,
}

impl Hearsay {
    /// Takes something in; gives what has become durable. Before it is taken, [`Hearsay::doubtful`] must be looked up.
    pub fn hear(&mut self, saying: Saying) -> Option<Vec<Write>> {
        match saying {
            Saying::Hello => None,
            Saying::Begun { tab, writes } => {
                self.begun.insert(tab, writes);
                None
            }
            Saying::Ended { tab, is_durable } => self.begun.remove(&tab).filter(|_| is_durable),
        }
    }

    /// The tabs whose transactions may have ended without a word, each with a write by which it shows whether the disk
    /// has it.
    pub fn doubtful(&self) -> Vec<(u64, Write)> {
        let witnessed = self.begun.iter().map(|(tab, writes)| (*tab, witness(writes).cloned()));
        witnessed.filter_map(|(tab, write)| Some((tab, write?))).collect()
    }

    /// The disk has a tab's transaction: what it wrote.
    pub fn found(&mut self, tab: u64) -> Option<Vec<Write>> {
        self.begun.remove(&tab)
    }

    /// Whether nothing is in doubt.
    pub fn is_clear(&self) -> bool {
        self.begun.is_empty()
    }
}

/// The write of a transaction that later ones are least likely to have replaced.
fn witness(writes: &[Write]) -> Option<&Write> {
    let rank = |write: &&Write| match write {
        Write::Change(_) => 0,
        Write::Mark(_) => 1,
        Write::Rejected(_) | Write::Snapshot(_) | Write::Seal(_) | Write::SetAside(_) => 2,
        Write::DropMark { .. }
        | Write::DropChange { .. }
        | Write::DropSnapshot { .. }
        | Write::TakeBack(_) => 3,
        Write::Receipt(_) | Write::Cursor { .. } | Write::SlotBase(_) | Write::ClockOffset(_) => 4,
        Write::DropSeal { .. } => 5,
    };
    writes.iter().min_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ChangeHash, CollectionId, DocumentId, DocumentKind};
    use crate::protocol::Cursor;
    use crate::sync::device::Mark;
    use crate::time::Timestamp;

    fn writes() -> Vec<Write> {
        let document = DocumentId::derive(DocumentKind::Round, &["x"]);
        let cursor = Write::Cursor { collection: CollectionId::bureau(), cursor: Cursor::START };
        vec![cursor, Write::Mark(Mark::new(document, ChangeHash([1; 32]), Timestamp(1)))]
    }

    #[test]
    fn what_has_ended_is_taken_and_what_failed_is_not() {
        let mut hearsay = Hearsay::default();
        for (tab, is_durable) in [(1, true), (2, false)] {
            assert_eq!(hearsay.hear(Saying::Begun { tab, writes: writes() }), None);
            assert_eq!(hearsay.doubtful(), [(tab, writes()[1].clone())]);
            let taken = hearsay.hear(Saying::Ended { tab, is_durable });
            assert_eq!(taken, is_durable.then(writes));
            assert!(hearsay.is_clear());
        }
        assert_eq!(
            hearsay.hear(Saying::Ended { tab: 3, is_durable: true }),
            None,
            "its beginning was not heard"
        );
    }

    #[test]
    fn what_ended_without_a_word_is_found_on_the_disk() {
        let mut hearsay = Hearsay::default();
        hearsay.hear(Saying::Begun { tab: 1, writes: writes() });
        hearsay.hear(Saying::Begun { tab: 2, writes: writes() });
        assert_eq!(hearsay.doubtful().len(), 2);
        assert_eq!(hearsay.found(1), Some(writes()));
        assert_eq!(hearsay.doubtful().into_iter().map(|(tab, _)| tab).collect::<Vec<_>>(), [2]);
    }
}
