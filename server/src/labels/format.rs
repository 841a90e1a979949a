//! Sizes of labels and where each stands on its page; all lengths in hundredths of a millimetre, so that nothing rounds.

/// Hundredths of a millimetre that a print may be moved: more is another format.
const OFFSET_MAX: i32 = 1_000;

/// A kind of sticker: the page it is on, its own size, and the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Its word in addresses.
    pub word: &'static str,
    /// The page's width and height.
    pub page: (i32, i32),
    /// A label's width and height.
    pub label: (i32, i32),
    /// Labels beside and below each other.
    pub grid: (u32, u32),
    /// The first label's corner.
    pub corner: (i32, i32),
    /// From one label's corner to the next one's.
    pub pitch: (i32, i32),
}

/// How far a print is moved, to the right and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset {
    /// To the right.
    pub dx: i32,
    /// Down.
    pub dy: i32,
}

/// What can be chosen. The sheets' grids are those of the sheets that shops sell most: 24 of 70 x 37 mm and 65 of
/// 38.1 x 21.2 mm.
const ALL: [Format; 4] = [
    Format {
        word: "a4-24",
        page: (21_000, 29_700),
        label: (7_000, 3_700),
        grid: (3, 8),
        corner: (0, 50),
        pitch: (7_000, 3_700),
    },
    Format {
        word: "a4-65",
        page: (21_000, 29_700),
        label: (3_810, 2_120),
        grid: (5, 13),
        corner: (475, 1_070),
        pitch: (4_060, 2_120),
    },
    roll("62x29", 6_200, 2_900),
    roll("40x30", 4_000, 3_000),
];

const fn roll(word: &'static str, width: i32, height: i32) -> Format {
    let size = (width, height);
    Format { word, page: size, label: size, grid: (1, 1), corner: (0, 0), pitch: size }
}

impl Format {
    /// The format of that word.
    pub fn named(word: &str) -> Option<Self> {
        ALL.into_iter().find(|format| format.word == word)
    }

    /// How many labels are on a page.
    pub fn places(&self) -> u32 {
        self.grid.0 * self.grid.1
    }

    /// The corner of each label on a page, row by row.
    pub fn corners(&self) -> impl Iterator<Item = (i32, i32)> + use<> {
        let Self { grid: (columns, rows), corner, pitch, .. } = *self;
        let row = move |row| (0..columns).map(move |column| (column, row));
        let place = move |(column, row): (u32, u32)| {
            let far = |n: u32, pitch| i32::try_from(n).unwrap_or_default() * pitch;
            (corner.0 + far(column, pitch.0), corner.1 + far(row, pitch.1))
        };
        (0..rows).flat_map(row).map(place)
    }
}

impl Offset {
    /// Reads two lengths in millimetres, such as `-0.5`.
    pub fn parse(dx: &str, dy: &str) -> Option<Self> {
        Some(Self { dx: hundredths(dx)?, dy: hundredths(dy)? })
    }
}

fn hundredths(text: &str) -> Option<i32> {
    let text = text.trim();
    if text.is_empty() {
        return Some(0);
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = (1..=2).contains(&whole.len())
        && part.len() <= 2
        && whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit());
    let part = format!("{part:0<2}");
    let length = is_number.then(|| Some(whole.parse::<i32>().ok()? * 100 + part.parse::<i32>().ok()?))??;
    (length <= OFFSET_MAX).then_some(sign * length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_on_its_page_and_none_lies_on_another() {
        for format in ALL {
            let corners: Vec<_> = format.corners().collect();
            assert_eq!(corners.len(), format.places() as usize, "{}", format.word);
            for (n, (x, y)) in corners.iter().enumerate() {
                assert!(*x >= 0 && x + format.label.0 <= format.page.0, "{} {n}", format.word);
                assert!(*y >= 0 && y + format.label.1 <= format.page.1, "{} {n}", format.word);
                let apart = |(ox, oy): &(i32, i32)| {
                    (x - ox).abs() >= format.label.0 || (y - oy).abs() >= format.label.1
                };
                assert!(corners[..n].iter().all(apart), "{} {n}", format.word);
            }
        }
    }

    #[test]
    fn an_offset_is_a_short_length() {
        for (text, length) in
            [("", 0), ("0", 0), ("1.5", 150), ("-0.25", -25), ("10", 1_000), (" -10.00 ", -1_000)]
        {
            assert_eq!(hundredths(text), Some(length), "{text}");
        }
        for text in ["10.01", "-11", "1,5", "1.234", ".5", "--1", "1e1", "NaN", "999999999999"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }
}
