//! The page's address and its history.

use wasm_bindgen::prelude::JsValue;

use super::window;
use crate::route::Route;

/// Path and query.
pub fn address() -> String {
    let location = window().location();
    [location.pathname().unwrap_or_default(), location.search().unwrap_or_default()].concat()
}

/// The fragment without its `#`, taken out of the address bar and the history entry.
pub fn take_fragment() -> Option<String> {
    let fragment = window().location().hash().ok()?.trim_start_matches('#').to_owned();
    if fragment.is_empty() {
        return None;
    }
    replace_address(&address());
    Some(fragment)
}

/// Whether the address has a fragment, which is left there.
pub fn has_fragment() -> bool {
    window().location().hash().is_ok_and(|hash| hash.len() > 1)
}

/// Goes to an address: a new entry in the history.
pub fn push_address(address: &str) {
    if let Ok(history) = window().history() {
        drop(history.push_state_with_url(&JsValue::NULL, "", Some(address)));
    }
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Changes the address of the present entry.
pub fn replace_address(address: &str) {
    if let Ok(history) = window().history() {
        drop(history.replace_state_with_url(&JsValue::NULL, "", Some(address)));
    }
}

/// Loads the page again as if it were opened now; a link to join by stays what it is.
pub fn restart() {
    if address() != Route::Enrol.address() {
        replace_address(&Route::Home.address());
    }
    reload();
}

/// Loads the page again.
pub fn reload() {
    drop(window().location().reload());
}
