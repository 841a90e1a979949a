//! Files on their way out of this phone: to another app or person where the browser can, into its downloads elsewhere.

use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::{Closure, JsCast};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{FilePropertyBag, HtmlElement, Url};

use super::script::{method, object};
use super::{Picked, window};

/// What files of ours are, to a browser.
const MEDIA: &str = "application/octet-stream";
/// Milliseconds after which a saved file is no longer offered to the download.
const OFFERED_MS: i32 = 60_000;

/// Whether this browser can hand a file of ours to another app.
pub fn can_give(file: &Picked, name: &str) -> bool {
    let navigator = window().navigator();
    let asked = method(&navigator, "canShare").zip(shared(file, name));
    let answer = asked.and_then(|(can, shared)| can.call1(&navigator, &shared).ok());
    method(&navigator, "share").is_some() && answer.is_some_and(|answer| answer.is_truthy())
}

/// Hands it to another app; `done` is called when somebody there took it. Whoever changes their mind is not told anything.
pub fn give(file: &Picked, name: &str, done: impl FnOnce() + 'static) {
    let navigator = window().navigator();
    let asked = method(&navigator, "share").zip(shared(file, name));
    let Some(giving) = asked.and_then(|(share, shared)| share.call1(&navigator, &shared).ok()) else {
        return;
    };
    spawn_local(async move {
        if JsFuture::from(giving.unchecked_into::<Promise>()).await.is_ok() {
            done();
        }
    });
}

/// Saves it where the browser puts what is downloaded; whether it could be asked to.
pub fn save(Picked(file): &Picked, name: &str) -> bool {
    let document = window().document();
    let link = document.and_then(|document| document.create_element("a").ok());
    let (Some(link), Ok(address)) = (link, Url::create_object_url_with_blob(file)) else { return false };
    let set = |name: &str, value: &str| link.set_attribute(name, value).is_ok();
    let is_set = set("href", &address) && set("download", name);
    link.unchecked_into::<HtmlElement>().click();
    let gone = Closure::once_into_js(move || drop(Url::revoke_object_url(&address)));
    drop(window().set_timeout_with_callback_and_timeout_and_arguments_0(gone.unchecked_ref(), OFFERED_MS));
    is_set
}

/// `{ files: [file] }`
fn shared(Picked(file): &Picked, name: &str) -> Option<Object> {
    let options = FilePropertyBag::new();
    options.set_type(MEDIA);
    let parts = Array::of1(file);
    let file = web_sys::File::new_with_blob_sequence_and_options(&parts, name, &options).ok()?;
    Some(object(&[("files", Array::of1(&file).into())]))
}
