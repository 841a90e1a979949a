//! Being an app among others on the phone: its badge, its place on the home screen, and what the browser around it can.

use js_sys::Reflect;
use wasm_bindgen::prelude::{JsCast, JsValue};

use super::script::method;
use super::{has_root, matches, window};

/// Puts a number on the app's icon, or takes it away; nothing where there is no such thing.
pub fn set_badge(number: u32) {
    let navigator = window().navigator();
    let (name, arguments) = match number {
        0 => ("clearAppBadge", js_sys::Array::new()),
        number => ("setAppBadge", js_sys::Array::of1(&JsValue::from(number))),
    };
    if let Some(method) = method(&navigator, name) {
        // What becomes of it shows on the icon, or does not: an app that is not installed has none.
        if let Ok(promise) = Reflect::apply(&method, &navigator, &arguments)
            && let Ok(promise) = promise.dyn_into::<js_sys::Promise>()
        {
            wasm_bindgen_futures::spawn_local(async move {
                drop(wasm_bindgen_futures::JsFuture::from(promise).await);
            });
        }
    }
}

/// Whether it runs as an app of its own, outside the browser's frame.
pub fn is_installed() -> bool {
    matches("(display-mode: standalone)")
}

/// Whether the browser offers to install it.
pub fn can_install() -> bool {
    has_root("install")
}

/// Asks the browser to install it; it asks the person.
pub fn install() {
    if let Ok(event) = web_sys::Event::new("muster:install-now") {
        drop(window().dispatch_event(&event));
    }
}

/// Whether it is put on the home screen by hand, as on iPhones and iPads.
pub fn is_apple() -> bool {
    let navigator = window().navigator();
    let agent = navigator.user_agent().unwrap_or_default();
    agent.contains("iPhone") || agent.contains("iPad")
}

/// What the browser has, by the words of the self-test: what must be, and what is a help.
pub fn abilities() -> [(&'static str, bool); 10] {
    let window = JsValue::from(window());
    let navigator = Reflect::get(&window, &"navigator".into()).unwrap_or_default();
    let has = |of: &JsValue, name: &str| Reflect::has(of, &name.into()).unwrap_or_default();
    let is_secure = super::window().is_secure_context();
    [
        ("secure", is_secure),
        ("worker", has(&navigator, "serviceWorker")),
        ("program", is_program_kept()),
        ("locks", has(&navigator, "locks")),
        ("camera", is_secure && has(&navigator, "mediaDevices")),
        ("codes", has(&window, "BarcodeDetector")),
        ("microphone", has(&window, "MediaRecorder")),
        ("background", has(&window, "SyncManager")),
        ("awake", has(&navigator, "wakeLock")),
        ("badge", has(&navigator, "setAppBadge")),
    ]
}

/// Whether the service worker answers for this page: then the whole program is on this phone.
pub fn is_program_kept() -> bool {
    has_worker() && super::window().navigator().service_worker().controller().is_some()
}

/// Whether this browser can have a service worker here: without one the program may not open without a network.
pub fn has_worker() -> bool {
    let navigator = super::window().navigator();
    super::window().is_secure_context()
        && Reflect::has(&navigator, &"serviceWorker".into()).unwrap_or_default()
}
