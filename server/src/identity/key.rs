//! Public keys of devices: are they points on the curve, and do signatures fit? Keys are never made here for phones;
//! a phone makes its own and keeps it.

use ring::agreement;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use shared::trust::signing::SUITE_P256;

/// Whether these bytes are an uncompressed point on P-256. A key exchange with it is the check: it refuses every
/// other point.
pub fn is_point(random: &SystemRandom, public_key: &[u8]) -> bool {
    let Ok(probe) = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, random) else {
        return false;
    };
    let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, public_key);
    agreement::agree_ephemeral(probe, &peer, |_| ()).is_ok()
}

/// Whether a signature of a suite fits.
pub fn verifies(suite: u8, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    suite == SUITE_P256
        && UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key).verify(message, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    use super::*;

    #[test]
    fn only_points_on_the_curve_are_keys() {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref();
        assert!(is_point(&random, point));
        assert!(!is_point(&random, &point[..64]));
        let mut off = point.to_vec();
        off[64] ^= 1;
        assert!(!is_point(&random, &off));
        assert!(!is_point(&random, &[4; 65]));

        let signature = pair.sign(&random, b"claim").unwrap();
        assert!(verifies(SUITE_P256, point, b"claim", signature.as_ref()));
        assert!(!verifies(SUITE_P256, point, b"other", signature.as_ref()));
        assert!(!verifies(2, point, b"claim", signature.as_ref()));
        assert!(!verifies(SUITE_P256, point, b"claim", &signature.as_ref()[..63]));
    }
}
