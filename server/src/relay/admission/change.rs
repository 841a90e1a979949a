//! The checks of each change by its bytes: what kind of chunk it is, whether it adds up inside, and whether its hash
//! is its own. Automerge has not seen a byte of it when they are done.

use shared::document::chunk::{self, ChunkError, Opened, Outline};
use shared::document::prewalk::Walked;
use shared::ids::ChangeHash;
use shared::protocol::{Batch, RejectCode};

use super::Rejection;

/// A change that was walked through, and its hash.
pub type Known<'a> = (ChangeHash, Walked<'a>);

/// Checks every change of a batch.
///
/// # Errors
/// The first check that a change fails.
pub fn all(batch: &Batch) -> Result<Vec<Known<'_>>, Rejection> {
    let known = batch.changes.iter().map(|bytes| {
        let opened = open(bytes)?;
        let walked = walk(&opened)?;
        Ok((checksum(&opened)?, walked))
    });
    known.collect()
}

/// Each change is one chunk, of a single change, and not compressed.
///
/// # Errors
/// `not-a-change`.
pub fn open(bytes: &[u8]) -> Result<Opened<'_>, Rejection> {
    chunk::open(bytes).map_err(|error| rejection(&error))
}

/// Its counts add up, and stay within the limits.
///
/// # Errors
/// `operations`.
pub fn walk<'a>(opened: &Opened<'a>) -> Result<Walked<'a>, Rejection> {
    opened.walk().map_err(|error| rejection(&error))
}

/// Its checksum is that of its bytes.
///
/// # Errors
/// `checksum`.
pub fn checksum(opened: &Opened<'_>) -> Result<ChangeHash, Rejection> {
    opened.hash().map_err(|error| rejection(&error))
}

/// What the log must know of each.
///
/// # Errors
/// `actor`, when a writer is no device's.
pub fn outlines(known: &[Known<'_>]) -> Result<Vec<Outline>, Rejection> {
    let outline = |(hash, walked): &Known<'_>| {
        let outline = Outline::of(*hash, walked);
        outline.map_err(|error| Rejection { change: Some(*hash), ..rejection(&error) })
    };
    known.iter().map(outline).collect()
}

fn rejection(error: &ChunkError) -> Rejection {
    let code = match error {
        ChunkError::TooLarge { .. } => RejectCode::TooLarge,
        ChunkError::NotAChunk(_) | ChunkError::WrongType(_) => RejectCode::NotAChange,
        ChunkError::Malformed(_) => RejectCode::Operations,
        ChunkError::Checksum => RejectCode::Checksum,
        ChunkError::Actor(_) => RejectCode::Actor,
    };
    Rejection::new(code, error.to_string())
}
