//! Sealing to somebody's key, so that nobody else can read it, this phone included: a key pair for one use, agreement over
//! P-256, HKDF with SHA-256, and AES-256 in GCM.

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::{CryptoError, algorithm, refused, set, settled, subtle};

/// Bytes that the seal adds.
pub const TAG_BYTES: usize = 16;
/// The key seals once, so its nonce need not differ from anything.
const NONCE: [u8; 12] = [0; 12];
/// Bits of what two keys agree on.
const SHARED_BITS: u32 = 256;

/// A key that seals one thing.
pub struct Sealing {
    /// The public half of the pair that was made for it, an uncompressed point.
    pub public: Vec<u8>,
    key: CryptoKey,
}

impl Sealing {
    /// Agrees on one with the holder of a public key.
    ///
    /// # Errors
    /// When there is no WebCrypto, it refuses, or the key is no point.
    pub async fn to(
        public_key: &[u8],
        info: &[u8],
        salt: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<Self, CryptoError> {
        let subtle = subtle()?;
        let curve = algorithm(&[("name", "ECDH"), ("namedCurve", "P-256")]);
        let raw = Uint8Array::from(public_key);
        let theirs =
            settled(subtle.import_key_with_object("raw", &raw, &curve, false, &Array::new())).await?;
        let usages = Array::of1(&"deriveBits".into());
        let pair = settled(subtle.generate_key_with_object(&curve, false, &usages)).await?;
        let half = |name: &str| Reflect::get(&pair, &name.into()).map(JsValue::unchecked_into::<CryptoKey>);
        let (private, public) = (half("privateKey").map_err(refused)?, half("publicKey").map_err(refused)?);
        let public: ArrayBuffer = settled(subtle.export_key("raw", &public)).await?.unchecked_into();
        let public = Uint8Array::new(&public).to_vec();
        let agreeing = algorithm(&[("name", "ECDH")]);
        set(&agreeing, "public", &theirs);
        let shared = settled(subtle.derive_bits_with_object(&agreeing, &private, SHARED_BITS)).await?;
        let usages = Array::of1(&"deriveKey".into());
        let shared: Object = shared.unchecked_into();
        let shared = settled(subtle.import_key_with_str("raw", &shared, "HKDF", false, &usages)).await?;
        let deriving = algorithm(&[("name", "HKDF"), ("hash", "SHA-256")]);
        set(&deriving, "salt", &Uint8Array::from(salt(&public).as_slice()));
        set(&deriving, "info", &Uint8Array::from(info));
        let cipher = algorithm(&[("name", "AES-GCM")]);
        set(&cipher, "length", &256.into());
        let usages = Array::of1(&"encrypt".into());
        let derived = subtle.derive_key_with_object_and_object(
            &deriving,
            shared.unchecked_ref(),
            &cipher,
            false,
            &usages,
        );
        Ok(Self { public, key: settled(derived).await?.unchecked_into() })
    }

    /// Seals; what stands before it in the open is authenticated too.
    ///
    /// # Errors
    /// When there is no WebCrypto, or it refuses.
    pub async fn seal(self, head: &[u8], contents: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let cipher = algorithm(&[("name", "AES-GCM")]);
        set(&cipher, "iv", &Uint8Array::from(NONCE.as_slice()));
        set(&cipher, "additionalData", &Uint8Array::from(head));
        let contents = Uint8Array::from(contents);
        let sealing = subtle()?.encrypt_with_object_and_buffer_source(&cipher, &self.key, &contents);
        Ok(Uint8Array::new(&settled(sealing).await?).to_vec())
    }
}
