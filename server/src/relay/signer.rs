//! The relay's own key: what the relay signs, it signs here. What is signed is `shared::trust::signing`'s; suite 1.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use shared::ids::DeviceId;

/// The system gave no randomness to sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signing failed")]
pub struct SigningError;

/// The key.
pub struct Signer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    device: DeviceId,
}

impl Signer {
    /// Reads a key; `None` when it is none.
    pub fn new(pkcs8: &[u8]) -> Option<Self> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random).ok()?;
        let device = DeviceId::of_public_key(key.public_key().as_ref());
        Some(Self { key, random, device })
    }

    /// The relay as a device.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The public key, an uncompressed P-256 point.
    pub fn public_key(&self) -> &[u8] {
        self.key.public_key().as_ref()
    }

    /// Signs a claim.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn sign(&self, claim: &[u8]) -> Result<Vec<u8>, SigningError> {
        let signature = self.key.sign(&self.random, claim).map_err(|_| SigningError)?;
        Ok(signature.as_ref().to_vec())
    }
}
