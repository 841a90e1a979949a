//! What is kept of a PIN: 600,000 rounds of PBKDF2 (OWASP's number for SHA-256, 2026) under a key of this browser that
//! cannot be exported. Six digits alone are guessed in a day by whoever has the disk; with the key it takes the browser too.

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::{CryptoError, algorithm, set, settled, subtle};

const ROUNDS: u32 = 600_000;
const DERIVED_BITS: u32 = 256;
/// Bytes of a salt.
const SALT_BYTES: u32 = 16;

/// The phone's key that PINs are kept under.
pub struct PinKey(CryptoKey);

impl PinKey {
    /// Makes a new one.
    ///
    /// # Errors
    /// When there is no WebCrypto, or it refuses.
    pub async fn generate() -> Result<Self, CryptoError> {
        let hmac = algorithm(&[("name", "HMAC"), ("hash", "SHA-256")]);
        let usages = Array::of1(&"sign".into());
        let key = settled(subtle()?.generate_key_with_object(&hmac, false, &usages)).await?;
        Ok(Self(key.unchecked_into()))
    }

    /// What the storage keeps of it.
    pub fn to_stored(&self) -> JsValue {
        self.0.clone().into()
    }

    /// Reads what was stored; `None` when it is something else.
    pub fn from_stored(stored: JsValue) -> Option<Self> {
        stored.dyn_into().ok().map(Self)
    }

    /// What is kept of a PIN.
    ///
    /// # Errors
    /// When there is no WebCrypto, or it refuses.
    pub async fn check(&self, pin: &str, salt: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let subtle = subtle()?;
        let usages = Array::of1(&"deriveBits".into());
        let typed: Object = Uint8Array::from(pin.as_bytes()).into();
        let typed = settled(subtle.import_key_with_str("raw", &typed, "PBKDF2", false, &usages)).await?;
        let deriving = algorithm(&[("name", "PBKDF2"), ("hash", "SHA-256")]);
        set(&deriving, "salt", &Uint8Array::from(salt));
        set(&deriving, "iterations", &ROUNDS.into());
        let derived = subtle.derive_bits_with_object(&deriving, typed.unchecked_ref(), DERIVED_BITS);
        let derived = Uint8Array::new(&settled(derived).await?);
        let signing = subtle.sign_with_str_and_buffer_source("HMAC", &self.0, &derived);
        Ok(Uint8Array::new(&settled(signing).await?).to_vec())
    }
}

/// A new salt.
///
/// # Errors
/// When there is no WebCrypto.
pub fn salt() -> Result<Vec<u8>, CryptoError> {
    let salt = Uint8Array::new_with_length(SALT_BYTES);
    let crypto = super::scope().crypto().map_err(|_| CryptoError::Missing)?;
    crypto.get_random_values_with_array_buffer_view(&salt).map_err(super::refused)?;
    Ok(salt.to_vec())
}
