//! Yew's effects, with one piece of code for each type that they depend on instead of one for each place: what is done
//! stands behind a pointer.

use yew::{TearDown, hook};

/// Runs `effect` after the drawings in which `of` has changed; what it returns runs before the next time, and at the end.
#[hook]
pub fn use_effect_with<T, F, D>(of: T, effect: F)
where
    T: PartialEq + 'static,
    F: FnOnce(&T) -> D + 'static,
    D: TearDown,
{
    type End = Box<dyn FnOnce()>;
    let effect: Box<dyn FnOnce(&T) -> End> = Box::new(move |of: &T| -> End {
        let end = effect(of);
        Box::new(move || end.tear_down())
    });
    yew::use_effect_with(of, effect);
}
