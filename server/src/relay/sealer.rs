//! The key that phones seal bundles to. It is derived from the relay's own key, so that wherever that one is, in a backup or
//! after a restore, this one is too, and there is no second secret to keep. The file around a bundle is `shared::carry`'s.

use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use shared::carry::{Bundle, Envelope, FileError, KEY_INFO, salt};
use shared::ids::BureauId;

/// What the sealing key is derived for; a number follows, the first that gives a key.
const SEALING_KEY_INFO: &[u8] = b"muster/sealing-key/1";
/// Bytes of a P-256 scalar.
const SCALAR_BYTES: usize = 32;

/// Why a bundle was not opened. Nothing of it was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The file is none, or not whole.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is another bureau's, or sealed to another key.
    #[error("the bundle is sealed to another relay")]
    Foreign,
    /// It is whole, and yet does not open, or holds something else.
    #[error("the bundle does not open")]
    Sealed,
}

/// The key pair.
pub struct Sealer {
    secret: SecretKey,
    public: Vec<u8>,
}

impl Sealer {
    /// Derives it from the relay's key as it is stored; `None` when nothing can be derived.
    pub fn of_relay_key(relay_key: &[u8]) -> Option<Self> {
        let derivation = Salt::new(HKDF_SHA256, &[]).extract(relay_key);
        // One in four billion numbers is no scalar of the curve.
        (0..=u8::MAX).find_map(|number| {
            let mut scalar = [0; SCALAR_BYTES];
            let info = [SEALING_KEY_INFO, &[number]];
            derivation.expand(&info, Scalar).ok()?.fill(&mut scalar).ok()?;
            let secret = SecretKey::from_slice(&scalar).ok()?;
            let public = secret.public_key().to_sec1_point(false).as_bytes().to_vec();
            Some(Self { secret, public })
        })
    }

    /// The public key, an uncompressed P-256 point.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// Opens a file. Who signed what is in it is not asked here.
    ///
    /// # Errors
    /// When it is no whole bundle of this bureau's, sealed to this key.
    pub fn open(&self, bureau: &BureauId, file: &[u8]) -> Result<Bundle, OpenError> {
        let (envelope, head, sealed) = Envelope::read(file)?;
        if envelope.bureau != *bureau || envelope.key != Envelope::name_of(&self.public) {
            return Err(OpenError::Foreign);
        }
        let mut contents = sealed.to_vec();
        let key = self.key(&envelope.ephemeral).ok_or(OpenError::Sealed)?;
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let opened = key.open_in_place(nonce, Aad::from(head), &mut contents);
        let bundle = Bundle::from_bytes(opened.map_err(|_| OpenError::Sealed)?);
        bundle.map_err(|_| OpenError::Sealed)
    }

    /// The key that a bundle was sealed with; `None` when its half of the agreement is no point.
    fn key(&self, ephemeral: &[u8]) -> Option<LessSafeKey> {
        let theirs = PublicKey::from_sec1_bytes(ephemeral).ok()?;
        let shared = self.secret.diffie_hellman(&theirs);
        let derivation = Salt::new(HKDF_SHA256, &salt(ephemeral, &self.public));
        let derivation = derivation.extract(&shared.raw_secret_bytes()[..]);
        let key: UnboundKey = derivation.expand(&[KEY_INFO], &AES_256_GCM).ok()?.into();
        Some(LessSafeKey::new(key))
    }
}

/// How much a scalar takes.
struct Scalar;

impl KeyType for Scalar {
    fn len(&self) -> usize {
        SCALAR_BYTES
    }
}
