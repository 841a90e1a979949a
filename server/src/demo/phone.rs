//! A phone of the demo bureau: a key of its own, made when the bureau is made and then forgotten. What it writes is
//! signed for real and passes the same admission as any phone's.

use minicbor::bytes::ByteVec;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use shared::document::Written;
use shared::ids::{Actor, BureauId, CollectionId, DeviceId, DocumentId, OfficerId};
use shared::protocol::Batch;
use shared::time::Timestamp;
use shared::trust::signing::{BatchClaim, SUITE_P256};

use super::DemoError;
use crate::relay::author;
use crate::store::NewDevice;

/// One phone.
pub struct DemoPhone {
    /// Whose.
    pub officer: OfficerId,
    key: EcdsaKeyPair,
    random: SystemRandom,
}

impl DemoPhone {
    /// A new phone of a person.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn new(officer: OfficerId) -> Result<Self, DemoError> {
        let random = SystemRandom::new();
        let pkcs8 = author::generate_key()?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8, &random)
            .map_err(|_| DemoError::Signing)?;
        Ok(Self { officer, key, random })
    }

    /// Its id.
    pub fn device(&self) -> DeviceId {
        DeviceId::of_public_key(self.key.public_key().as_ref())
    }

    /// The writer that it is.
    pub fn actor(&self) -> Actor {
        Actor::new(self.device(), 0)
    }

    /// What the relay keeps of it.
    pub fn enrolled(&self, at: Timestamp) -> NewDevice {
        NewDevice {
            id: self.device(),
            public_key: self.key.public_key().as_ref().to_vec(),
            officer: self.officer.clone(),
            enrolled: at,
        }
    }

    /// Signs changes of its own, which are not none, as one batch.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn sign(
        &self,
        bureau: &BureauId,
        collection: &CollectionId,
        document: DocumentId,
        written: &[Written],
    ) -> Result<Batch, DemoError> {
        let head = written.last().ok_or(DemoError::Signing)?.hash;
        let count = u32::try_from(written.len()).map_err(|_| DemoError::Signing)?;
        let claim = BatchClaim { bureau, collection, document, actor: self.actor(), head, count };
        let signature =
            self.key.sign(&self.random, &claim.to_bytes(SUITE_P256)).map_err(|_| DemoError::Signing)?;
        Ok(Batch {
            collection: collection.clone(),
            document,
            actor: self.actor(),
            changes: written.iter().map(|written| ByteVec::from(written.change.clone())).collect(),
            head,
            suite: SUITE_P256,
            signature: signature.as_ref().to_vec(),
        })
    }
}
