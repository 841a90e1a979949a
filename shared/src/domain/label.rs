//! What is printed on a thing's label, and which thing a scan or somebody's typing names. Drawing labels is the relay's,
//! decoding a camera's pictures `client/scan`'s. (A text in both languages is `domain::Label`.)
//!
//! A label's QR code says `MU1/{station}/{asset}`: plain text to every other reader, without an address to go to and
//! without anything about the bureau that is not printed beside it. Beside it stands a short code of nine digits for wet
//! gloves, derived from the asset's id, so that nobody hands codes out. Its ninth digit finds every slip of one digit and
//! every two neighbours that changed places. Two of a station's things may share a code (500 things: once in 800
//! stations); then both are shown, and the name on the label tells which it is.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::asset::Asset;
use crate::ids::{AssetId, StationCode};

/// What the text of every label of ours begins with.
const SCHEME: &str = "MU1/";
/// What short codes are derived under: another derivation has another name.
const DERIVATION: &str = "muster label 1/";
/// Digits without the check digit.
const DIGITS: u32 = 8;
/// How many codes there are.
const CODES: u64 = 100_000_000;

/// H. M. Damm's quasigroup of order ten. Source: "Total anti-symmetrische Quasigruppen", 2004.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// The code beside the QR code: eight digits and a check digit, `483 920 175`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortCode(u32);

/// Nine digits whose last does not fit the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digit of the code was mistyped")]
pub struct Slip;

impl ShortCode {
    /// The code of an asset: always the same.
    pub fn of(asset: &AssetId) -> Self {
        let digest = Sha256::new().chain_update(DERIVATION).chain_update(asset.as_str()).finalize();
        let number = digest[..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self(u32::try_from(number % CODES).expect("eight digits fit"))
    }

    /// Reads nine digits; `None` for anything else, which is no short code at all.
    ///
    /// # Errors
    /// When the check digit says that there is a slip.
    pub fn parse(digits: &str) -> Option<Result<Self, Slip>> {
        let is_code = digits.len() == DIGITS as usize + 1 && digits.bytes().all(|b| b.is_ascii_digit());
        let number: u32 = is_code.then(|| digits[..DIGITS as usize].parse().ok())??;
        Some(if check(digits) == 0 { Ok(Self(number)) } else { Err(Slip) })
    }

    /// The nine digits, without spaces.
    pub fn digits(self) -> String {
        let number = format!("{:0width$}", self.0, width = DIGITS as usize);
        let last = check(&number);
        format!("{number}{last}")
    }
}

impl fmt::Display for ShortCode {
    /// In groups of three, as it is printed and read out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        write!(f, "{} {} {}", &digits[..3], &digits[3..6], &digits[6..])
    }
}

/// Whether two numbers are one: a UPC-A of twelve digits is an EAN-13 with a nought before it, and readers differ.
fn is_one_number(a: &str, b: &str) -> bool {
    let is_upc = |long: &str, short: &str| {
        short.len() == 12
            && short.bytes().all(|byte| byte.is_ascii_digit())
            && long.strip_prefix('0') == Some(short)
    };
    a == b || is_upc(a, b) || is_upc(b, a)
}

/// The check digit of digits; 0 when its own stands at the end of them.
fn check(digits: &str) -> u8 {
    let step = |interim: u8, digit: u8| DAMM[usize::from(interim)][usize::from(digit - b'0')];
    digits.bytes().fold(0, step)
}

/// The text in a label's QR code.
pub fn label_text(station: &StationCode, asset: &AssetId) -> String {
    [SCHEME, station.as_str(), "/", asset.as_str()].concat()
}

/// What was scanned or typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// One of our labels.
    Label {
        /// The station that it was printed for; the asset may have moved since.
        station: StationCode,
        /// The asset.
        asset: AssetId,
    },
    /// A short code, an id or a maker's serial: letters and digits as [`plain`] gives them.
    Text(String),
}

impl Named {
    /// Reads what a camera saw or somebody typed; `None` when nothing is left of it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((station, asset)) = text.strip_prefix(SCHEME).and_then(|rest| rest.split_once('/'))
            && let (Ok(station), Ok(asset)) = (StationCode::parse(station), AssetId::parse(asset))
        {
            return Some(Self::Label { station, asset });
        }
        let text = plain(text);
        (!text.is_empty()).then_some(Self::Text(text))
    }

    /// Whether it looks like a short code with a slip in it. It may be a maker's serial all the same.
    pub fn is_slip(&self) -> bool {
        matches!(self, Self::Text(text) if ShortCode::parse(text) == Some(Err(Slip)))
    }

    /// The things that it names, of those at hand: one as a rule, several when codes or serials meet.
    pub fn among<'a>(&self, assets: impl Iterator<Item = &'a Asset>) -> Vec<&'a Asset> {
        match self {
            Self::Label { asset: id, .. } => assets.filter(|asset| asset.id == *id).collect(),
            Self::Text(text) => {
                let code = ShortCode::parse(text).and_then(Result::ok);
                let is_named = |asset: &&Asset| {
                    plain(asset.id.as_str()) == *text
                        || is_one_number(&plain(&asset.serial), text)
                        || code.is_some_and(|code| ShortCode::of(&asset.id) == code)
                };
                assets.filter(is_named).collect()
            }
        }
    }

    /// The text of a scan's answer: a thing that is known or was labelled by us by its id, so that it is one thing however
    /// it was scanned; anything else as it stands.
    pub fn answer(&self, found: Option<&Asset>) -> String {
        match (self, found) {
            (_, Some(asset)) => asset.id.to_string(),
            (Self::Label { asset, .. }, None) => asset.to_string(),
            (Self::Text(text), None) => text.clone(),
        }
    }
}

/// A text without what people add or leave out when they type it: spaces, dashes and dots, case, and the wide letters of
/// a Chinese keyboard.
pub fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let is_kept = |c: &char| !c.is_whitespace() && !c.is_ascii_punctuation() && !c.is_ascii_control();
    text.chars().map(narrow).filter(is_kept).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Label;

    fn asset(id: &str, serial: &str) -> Asset {
        Asset {
            id: AssetId::parse(id).unwrap(),
            kind: "P03".into(),
            name: Label::new("催泪喷射器", "OC spray"),
            model: String::new(),
            serial: serial.into(),
            holder: None,
            place: String::new(),
            made: None,
            life: None,
            expires: None,
        }
    }

    fn named(text: &str) -> Named {
        Named::parse(text).unwrap()
    }

    #[test]
    fn the_codes_of_labels_that_hang_on_things_never_change() {
        for (id, code) in [("ZM-P03-01", "179 779 520"), ("ZM-P03-02", "960 915 754")] {
            assert_eq!(ShortCode::of(&AssetId::parse(id).unwrap()).to_string(), code);
        }
    }

    #[test]
    fn a_thing_is_found_by_its_label_its_code_its_id_and_its_serial() {
        let all = [asset("ZM-P03-01", "CL-21/00417"), asset("ZM-P03-02", "CL2100418")];
        let found = |text: &str| {
            named(text).among(all.iter()).into_iter().map(|asset| asset.id.to_string()).collect::<Vec<_>>()
        };
        let code = ShortCode::of(&all[0].id);
        for text in [
            "MU1/zhongmiao/ZM-P03-01",
            "MU1/elsewhere/ZM-P03-01",
            " zm p03 01 ",
            "ＺＭ－Ｐ０３－０１",
            "cl21 00417",
            &code.to_string(),
            &code.digits(),
        ] {
            assert_eq!(found(text), ["ZM-P03-01"], "{text}");
        }
        assert_eq!(found("ZM-P03-03"), Vec::<String>::new());
        assert!(Named::parse(" - 　").is_none());
    }

    #[test]
    fn a_code_of_twelve_digits_is_one_of_thirteen_with_a_nought_before_it() {
        for (serial, scanned) in [("036000291452", "0036000291452"), ("0036000291452", "036000291452")] {
            let all = [asset("ZM-P03-01", serial)];
            assert_eq!(named(scanned).among(all.iter()).len(), 1, "{serial} {scanned}");
        }
        let all = [asset("ZM-P03-01", "CL2100417")];
        assert!(named("0CL2100417").among(all.iter()).is_empty());
    }

    #[test]
    fn nothing_is_named_by_the_serial_that_it_does_not_have() {
        let all = [asset("ZM-P03-01", "")];
        assert!(Named::parse("").is_none());
        assert!(named("0").among(all.iter()).is_empty());
    }

    #[test]
    fn one_thing_is_one_answer_however_it_was_scanned() {
        let thing = asset("ZM-P03-01", "CL2100417");
        for text in ["MU1/zhongmiao/ZM-P03-01", "CL 2100417", "zm-p03-01"] {
            assert_eq!(named(text).answer(Some(&thing)), "ZM-P03-01", "{text}");
        }
        assert_eq!(named("MU1/zhongmiao/ZM-P03-01").answer(None), "ZM-P03-01", "not on this phone yet");
        assert_eq!(named("cl 99").answer(None), "CL99");
    }

    #[test]
    fn what_only_looks_like_a_label_is_a_text() {
        for text in ["MU1/zhongmiao", "MU1/zhong miao/x", "MU2/zhongmiao/x", "https://example/MU1/a/b"] {
            assert!(matches!(named(text), Named::Text(_)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_code_survives_its_text(id in "[A-Za-z0-9._:-]{1,64}") {
            let code = ShortCode::of(&AssetId::parse(&id).unwrap());
            prop_assert_eq!(ShortCode::parse(&code.digits()), Some(Ok(code)));
            prop_assert_eq!(named(&code.to_string()), Named::Text(code.digits()));
        }

        #[test]
        fn a_slip_of_one_digit_is_found(number in 0..100_000_000_u32, place in 0..9_usize, digit in 0..10_u8) {
            let mut digits = ShortCode(number).digits().into_bytes();
            let before = std::mem::replace(&mut digits[place], b'0' + digit);
            let typed = String::from_utf8(digits).unwrap();
            prop_assert_eq!(ShortCode::parse(&typed).unwrap().is_err(), before != b'0' + digit);
            prop_assert_eq!(named(&typed).is_slip(), before != b'0' + digit);
        }

        #[test]
        fn two_neighbours_that_changed_places_are_found(number in 0..100_000_000_u32, place in 0..8_usize) {
            let mut digits = ShortCode(number).digits().into_bytes();
            digits.swap(place, place + 1);
            let is_same = digits[place] == digits[place + 1];
            let typed = String::from_utf8(digits).unwrap();
            prop_assert_eq!(ShortCode::parse(&typed).unwrap().is_err(), !is_same);
        }

        #[test]
        fn a_label_survives_its_text(station in "[A-Za-z0-9._:-]{1,64}", id in "[A-Za-z0-9._:-]{1,64}") {
            let (station, asset) = (StationCode::parse(&station).unwrap(), AssetId::parse(&id).unwrap());
            let text = label_text(&station, &asset);
            prop_assert_eq!(named(&text), Named::Label { station, asset });
        }

        #[test]
        fn any_text_names_something_or_nothing(text: String) {
            if let Some(Named::Text(text)) = Named::parse(&text) {
                prop_assert_eq!(plain(&text), text);
            }
        }
    }
}
