//! Code 39: ISO/IEC 16388. Characters of five bars and four spaces, three of which are wide, between two stars.

/// Each character, and which of its nine elements are wide, the first in the highest bit.
const CHARS: &[u8; 44] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*";
const WIDE: [u16; 44] = [
    0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109, 0x049, 0x148, 0x019, 0x118,
    0x058, 0x00D, 0x10C, 0x04C, 0x01C, 0x103, 0x043, 0x142, 0x013, 0x112, 0x052, 0x007, 0x106, 0x046, 0x016,
    0x181, 0x0C1, 0x1C0, 0x091, 0x190, 0x0D0, 0x085, 0x184, 0x0C4, 0x0A8, 0x0A2, 0x08A, 0x02A, 0x094,
];
const STAR: u8 = b'*';
/// A wide element is so many times as wide as a narrow one at least; the standard says 1.8 to 3.4.
const WIDER: f32 = 1.5;
/// Light before and after, in widths of a character, at least.
const QUIET: f32 = 0.3;
/// Light between two characters, in widths of a character, at most.
const GAP_MAX: f32 = 0.4;

/// The text of a code that begins with the first of these widths, which is dark; `quiet` is the light before it.
pub(super) fn read(quiet: f32, runs: &[f32]) -> Option<String> {
    let whole = runs.get(..9)?.iter().sum::<f32>();
    if quiet < QUIET * whole || letter(runs)? != STAR {
        return None;
    }
    let mut text = String::new();
    for at in (10..).step_by(10) {
        let (gap, runs) = (*runs.get(at - 1)?, runs.get(at..)?);
        if gap > GAP_MAX * whole {
            return None;
        }
        match letter(runs)? {
            STAR => {
                let is_end = runs.get(9).is_none_or(|light| *light >= QUIET * whole);
                return (is_end && !text.is_empty()).then_some(text);
            }
            letter => text.push(char::from(letter)),
        }
    }
    None
}

fn letter(runs: &[f32]) -> Option<u8> {
    let widths: &[f32; 9] = runs.get(..9)?.try_into().ok()?;
    let mut sorted = *widths;
    sorted.sort_by(f32::total_cmp);
    let (narrow, wide) = (sorted[5], sorted[6]);
    if wide < narrow * WIDER || sorted[8] > wide * 2.0 {
        return None;
    }
    let wide = widths.iter().fold(0, |bits, width| bits << 1 | u16::from(*width >= wide));
    WIDE.iter().position(|known| *known == wide).map(|at| CHARS[at])
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The modules of a text, wide elements of three.
    pub fn draw(text: &str) -> Vec<u8> {
        let letters = ["*", text, "*"].concat();
        let mut widths = Vec::new();
        for letter in letters.bytes() {
            let wide = WIDE[CHARS.iter().position(|known| *known == letter).unwrap()];
            widths.extend((0..9).rev().map(|bit| if wide >> bit & 1 == 1 { 3 } else { 1 }));
            widths.push(1);
        }
        widths.pop();
        widths
    }

    #[test]
    fn three_of_nine_are_wide() {
        for (at, wide) in WIDE.iter().enumerate() {
            assert_eq!(wide.count_ones(), 3, "{}", char::from(CHARS[at]));
            assert!(!WIDE[..at].contains(wide));
        }
    }
}
