//! What is kept for this browser: its habits, not its records.

use std::cell::Cell;

use web_sys::Storage;

use super::window;

fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}

thread_local! {
    static PERSON: Cell<u32> = const { Cell::new(0) };
}

/// Whose browser this is now, on a phone that several people share.
pub fn set_person(number: u32) {
    PERSON.set(number);
}

/// A key that each person of a shared phone has for themselves; the first one's is the plain one.
pub fn own(key: &str) -> String {
    match PERSON.get() {
        0 => key.to_owned(),
        number => [key, "@", &number.to_string()].concat(),
    }
}

/// A kept text. None when there is none, or when the browser forbids it.
pub fn kept(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Keeps a text; a full or forbidden storage is no reason to stop: these are only habits.
/// What was there before stands then, and it gives false.
pub fn keep(key: &str, text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
}

/// Drops a kept text.
pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        drop(storage.remove_item(key));
    }
}

/// The kept texts whose keys begin with this, with the rest of their keys.
pub fn kept_under(prefix: &str) -> Vec<(String, String)> {
    let Some(storage) = storage() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or_default()).filter_map(|at| storage.key(at).ok()?);
    keys.filter_map(|key| Some((key.strip_prefix(prefix)?.to_owned(), storage.get_item(&key).ok()??)))
        .collect()
}
