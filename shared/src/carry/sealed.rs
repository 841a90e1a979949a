//! The file: a few words in the open, the sealed contents, and the hash of both. That it was cut off or damaged shows
//! before anything of it is used, and without the key.
//!
//! ```text
//! "MUSTER" 'B' version | envelope (CBOR) | sealed contents | SHA-256 of all before it
//! ```

use minicbor::Encode;
use sha2::{Digest, Sha256};

use crate::ids::{BureauId, DeviceId};
use crate::limits::BUNDLE_BYTES_MAX;
use crate::time::{Timestamp, Zone};

/// What every bundle begins with.
const MAGIC: &[u8; 7] = b"MUSTERB";
/// The version that this build writes and reads.
const VERSION: u8 = 1;
/// Bytes of the hash at the end.
const HASH_BYTES: usize = 32;

/// What the key of a bundle is derived for (the `info` of HKDF). A key seals one bundle, so its nonce is all zeros.
pub const KEY_INFO: &[u8] = b"muster/bundle/1";

/// The beginning of the SHA-256 of a sealing key.
pub type KeyName = [u8; 8];

/// What of a bundle is in the open. All of it is authenticated by the seal.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Envelope {
    /// Whose relay can open it.
    #[n(0)]
    pub bureau: BureauId,
    /// Which of its keys it is sealed to.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub key: KeyName,
    /// The other half of the key agreement: an uncompressed P-256 point that was made for this bundle.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub ephemeral: Vec<u8>,
    /// Bytes of the sealed contents, with their tag.
    #[n(3)]
    pub sealed_bytes: u32,
}

crate::read_record!(Envelope { bureau, key as bytes, ephemeral as bytes, sealed_bytes });

/// Why a file is no bundle that can be used. Nothing of it was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is something else.
    #[error("the file is no bundle")]
    NotOne,
    /// Another version's.
    #[error("the bundle is of version {0}; this end reads {VERSION}")]
    Version(u8),
    /// It is longer than a bundle may be.
    #[error("the file is longer than {BUNDLE_BYTES_MAX} bytes")]
    TooLarge,
    /// Its end is missing.
    #[error("the end of the bundle is missing")]
    Truncated,
    /// It is not as it was made.
    #[error("the bundle is damaged")]
    Damaged,
}

impl FileError {
    /// The stable word: `api::problem`'s.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotOne => "bundle-unreadable",
            Self::Version(_) => "version-unknown",
            Self::TooLarge => "bundle-too-large",
            Self::Truncated => "bundle-truncated",
            Self::Damaged => "bundle-damaged",
        }
    }
}

impl Envelope {
    /// An envelope for contents of so many bytes once sealed.
    pub fn new(bureau: &BureauId, sealing_key: &[u8], ephemeral: Vec<u8>, sealed_bytes: usize) -> Self {
        let sealed_bytes = u32::try_from(sealed_bytes).unwrap_or(u32::MAX);
        Self { bureau: bureau.clone(), key: Self::name_of(sealing_key), ephemeral, sealed_bytes }
    }

    /// How a sealing key is called.
    pub fn name_of(sealing_key: &[u8]) -> KeyName {
        let digest = Sha256::digest(sealing_key);
        std::array::from_fn(|place| digest[place])
    }

    /// The beginning of the file: what the seal authenticates beside the contents.
    pub fn head(&self) -> Vec<u8> {
        let mut head = [&MAGIC[..], &[VERSION]].concat();
        minicbor::encode(self, &mut head).expect("writing into memory cannot fail");
        head
    }

    /// Reads a file's envelope: the envelope, the head that the seal authenticates, and the sealed contents, once the file
    /// is known to be whole.
    ///
    /// # Errors
    /// When it is no bundle, or not whole.
    pub fn read(file: &[u8]) -> Result<(Self, &[u8], &[u8]), FileError> {
        if file.len() > BUNDLE_BYTES_MAX {
            return Err(FileError::TooLarge);
        }
        let Some(rest) = file.strip_prefix(MAGIC) else {
            let is_begun = !file.is_empty() && MAGIC.starts_with(file);
            return Err(if is_begun { FileError::Truncated } else { FileError::NotOne });
        };
        let (&version, rest) = rest.split_first().ok_or(FileError::Truncated)?;
        if version != VERSION {
            return Err(FileError::Version(version));
        }
        let mut decoder = minicbor::Decoder::new(rest);
        let envelope: Self = decoder.decode().map_err(|error| {
            if error.is_end_of_input() { FileError::Truncated } else { FileError::Damaged }
        })?;
        let head_bytes = file.len() - rest.len() + decoder.position();
        let sealed_bytes = usize::try_from(envelope.sealed_bytes).unwrap_or(usize::MAX);
        let hash_at = head_bytes.checked_add(sealed_bytes).ok_or(FileError::Damaged)?;
        let (told, behind) = file.split_at_checked(hash_at).ok_or(FileError::Truncated)?;
        match behind.len() {
            ..HASH_BYTES => return Err(FileError::Truncated),
            HASH_BYTES => {}
            _ => return Err(FileError::Damaged),
        }
        if Sha256::digest(told)[..] != *behind {
            return Err(FileError::Damaged);
        }
        Ok((envelope, &file[..head_bytes], &file[head_bytes..hash_at]))
    }
}

/// The salt that the key of a bundle is derived with (the `salt` of HKDF): both public halves.
pub fn salt(ephemeral: &[u8], sealing_key: &[u8]) -> Vec<u8> {
    [ephemeral, sealing_key].concat()
}

/// The whole file: the head, the sealed contents, and the hash of both.
pub fn seal(mut head: Vec<u8>, sealed: &[u8]) -> Vec<u8> {
    head.extend_from_slice(sealed);
    let hash = Sha256::digest(&head);
    head.extend_from_slice(&hash);
    head
}

/// What the file is called: nothing of it is secret, and it sorts by when it was made.
pub fn file_name(device: DeviceId, made: Timestamp, zone: Zone) -> String {
    let device = device.to_string();
    let (date, minute) = (zone.date(made), zone.minute_of_day(made));
    let two = |number: u16| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
    ["muster-", &date.to_string(), "-", &two(minute / 60), &two(minute % 60), "-", &device[..6], ".muster"]
        .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        Envelope::new(&BureauId::parse("chaohu").unwrap(), &[4; 65], vec![5; 65], 20)
    }

    #[test]
    fn a_file_gives_its_parts_back() {
        let file = seal(envelope().head(), &[7; 20]);
        let (read, head, sealed) = Envelope::read(&file).unwrap();
        assert_eq!((read, head, sealed), (envelope(), &envelope().head()[..], &[7; 20][..]));
    }

    #[test]
    fn a_file_that_was_cut_off_is_told_as_that_at_every_byte() {
        let file = seal(envelope().head(), &[7; 20]);
        for cut in 1..file.len() {
            assert_eq!(Envelope::read(&file[..cut]), Err(FileError::Truncated), "{cut}");
        }
        assert_eq!(Envelope::read(&[]), Err(FileError::NotOne));
    }

    #[test]
    fn a_file_with_any_bit_flipped_is_never_used() {
        let file = seal(envelope().head(), &[7; 20]);
        for place in 0..file.len() {
            for bit in 0..8 {
                let mut flipped = file.clone();
                flipped[place] ^= 1 << bit;
                assert!(Envelope::read(&flipped).is_err(), "{place}.{bit}");
            }
        }
        let mut longer = file;
        longer.push(0);
        assert_eq!(Envelope::read(&longer), Err(FileError::Damaged));
    }

    #[test]
    fn what_is_no_bundle_is_told_as_that() {
        assert_eq!(Envelope::read(b"%PDF-1.7"), Err(FileError::NotOne));
        assert_eq!(Envelope::read(b"MUSTERB\x02rest"), Err(FileError::Version(2)));
        assert_eq!(Envelope::read(&vec![0; BUNDLE_BYTES_MAX + 1]), Err(FileError::TooLarge));
    }

    #[test]
    fn a_file_is_named_by_when_and_by_which_phone() {
        let made = Timestamp(1_795_400_000_000);
        let name = file_name(DeviceId::from([0xd1; 16]), made, Zone::CHINA);
        assert!(name.starts_with("muster-2026-11-2") && name.ends_with("-d1d1d1.muster"), "{name}");
    }
}
