//! Trees and orders, with one copy of the code that sorts. `collect` into a tree, and a sort of a slice, each bring a sort
//! of their own for every type: five kilobytes that a phone downloads, forty times. What is gathered here is small.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::flat::{FlatMap, FlatSet};

/// `collect` into trees, one by one.
pub trait Gather: Iterator + Sized {
    /// A map of pairs; of two with the same key, the later.
    fn into_map<K: Ord, V>(self) -> BTreeMap<K, V>
    where
        Self: Iterator<Item = (K, V)>,
    {
        let mut map = BTreeMap::new();
        for (key, value) in self {
            map.insert(key, value);
        }
        map
    }

    /// A map of few pairs; of two with the same key, the later.
    fn into_flat<K: Ord, V>(self) -> FlatMap<K, V>
    where
        Self: Iterator<Item = (K, V)>,
    {
        self.collect()
    }

    /// A set of little.
    fn into_flat_set(self) -> FlatSet<Self::Item>
    where
        Self::Item: Ord,
    {
        self.collect()
    }

    /// A set.
    fn into_set(self) -> BTreeSet<Self::Item>
    where
        Self::Item: Ord,
    {
        let mut set = BTreeSet::new();
        for item in self {
            set.insert(item);
        }
        set
    }
}

impl<I: Iterator> Gather for I {}

/// Sorts; what compares equal keeps its order.
pub fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let places = places(items.len(), &|a, b| compare(&items[a], &items[b]));
    let mut old: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| old[place].take()));
}

/// The places of things in their order.
#[inline(never)]
fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_comes_out_as_from_std(items: Vec<(u8, u32)>) {
            let mut ours = items.clone();
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            let mut theirs = items.clone();
            theirs.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(ours, theirs);
            let map: BTreeMap<_, _> = items.iter().copied().collect();
            prop_assert_eq!(items.iter().copied().into_map(), map);
            let set: BTreeSet<_> = items.iter().collect();
            prop_assert_eq!(items.iter().into_set(), set);
        }
    }
}
