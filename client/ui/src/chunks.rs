//! The screens that are not in the first module. `cargo xtask pwa` cuts the ui there: the first file holds what stands on
//! the screen at the start, and each chunk comes after the first paint, or when its screen is asked for. From then on
//! a chunk is a function like any other, so a tap on one of its screens waits for nothing.

use std::cell::Cell;
use std::rc::Rc;

use link::slice::Person;
use yew::Html;

use crate::browser;
use crate::route::Route;
use crate::store::Store;

mod screens;

/// Some screens in a file of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunk {
    /// A round: what an officer opens first.
    Round,
    /// All other screens.
    Rest,
}

/// What has become of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Nobody has asked for it.
    #[default]
    Away,
    /// It is being loaded.
    Coming,
    /// Its screens can be drawn.
    Here,
    /// It could not be loaded. It may be asked for again.
    Missing,
}

/// What has become of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chunks {
    round: Standing,
    rest: Standing,
}

impl Chunks {
    /// What has become of one.
    #[must_use]
    pub fn of(self, chunk: Chunk) -> Standing {
        match chunk {
            Chunk::Round => self.round,
            Chunk::Rest => self.rest,
        }
    }

    fn set(&mut self, chunk: Chunk, standing: Standing) {
        match chunk {
            Chunk::Round => self.round = standing,
            Chunk::Rest => self.rest = standing,
        }
    }
}

/// Draws the screens of a chunk.
type Draw = fn(&Route, &Rc<Person>) -> Html;

thread_local! {
    static ROUND: Cell<Option<Draw>> = const { Cell::new(None) };
    static REST: Cell<Option<Draw>> = const { Cell::new(None) };
}

/// The chunk of a screen; none when it is in the first module.
#[must_use]
pub fn chunk_of(route: &Route, sees_board: bool) -> Option<Chunk> {
    match route {
        Route::Round(..) => Some(Chunk::Round),
        Route::Home | Route::Enrol => sees_board.then_some(Chunk::Rest),
        // Who may not see it gets today's list.
        Route::Quarantine => sees_board.then_some(Chunk::Rest),
        _ => Some(Chunk::Rest),
    }
}

/// The screen, when its chunk is here.
pub fn draw(chunk: Chunk, route: &Route, person: &Rc<Person>) -> Option<Html> {
    let draw = match chunk {
        Chunk::Round => ROUND.get(),
        Chunk::Rest => REST.get(),
    };
    draw.map(|draw| draw(route, person))
}

/// Loads a chunk, unless it is here or on its way.
pub fn load(store: &Store, chunk: Chunk) {
    let store = store.clone();
    wasm_bindgen_futures::spawn_local(async move { fetch(&store, chunk).await });
}

/// Loads all of them, one after the other, once what is on the screen now is painted.
pub fn load_all(store: &Store) {
    let store = store.clone();
    browser::after_paint(move || {
        wasm_bindgen_futures::spawn_local(async move {
            fetch(&store, Chunk::Round).await;
            fetch(&store, Chunk::Rest).await;
        });
    });
}

async fn fetch(store: &Store, chunk: Chunk) {
    if matches!(store.view().chunks.of(chunk), Standing::Coming | Standing::Here) {
        return;
    }
    store.change(|view| view.chunks.set(chunk, Standing::Coming));
    let (place, drawn) = match chunk {
        Chunk::Round => (&ROUND, screens::round().await),
        Chunk::Rest => (&REST, screens::rest().await),
    };
    let standing = if drawn.is_ok() { Standing::Here } else { Standing::Missing };
    place.with(|place| place.set(drawn.ok()));
    store.change(|view| view.chunks.set(chunk, standing));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_officer_sees_at_the_start_is_in_the_first_module() {
        assert_eq!(chunk_of(&Route::Home, false), None);
        assert_eq!(chunk_of(&Route::Enrol, false), None);
        assert_eq!(chunk_of(&Route::Home, true), Some(Chunk::Rest));
        assert_eq!(chunk_of(&Route::Scan, false), Some(Chunk::Rest));
        assert_eq!(chunk_of(&Route::Quarantine, false), None, "not theirs to see");
    }
}
