//! What is not in the first module. `cargo xtask pwa` cuts the ui there: the first file holds what somebody new sees. What
//! is needed once the core speaks, and today's list, comes with the core; the other screens come after the first paint,
//! or when they are asked for. From then on a chunk is functions like any others, so a tap waits for nothing.

use std::cell::Cell;
use std::rc::Rc;

use link::slice::{Person, ProfileView};
use link::{ToCore, ToUi};
use wasm_split_helpers::SplitLoaderError;
use yew::Html;

use crate::browser;
use crate::route::Route;
use crate::store::Store;

mod cuts;

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

/// What comes with the core.
#[derive(Clone, Copy)]
pub struct Home {
    /// Reads what the core says; none when it is of another build.
    pub read: fn(&[u8]) -> Option<ToUi>,
    /// Writes what the core is told.
    pub write: fn(&ToCore) -> Vec<u8>,
    /// Draws the screens of somebody who has joined.
    pub draw: fn(&Rc<Person>) -> Html,
    /// Draws who can take up a phone that several people share.
    pub choose: fn(&Rc<Vec<ProfileView>>) -> Html,
}

thread_local! {
    static HOME: Cell<Option<Home>> = const { Cell::new(None) };
    static ROUND: Cell<Option<Draw>> = const { Cell::new(None) };
    static REST: Cell<Option<Draw>> = const { Cell::new(None) };
}

/// Does something with what came with the core; none before it came.
pub fn home<T>(with: impl FnOnce(Home) -> T) -> Option<T> {
    HOME.get().map(with)
}

/// Loads what comes with the core.
///
/// # Errors
/// When it cannot be loaded now. It may be asked for again.
pub async fn load_home() -> Result<(), SplitLoaderError> {
    HOME.set(Some(cuts::home().await?));
    Ok(())
}

/// The chunk of a screen; none when it comes with the core.
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
        Chunk::Round => (&ROUND, cuts::round().await),
        Chunk::Rest => (&REST, cuts::rest().await),
    };
    let standing = if drawn.is_ok() { Standing::Here } else { Standing::Missing };
    place.with(|place| place.set(drawn.ok()));
    store.change(|view| view.chunks.set(chunk, standing));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_officer_sees_at_the_start_comes_with_the_core() {
        assert_eq!(chunk_of(&Route::Home, false), None);
        assert_eq!(chunk_of(&Route::Enrol, false), None);
        assert_eq!(chunk_of(&Route::Home, true), Some(Chunk::Rest));
        assert_eq!(chunk_of(&Route::Scan, false), Some(Chunk::Rest));
        assert_eq!(chunk_of(&Route::Quarantine, false), None, "not theirs to see");
    }
}
