//! What of the browser has no type of its own here: members of its objects by name, and plain objects for its methods.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue};

/// A member; None when it is not there.
pub(super) fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|found| !found.is_undefined() && !found.is_null())
}

/// A method; None when there is none of that name.
pub(super) fn method(of: &JsValue, name: &str) -> Option<Function> {
    member(of, name)?.dyn_into().ok()
}

/// A plain object.
pub(super) fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a plain object does not fail.
        drop(Reflect::set(&object, &(*name).into(), value));
    }
    object
}
