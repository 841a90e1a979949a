//! Whether the page is seen, for as long as somebody asks.

use wasm_bindgen::prelude::{Closure, JsCast};

use super::{Timer, is_visible, window};

/// Calls once, after what is drawn now has been painted; at once in a page that nobody sees, for that is not painted.
pub fn after_paint(callback: impl FnOnce() + 'static) {
    if !is_visible() {
        return Timer::once_ms(0, callback);
    }
    let painting = Closure::once_into_js(move || Timer::once_ms(0, callback));
    drop(window().request_animation_frame(painting.unchecked_ref()));
}

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
