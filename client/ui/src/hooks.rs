//! What pages share of Yew's machinery: the store's slices, the time, dialogs. Components use none of it.

use yew::{hook, use_context};

use crate::browser;
use crate::core_handle::CoreHandle;
use crate::i18n::Words;
use crate::preferences::Touch;
use crate::route::Route;
use crate::store::Store;

mod awake;
mod badge;
mod effect;
mod keys;
mod lasting;
mod modal;
mod offline;
mod sending;
mod slice;
mod time;
mod value;

pub use awake::use_awake;
pub use badge::use_badge;
pub use effect::use_effect_with;
pub use keys::use_keys;
pub use lasting::{Lasting, use_lasting};
pub use modal::use_modal;
pub use offline::use_offline_ready;
pub use sending::{Sending, use_sending};
pub use slice::use_slice;
pub use time::{use_now, use_phone_clock};
pub use value::use_value;

/// What every page can reach; it never changes, so handing it down draws nothing again.
#[derive(Clone, PartialEq)]
pub struct Reach {
    /// The view model.
    pub store: Store,
    /// The core.
    pub core: CoreHandle,
}

/// The store and the core.
#[hook]
pub fn use_reach() -> Reach {
    use_context::<Reach>().expect("the app puts it around every page")
}

/// The words in the chosen language.
#[hook]
pub fn use_words() -> Words {
    use_slice(|view| Words(view.preferences.language))
}

/// Goes to a screen.
pub fn go(reach: &Reach, route: Route) {
    browser::push_address(&route.address());
    reach.store.change(|view| view.route = route);
}

/// Lets the phone tremble for these times in milliseconds, with pauses between them, for whoever wants to feel it.
pub fn feel(reach: &Reach, pattern: &[u32]) {
    if reach.store.view().preferences.touch == Touch::Felt {
        browser::buzz(pattern);
    }
}
