//! Which elements are on the screen or near it, and how high they are.

use wasm_bindgen::prelude::{Closure, JsCast};
use web_sys::{HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};
use yew::NodeRef;

/// How high an element is on the screen, in CSS pixels.
pub fn height_of(node: &NodeRef) -> i32 {
    node.cast::<HtmlElement>().map(|element| element.offset_height()).unwrap_or_default()
}

/// Gives an element a height in CSS pixels, or its own again.
pub fn set_height(node: &NodeRef, px: Option<i32>) {
    if let Some(element) = node.cast::<HtmlElement>() {
        let height = px.map(|px| [&px.to_string(), "px"].concat()).unwrap_or_default();
        drop(element.style().set_property("height", &height));
    }
}

/// Tells whether an element is on the screen or within a screen of it; dropping it ends that.
pub struct Nearness {
    observer: Option<IntersectionObserver>,
    _closure: Closure<dyn Fn(js_sys::Array)>,
}

impl Nearness {
    /// Watches an element.
    pub fn watch(node: &NodeRef, callback: impl Fn(bool) + 'static) -> Self {
        let closure = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            if let Ok(entry) =
                entries.get(entries.length().saturating_sub(1)).dyn_into::<IntersectionObserverEntry>()
            {
                callback(entry.is_intersecting());
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin("100% 0px");
        let observer =
            IntersectionObserver::new_with_options(closure.as_ref().unchecked_ref(), &options).ok();
        if let (Some(observer), Some(element)) = (&observer, node.cast::<web_sys::Element>()) {
            observer.observe(&element);
        }
        Self { observer, _closure: closure }
    }
}

impl Drop for Nearness {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
