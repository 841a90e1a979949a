//! The few places to go: a bar at the bottom of a phone, a rail at the left of a desk.

use yew::{AttrValue, Callback, Html, MouseEvent, Properties, component, html};

use super::icon::{Icon, glyph};
use crate::route::Route;

/// A place to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Where.
    pub route: Route,
    /// Its icon.
    pub icon: Icon,
    /// Its name.
    pub name: AttrValue,
    /// Whether a phone's bar has no room for it: there it is reached from "me".
    pub is_rare: bool,
}

/// Properties of [`Nav`].
#[derive(Properties, PartialEq)]
pub struct NavProps {
    /// What this is, for screen readers.
    pub label: AttrValue,
    /// The places, in order.
    pub places: Vec<Place>,
    /// Where one is.
    pub here: Route,
    /// Somebody wants to go there.
    pub ongo: Callback<Route>,
}

/// The bar.
#[component]
pub fn Nav(props: &NavProps) -> Html {
    let place = |place: &Place| {
        let (ongo, route) = (props.ongo.clone(), place.route.clone());
        let onclick = move |event: MouseEvent| {
            event.prevent_default();
            ongo.emit(route.clone());
        };
        html! {
            <a key={place.route.address()} href={place.route.address()} {onclick} class={place.is_rare.then_some("rare")}
                aria-current={(place.route == props.here).then_some("page")}>
                { glyph(place.icon) }<span>{ place.name.clone() }</span>
            </a>
        }
    };
    html! { <nav class="places" aria-label={props.label.clone()}>{ for props.places.iter().map(place) }</nav> }
}
