//! Whether the program itself is kept on this phone. The browser tells nobody when that becomes true, so it is asked
//! once a second until it is.

use yew::{hook, use_state_eq};

use super::use_effect_with;

use crate::browser::{self, Timer};

const ASK_MS: i32 = 1_000;

/// Whether the page could be opened without a network.
#[hook]
pub fn use_offline_ready() -> bool {
    let is_ready = use_state_eq(browser::is_program_kept);
    let asked = is_ready.clone();
    use_effect_with(*is_ready, move |is_known| {
        let timer = (!is_known).then(|| {
            Timer::every_ms(ASK_MS, move || {
                if browser::is_program_kept() {
                    asked.set(true);
                }
            })
        });
        move || drop(timer)
    });
    *is_ready
}
