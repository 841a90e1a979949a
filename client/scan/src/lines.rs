//! Codes of lines, as makers print them: Code 128, Code 39, EAN-13 (of which UPC-A is a part) and EAN-8. A row of pixels
//! becomes widths of light and dark, and these become characters. Formats that check themselves too little to be trusted
//! (ITF, Codabar) are not read.

mod code128;
mod code39;
mod ean;

/// Rows of a picture that are looked at, from the middle outwards.
const ROWS: usize = 33;
/// Rows that must say the same: a smudge makes another number of one row, hardly of two.
const AGREE: usize = 2;
/// Characters of a code at least: what is shorter is more likely a pattern in the picture.
const CHARS_MIN: usize = 4;
/// Brightness that light and dark must differ by at least.
const CONTRAST_MIN: u8 = 24;
/// Pixels of which the darkest and the lightest are kept together.
const BLOCK: usize = 8;

/// The text of a code whose lines stand, or lie, in a picture of brightnesses.
pub fn read(grey: &[u8], width: usize, height: usize) -> Option<String> {
    let standing = |y: usize, row: &mut Vec<u8>| row.extend(&grey[y * width..(y + 1) * width]);
    let lying = |x: usize, row: &mut Vec<u8>| row.extend((0..height).map(|y| grey[y * width + x]));
    across(height, standing).or_else(|| across(width, lying))
}

/// The text that rows agree about; `fill` gives the row with a number.
fn across(rows: usize, fill: impl Fn(usize, &mut Vec<u8>)) -> Option<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut row = Vec::new();
    for place in 0..ROWS {
        let off = rows * place.div_ceil(2) / (ROWS + 1);
        let at = if place % 2 == 0 { rows / 2 + off } else { (rows / 2).saturating_sub(off) };
        row.clear();
        fill(at.min(rows - 1), &mut row);
        let Some(text) = in_row(&row) else { continue };
        if seen.iter().filter(|other| **other == text).count() + 1 == AGREE {
            return Some(text);
        }
        seen.push(text);
    }
    None
}

fn in_row(row: &[u8]) -> Option<String> {
    let mut runs = runs(row);
    let found = in_runs(&runs).or_else(|| {
        // Held upside down. What is light must be first again.
        if runs.len().is_multiple_of(2) {
            runs.push(0.0);
        }
        runs.reverse();
        in_runs(&runs)
    })?;
    (found.chars().count() >= CHARS_MIN).then_some(found)
}

/// The first code in widths, of which the first is light.
fn in_runs(runs: &[f32]) -> Option<String> {
    let starts = (1..runs.len()).step_by(2);
    starts.into_iter().find_map(|at| {
        let (quiet, code) = (runs[at - 1], &runs[at..]);
        ean::read(quiet, code).or_else(|| code128::read(quiet, code)).or_else(|| code39::read(quiet, code))
    })
}

/// The widths of light and dark in a row, in pixels and parts of them, light first. Dark is what is nearer to the darkest
/// than to the lightest of what is around it, so that a shadow over half of a label does no harm.
fn runs(row: &[u8]) -> Vec<f32> {
    let extremes: Vec<(u8, u8)> = row.chunks(BLOCK).filter_map(extremes).collect();
    let Some((least, most)) = widest(&extremes) else { return Vec::new() };
    let contrast = ((most - least) / 4).max(CONTRAST_MIN);
    let reach = (extremes.len() / 16).max(2);
    let middles: Vec<Option<f32>> = (0..extremes.len())
        .map(|at| {
            let around = &extremes[at.saturating_sub(reach)..(at + reach + 1).min(extremes.len())];
            let (least, most) = widest(around)?;
            // What is all alike is light: the quiet before a code, or a wall.
            (most - least >= contrast).then(|| f32::midpoint(f32::from(least), f32::from(most)))
        })
        .collect();
    // How much lighter a pixel is than where dark begins.
    let above =
        |at: usize| middles[at / BLOCK].map_or(f32::from(contrast), |middle| f32::from(row[at]) - middle);
    let (mut runs, mut edge, mut is_light, mut before) = (Vec::new(), 0.0, true, above(0));
    for at in 1..row.len() {
        let now = above(at);
        if (now >= 0.0) != is_light {
            // Where the brightness crosses over, between the two pixels.
            let crossing = at as f32 - (now / (now - before)).clamp(0.0, 1.0);
            runs.push((crossing - edge).max(0.0));
            (edge, is_light) = (crossing, !is_light);
        }
        before = now;
    }
    runs.push(row.len() as f32 - edge);
    runs
}

/// The darkest and the lightest of some pixels.
fn extremes(pixels: &[u8]) -> Option<(u8, u8)> {
    Some((*pixels.iter().min()?, *pixels.iter().max()?))
}

/// The darkest and the lightest of all.
fn widest(extremes: &[(u8, u8)]) -> Option<(u8, u8)> {
    Some((extremes.iter().map(|it| it.0).min()?, extremes.iter().map(|it| it.1).max()?))
}

/// The pattern that widths are most like, and how far they are from it: by each width, and by each two neighbours
/// together, which ink that ran does not change.
fn nearest<'a, const N: usize>(
    widths: &[f32],
    modules: f32,
    patterns: impl Iterator<Item = &'a [u8; N]>,
) -> Option<(usize, f32)> {
    let widths: &[f32; N] = widths.get(..N)?.try_into().ok()?;
    let unit = widths.iter().sum::<f32>() / modules;
    let off = |pattern: &[u8; N]| {
        let by = |at: usize| widths[at] / unit - f32::from(pattern[at]);
        let alone: f32 = (0..N).map(|at| by(at).abs()).sum();
        let together: f32 = (1..N).map(|at| (by(at - 1) + by(at)).abs()).sum();
        alone + together
    };
    let all = patterns.map(off).enumerate();
    all.filter(|(_, off)| off.is_finite()).min_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "the pictures that are drawn here are small")]
mod tests;
