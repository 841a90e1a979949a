//! A document in one piece: all of its changes in their compact form, which is a tenth of their bytes. It is made by the
//! relay, kept by both ends, and stands for exactly the changes in it: any of them can be had back, byte for byte.
//!
//! Automerge's own form of a document is not used: it is no smaller, and what reads it would be a sixth of the core.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::compact::{Elider, Restored, Restorer, Trail};
use super::{ApplyError, Document, chunk, genesis};
use crate::gather::Gather;
use crate::ids::{ChangeHash, Digest, DocumentId};
use crate::limits::SAVED_BYTES_MAX;

/// Bytes that are not this document in one piece.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// They are not what was saved.
    #[error("it is damaged")]
    Damaged,
    /// What was saved is not the compact form of changes, or of more than a document may have.
    #[error("its changes cannot be rebuilt")]
    Malformed,
    /// Its changes do not make a document.
    #[error("its changes do not apply: {0}")]
    Apply(#[from] ApplyError),
    /// Its changes are not those that it is said to have.
    #[error("its changes are not those that were told")]
    Digest,
}

/// Bytes of the checksum, the beginning of the SHA-256 of what is behind it.
const CHECKSUM: usize = 4;
/// What comes then: how the rest is to be read.
const FORM: u8 = 1;

/// Whether a saved document is still what was saved, by its checksum: to be asked before it is handed on unread.
pub fn is_intact(bytes: &[u8]) -> bool {
    bytes.get(CHECKSUM) == Some(&FORM) && Sha256::digest(&bytes[CHECKSUM..])[..CHECKSUM] == bytes[..CHECKSUM]
}

/// The changes of a saved document, causes before effects, without making a document of them.
///
/// # Errors
/// When the bytes are damaged, or hold other changes than the digest says.
pub fn changes(
    id: DocumentId,
    bytes: &[u8],
    digest: Digest,
) -> Result<Vec<(ChangeHash, Vec<u8>)>, SavedError> {
    if !is_intact(bytes) {
        return Err(SavedError::Damaged);
    }
    let changes = restored(id, &bytes[CHECKSUM + 1..]).ok_or(SavedError::Malformed)?;
    let distinct: BTreeSet<ChangeHash> = changes.iter().map(|(hash, _)| *hash).into_set();
    if distinct.len() < changes.len() || Digest::of(id, distinct) != digest {
        return Err(SavedError::Digest);
    }
    Ok(changes)
}

fn restored(id: DocumentId, compact: &[u8]) -> Option<Vec<(ChangeHash, Vec<u8>)>> {
    let mut restorer = Restorer::new(compact, SAVED_BYTES_MAX)?;
    let (mut trail, mut actor) = (Trail::new(id), Vec::new());
    let mut changes = Vec::new();
    for _ in 0..restorer.count().ok()? {
        match restorer.change(&mut trail, &mut actor).ok()? {
            Restored::Change(change, hash) => {
                changes.push((hash.or_else(|| chunk::hash(&change).ok())?, change));
            }
            Restored::Known(_) => return None,
        }
    }
    restorer.is_done().then_some(changes)
}

impl Document {
    /// The document in one piece.
    pub fn save(&self) -> Vec<u8> {
        let changes = self.changes();
        let (mut elider, mut trail, mut actor) = (Elider::default(), Trail::new(self.id), Vec::new());
        elider.count(changes.len());
        for (_, change) in &changes {
            elider.change(&mut trail, &mut actor, change);
        }
        let mut bytes = vec![0; CHECKSUM];
        bytes.push(FORM);
        bytes.extend_from_slice(&elider.finish());
        let checksum = Sha256::digest(&bytes[CHECKSUM..]);
        bytes[..CHECKSUM].copy_from_slice(&checksum[..CHECKSUM]);
        bytes
    }

    /// Loads what [`Document::save`] gave.
    ///
    /// # Errors
    /// When the bytes are damaged, are another document's, or hold other changes than the digest says.
    pub fn load(id: DocumentId, bytes: &[u8], digest: Digest) -> Result<Self, SavedError> {
        let changes = changes(id, bytes, digest)?;
        let mut document = Self::new(id);
        document.apply(changes.iter().map(|(_, change)| change.as_slice()))?;
        // What waits for a change that did not come is not in it.
        if document.digest() != digest {
            return Err(SavedError::Digest);
        }
        Ok(document)
    }

    /// The hashes of its changes but genesis, causes before effects.
    pub fn hashes(&self) -> Vec<ChangeHash> {
        let genesis = genesis::hash(self.id.kind());
        let changes = self.doc.get_changes_meta(&[]);
        changes.iter().map(|change| ChangeHash(change.hash.0)).filter(|hash| *hash != genesis).collect()
    }

    /// Its changes but genesis, as their writers made them, causes before effects.
    pub fn changes(&self) -> Vec<(ChangeHash, Vec<u8>)> {
        let genesis = genesis::hash(self.id.kind());
        let changes = self.doc.get_changes(&[]).into_iter();
        changes
            .map(|change| (ChangeHash(change.hash().0), change.raw_bytes().to_vec()))
            .filter(|(hash, _)| *hash != genesis)
            .collect()
    }

    /// The digest of its changes.
    pub fn digest(&self) -> Digest {
        Digest::of(self.id, self.hashes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::write::Event;
    use crate::ids::{Actor, DeviceId, DocumentKind};

    fn written(count: usize) -> (Document, Vec<(ChangeHash, Vec<u8>)>) {
        let mut document = Document::new(DocumentId::derive(DocumentKind::Register, &["x"]));
        let changes = (0..count).map(|n| {
            let actor = Actor::new(DeviceId::from([u8::try_from(n % 3).expect("below 3"); 16]), 0);
            let written = document.write(actor, &Event::Entry { body: format!("{{\"n\":{n}}}") }).unwrap();
            (written.hash, written.change)
        });
        let changes = changes.collect();
        (document, changes)
    }

    #[test]
    fn a_saved_document_gives_every_change_back_byte_for_byte() {
        for count in [0, 1, 40] {
            let (document, changes) = written(count);
            let bytes = document.save();
            let mut loaded = Document::load(document.id(), &bytes, document.digest()).unwrap();
            assert_eq!(loaded.heads(), document.heads());
            assert_eq!(loaded.changes(), changes);
            assert_eq!(super::changes(document.id(), &bytes, document.digest()).unwrap(), changes);
            assert_eq!(loaded.hashes(), changes.iter().map(|(hash, _)| *hash).collect::<Vec<_>>());
            let actor = Actor::new(DeviceId::from([0; 16]), 0);
            assert_eq!(loaded.last_seq(actor), document.last_seq(actor));
            loaded.write(actor, &Event::Entry { body: "{}".into() }).expect("it goes on from there");
        }
    }

    #[test]
    fn what_is_not_this_document_is_refused() {
        let (document, changes) = written(20);
        let (id, bytes, digest) = (document.id(), document.save(), document.digest());
        assert!(is_intact(&bytes) && !is_intact(&bytes[..bytes.len() - 1]) && !is_intact(&[]));
        assert!(matches!(Document::load(id, &bytes, Digest::default()), Err(SavedError::Digest)));
        assert!(matches!(Document::load(id, &[], digest), Err(SavedError::Damaged)));
        let other_chunk = &changes[0].1;
        assert!(matches!(Document::load(id, other_chunk, digest), Err(SavedError::Damaged)));
        let round = DocumentId::derive(DocumentKind::Round, &["x"]);
        assert!(matches!(Document::load(round, &bytes, digest), Err(SavedError::Digest)));
        for cut in (0..bytes.len()).step_by(7) {
            assert!(Document::load(id, &bytes[..cut], digest).is_err(), "cut at {cut}");
        }
        for byte in (0..bytes.len()).step_by(3) {
            let mut damaged = bytes.clone();
            damaged[byte] ^= 0x10;
            assert!(Document::load(id, &damaged, digest).is_err(), "byte {byte}");
            assert!(!is_intact(&damaged), "byte {byte}");
        }
    }
}
