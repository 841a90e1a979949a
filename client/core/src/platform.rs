//! The only folder of the core that names the browser. Each module is one thing that the browser does for us; none
//! knows a rule, a document or a frame.

pub mod clock;
pub mod crypto;
pub mod database;
pub mod event_source;
pub mod events;
pub mod http;
pub mod interface;
pub mod photo;
pub mod quota;
pub mod random;
pub mod seal;
pub mod socket;
pub mod tabs;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, DomException};

/// Runs something on its own, beside whatever runs now.
pub use wasm_bindgen_futures::spawn_local as spawn;

/// The worker that this runs in.
fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The name of the exception that a browser's call ended in; empty when it is none.
fn exception_name(error: &JsValue) -> String {
    error.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default()
}

/// Writes a line into the browser's console, where a failure of our own can be found.
pub fn report(text: &str) {
    web_sys::console::error_1(&JsValue::from_str(text));
}
