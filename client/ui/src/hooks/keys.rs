//! Keys for the whole page, as long as a component is there.

use yew::{Callback, hook, use_mut_ref};

use super::use_effect_with;

use crate::browser::Keys;

/// Calls back at each key with its name.
#[hook]
pub fn use_keys(callback: Callback<String>) {
    let latest = use_mut_ref(|| callback.clone());
    *latest.borrow_mut() = callback;
    use_effect_with((), move |()| {
        let keys = Keys::listen(move |key| {
            let callback = latest.borrow().clone();
            callback.emit(key.to_owned());
        });
        move || drop(keys)
    });
}
