//! One-time enrolment codes: what is printed for a person, and what is kept of it. Using one is `identity`; the three
//! days that it lives are in `limits`.

use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

/// Crockford's base 32: no I, L, O or U, so that a code survives being read out.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code: 60 random bits.
const LENGTH: usize = 12;
/// Characters between two dashes.
const GROUP: usize = 4;

/// A one-time code. Its `Debug` prints stars.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode([u8; LENGTH]);

impl EnrolmentCode {
    /// Draws a code.
    pub fn draw(random: &SystemRandom) -> Self {
        let mut code = [0; LENGTH];
        random.fill(&mut code).expect("the system's random numbers do not fail");
        // 256 is a multiple of 32, so no character is more likely than another.
        Self(code.map(|byte| ALPHABET[usize::from(byte % 32)]))
    }

    /// Reads what a person typed or a link carried: case, dashes and blanks do not matter, and the letters that are
    /// mistaken for digits are taken for them. `None` when it cannot be a code.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = [0; LENGTH];
        let mut length = 0;
        for character in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
            let digit = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let digit = u8::try_from(digit).ok().filter(|digit| ALPHABET.contains(digit))?;
            *code.get_mut(length)? = digit;
            length += 1;
        }
        (length == LENGTH).then_some(Self(code))
    }

    /// What is kept of it. A code is looked up by this, so a comparison's duration tells nothing about the code.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"muster/enrolment");
        hash.update(self.0);
        hash.finalize().into()
    }

    /// The form that is shown: `7K3M-9QXA-2PTD`.
    pub fn reveal(&self) -> String {
        let groups: Vec<String> =
            self.0.chunks(GROUP).map(|group| group.iter().copied().map(char::from).collect()).collect();
        groups.join("-")
    }
}

impl std::fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolmentCode(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_how_people_type_it() {
        let code = EnrolmentCode::draw(&SystemRandom::new());
        let shown = code.reveal();
        assert_eq!(shown.len(), LENGTH + 2);
        let typed = [shown.clone(), shown.to_lowercase(), shown.replace('-', ""), shown.replace('-', " ")];
        for text in typed {
            assert_eq!(EnrolmentCode::parse(&text).as_ref(), Some(&code));
        }
        assert_eq!(EnrolmentCode::parse("oil0-0000-0000"), EnrolmentCode::parse("0110-0000-0000"));
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for text in
            ["", "7K3M-9QXA-2PT", "7K3M-9QXA-2PTDD", "7K3M-9QXA-2PTU", "7K3M-9QXA-2PT码", &"0".repeat(10_000)]
        {
            assert_eq!(EnrolmentCode::parse(text), None, "{text:.20}");
        }
    }

    #[test]
    fn codes_and_their_hashes_differ() {
        let random = SystemRandom::new();
        let (a, b) = (EnrolmentCode::draw(&random), EnrolmentCode::draw(&random));
        assert_ne!(a.hash(), b.hash());
        assert_eq!(format!("{a:?}"), "EnrolmentCode(***)");
    }
}
