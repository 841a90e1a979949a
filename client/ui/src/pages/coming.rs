//! A screen of a chunk: the screen itself, its skeleton while the chunk comes, and what to do when it cannot come.

use std::rc::Rc;

use link::slice::Person;
use yew::{Callback, Html, Properties, component, html};

use crate::chunks::{self, Chunk, Standing};
use crate::components::notice::{Notice, Tone};
use crate::hooks::{use_effect_with, use_reach, use_slice, use_words};
use crate::pages::screen::Screen;
use crate::pages::skeleton::Skeleton;
use crate::route::Route;

/// Properties of [`Coming`].
#[derive(Properties, PartialEq)]
pub struct ComingProps {
    /// Where its screen is.
    pub chunk: Chunk,
    /// Which screen.
    pub route: Route,
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen.
#[component]
pub fn Coming(props: &ComingProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let chunk = props.chunk;
    let standing = use_slice(move |view| view.chunks.of(chunk));
    {
        let store = reach.store.clone();
        use_effect_with(chunk, move |chunk| chunks::load(&store, *chunk));
    }
    if let Some(screen) = chunks::draw(chunk, &props.route, &props.person) {
        return screen;
    }
    if standing != Standing::Missing {
        // With the way back: a thin line may take long.
        return html! { <Screen title="" back={Route::Home}><Skeleton /></Screen> };
    }
    html! {
        <Screen title={words.screen_missing_title()} back={Route::Home}>
            <div data-testid="screen-missing">
                <Notice tone={Tone::Watch} text={words.screen_missing()} action={words.try_again()}
                    onact={Callback::from(move |_| chunks::load(&reach.store, chunk))} />
            </div>
        </Screen>
    }
}
