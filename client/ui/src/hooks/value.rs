//! Values of a component's own, with one piece of code for each type instead of one for each place: they begin with a
//! value and no closure.

use yew::{UseStateHandle, hook, use_state_eq};

/// A value, `first` at the first drawing; another one draws the component again.
#[hook]
pub fn use_value<T>(first: T) -> UseStateHandle<T>
where
    T: PartialEq + 'static,
{
    use_state_eq(move || first)
}
