//! What several people write about one thing apart, in the order of causes: defects and needs are folded over it. Entries
//! are never altered; who wrote one may take it back. Order is what an author had seen, never a clock.

use serde::Serialize;

use crate::flat::FlatMap;
use crate::gather::sort_by;
use crate::ids::{EventKey, OfficerId};
use crate::limits::{HISTORY_ENTRIES_MAX, SEES_MAX};
use crate::time::Timestamp;

/// Who wrote an entry, when, and what was on their screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Who.
    pub by: OfficerId,
    /// The clock of who wrote it, uncorrected.
    pub at: Timestamp,
    /// Relay clock minus that clock, milliseconds; absent when they never met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<i64>,
    /// The entries that nothing else had answered, as far as the author could see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sees: Vec<EventKey>,
}

crate::read_object!(Told { by, at, clock as default, sees as default });

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

/// Entries in order, which of them count, and what each builds on.
#[derive(Debug, Clone)]
pub struct History<E> {
    /// By operation counter, then key; each key once.
    pub entries: Vec<Entry<E>>,
    is_live: Vec<bool>,
    /// For each entry a bit for every other that it builds on.
    seen: Vec<Bits>,
}

/// A bit for each entry.
#[derive(Debug, Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn none(entries: usize) -> Self {
        Self(vec![0; entries.div_ceil(64)])
    }

    fn add(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn add_all(&mut self, others: &Self) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word |= other;
        }
    }

    fn has(&self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 == 1
    }
}

impl<E: Say> History<E> {
    /// Puts entries in order; the same one twice is one. Beyond [`HISTORY_ENTRIES_MAX`] the later ones are kept in their
    /// document and count for nothing: nobody writes so many, and whoever does holds up nobody else.
    pub fn new(mut entries: Vec<Entry<E>>) -> Self
    where
        E: PartialEq,
    {
        sort_by(&mut entries, |a, b| (a.counter, &a.key).cmp(&(b.counter, &b.key)));
        entries.dedup();
        entries.truncate(HISTORY_ENTRIES_MAX);
        let mut places: FlatMap<&EventKey, Vec<usize>> = FlatMap::new();
        for (place, entry) in entries.iter().enumerate() {
            places.get_or_default(&entry.key).push(place);
        }
        let mut is_live: Vec<bool> = entries.iter().map(|entry| entry.said.withdraws().is_none()).collect();
        for entry in &entries {
            let withdrawn = entry.said.withdraws().and_then(|key| places.get(&key));
            for place in withdrawn.into_iter().flatten() {
                let other = &entries[*place];
                if other.said.told().by == entry.said.told().by && other.counter < entry.counter {
                    is_live[*place] = false;
                }
            }
        }
        // Causes stand before their effects, so what they had seen is known when they are met.
        let mut seen: Vec<Bits> = Vec::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            let mut bits = Bits::none(entries.len());
            let sees = entry.said.told().sees.iter().take(SEES_MAX).filter(|_| is_live[place]);
            for other in sees.filter_map(|key| places.get(&key)).flatten() {
                // A claim to have seen something later does not count: there are no circles.
                if entries[*other].counter < entry.counter {
                    bits.add(*other);
                    bits.add_all(&seen[*other]);
                }
            }
            seen.push(bits);
        }
        Self { entries, is_live, seen }
    }

    /// Whether an entry counts: it takes nothing back and was not taken back.
    pub fn is_live(&self, place: usize) -> bool {
        self.is_live[place]
    }

    /// The places of those that count.
    pub fn live(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.entries.len()).filter(|place| self.is_live[*place])
    }

    /// An own entry that still counts and may be taken back: the latest of a kind.
    pub fn own(&self, by: &OfficerId, is_it: impl Fn(&E) -> bool) -> Option<&EventKey> {
        let own = self.live().map(|place| &self.entries[place]);
        own.filter(|entry| entry.said.told().by == *by && is_it(&entry.said)).last().map(|entry| &entry.key)
    }

    /// Whether this is an own entry of a kind that still counts and may be taken back.
    pub fn is_own(&self, by: &OfficerId, key: &EventKey, is_it: impl Fn(&E) -> bool) -> bool {
        let mut live = self.live().map(|place| &self.entries[place]);
        live.any(|entry| entry.key == *key && entry.said.told().by == *by && is_it(&entry.said))
    }

    /// Which entries an entry builds on: those it saw, those they saw, and so on. What was taken back saw nothing.
    pub fn seen_by(&self, place: usize) -> Vec<bool> {
        (0..self.entries.len()).map(|other| self.seen[place].has(other)).collect()
    }

    /// Of these entries, those that none of the others builds on.
    pub fn standing(&self, places: &[usize]) -> Vec<usize> {
        let mut seen = Bits::none(self.entries.len());
        for place in places {
            seen.add_all(&self.seen[*place]);
        }
        places.iter().copied().filter(|place| !seen.has(*place)).collect()
    }

    /// What somebody sees who looks at it now: the live entries that no other live one builds on.
    pub fn heads(&self) -> Vec<EventKey> {
        let live: Vec<usize> = self.live().collect();
        let heads = self.standing(&live).into_iter().map(|place| self.entries[place].key.clone());
        heads.take(SEES_MAX).collect()
    }
}
