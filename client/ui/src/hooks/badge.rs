//! The number on the app's icon: what is only on this phone, so that it is seen without opening anything.

use yew::hook;

use super::{use_effect_with, use_slice};
use crate::browser;

/// Keeps the number right as long as the interface is there.
#[hook]
pub fn use_badge() {
    let waiting = use_slice(|view| view.sync.pending.saturating_add(view.photos.waiting));
    use_effect_with(waiting, |waiting| browser::set_badge(*waiting));
}
