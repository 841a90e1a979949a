//! What a phone has beside its screen's picture: it can tremble, stay awake, and give light. Every one of them may be
//! missing or refused, and nobody's work waits for it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::script::{self, member, method, object};
use super::window;

/// Lets the phone tremble for these times in milliseconds, with pauses between them.
pub fn buzz(pattern: &[u32]) {
    let pattern: Array = pattern.iter().map(|ms| JsValue::from(*ms)).collect();
    let navigator = window().navigator();
    // Phones without a motor, and browsers that have not been touched yet, do nothing.
    if Reflect::has(&navigator, &"vibrate".into()).unwrap_or_default() {
        navigator.vibrate_with_pattern(&pattern);
    }
}

/// Calls a method that gives a promise, and waits for it; None when it is not there, or is refused.
async fn ask(of: &JsValue, method: &str, argument: &JsValue) -> Option<JsValue> {
    let promise: Promise = script::method(of, method)?.call1(of, argument).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

type Kept = Rc<RefCell<Option<JsValue>>>;

/// Keeps the screen on, from when the page is seen until this is dropped. A browser lets go of it whenever the page is
/// hidden, and it is taken again.
pub struct Awake {
    lock: Kept,
    onvisible: Closure<dyn Fn()>,
}

impl Awake {
    /// Asks for it.
    pub fn stay() -> Self {
        let lock = Kept::default();
        take(&lock);
        let again = lock.clone();
        let onvisible = Closure::<dyn Fn()>::new(move || take(&again));
        if let Some(document) = window().document() {
            let listener = onvisible.as_ref().unchecked_ref();
            drop(document.add_event_listener_with_callback("visibilitychange", listener));
        }
        Self { lock, onvisible }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        if let Some(document) = window().document() {
            let listener = self.onvisible.as_ref().unchecked_ref();
            drop(document.remove_event_listener_with_callback("visibilitychange", listener));
        }
        release(&self.lock);
    }
}

fn take(lock: &Kept) {
    let is_seen =
        window().document().is_some_and(|page| page.visibility_state() == web_sys::VisibilityState::Visible);
    let Some(locks) = member(&window().navigator(), "wakeLock").filter(|_| is_seen) else { return };
    // Whoever let go before it was granted has only this end of it left.
    let lock = Rc::downgrade(lock);
    spawn_local(async move {
        let Some(granted) = ask(&locks, "request", &"screen".into()).await else { return };
        match lock.upgrade() {
            Some(lock) => drop(lock.replace(Some(granted))),
            None => drop(ask(&granted, "release", &JsValue::UNDEFINED).await),
        }
    });
}

fn release(lock: &Kept) {
    if let Some(granted) = lock.borrow_mut().take() {
        spawn_local(async move { drop(ask(&granted, "release", &JsValue::UNDEFINED).await) });
    }
}

/// Whether this browser knows of such a light at all.
pub fn knows_torch() -> bool {
    let known = || {
        let devices = member(&window().navigator(), "mediaDevices")?;
        member(&method(&devices, "getSupportedConstraints")?.call0(&devices).ok()?, "torch")
    };
    known().is_some_and(|known| known.is_truthy())
}

/// The phone's light, on until this is dropped. A web page reaches it through the camera only; no picture is taken.
pub struct Torch {
    track: JsValue,
}

impl Torch {
    /// Switches it on; None when the phone has none, or does not let a page have it.
    pub async fn light() -> Option<Self> {
        let wanted = object(&[("video", object(&[("facingMode", "environment".into())]).into())]);
        let devices = member(&window().navigator(), "mediaDevices")?;
        let stream = ask(&devices, "getUserMedia", &wanted).await?;
        let tracks: Array = method(&stream, "getVideoTracks")?.call0(&stream).ok()?.dyn_into().ok()?;
        // From here on it is stopped again, whatever happens.
        let torch = Self { track: tracks.get(0) };
        let can = method(&torch.track, "getCapabilities")?.call0(&torch.track).ok()?;
        member(&can, "torch").filter(|torch| torch.is_truthy())?;
        let on = object(&[("advanced", Array::of1(&object(&[("torch", true.into())])).into())]);
        ask(&torch.track, "applyConstraints", &on).await?;
        Some(torch)
    }
}

impl Drop for Torch {
    fn drop(&mut self) {
        if let Some(stop) = method(&self.track, "stop") {
            drop(stop.call0(&self.track));
        }
    }
}
