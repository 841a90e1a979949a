//! Automerge chunks with a header that fits whatever is in them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use shared::document::chunk::Outline;
use shared::document::{genesis, inspect, prewalk};
use shared::ids::{Actor, ChangeHash, DocumentKind};

/// A change, not compressed.
pub const CHANGE: u8 = 1;

/// A chunk of a type around a body.
pub fn around(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut rest = vec![kind];
    let mut length = body.len();
    loop {
        let low = u8::try_from(length & 0x7f).expect("seven bits");
        length >>= 7;
        rest.push(if length > 0 { low | 0x80 } else { low });
        if length == 0 {
            break;
        }
    }
    rest.extend_from_slice(body);
    let mut chunk = vec![0x85, 0x6f, 0x4a, 0x83];
    chunk.extend_from_slice(&Sha256::digest(&rest)[..4]);
    chunk.extend_from_slice(&rest);
    chunk
}

/// The body of a chunk that [`around`] could have made; `None` for any other bytes.
pub fn body(chunk: &[u8]) -> Option<&[u8]> {
    let rest = chunk.get(9..)?;
    let length = rest.iter().position(|byte| byte & 0x80 == 0)?;
    rest.get(length + 1..)
}

/// Whether the relay would let a change of this body into a document of this kind, as far as the change alone says.
pub fn is_admissible(body: &[u8], kind: DocumentKind) -> bool {
    prewalk::walk(body).is_ok_and(|walked| inspect::added(&walked, kind).is_ok())
}

/// What the relay's log asks of the changes of one document, one after the other: numbers, causes and counters follow.
pub struct Causes {
    /// The last operation of each change.
    last_ops: BTreeMap<ChangeHash, u64>,
    /// The last number of each writer.
    seqs: BTreeMap<Actor, u64>,
}

impl Causes {
    /// A document that has only its genesis.
    pub fn new(kind: DocumentKind) -> Self {
        let last_ops = BTreeMap::from([(genesis::hash(kind), genesis::next_op(kind) - 1)]);
        Self { last_ops, seqs: BTreeMap::new() }
    }

    /// Takes a change in, if it follows.
    pub fn take(&mut self, outline: &Outline) -> bool {
        let causes: Option<Vec<u64>> =
            outline.deps.iter().map(|dep| self.last_ops.get(dep).copied()).collect();
        let last_op = causes.and_then(|causes| causes.into_iter().max());
        let seq = self.seqs.entry(outline.actor).or_default();
        let follows = last_op.is_some_and(|last| outline.start_op == last + 1) && outline.seq == *seq + 1;
        if follows {
            *seq = outline.seq;
            self.last_ops.insert(outline.hash, outline.last_op);
        }
        follows
    }
}

/// Splits an input into pieces, each behind two bytes of its length; what does not fit is the last piece.
pub fn pieces(mut input: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while let Some((length, rest)) = input.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (piece, behind) = rest.split_at(length);
        pieces.push(piece);
        input = behind;
    }
    pieces
}

/// The input that [`pieces`] splits so.
pub fn joined<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let with_length = |piece: &'a [u8]| {
        let length = u16::try_from(piece.len()).expect("seeds are small").to_be_bytes();
        [&length, piece].concat()
    };
    pieces.into_iter().flat_map(with_length).collect()
}
