//! The outside of a change: its header, its checksum, and what the log must know of it (writer, number,
//! dependencies). The header is checked here, byte by byte, before automerge parses the rest.

use sha2::{Digest, Sha256};

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
    /// The header is right and the rest does not parse.
    #[error("change does not parse: {0}")]
    NotAChange(String),
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
    /// The changes it depends on.
    pub deps: Vec<ChangeHash>,
}

/// Checks the header of a change and gives its hash, without parsing the rest.
///
/// # Errors
/// When the bytes are not exactly one uncompressed change with a fitting checksum.
pub fn hash(bytes: &[u8]) -> Result<ChangeHash, ChunkError> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(ChunkError::TooLarge { bytes: bytes.len(), bytes_max: CHANGE_BYTES_MAX });
    }
    let rest = bytes.strip_prefix(&MAGIC).ok_or(ChunkError::NotAChunk("magic"))?;
    let (checksum, rest) =
        rest.split_first_chunk::<4>().ok_or(ChunkError::NotAChunk("cut in the checksum"))?;
    let (&kind, rest) = rest.split_first().ok_or(ChunkError::NotAChunk("cut before the type"))?;
    if kind != TYPE_CHANGE {
        return Err(ChunkError::WrongType(kind));
    }
    let (length, body) = leb128(rest).ok_or(ChunkError::NotAChunk("length"))?;
    if u64::try_from(body.len()).ok() != Some(length) {
        return Err(ChunkError::NotAChunk("length does not fit"));
    }
    let mut hasher = Sha256::new();
    hasher.update([kind]);
    hasher.update(&rest[..rest.len() - body.len()]);
    hasher.update(body);
    let hash: [u8; 32] = hasher.finalize().into();
    if hash[..4] != *checksum { Err(ChunkError::Checksum) } else { Ok(ChangeHash(hash)) }
}

/// Checks the header and parses the change.
///
/// # Errors
/// When [`hash`] refuses it, automerge cannot parse it, or its writer is no device's.
pub fn outline(bytes: &[u8]) -> Result<Outline, ChunkError> {
    let hash = hash(bytes)?;
    let change = automerge::Change::from_bytes(bytes.to_vec())
        .map_err(|error| ChunkError::NotAChange(error.to_string()))?;
    if change.hash().0 != hash.0 {
        return Err(ChunkError::Checksum);
    }
    let actor = change.actor_id().to_bytes();
    Ok(Outline {
        hash,
        actor: Actor::from_bytes(actor).ok_or(ChunkError::Actor(actor.len()))?,
        seq: change.seq(),
        start_op: change.start_op().get(),
        deps: change.deps().iter().map(|dep| ChangeHash(dep.0)).collect(),
    })
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
