//! The phone's core, in a worker of its own: drives `shared::sync::device`, keeps what it says in IndexedDB, holds the
//! link to the relay, and tells the interface in slices. Steps 3, 5, 6 and 12 of the walk. It decides nothing that is
//! true elsewhere too: rules are `shared`'s.

pub mod engine;

#[cfg(target_arch = "wasm32")]
pub mod platform;

/// Starts the core. The message listener is there before this returns; everything else follows by itself.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| platform::report(&panic.to_string())));
    engine::boot::start();
}
