//! The outside of a change: its header, its checksum, and what the log must know of it (writer, number,
//! dependencies). Read here and in [`prewalk`], byte by byte, before automerge sees any of it.

use sha2::{Digest, Sha256};

use super::prewalk::{self, WalkError, Walked};
use crate::ids::{Actor, ChangeHash};
use crate::limits::CHANGE_BYTES_MAX;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The only chunk type that a device may send: one change, not compressed. A compressed one could inflate without
/// bound.
const TYPE_CHANGE: u8 = 1;

/// Why bytes are not a change of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// Longer than a change may be.
    #[error("change of {bytes} bytes; at most {bytes_max}")]
    TooLarge {
        /// Bytes there were.
        bytes: usize,
        /// Bytes there may be.
        bytes_max: usize,
    },
    /// Not automerge's magic, cut off, or with bytes behind its end.
    #[error("not a chunk: {0}")]
    NotAChunk(&'static str),
    /// A document, a bundle, or a compressed change.
    #[error("chunk of type {0}; only single uncompressed changes are taken")]
    WrongType(u8),
    /// The checksum is not that of the bytes.
    #[error("checksum does not fit")]
    Checksum,
    /// The header is right and the rest is not walked through.
    #[error("not a change of ours: {0}")]
    Malformed(#[from] WalkError),
    /// The writer is not a device's actor.
    #[error("the actor has {0} bytes")]
    Actor(usize),
}

/// What the log must know of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Its hash.
    pub hash: ChangeHash,
    /// Its writer.
    pub actor: Actor,
    /// Its number among the writer's changes of this document, from 1.
    pub seq: u64,
    /// The counter of its first operation: greater than any operation it depends on.
    pub start_op: u64,
    /// The counter of its last operation.
    pub last_op: u64,
    /// The changes it depends on, ascending.
    pub deps: Vec<ChangeHash>,
}

/// A chunk whose header is that of one uncompressed change.
#[derive(Debug, Clone, Copy)]
pub struct Opened<'a> {
    checksum: [u8; 4],
    /// What the checksum is of: type, length, body.
    summed: &'a [u8],
    body: &'a [u8],
}

/// Checks size, magic, type and length.
///
/// # Errors
/// When the bytes are not exactly one uncompressed change.
pub fn open(bytes: &[u8]) -> Result<Opened<'_>, ChunkError> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(ChunkError::TooLarge { bytes: bytes.len(), bytes_max: CHANGE_BYTES_MAX });
    }
    let rest = bytes.strip_prefix(&MAGIC).ok_or(ChunkError::NotAChunk("magic"))?;
    let (checksum, summed) =
        rest.split_first_chunk::<4>().ok_or(ChunkError::NotAChunk("cut in the checksum"))?;
    let (&kind, rest) = summed.split_first().ok_or(ChunkError::NotAChunk("cut before the type"))?;
    if kind != TYPE_CHANGE {
        return Err(ChunkError::WrongType(kind));
    }
    let (length, body) = leb128(rest).ok_or(ChunkError::NotAChunk("length"))?;
    if u64::try_from(body.len()).ok() != Some(length) {
        return Err(ChunkError::NotAChunk("length does not fit"));
    }
    Ok(Opened { checksum: *checksum, summed, body })
}

impl<'a> Opened<'a> {
    /// Walks through the inside.
    ///
    /// # Errors
    /// When its counts do not add up, or it has more of something than a change may have.
    pub fn walk(&self) -> Result<Walked<'a>, ChunkError> {
        Ok(prewalk::walk(self.body)?)
    }

    /// The change's hash.
    ///
    /// # Errors
    /// When the checksum is not that of the bytes.
    pub fn hash(&self) -> Result<ChangeHash, ChunkError> {
        let hash: [u8; 32] = Sha256::digest(self.summed).into();
        if hash[..4] == self.checksum { Ok(ChangeHash(hash)) } else { Err(ChunkError::Checksum) }
    }
}

impl Outline {
    /// What the log must know of a change that was walked through.
    ///
    /// # Errors
    /// When its writer is no device's actor.
    pub fn of(hash: ChangeHash, walked: &Walked<'_>) -> Result<Self, ChunkError> {
        Ok(Self {
            hash,
            actor: Actor::from_bytes(walked.actor).ok_or(ChunkError::Actor(walked.actor.len()))?,
            seq: walked.seq,
            start_op: walked.start_op,
            last_op: walked.last_op(),
            deps: walked.deps().collect(),
        })
    }
}

/// Checks the header of a change and gives its hash, without a look at the rest.
///
/// # Errors
/// When the bytes are not exactly one uncompressed change with a fitting checksum.
pub fn hash(bytes: &[u8]) -> Result<ChangeHash, ChunkError> {
    open(bytes)?.hash()
}

/// Checks the header and walks through the change.
///
/// # Errors
/// When the bytes are not one uncompressed change with a fitting checksum that can be walked through, or its writer is
/// no device's.
pub fn outline(bytes: &[u8]) -> Result<Outline, ChunkError> {
    let opened = open(bytes)?;
    let walked = opened.walk()?;
    Outline::of(opened.hash()?, &walked)
}

/// An unsigned LEB128 number in its shortest form, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (i, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            let is_shortest = i == 0 || *byte != 0;
            return is_shortest.then_some((value, &bytes[i + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::document::write::Event;
    use crate::ids::{DeviceId, DocumentId, DocumentKind};

    fn change() -> Vec<u8> {
        let mut document = Document::new(DocumentId::derive(DocumentKind::Calendar, &["t"]));
        let actor = Actor::new(DeviceId::from([1; 16]), 0);
        document.write(actor, &Event::Entry { body: "{}".into() }).unwrap().change
    }

    #[test]
    fn an_outline_tells_what_the_log_must_know() {
        let bytes = change();
        let outline = outline(&bytes).unwrap();
        assert_eq!(outline.hash, hash(&bytes).unwrap());
        assert_eq!(outline.actor, Actor::new(DeviceId::from([1; 16]), 0));
        assert_eq!((outline.seq, outline.deps.len()), (1, 1));
        assert!(outline.start_op > 1, "behind genesis");
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused() {
        let bytes = change();
        for cut in 0..bytes.len() {
            assert!(outline(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(outline(&flipped).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn only_single_changes_are_taken() {
        let mut bytes = change();
        bytes[8] = 2;
        assert_eq!(hash(&bytes), Err(ChunkError::WrongType(2)));
        assert!(matches!(hash(&vec![0; CHANGE_BYTES_MAX + 1]), Err(ChunkError::TooLarge { .. })));
    }
}
