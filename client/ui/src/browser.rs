//! The browser, as far as the interface touches it: only this and `browser/` name `web_sys` and `js_sys`. It decides
//! nothing; sockets, storage of records and keys are the core's.

use shared::time::Timestamp;
use wasm_bindgen::prelude::{Closure, JsCast};
use web_sys::{
    Event, HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlMetaElement, HtmlSelectElement,
    HtmlTextAreaElement, KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition, Window,
};
use yew::NodeRef;

mod address;
mod app;
mod camera;
mod handing;
mod kept;
mod nearness;
mod picked;
mod script;
mod senses;
mod visibility;
mod worker;

pub use address::{address, has_fragment, push_address, reload, replace_address, restart, take_fragment};
pub use app::{
    abilities, can_install, has_worker, install, is_apple, is_installed, is_program_kept, set_badge,
};
pub use camera::{Camera, CameraFault, Sight};
pub use handing::{can_give, give, save};
pub use kept::{forget, keep, kept, kept_under, own, set_person};
pub use nearness::{Nearness, height_of, set_height};
pub use picked::{Picked, Recording, Slot, picked, send_in_background};
pub use senses::{Awake, Torch, buzz, knows_torch};
pub use visibility::{Visibility, after_paint};
pub use worker::{CoreWorker, FromWorker};

fn window() -> Window {
    web_sys::window().expect("the interface runs in a page")
}

fn root() -> Option<HtmlElement> {
    window().document()?.document_element()?.dyn_into().ok()
}

/// The phone's clock.
pub fn now() -> Timestamp {
    #[allow(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit into 53 bits")]
    Timestamp(js_sys::Date::now() as i64)
}

/// Sets a `data-` attribute of the root element, named as in JavaScript.
pub fn set_root(name: &str, value: &str) {
    if let Some(root) = root() {
        // Setting a well-formed name does not fail.
        drop(root.dataset().set(name, value));
    }
}

/// Whether a `data-` attribute of the root element is there.
pub fn has_root(name: &str) -> bool {
    root().is_some_and(|root| root.dataset().get(name).is_some())
}

/// Sets the page's language and title.
pub fn set_page(language: &str, title: &str) {
    if let Some(root) = root() {
        root.set_lang(language);
    }
    if let Some(document) = window().document() {
        document.set_title(title);
    }
}

/// The element that the interface is drawn into, emptied of the skeleton.
pub fn mount_point() -> Option<web_sys::Element> {
    let element = window().document()?.get_element_by_id("app")?;
    element.set_inner_html("");
    Some(element)
}

/// The content of a `meta` element.
pub fn meta(name: &str) -> Option<String> {
    let found = window().document()?.query_selector(&["meta[name=", name, "]"].concat()).ok()??;
    Some(found.dyn_into::<HtmlMetaElement>().ok()?.content())
}

/// Whether a media query holds.
pub fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

// ---- events -----------------------------------------------------------------------------------------------------

/// Calls back at each of these events of the window, for the life of the page.
pub fn on_window(event: &str, callback: impl Fn() + 'static) {
    let closure = Closure::<dyn Fn()>::new(callback);
    drop(window().add_event_listener_with_callback(event, closure.as_ref().unchecked_ref()));
    closure.forget();
}

/// Whether the page can be seen.
pub fn is_visible() -> bool {
    let document = window().document();
    document.is_some_and(|document| document.visibility_state() == web_sys::VisibilityState::Visible)
}

/// Calls back when the page becomes visible (true) or hidden (false), for the life of the page.
pub fn on_visible(callback: impl Fn(bool) + 'static) {
    let Some(document) = window().document() else { return };
    let closure = Closure::<dyn Fn()>::new(move || callback(is_visible()));
    drop(document.add_event_listener_with_callback("visibilitychange", closure.as_ref().unchecked_ref()));
    closure.forget();
}

/// Calls back at each key with its name, as long as it is held; not while somebody types or a dialog is open.
pub struct Keys(Closure<dyn Fn(KeyboardEvent)>);

impl Keys {
    /// Listens.
    pub fn listen(callback: impl Fn(&str) + 'static) -> Self {
        let closure = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            let focused = window().document().and_then(|document| document.active_element());
            let is_typing = focused.is_some_and(|element| {
                element.closest("input, textarea, select, dialog").is_ok_and(|found| found.is_some())
            });
            if !is_typing && !event.ctrl_key() && !event.meta_key() && !event.alt_key() {
                callback(&event.key());
            }
        });
        drop(window().add_event_listener_with_callback("keydown", closure.as_ref().unchecked_ref()));
        Self(closure)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        drop(window().remove_event_listener_with_callback("keydown", self.0.as_ref().unchecked_ref()));
    }
}

/// Tells `boot.js` to change to the version that waits.
pub fn apply_update() {
    if let Ok(event) = web_sys::Event::new("muster:apply") {
        drop(window().dispatch_event(&event));
    }
}

/// A call that is to come; dropping it cancels the call.
pub struct Timer {
    handle: i32,
    is_repeated: bool,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls once after some milliseconds.
    pub fn after_ms(ms: i32, callback: impl FnMut() + 'static) -> Self {
        let closure = Closure::<dyn FnMut()>::new(callback);
        let function = closure.as_ref().unchecked_ref();
        let handle = window().set_timeout_with_callback_and_timeout_and_arguments_0(function, ms);
        Self { handle: handle.unwrap_or_default(), is_repeated: false, _closure: closure }
    }

    /// Calls once, and cannot be cancelled.
    pub fn once_ms(ms: i32, callback: impl FnOnce() + 'static) {
        let function = Closure::once_into_js(callback);
        drop(window().set_timeout_with_callback_and_timeout_and_arguments_0(function.unchecked_ref(), ms));
    }

    /// Calls again and again.
    pub fn every_ms(ms: i32, callback: impl FnMut() + 'static) -> Self {
        let closure = Closure::<dyn FnMut()>::new(callback);
        let function = closure.as_ref().unchecked_ref();
        let handle = window().set_interval_with_callback_and_timeout_and_arguments_0(function, ms);
        Self { handle: handle.unwrap_or_default(), is_repeated: true, _closure: closure }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if self.is_repeated {
            window().clear_interval_with_handle(self.handle);
        } else {
            window().clear_timeout_with_handle(self.handle);
        }
    }
}

// ---- elements ---------------------------------------------------------------------------------------------------

/// What stands in an input, a text area or a select. Read when it is needed, never while an input method composes.
pub fn text_of(node: &NodeRef) -> String {
    node.cast::<HtmlInputElement>()
        .map(|input| input.value())
        .or_else(|| node.cast::<HtmlTextAreaElement>().map(|area| area.value()))
        .or_else(|| node.cast::<HtmlSelectElement>().map(|select| select.value()))
        .unwrap_or_default()
}

/// What was chosen in a `select` that tells of it.
pub fn chosen_of(event: &Event) -> String {
    let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
    select.map(|select| select.value()).unwrap_or_default()
}

/// Fills an input or a text area.
pub fn set_text(node: &NodeRef, text: &str) {
    if let Some(input) = node.cast::<HtmlInputElement>() {
        input.set_value(text);
    } else if let Some(area) = node.cast::<HtmlTextAreaElement>() {
        area.set_value(text);
    }
}

/// Moves the focus to an element and to the top of it.
pub fn focus(node: &NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        drop(element.focus());
    }
}

/// Brings the element with this id into the middle of what can be seen, and focuses it.
pub fn reveal(id: &str) {
    let found = window().document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Center);
        element.scroll_into_view_with_scroll_into_view_options(&options);
        drop(element.focus());
    }
}

/// Opens the print dialog.
pub fn print() {
    drop(window().print());
}

/// The element that has the focus, to give it back later.
pub struct Focus(Option<HtmlElement>);

impl Focus {
    /// Remembers.
    pub fn take() -> Self {
        let active = window().document().and_then(|document| document.active_element());
        Self(active.and_then(|element| element.dyn_into().ok()))
    }

    /// Gives the focus back.
    pub fn restore(&self) {
        if let Some(element) = &self.0 {
            drop(element.focus());
        }
    }
}

/// Opens a `dialog` over everything else: the browser keeps the focus inside and makes the rest inert.
pub fn open_modal(node: &NodeRef) {
    if let Some(dialog) = node.cast::<HtmlDialogElement>().filter(|dialog| !dialog.open()) {
        drop(dialog.show_modal());
    }
}

/// Closes it.
pub fn close_modal(node: &NodeRef) {
    if let Some(dialog) = node.cast::<HtmlDialogElement>() {
        dialog.close();
    }
}
