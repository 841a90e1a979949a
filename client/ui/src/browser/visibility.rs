//! Whether the page is seen, for as long as somebody asks.

use wasm_bindgen::prelude::{Closure, JsCast};

use super::window;

/// Calls back when the page becomes visible (true) or hidden (false), as long as it is held.
pub struct Visibility(Closure<dyn Fn()>);

impl Visibility {
    /// Listens.
    pub fn listen(callback: impl Fn(bool) + 'static) -> Self {
        let closure = Closure::<dyn Fn()>::new(move || {
            let state = window().document().map(|document| document.visibility_state());
            callback(state == Some(web_sys::VisibilityState::Visible));
        });
        if let Some(document) = window().document() {
            let function = closure.as_ref().unchecked_ref();
            drop(document.add_event_listener_with_callback("visibilitychange", function));
        }
        Self(closure)
    }
}

impl Drop for Visibility {
    fn drop(&mut self) {
        if let Some(document) = window().document() {
            let function = self.0.as_ref().unchecked_ref();
            drop(document.remove_event_listener_with_callback("visibilitychange", function));
        }
    }
}
