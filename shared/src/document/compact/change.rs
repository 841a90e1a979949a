//! A change chunk taken apart and put together again. Automerge's header is magic, checksum, type and length; the
//! checksum is the beginning of the hash, and the hash is the SHA-256 of everything behind the checksum.

use sha2::{Digest, Sha256};

use super::stream::{Reader, number_bytes, put_length, put_number, put_sized};
use crate::ids::ChangeHash;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const TYPE_CHANGE: u8 = 1;
/// Magic and checksum: what is not hashed.
const UNHASHED: usize = 8;

/// A change without its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// Hashes of what it depends on, 32 bytes each.
    pub(crate) deps: &'a [u8],
    pub(crate) actor: &'a [u8],
    pub(crate) seq: u64,
    pub(crate) start_op: u64,
    /// Time, message, other actors, columns.
    pub(crate) rest: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Takes a chunk apart; `None` when it is no uncompressed change. Whether it comes together to the same bytes is
    /// not said.
    pub(crate) fn of(chunk: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(chunk.strip_prefix(&MAGIC)?);
        reader.take(UNHASHED - MAGIC.len())?;
        if reader.byte()? != TYPE_CHANGE || reader.length()? != reader.rest().len() {
            return None;
        }
        let deps = reader.length()?.checked_mul(32)?;
        Some(Self {
            deps: reader.take(deps)?,
            actor: reader.sized()?,
            seq: reader.number()?,
            start_op: reader.number()?,
            rest: reader.rest(),
        })
    }

    /// Puts a chunk together in `out`, which it empties, and gives its hash.
    pub(crate) fn join(&self, out: &mut Vec<u8>) -> ChangeHash {
        let deps = self.deps.len() / 32;
        let length = number_bytes(deps as u64)
            + self.deps.len()
            + number_bytes(self.actor.len() as u64)
            + self.actor.len()
            + number_bytes(self.seq)
            + number_bytes(self.start_op)
            + self.rest.len();
        out.clear();
        out.reserve(UNHASHED + 1 + number_bytes(length as u64) + length);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[0; UNHASHED - MAGIC.len()]);
        out.push(TYPE_CHANGE);
        put_length(out, length);
        put_length(out, deps);
        out.extend_from_slice(self.deps);
        put_sized(out, self.actor);
        put_number(out, self.seq);
        put_number(out, self.start_op);
        out.extend_from_slice(self.rest);
        let hash: [u8; 32] = Sha256::digest(&out[UNHASHED..]).into();
        out[MAGIC.len()..UNHASHED].copy_from_slice(&hash[..UNHASHED - MAGIC.len()]);
        ChangeHash(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::chunk;
    use crate::document::genesis;
    use crate::ids::DocumentKind;

    #[test]
    fn a_change_comes_together_again() {
        for kind in DocumentKind::ALL {
            let bytes = genesis::bytes(kind);
            let parts = Parts::of(&bytes).expect("a change");
            assert_eq!((parts.deps.len(), parts.seq, parts.start_op), (0, 1, 1));
            let mut joined = vec![1];
            assert_eq!(Ok(parts.join(&mut joined)), chunk::hash(&bytes));
            assert_eq!(joined, bytes);
            for cut in 0..bytes.len() {
                assert_eq!(Parts::of(&bytes[..cut]), None, "{cut}");
            }
        }
    }
}
