//! The interface of Muster, on the main thread: it draws the view-model slices that the core sends and turns taps
//! into commands. It knows no documents, no storage of records and no socket: those are the core's, in its worker.
//!
//! Steps 1, 2 and 15 of the walk of one tap.

mod app;
pub mod browser;
pub mod chunks;
pub mod components;
pub mod core_handle;
pub mod format;
pub mod hooks;
pub mod i18n;
pub mod pages;
pub mod preferences;
pub mod problem;
pub mod route;
pub mod store;

use link::Command;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::core_handle::CoreHandle;
use crate::hooks::Reach;
use crate::preferences::Preferences;
use crate::route::Route;
use crate::store::Store;

/// Begins: called by the glue as soon as the module is there.
#[wasm_bindgen(start)]
pub fn start() {
    let Some(root) = browser::mount_point() else { return };
    let store = Store::new(Route::from_address(&browser::address()), app::kept_preferences());
    let core = CoreHandle::start(&store, app::is_new());
    listen(&store, &core);
    let reach = Reach { store, core };
    yew::Renderer::<app::App>::with_root_and_props(root, app::AppProps { reach }).render();
}

/// What the browser tells for the life of the page.
fn listen(store: &Store, core: &CoreHandle) {
    let (here, moved) = (store.clone(), store.clone());
    browser::on_window("popstate", move || {
        let route = Route::from_address(&browser::address());
        moved.change(|view| view.route = route);
    });
    browser::on_window("muster:update", move || here.change(|view| view.is_update_ready = true));
    // The browser may have offered it before anybody listened.
    let offered = store.clone();
    let look = move || offered.change(|view| view.can_install = browser::can_install());
    look();
    browser::on_window("muster:install", look);
    for event in ["online", "pageshow"] {
        let core = core.clone();
        // A page in the background may hear that there is a network: nobody has come back for that.
        browser::on_window(event, move || {
            core.tell(if browser::is_visible() { Command::Visible(true) } else { Command::SyncNow });
        });
    }
    let core = core.clone();
    browser::on_visible(move |is_visible| core.tell(Command::Visible(is_visible)));
}

/// The preferences of somebody who has not chosen any.
#[must_use]
pub fn first_preferences(prefers_dark: bool, has_fine_pointer: bool) -> Preferences {
    let mut first = Preferences::default();
    if prefers_dark {
        first.theme = preferences::Theme::Night;
    }
    if has_fine_pointer {
        first.density = preferences::Density::Normal;
    }
    first
}
