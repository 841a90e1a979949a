//! The device's key pair: ECDSA over P-256, made by WebCrypto, never extractable; and whether others' signatures are
//! good. What is signed is `trust::signing`.

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use shared::sync::device::Claimed;
use shared::trust::signing::SUITE_P256;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

use super::scope;

pub mod pin;
pub mod sealing;

/// Why a key could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// No WebCrypto: the page was not loaded over HTTPS, or the browser is too old.
    #[error("this browser offers no cryptography here")]
    Missing,
    /// The browser refused.
    #[error("the browser's cryptography failed: {0}")]
    Refused(String),
}

/// The device's key pair.
#[derive(Debug, Clone)]
pub struct KeyPair {
    private: CryptoKey,
    /// The uncompressed point, 65 bytes.
    pub public: Vec<u8>,
}

impl KeyPair {
    /// Makes a new one.
    ///
    /// # Errors
    /// When there is no WebCrypto, or it refuses.
    pub async fn generate() -> Result<Self, CryptoError> {
        let subtle = subtle()?;
        let algorithm = algorithm(&[("name", "ECDSA"), ("namedCurve", "P-256")]);
        let usages = Array::of2(&"sign".into(), &"verify".into());
        let pair = settled(subtle.generate_key_with_object(&algorithm, false, &usages)).await?;
        let half = |name: &str| Reflect::get(&pair, &name.into()).map(JsValue::unchecked_into::<CryptoKey>);
        let (private, public) = (half("privateKey").map_err(refused)?, half("publicKey").map_err(refused)?);
        let raw: ArrayBuffer = settled(subtle.export_key("raw", &public)).await?.unchecked_into();
        Ok(Self { private, public: Uint8Array::new(&raw).to_vec() })
    }

    /// What the storage keeps of it: the browser's key object and the public half.
    pub fn to_stored(&self) -> JsValue {
        Array::of2(&self.private, &Uint8Array::from(self.public.as_slice()).buffer()).into()
    }

    /// Reads what was stored; `None` when it is something else.
    pub fn from_stored(stored: &JsValue) -> Option<Self> {
        let parts = stored.dyn_ref::<Array>()?;
        let private = parts.get(0).dyn_into::<CryptoKey>().ok()?;
        let public = parts.get(1).dyn_into::<ArrayBuffer>().ok()?;
        Some(Self { private, public: Uint8Array::new(&public).to_vec() })
    }

    /// Signs with SHA-256; r || s, 64 bytes.
    ///
    /// # Errors
    /// When there is no WebCrypto, or it refuses.
    pub async fn sign(&self, claim: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let algorithm = algorithm(&[("name", "ECDSA"), ("hash", "SHA-256")]);
        let claim = Uint8Array::from(claim);
        let signing = subtle()?.sign_with_object_and_buffer_source(&algorithm, &self.private, &claim);
        Ok(Uint8Array::new(&settled(signing).await?).to_vec())
    }
}

/// Whether a signature is its claim's and its signer's. A suite that this build does not know, and a key that is none,
/// verify nothing.
///
/// # Errors
/// When there is no WebCrypto, or it refuses.
pub async fn verifies(claimed: &Claimed) -> Result<bool, CryptoError> {
    if claimed.suite != SUITE_P256 {
        return Ok(false);
    }
    is_signed(&claimed.public_key, &claimed.claim, &claimed.signature).await
}

/// Whether a signature over a claim is a public key's.
///
/// # Errors
/// When there is no WebCrypto, or it refuses.
pub async fn is_signed(public_key: &[u8], claim: &[u8], signature: &[u8]) -> Result<bool, CryptoError> {
    let subtle = subtle()?;
    let algorithm = self::algorithm(&[("name", "ECDSA"), ("namedCurve", "P-256")]);
    let raw = Uint8Array::from(public_key);
    let usages = Array::of1(&"verify".into());
    let importing = subtle.import_key_with_object("raw", &raw, &algorithm, false, &usages);
    // What is no point on the curve is refused here.
    let Ok(key) = settled(importing).await else { return Ok(false) };
    let algorithm = self::algorithm(&[("name", "ECDSA"), ("hash", "SHA-256")]);
    let signature = Uint8Array::from(signature);
    let claim = Uint8Array::from(claim);
    let verifying = subtle.verify_with_object_and_buffer_source_and_buffer_source(
        &algorithm,
        key.unchecked_ref(),
        &signature,
        &claim,
    );
    Ok(settled(verifying).await?.is_truthy())
}

/// The SHA-256 of bytes that the browser has.
///
/// # Errors
/// When there is no WebCrypto, or it refuses.
pub async fn sha256(bytes: &ArrayBuffer) -> Result<[u8; 32], CryptoError> {
    let digest = settled(subtle()?.digest_with_str_and_buffer_source("SHA-256", bytes)).await?;
    let digest = Uint8Array::new(&digest).to_vec();
    digest.try_into().map_err(|_| CryptoError::Refused("no digest".to_owned()))
}

/// The SHA-256 of some text.
///
/// # Errors
/// When there is no WebCrypto, or it refuses.
pub async fn digest(text: &str) -> Result<[u8; 32], CryptoError> {
    sha256(&Uint8Array::from(text.as_bytes()).buffer()).await
}

fn subtle() -> Result<SubtleCrypto, CryptoError> {
    let crypto = scope().crypto().map_err(|_| CryptoError::Missing)?;
    // Outside of a secure context the property is not there, whatever its type says.
    let subtle = Reflect::get(&crypto, &"subtle".into()).map_err(|_| CryptoError::Missing)?;
    if subtle.is_undefined() { Err(CryptoError::Missing) } else { Ok(subtle.unchecked_into()) }
}

fn algorithm(fields: &[(&str, &str)]) -> Object {
    let algorithm = Object::new();
    for (name, value) in fields {
        set(&algorithm, name, &(*value).into());
    }
    algorithm
}

fn set(object: &Object, name: &str, value: &JsValue) {
    Reflect::set(object, &name.into(), value).expect("a plain object takes a property");
}

async fn settled(promise: Result<js_sys::Promise, JsValue>) -> Result<JsValue, CryptoError> {
    JsFuture::from(promise.map_err(refused)?).await.map_err(refused)
}

fn refused(error: JsValue) -> CryptoError {
    CryptoError::Refused(format!("{error:?}"))
}
