//! Bytes as text: hexadecimal and base64url, one loop for both. A crate for every alphabet there is brings its code for
//! every alphabet there is, and a phone downloads it.

/// A way to spell bytes. One spelling only: what is read comes out the same when it is written again.
#[derive(Debug, Clone, Copy)]
pub struct Digits {
    bits: u32,
    alphabet: &'static [u8],
    value: fn(u8) -> Option<u8>,
}

/// Two lower-case hexadecimal digits a byte.
pub const HEX: Digits = Digits { bits: 4, alphabet: b"0123456789abcdef", value: hex };
/// Base64 for addresses, without padding (RFC 4648, section 5).
pub const BASE64URL: Digits = Digits {
    bits: 6,
    alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    value: base64url,
};

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn base64url(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

impl Digits {
    /// The text of bytes.
    pub fn encode(&self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity((bytes.len() * 8).div_ceil(self.bits as usize));
        let mask = (1 << self.bits) - 1;
        let (mut pending, mut bits) = (0usize, 0);
        for byte in bytes {
            pending = pending << 8 | usize::from(*byte);
            bits += 8;
            while bits >= self.bits {
                bits -= self.bits;
                text.push(char::from(self.alphabet[pending >> bits & mask]));
            }
            pending &= (1 << bits) - 1;
        }
        if bits > 0 {
            text.push(char::from(self.alphabet[pending << (self.bits - bits) & mask]));
        }
        text
    }

    /// The bytes of a text; `None` when it is not what [`Digits::encode`] gives for any.
    pub fn decode(&self, text: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(text.len() * self.bits as usize / 8);
        let (mut pending, mut bits) = (0u32, 0);
        for digit in text.bytes() {
            pending = pending << self.bits | u32::from((self.value)(digit)?);
            bits += self.bits;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from(pending >> bits).ok()?);
                pending &= (1 << bits) - 1;
            }
        }
        // A whole digit too many, or bits that no byte has.
        (bits < self.bits && pending == 0).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_spelling_is_none() {
        for text in ["0", "0g", "0A", "é0", "000"] {
            assert_eq!(HEX.decode(text), None, "{text}");
        }
        for text in ["A", "AB", "AAB", "AA==", "A+", "AA/A", "AAAAA", "AA A"] {
            assert_eq!(BASE64URL.decode(text), None, "{text}");
        }
        assert_eq!((HEX.decode(""), BASE64URL.decode("")), (Some(Vec::new()), Some(Vec::new())));
    }

    proptest! {
        #[test]
        fn bytes_are_spelt_as_everywhere(bytes: Vec<u8>, text in "[-_A-Za-f0-9]{0,9}") {
            for (ours, theirs) in
                [(HEX, data_encoding::HEXLOWER), (BASE64URL, data_encoding::BASE64URL_NOPAD)]
            {
                prop_assert_eq!(ours.encode(&bytes), theirs.encode(&bytes));
                prop_assert_eq!(ours.decode(&ours.encode(&bytes)), Some(bytes.clone()));
                prop_assert_eq!(ours.decode(&text), theirs.decode(text.as_bytes()).ok());
            }
        }
    }
}
