//! A document in one piece: all of its changes in automerge's own form, which is a tenth of their bytes and loads in one
//! go. It is made by the relay, kept by both ends, and stands for exactly the changes in it: any of them can be had
//! back, byte for byte.

use automerge::{Automerge, AutomergeError};
use sha2::{Digest as _, Sha256};

use super::Document;
use super::genesis;
use crate::ids::{Actor, ChangeHash, Digest, DocumentId};

/// Bytes that are not this document in one piece.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// The bytes are not what was saved, or another chunk of automerge's: it is not given to automerge, which does not
    /// survive every chunk that could be there.
    #[error("it is damaged")]
    Damaged,
    /// Automerge cannot load it.
    #[error("it does not load: {0}")]
    Load(#[from] AutomergeError),
    /// It does not begin as documents of its kind do.
    #[error("it has another beginning than its kind")]
    Genesis,
    /// Its changes are not those that it is said to have.
    #[error("its changes are not those that were told")]
    Digest,
}

/// Automerge's mark, a checksum of 4 bytes, and then what it is of: the type (0: a document), the length, the rest.
const TYPE_AT: usize = 8;

/// Whether a saved document is still what was saved, by its checksum: to be asked before it is handed on unread.
pub fn is_intact(bytes: &[u8]) -> bool {
    bytes.get(TYPE_AT) == Some(&0) && Sha256::digest(&bytes[TYPE_AT..])[..4] == bytes[4..TYPE_AT]
}

impl Document {
    /// The document in one piece.
    pub fn save(&self) -> Vec<u8> {
        self.doc.save()
    }

    /// Loads what [`Document::save`] gave.
    ///
    /// # Errors
    /// When the bytes are damaged, are another kind's, or hold other changes than the digest says.
    pub fn load(id: DocumentId, bytes: &[u8], digest: Digest) -> Result<Self, SavedError> {
        if !is_intact(bytes) {
            return Err(SavedError::Damaged);
        }
        let doc = Automerge::load(bytes)?;
        let mut document = Self { id, doc, seqs: std::collections::BTreeMap::new() };
        if !document.contains(genesis::hash(id.kind())) {
            return Err(SavedError::Genesis);
        }
        if document.digest() != digest {
            return Err(SavedError::Digest);
        }
        for change in document.doc.get_changes_meta(&[]) {
            if let Some(actor) = Actor::from_bytes(change.actor.to_bytes()) {
                let last = document.seqs.entry(actor).or_default();
                *last = change.seq.max(*last);
            }
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
    use crate::ids::{DeviceId, DocumentKind};

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
        assert!(matches!(Document::load(round, &bytes, digest), Err(SavedError::Genesis)));
        for cut in (0..bytes.len()).step_by(7) {
            assert!(Document::load(id, &bytes[..cut], digest).is_err(), "cut at {cut}");
        }
        for byte in (0..bytes.len()).step_by(3) {
            let mut damaged = bytes.clone();
            damaged[byte] ^= 0x10;
            assert!(Document::load(id, &damaged, digest).is_err(), "byte {byte}");
            assert!(byte < 4 || !is_intact(&damaged), "byte {byte}");
        }
    }
}
