//! EAN-13 and EAN-8: ISO/IEC 15420. Digits of two bars and two spaces, seven modules wide, between guards.

use super::nearest;

/// Modules of a digit.
const MODULES: f32 = 7.0;
/// How far from its pattern a digit may be.
const OFF_MAX: f32 = 2.0;
/// How far from one module a guard's element may be.
const GUARD_OFF: f32 = 0.6;
/// Modules of light before and after, at least.
const QUIET: f32 = 4.0;

/// Widths of a digit's elements on the right, and on the left where its parity is odd.
const DIGITS: [[u8; 4]; 10] = [
    [3, 2, 1, 1],
    [2, 2, 2, 1],
    [2, 1, 2, 2],
    [1, 4, 1, 1],
    [1, 1, 3, 2],
    [1, 2, 3, 1],
    [1, 1, 1, 4],
    [1, 3, 1, 2],
    [1, 2, 1, 3],
    [3, 1, 1, 2],
];
/// Which of the six digits on the left are even, the first in the highest bit: this tells the first of the thirteen.
const FIRST: [u8; 10] = [0x00, 0x0B, 0x0D, 0x0E, 0x13, 0x19, 0x1C, 0x15, 0x16, 0x1A];

/// The text of a code that begins with the first of these widths, which is dark; `quiet` is the light before it.
pub(super) fn read(quiet: f32, runs: &[f32]) -> Option<String> {
    half(quiet, runs, 6).or_else(|| half(quiet, runs, 4))
}

/// With so many digits on each side.
fn half(quiet: f32, runs: &[f32], side: usize) -> Option<String> {
    let length = 3 + side * 4 + 5 + side * 4 + 3;
    let code = runs.get(..length)?;
    let unit = code.iter().sum::<f32>() / (side as f32 * 2.0 * MODULES + 11.0);
    let is_guard = |from: usize, count: usize| {
        code[from..from + count].iter().all(|width| (width / unit - 1.0).abs() < GUARD_OFF)
    };
    let right = 3 + side * 4 + 5;
    let is_light = |light: f32| light >= QUIET * unit;
    let is_framed = is_light(quiet)
        && is_guard(0, 3)
        && is_guard(right - 5, 5)
        && is_guard(length - 3, 3)
        && runs.get(length).is_none_or(|light| is_light(*light));
    if !is_framed {
        return None;
    }
    let (mut digits, mut evens) = (Vec::with_capacity(13), 0_u8);
    for at in 0..side {
        let (digit, is_even) = digit(&code[3 + at * 4..], true)?;
        digits.push(digit);
        evens = evens << 1 | u8::from(is_even);
    }
    for at in 0..side {
        digits.push(digit(&code[right + at * 4..], false)?.0);
    }
    if side == 6 {
        digits.insert(0, u8::try_from(FIRST.iter().position(|first| *first == evens)?).ok()?);
    } else if evens != 0 {
        return None;
    }
    // From the right, every second digit counts three times.
    let weighed =
        digits.iter().rev().zip([1, 3].iter().cycle()).map(|(digit, weight)| u32::from(*digit) * weight);
    if weighed.sum::<u32>() % 10 != 0 {
        return None;
    }
    // UPC-A is an EAN-13 that begins with a nought, which nobody prints.
    let printed = if side == 6 && digits[0] == 0 { &digits[1..] } else { &digits };
    Some(printed.iter().map(|digit| char::from(b'0' + digit)).collect())
}

/// A digit, and whether its parity is even: then its widths are in the other order.
fn digit(widths: &[f32], may_be_even: bool) -> Option<(u8, bool)> {
    let mut turned: [f32; 4] = widths.get(..4)?.try_into().ok()?;
    let (odd, odd_off) = nearest(widths, MODULES, DIGITS.iter())?;
    turned.reverse();
    let even = nearest(&turned, MODULES, DIGITS.iter()).filter(|(_, off)| may_be_even && *off < odd_off);
    let (digit, off) = even.unwrap_or((odd, odd_off));
    (off < OFF_MAX).then(|| Some((u8::try_from(digit).ok()?, even.is_some())))?
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The modules of eight or thirteen digits.
    pub fn draw(text: &str) -> Vec<u8> {
        let digits: Vec<usize> = text.bytes().map(|byte| usize::from(byte - b'0')).collect();
        let (evens, digits) =
            if digits.len() == 13 { (FIRST[digits[0]], &digits[1..]) } else { (0, &digits[..]) };
        let side = digits.len() / 2;
        let mut widths = vec![1, 1, 1];
        for (at, digit) in digits[..side].iter().enumerate() {
            let mut pattern = DIGITS[*digit];
            if evens >> (side - 1 - at) & 1 == 1 {
                pattern.reverse();
            }
            widths.extend(pattern);
        }
        widths.extend([1; 5]);
        digits[side..].iter().for_each(|digit| widths.extend(DIGITS[*digit]));
        widths.extend([1; 3]);
        widths
    }

    #[test]
    fn a_code_that_everybody_knows_is_read_module_by_module() {
        // 5901234123457, as the encyclopedias draw it.
        let bits =
            "10100010110100111011001100100110111101001110101010110011011011001000010101110010011101000100101";
        let mut widths: Vec<f32> = Vec::new();
        let mut before = '0';
        for bit in bits.chars() {
            match widths.last_mut() {
                Some(width) if bit == before => *width += 1.0,
                _ => widths.push(1.0),
            }
            before = bit;
        }
        assert_eq!(read(9.0, &widths).as_deref(), Some("5901234123457"));
        widths.swap(3, 4);
        assert_eq!(read(9.0, &widths), None);
    }
}
