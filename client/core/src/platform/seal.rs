//! The one place where bytes become what lies on the phone's disk, and back. Sealing is the identity; encryption under
//! the person's key comes here and nowhere else, which is why both directions are asynchronous already.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// What is stored for these bytes: always an `ArrayBuffer`.
pub async fn seal(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// The bytes of what was stored; `None` when it was not sealed by us.
pub async fn open(stored: &JsValue) -> Option<Vec<u8>> {
    let is_sealed = stored.is_instance_of::<ArrayBuffer>();
    is_sealed.then(|| Uint8Array::new(stored).to_vec())
}
