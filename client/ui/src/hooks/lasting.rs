//! Something that is on the screen for ten seconds: what can still be taken back.

use yew::{Callback, UseStateHandle, hook, use_state};

use super::use_effect_with;

use crate::browser::Timer;

const LASTS_MS: i32 = 10_000;

/// What lasts, and how it is set.
#[derive(Clone)]
pub struct Lasting<T: 'static> {
    /// What is there now.
    pub value: Option<T>,
    /// Puts something there, or takes it away.
    pub set: Callback<Option<T>>,
}

/// Nothing at first; what is set goes by itself.
#[hook]
pub fn use_lasting<T: Clone + 'static>() -> Lasting<T> {
    let state: UseStateHandle<(u32, Option<T>)> = use_state(|| (0, None));
    let number = state.0;
    let ended = state.clone();
    use_effect_with(number, move |number| {
        let timer = (*number > 0).then(|| Timer::after_ms(LASTS_MS, move || ended.set((0, None))));
        move || drop(timer)
    });
    let value = state.1.clone();
    let set = Callback::from(move |value: Option<T>| match value {
        Some(value) => state.set((state.0.wrapping_add(1).max(1), Some(value))),
        None => state.set((0, None)),
    });
    Lasting { value, set }
}
