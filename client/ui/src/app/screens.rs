//! The screens of somebody who has joined: the route decides which one. Those of chunks come through `pages::coming`.

use std::rc::Rc;

use link::slice::Person;
use shared::trust::rights::Role;
use yew::{Callback, Html, Properties, component, html};

use crate::chunks::chunk_of;
use crate::components::icon::Icon;
use crate::components::nav::{Nav, Place};
use crate::hooks::{go, use_reach, use_slice, use_words};
use crate::pages::coming::Coming;
use crate::pages::today::TodayPage;
use crate::route::Route;

/// Properties of [`Screens`].
#[derive(Properties, PartialEq)]
pub struct ScreensProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen that the route names, and the way to the others.
#[component]
pub fn Screens(props: &ScreensProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let route = use_slice(|view| view.route.clone());
    let sees_board = props.person.role >= Role::Supervisor;
    let ongo = Callback::from(move |route| go(&reach, route));
    let place = |route, icon, name: &'static str| Place { route, icon, name: name.into(), is_rare: false };
    let home = if sees_board {
        place(Route::Home, Icon::Board, words.nav_board())
    } else {
        place(Route::Home, Icon::Today, words.nav_today())
    };
    let mut places = vec![
        home,
        place(Route::Register(None), Icon::Kit, words.nav_register()),
        place(Route::Scan, Icon::Scan, words.nav_scan()),
        place(Route::Defects, Icon::Wrench, words.defects_title()),
        place(Route::Me, Icon::Person, words.nav_me()),
    ];
    if sees_board {
        let rare = |route, icon, name| Place { is_rare: true, ..place(route, icon, name) };
        // What the bureau acts on comes first, then what it looks things up in.
        places.swap(1, 3);
        places.swap(2, 3);
        places.insert(2, rare(Route::Needs, Icon::Speech, words.needs_title()));
        places.insert(5, rare(Route::Quarantine, Icon::Shield, words.nav_quarantine()));
    }
    let person = props.person.clone();
    let page = match chunk_of(&route, sees_board) {
        Some(chunk) => html! { <Coming {chunk} route={route.clone()} {person} /> },
        None => html! { <TodayPage {person} /> },
    };
    let here = match &route {
        Route::Enrol => Route::Home,
        Route::HandOver | Route::Lines => Route::Me,
        Route::Register(_) | Route::Asset(..) => Route::Register(None),
        other => other.clone(),
    };
    html! {
        <div class="frame" data-screen={screen_word(&route)}>
            { page }
            if !matches!(route, Route::Round(..) | Route::Count(..)) { <Nav label={words.nav_label()} {places} {here} {ongo} /> }
        </div>
    }
}

fn screen_word(route: &Route) -> &'static str {
    match route {
        Route::Home | Route::Enrol => "home",
        Route::Round(..) => "round",
        Route::Sync => "sync",
        Route::Me => "me",
        Route::HandOver => "hand-over",
        Route::Lines => "lines",
        Route::Defects => "defects",
        Route::Needs => "needs",
        Route::Quarantine => "quarantine",
        Route::Register(_) => "register",
        Route::Asset(..) => "asset",
        Route::Scan => "scan",
        Route::Count(..) => "count",
        Route::Labels => "labels",
        Route::SelfTest => "self-test",
    }
}
