//! The time of day for ages on the screen ("6 h ago"): fresh at each drawing, and a drawing at least twice a minute.

use shared::time::Timestamp;
use yew::{hook, use_force_update};

use super::{use_effect_with, use_reach};
use crate::browser::{self, Timer};

const REFRESH_MS: i32 = 20_000;

/// The time by the relay's clock, as far as this phone knows it: what a duty and an entry are timed by.
#[hook]
pub fn use_now() -> Timestamp {
    let offset_ms = use_reach().store.view().sync.clock_offset_ms;
    use_phone_clock().plus_ms(offset_ms.unwrap_or_default())
}

/// The phone's clock.
#[hook]
pub fn use_phone_clock() -> Timestamp {
    let update = use_force_update();
    use_effect_with((), move |()| {
        let timer = Timer::every_ms(REFRESH_MS, move || update.force_update());
        move || drop(timer)
    });
    browser::now()
}
