//! The two ways between this worker and the page: bytes in, bytes out, as transferred buffers.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use web_sys::{Blob, MessageEvent};

use super::events::Listener;
use super::photo::Posted;
use super::{report, scope};

/// Calls back with every message of the page and the file that came with it, for the worker's life. What came before is
/// held by the worker's entry script and comes now.
pub fn on_message(mut callback: impl FnMut(Vec<u8>, Option<Posted>) + 'static) {
    let listener = Listener::new(&scope(), "message", move |event| {
        let content = event.unchecked_into::<MessageEvent>().data();
        if content.is_instance_of::<ArrayBuffer>() || content.is_instance_of::<Uint8Array>() {
            callback(Uint8Array::new(&content).to_vec(), None);
        } else if let Some(pair) = content.dyn_ref::<Array>() {
            callback(Uint8Array::new(&pair.get(0)).to_vec(), Posted::from_js(&pair.get(1)));
        }
    });
    listener.keep();
}

/// Posts a file to the page, which may hand it out of this phone.
pub fn post_file(bytes: &[u8]) {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let posted = Blob::new_with_u8_array_sequence(&parts).and_then(|file| scope().post_message(&file));
    if posted.is_err() {
        report("a file could not be posted to the interface");
    }
}

/// Posts a message to the page.
pub fn post(bytes: &[u8]) {
    let buffer = Uint8Array::from(bytes).buffer();
    let posted = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer));
    if posted.is_err() {
        report("a message to the interface could not be posted");
    }
}
