//! What the browser grants this origin, and whether it promised to keep it. A promise that is not given is normal.

use js_sys::{Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

use super::scope;

/// Storage of this origin, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// Used.
    pub used_bytes: u64,
    /// Granted.
    pub granted_bytes: u64,
    /// Whether the browser promised not to evict it.
    pub is_persistent: bool,
}

/// Asks the browser to keep what is stored; it may decline.
pub async fn ask_to_persist() {
    if let Some(storage) = storage() {
        let _ = settled(storage.persist()).await;
    }
}

/// How much is used and granted; `None` where the browser does not say.
pub async fn estimate() -> Option<Quota> {
    let storage = storage()?;
    let estimate = settled(storage.estimate()).await?;
    let bytes = |field: &str| Reflect::get(&estimate, &field.into()).ok()?.as_f64();
    let is_persistent = settled(storage.persisted()).await.is_some_and(|answer| answer.is_truthy());
    Some(Quota { used_bytes: whole(bytes("usage")?), granted_bytes: whole(bytes("quota")?), is_persistent })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bytes of a disk, never negative"
)]
fn whole(bytes: f64) -> u64 {
    bytes as u64
}

fn storage() -> Option<StorageManager> {
    let storage = scope().navigator().storage();
    (!JsValue::from(storage.clone()).is_undefined()).then_some(storage)
}

async fn settled(promise: Result<Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(promise.ok()?).await.ok()
}
