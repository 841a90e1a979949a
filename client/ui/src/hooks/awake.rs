//! The screen stays on as long as a component is there: an officer who looks at the thing in their hand does not look at
//! the phone.

use yew::hook;

use super::use_effect_with;

use crate::browser::Awake;

/// Keeps the screen on.
#[hook]
pub fn use_awake() {
    use_effect_with((), |()| {
        let awake = Awake::stay();
        move || drop(awake)
    });
}
