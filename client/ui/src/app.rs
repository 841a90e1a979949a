//! The whole interface: who is here decides between the skeleton, joining, and the screens; the route decides which
//! screen. Each screen is a page of its own.

use std::rc::Rc;

use link::slice::{Person, SessionView};
use shared::trust::rights::Role;
use yew::{Callback, ContextProvider, Html, Properties, component, html};

use crate::browser;
use crate::components::icon::Icon;
use crate::components::nav::{Nav, Place};
use crate::components::notice::{Notice, Tone};
use crate::components::untold::Untold;
use crate::first_preferences;
use crate::hooks::{Reach, go, use_badge, use_effect_with, use_now, use_reach, use_slice, use_words};
use crate::i18n::Words;
use crate::pages::asset::AssetPage;
use crate::pages::board::BoardPage;
use crate::pages::choice::ChoicePage;
use crate::pages::count::CountPage;
use crate::pages::defects::DefectsPage;
use crate::pages::enrol::EnrolPage;
use crate::pages::handover::HandOverPage;
use crate::pages::labels::LabelsPage;
use crate::pages::lines::LinesPage;
use crate::pages::me::MePage;
use crate::pages::needs::NeedsPage;
use crate::pages::quarantine::QuarantinePage;
use crate::pages::register::RegisterPage;
use crate::pages::round::RoundPage;
use crate::pages::scan::ScanPage;
use crate::pages::selftest::SelfTestPage;
use crate::pages::skeleton::Skeleton;
use crate::pages::sync::SyncPage;
use crate::pages::today::TodayPage;
use crate::preferences::Preferences;
use crate::route::Route;
use crate::store::CoreState;

const PREFERENCES_KEY: &str = "muster.preferences";
/// That this browser has been enrolled, and how much it had not sent when it was last seen. Kept apart from the core's
/// storage: a browser may delete that, and then this tells what was lost. Without it the joining screen need not wait
/// for the core.
const JOINED_KEY: &str = "muster.joined";

/// What was kept of the preferences, or what this device suggests.
pub fn kept_preferences() -> Preferences {
    let first = first_preferences(
        browser::matches("(prefers-color-scheme: dark)"),
        browser::matches("(hover: hover) and (pointer: fine)"),
    );
    browser::kept(PREFERENCES_KEY).map_or(first, |text| Preferences::from_text(&text, first))
}

/// Properties of [`App`].
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// The store and the core.
    pub reach: Reach,
}

/// Everything.
#[component]
pub fn App(props: &AppProps) -> Html {
    html! { <ContextProvider<Reach> context={props.reach.clone()}><Frame /></ContextProvider<Reach>> }
}

#[component]
fn Frame() -> Html {
    let words = use_words();
    let preferences = use_slice(|view| view.preferences);
    let session = use_slice(|view| view.session.clone());
    let core = use_slice(|view| view.core);
    use_effect_with(preferences, |preferences| apply(*preferences));
    use_badge();
    use_effect_with((), |()| browser::set_root("ready", "ui"));
    let is_officer = matches!(session.as_deref(), Some(SessionView::Officer(_)));
    // What others of this phone left is lost with it too.
    let unsent = use_slice(|view| {
        let left: u32 = view.carry.left.iter().map(|left| left.unsent).sum();
        view.is_sync_known.then_some(view.sync.pending + left)
    });
    use_effect_with((is_officer, unsent), |(is_officer, unsent)| {
        if *is_officer && (unsent.is_some() || browser::kept(JOINED_KEY).is_none()) {
            browser::keep(JOINED_KEY, &unsent.unwrap_or_default().to_string());
        }
    });
    let has_photos = use_slice(|view| view.photos.waiting > 0);
    use_effect_with(has_photos, |has_photos| {
        if *has_photos {
            browser::send_in_background();
        }
    });
    let before = browser::kept(JOINED_KEY);
    let is_new = before.is_none();
    let screen = match session.as_deref() {
        Some(SessionView::Officer(person)) => html! { <Screens person={Rc::new(person.clone())} /> },
        Some(SessionView::Choice(profiles)) => html! { <ChoicePage profiles={Rc::new(profiles.clone())} /> },
        Some(SessionView::Nobody) => {
            html! { <EnrolPage lost={before.map(|unsent| unsent.parse().unwrap_or_default())} /> }
        }
        None if is_new => html! { <EnrolPage /> },
        None => html! { <Skeleton /> },
    };
    html! {
        <>
            <a class="skip" href="#main">{ words.skip_to_content() }</a>
            <div class="banners">
                if core == CoreState::Failed {
                    <Notice tone={Tone::Alarm} text={words.core_stopped_banner()} action={words.reload()}
                        onact={Callback::from(|_| browser::reload())} />
                }
                <ForSomebodyElse />
                <UntoldBanner />
                <Update {words} />
            </div>
            { screen }
        </>
    }
}

fn apply(preferences: Preferences) {
    browser::set_page(preferences.language.tag(), Words(preferences.language).app_title());
    browser::set_root("theme", preferences.theme.word());
    browser::set_root("density", preferences.density.word());
    browser::set_root("text", preferences.text.word());
    browser::set_root("hand", preferences.hand.word());
    browser::keep(PREFERENCES_KEY, &preferences.to_text());
}

/// Somebody opened a link to join by on a phone that is another's.
#[component]
fn ForSomebodyElse() -> Html {
    let words = use_words();
    let reach = use_reach();
    let name = use_slice(|view| {
        let person = view.person().filter(|_| view.route == Route::Enrol && browser::has_fragment());
        person.map(|person| person.name.clone())
    });
    let Some(name) = name else { return Html::default() };
    let onact = Callback::from(move |_| go(&reach, Route::HandOver));
    html! { <Notice tone={Tone::Watch} text={words.someone_elses_link(&name)} action={words.hand_phone()} {onact} /> }
}

/// Urgent, and nobody has been told: on every screen.
#[component]
fn UntoldBanner() -> Html {
    let (words, now) = (use_words(), use_now());
    let alarm = use_slice(|view| view.alarm.clone());
    let Some(zone) = use_slice(|view| view.person().map(|person| person.zone)) else {
        return Html::default();
    };
    html! { <Untold {words} {alarm} {zone} {now} /> }
}

#[derive(Properties, PartialEq)]
struct UpdateProps {
    words: Words,
}

/// A newer version waits; never offered in the middle of a round.
#[component]
fn Update(props: &UpdateProps) -> Html {
    let is_ready =
        use_slice(|view| view.is_update_ready && !matches!(view.route, Route::Round(..) | Route::Count(..)));
    if !is_ready {
        return Html::default();
    }
    html! {
        <Notice tone={Tone::Calm} text={props.words.update_ready()} action={props.words.update_apply()}
            onact={Callback::from(|_| browser::apply_update())} />
    }
}

#[derive(Properties, PartialEq)]
struct ScreensProps {
    person: Rc<Person>,
}

#[component]
fn Screens(props: &ScreensProps) -> Html {
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
    let page = match &route {
        Route::Round(name, part) => html! { <RoundPage name={name.clone()} part={*part} {person} /> },
        Route::Scan => html! { <ScanPage {person} /> },
        Route::Count(round, subject, item) => html! {
            <CountPage round={round.clone()} subject={subject.clone()} item={item.clone()} {person} />
        },
        Route::Labels => html! { <LabelsPage {person} /> },
        Route::SelfTest => html! { <SelfTestPage /> },
        Route::Sync => html! { <SyncPage {person} /> },
        Route::Me => html! { <MePage {person} /> },
        Route::HandOver => html! { <HandOverPage {person} /> },
        Route::Lines => html! { <LinesPage {person} /> },
        Route::Register(station) => html! { <RegisterPage station={station.clone()} {person} /> },
        Route::Asset(station, asset) => {
            html! { <AssetPage station={station.clone()} asset={asset.clone()} {person} /> }
        }
        Route::Defects => html! { <DefectsPage {person} /> },
        Route::Needs => html! { <NeedsPage {person} /> },
        Route::Quarantine if sees_board => html! { <QuarantinePage {person} /> },
        Route::Home | Route::Enrol if sees_board => html! { <BoardPage {person} /> },
        Route::Home | Route::Enrol | Route::Quarantine => html! { <TodayPage {person} /> },
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
