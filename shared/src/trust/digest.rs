//! The digest of a set of changes: two ends that hold the same have the same one, whatever the order in which it came,
//! and either can keep it up with one hash a change. It finds drift; that nobody forged anything is the chain's and the
//! signatures' to show.

use sha2::{Digest as _, Sha256};

use crate::ids::{ChangeHash, Digest, DocumentId};

impl Digest {
    /// Takes a change in that was not in the set, or out that was: the exclusive or with
    /// `SHA-256("muster/digest" || document || change)`.
    pub fn toggle(&mut self, document: DocumentId, change: ChangeHash) {
        let mut hash = Sha256::new();
        hash.update(b"muster/digest");
        hash.update(document.to_bytes());
        hash.update(change.0);
        self.merge(Self(hash.finalize().into()));
    }

    /// Takes in another set that has nothing in common with this one, or out one that is wholly inside.
    pub fn merge(&mut self, other: Self) {
        for (byte, other) in self.0.iter_mut().zip(other.0) {
            *byte ^= other;
        }
    }

    /// The digest of some changes of one document.
    pub fn of(document: DocumentId, changes: impl IntoIterator<Item = ChangeHash>) -> Self {
        let mut digest = Self::default();
        changes.into_iter().for_each(|change| digest.toggle(document, change));
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::DocumentKind;

    #[test]
    fn a_digest_is_of_the_set_and_of_its_document() {
        let document = DocumentId::derive(DocumentKind::Round, &["x"]);
        let other = DocumentId::derive(DocumentKind::Round, &["y"]);
        let (a, b) = (ChangeHash([1; 32]), ChangeHash([2; 32]));
        assert_eq!(Digest::of(document, [a, b]), Digest::of(document, [b, a]));
        assert_ne!(Digest::of(document, [a]), Digest::of(other, [a]));
        assert_ne!(Digest::of(document, [a]), Digest::of(document, [a, b]));
        let mut both = Digest::of(document, [a]);
        both.merge(Digest::of(other, [b]));
        both.toggle(other, b);
        assert_eq!(both, Digest::of(document, [a]));
        assert_eq!(Digest::of(document, []), Digest::default());
    }
}
