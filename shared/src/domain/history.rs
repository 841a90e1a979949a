//! What several people write about one thing apart, in the order of causes: defects and needs are folded over it. Entries
//! are never altered; who wrote one may take it back. Order is what an author had seen, never a clock.

use serde::{Deserialize, Serialize};

use crate::gather::sort_by;
use crate::ids::{EventKey, OfficerId};
use crate::limits::SEES_MAX;
use crate::time::Timestamp;

/// Who wrote an entry, when, and what was on their screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Who.
    pub by: OfficerId,
    /// The clock of who wrote it, uncorrected.
    pub at: Timestamp,
    /// Relay clock minus that clock, milliseconds; absent when they never met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<i64>,
    /// The entries that nothing else had answered, as far as the author could see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sees: Vec<EventKey>,
}

impl Told {
    /// When, by the relay's clock as far as the author's device knew it.
    pub fn corrected_at(&self) -> Timestamp {
        self.at.plus_ms(self.clock.unwrap_or_default())
    }
}

/// An entry as it stands in its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<E> {
    /// Its key.
    pub key: EventKey,
    /// The operation counter it was written at: a cause always has a smaller one than its effect.
    pub counter: u64,
    /// What it says.
    pub said: E,
}

/// What a history asks of its entries.
pub trait Say {
    /// Who, when, seeing what.
    fn told(&self) -> &Told;
    /// The entry that this one takes back.
    fn withdraws(&self) -> Option<&EventKey>;
}

/// Entries in order, and which of them count.
#[derive(Debug, Clone)]
pub struct History<E> {
    /// By operation counter, then key; each key once.
    pub entries: Vec<Entry<E>>,
    is_live: Vec<bool>,
}

impl<E: Say> History<E> {
    /// Puts entries in order; the same one twice is one.
    pub fn new(mut entries: Vec<Entry<E>>) -> Self
    where
        E: PartialEq,
    {
        sort_by(&mut entries, |a, b| (a.counter, &a.key).cmp(&(b.counter, &b.key)));
        entries.dedup();
        let is_live = entries.iter().map(|entry| is_live(entry, &entries)).collect();
        Self { entries, is_live }
    }

    /// Whether an entry counts: it takes nothing back and was not taken back.
    pub fn is_live(&self, place: usize) -> bool {
        self.is_live[place]
    }

    /// The places of those that count.
    pub fn live(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.entries.len()).filter(|place| self.is_live[*place])
    }

    /// Which entries an entry builds on: those it saw, those they saw, and so on. What was taken back saw nothing.
    pub fn seen_by(&self, place: usize) -> Vec<bool> {
        let mut seen = vec![false; self.entries.len()];
        let mut to_look_at = vec![place];
        while let Some(place) = to_look_at.pop() {
            let Entry { counter, said, .. } = &self.entries[place];
            if !self.is_live[place] {
                continue;
            }
            for key in said.told().sees.iter().take(SEES_MAX) {
                for (other, entry) in self.entries.iter().enumerate() {
                    // A claim to have seen something later does not count: there are no circles.
                    if entry.key == *key && entry.counter < *counter && !seen[other] {
                        seen[other] = true;
                        to_look_at.push(other);
                    }
                }
            }
        }
        seen
    }

    /// Of these entries, those that none of the others builds on.
    pub fn standing(&self, places: &[usize]) -> Vec<usize> {
        let seen: Vec<Vec<bool>> = places.iter().map(|place| self.seen_by(*place)).collect();
        let stands = |place: &usize| !seen.iter().any(|seen| seen[*place]);
        places.iter().copied().filter(stands).collect()
    }

    /// What somebody sees who looks at it now: the live entries that no other live one builds on.
    pub fn heads(&self) -> Vec<EventKey> {
        let live: Vec<usize> = self.live().collect();
        let heads = self.standing(&live).into_iter().map(|place| self.entries[place].key.clone());
        heads.take(SEES_MAX).collect()
    }
}

fn is_live<E: Say>(entry: &Entry<E>, entries: &[Entry<E>]) -> bool {
    let takes_it_back = |other: &Entry<E>| {
        other.said.withdraws() == Some(&entry.key)
            && other.said.told().by == entry.said.told().by
            && other.counter > entry.counter
    };
    entry.said.withdraws().is_none() && !entries.iter().any(takes_it_back)
}
