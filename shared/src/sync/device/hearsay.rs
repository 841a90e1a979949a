//! What the tabs of one phone say to each other of their transactions, and what to make of it when one dies in the middle
//! of one. Before a tab begins a transaction it says what is to be written; when it has ended it says so. With what it
//! writes it writes the transaction's number, in place of its last. If it dies in between, whoever heard the first has
//! only to look which number the disk has. That is done before anything is taken from another tab, for it may build on
//! it.

use crate::flat::FlatMap;

use minicbor::Encode;

use super::port::Write;

/// Something that a tab says to the others. Each tab says things in order, and all others hear them in that order.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
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
        /// Counts the tab's transactions.
        #[n(1)]
        number: u32,
        /// What it is to write.
        #[n(2)]
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

crate::read_choice!(Saying {
    0 => Hello {},
    1 => Begun { tab, number, writes },
    2 => Ended { tab, is_durable },
});

/// Transactions of other tabs of which the end was not heard: each tab has one at a time.
#[derive(Debug, Default)]
pub struct Hearsay {
    begun: FlatMap<u64, (u32, Vec<Write>)>,
}

impl Hearsay {
    /// Takes something in; gives what has become durable. Before that is taken, [`Hearsay::doubtful`] must be looked up.
    pub fn hear(&mut self, saying: Saying) -> Option<Vec<Write>> {
        match saying {
            Saying::Hello => None,
            Saying::Begun { tab, number, writes } => {
                self.begun.insert(tab, (number, writes));
                None
            }
            Saying::Ended { tab, is_durable } => {
                let (_, writes) = self.begun.remove(&tab)?;
                is_durable.then_some(writes)
            }
        }
    }

    /// The tabs whose transactions may have ended without a word, and the numbers of these.
    pub fn doubtful(&self) -> Vec<(u64, u32)> {
        self.begun.iter().map(|(tab, (number, _))| (*tab, *number)).collect()
    }

    /// The disk has this number of a tab: what it wrote, if its end was not heard meanwhile.
    pub fn found(&mut self, tab: u64, number: u32) -> Option<Vec<Write>> {
        if self.begun.get(&tab)?.0 != number {
            return None;
        }
        self.begun.remove(&tab).map(|(_, writes)| writes)
    }

    /// Whether nothing is in doubt.
    pub fn is_clear(&self) -> bool {
        self.begun.is_empty()
    }
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
            assert_eq!(hearsay.hear(Saying::Begun { tab, number: 7, writes: writes() }), None);
            assert_eq!(hearsay.doubtful(), [(tab, 7)]);
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
        hearsay.hear(Saying::Begun { tab: 1, number: 4, writes: writes() });
        hearsay.hear(Saying::Begun { tab: 2, number: 9, writes: writes() });
        assert_eq!(hearsay.doubtful(), [(1, 4), (2, 9)]);
        assert_eq!(hearsay.found(1, 3), None, "another one");
        assert_eq!(hearsay.found(1, 4), Some(writes()));
        assert_eq!(hearsay.found(1, 4), None);
        assert_eq!(hearsay.doubtful(), [(2, 9)]);
    }
}
