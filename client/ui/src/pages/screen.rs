//! What every screen has: a bar with where one is and the words of safety, and the content under it.

use yew::{AttrValue, Callback, Html, MouseEvent, Properties, component, html};

use crate::components::icon::{Icon, glyph};
use crate::components::sync_chip::SyncChip;
use crate::hooks::{go, use_reach, use_slice, use_words};
use crate::route::Route;

/// Properties of [`Screen`].
#[derive(Properties, PartialEq)]
pub struct ScreenProps {
    /// Where one is.
    pub title: AttrValue,
    /// A line under the title.
    #[prop_or_default]
    pub subtitle: AttrValue,
    /// Where "back" leads.
    #[prop_or_default]
    pub back: Option<Route>,
    /// The content.
    pub children: Html,
}

/// A screen.
#[component]
pub fn Screen(props: &ScreenProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let sync = use_slice(|view| view.is_sync_known.then(|| view.sync.clone()));
    let photos = use_slice(|view| view.photos.waiting);
    let handed = use_slice(|view| view.carry.handed);
    let onopen = {
        let reach = reach.clone();
        Callback::from(move |_: MouseEvent| go(&reach, Route::Sync))
    };
    html! {
        <>
            <header class="top">
                if let Some(back) = props.back.clone() {
                    <button type="button" class="icon-button" aria-label={words.back()}
                        onclick={move |_| go(&reach, back.clone())}>{ glyph(Icon::Back) }</button>
                }
                <div class="top-text">
                    <h1>{ props.title.clone() }</h1>
                    if !props.subtitle.is_empty() { <p class="hint">{ props.subtitle.clone() }</p> }
                </div>
                <SyncChip {words} {sync} {photos} {handed} {onopen} />
            </header>
            <main id="main" tabindex="-1">{ props.children.clone() }</main>
        </>
    }
}
