//! Code 128: ISO/IEC 15417. Characters of three bars and three spaces, eleven modules wide, in three sets.

use super::nearest;

/// Modules of a character.
const MODULES: f32 = 11.0;
/// How far from its pattern a character may be.
const OFF_MAX: f32 = 2.5;
/// Modules of light before and after, at least; the standard says ten, labels often less.
const QUIET: f32 = 5.0;

/// Widths of bars and spaces of each value; the last is the stop, which a bar of two modules follows.
const PATTERNS: [[u8; 6]; 107] = patterns(
    b"212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221\
      223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321\
      112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131\
      311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114\
      122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141\
      214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232233111",
);

const fn patterns(digits: &[u8]) -> [[u8; 6]; 107] {
    let mut all = [[0; 6]; 107];
    let mut at = 0;
    while at < 107 * 6 {
        all[at / 6][at % 6] = digits[at] - b'0';
        at += 1;
    }
    all
}

const START_A: u8 = 103;
const STOP: u8 = 106;
const CHECK: u32 = 103;

/// What the values mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    /// Capitals and control characters.
    A,
    /// Capitals and small letters.
    B,
    /// Two digits each.
    C,
}

/// The text of a code that begins with the first of these widths, which is dark; `quiet` is the light before it.
pub(super) fn read(quiet: f32, runs: &[f32]) -> Option<String> {
    let unit = runs.get(..6)?.iter().sum::<f32>() / MODULES;
    let first = value(runs).filter(|value| (START_A..STOP).contains(value))?;
    if quiet < QUIET * unit {
        return None;
    }
    let mut values = vec![first];
    for at in (6..).step_by(6) {
        let value = value(runs.get(at..)?)?;
        if value == STOP {
            // The last bar, and light to the end or far enough.
            let light = runs.get(at + 7).is_none_or(|light| *light >= QUIET * unit);
            return if light { text(&values) } else { None };
        }
        if value >= START_A {
            return None;
        }
        values.push(value);
    }
    None
}

fn value(runs: &[f32]) -> Option<u8> {
    let (value, off) = nearest(runs, MODULES, PATTERNS.iter())?;
    (off < OFF_MAX).then(|| u8::try_from(value).ok())?
}

/// The text of values, start and check included; `None` when they do not fit their check.
fn text(values: &[u8]) -> Option<String> {
    let (check, values) = values.split_last()?;
    let (first, rest) = values.split_first()?;
    let weighed = rest.iter().zip(1..).map(|(value, weight)| u32::from(*value) * weight);
    if (u32::from(*first) + weighed.sum::<u32>()) % CHECK != u32::from(*check) {
        return None;
    }
    let mut set = [Set::A, Set::B, Set::C][usize::from(first - START_A)];
    let (mut text, mut shifted) = (String::new(), None);
    for value in rest {
        let now = shifted.take().unwrap_or(set);
        match (now, *value) {
            (Set::C, two @ 0..=99) => text.extend([two / 10, two % 10].map(|digit| char::from(b'0' + digit))),
            (Set::A, control @ 64..=95) => text.push(char::from(control - 64)),
            (Set::A | Set::B, value @ 0..=95) => text.push(char::from(b' ' + value)),
            (Set::A, 98) => shifted = Some(Set::B),
            (Set::B, 98) => shifted = Some(Set::A),
            (Set::A | Set::B, 99) => set = Set::C,
            (Set::A | Set::C, 100) => set = Set::B,
            (Set::B | Set::C, 101) => set = Set::A,
            // Function characters say how to read the others; they are no part of what is printed.
            (_, 96 | 97 | 100..=102) => {}
            _ => return None,
        }
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The check of values: each counts as often as its place tells, the start once.
    fn check(values: &[u8]) -> u8 {
        let sum: u32 = (0..).zip(values).map(|(at, value): (u32, _)| u32::from(*value) * at.max(1)).sum();
        u8::try_from(sum % CHECK).unwrap()
    }

    /// The modules of a text in set B, or of digits in set C.
    pub fn draw(text: &str) -> Vec<u8> {
        let is_digits = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_digit());
        let mut values = vec![if is_digits { START_A + 2 } else { START_A + 1 }];
        if is_digits {
            let digits = text.as_bytes().chunks(2);
            values.extend(digits.map(|two| (two[0] - b'0') * 10 + two[1] - b'0'));
        } else {
            values.extend(text.bytes().map(|byte| byte - b' '));
        }
        values.push(check(&values));
        values.push(STOP);
        let mut widths: Vec<u8> = values.iter().flat_map(|value| PATTERNS[usize::from(*value)]).collect();
        widths.push(2);
        widths
    }

    #[test]
    fn every_pattern_is_eleven_modules_wide_and_none_is_there_twice() {
        for (at, pattern) in PATTERNS.iter().enumerate() {
            assert_eq!(pattern.iter().sum::<u8>(), 11, "{at}");
            assert!(
                at == usize::from(STOP) || (pattern[0] + pattern[2] + pattern[4]).is_multiple_of(2),
                "{at}: bars"
            );
            assert!(!PATTERNS[..at].contains(pattern), "{at}");
        }
    }

    #[test]
    fn sets_change_in_the_middle_and_the_check_is_asked() {
        // "AB" in set B, then 1234 in set C, then "c" in set B: start B 33 34 C 12 34 B 67.
        let mut values = vec![104, 33, 34, 99, 12, 34, 100, 67];
        values.push(check(&values));
        assert_eq!(text(&values).as_deref(), Some("AB1234c"));
        let mut wrong = values.clone();
        wrong[2] += 1;
        assert_eq!(text(&wrong), None);
    }
}
