//! Chance for the demo bureau, the same at every start: SplitMix64. Not for secrets; those are drawn by `ring`.

/// A source of numbers that look random and follow from the seed.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice for one purpose: the same words give the same numbers.
    pub fn of(seed: u64, words: &[&str]) -> Self {
        // FNV-1a over the words, so that a new station does not change what the others roll.
        let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed;
        for byte in words.iter().flat_map(|word| word.bytes().chain(std::iter::once(0x1f))) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(hash)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(bound.max(1))).expect("below a u32")
    }

    /// A number from `first` to `last`.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        let span = u32::try_from(last - first + 1).expect("the demo's spans are small");
        first + i64::from(self.below(span))
    }

    /// Whether one of `out_of` equal chances came.
    pub fn one_in(&mut self, out_of: u32) -> bool {
        self.below(out_of) == 0
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let bound = u32::try_from(from.len()).expect("the demo's lists are short");
        &from[self.below(bound) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_roll_the_same_numbers() {
        let rolls = |words: &[&str]| {
            let mut dice = Dice::of(7, words);
            (0..8).map(|_| dice.between(-3, 3)).collect::<Vec<_>>()
        };
        assert_eq!(rolls(&["a", "b"]), rolls(&["a", "b"]));
        assert_ne!(rolls(&["a", "b"]), rolls(&["ab"]));
        assert!(rolls(&["x"]).iter().all(|n| (-3..=3).contains(n)));
    }
}
