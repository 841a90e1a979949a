//! The whole interface: who is here decides between the skeleton, joining, and the screens. Each screen is a page of its
//! own; which one it is the route decides, in `screens`.

use std::rc::Rc;

use link::slice::SessionView;
use yew::{Callback, ContextProvider, Html, Properties, component, hook, html};

use crate::browser;
use crate::chunks::{self, chunk_of};
use crate::components::notice::{Notice, Tone};
use crate::components::untold::Untold;
use crate::first_preferences;
use crate::hooks::{Reach, go, use_badge, use_effect_with, use_now, use_reach, use_slice, use_words};
use crate::i18n::Words;
use crate::pages::enrol::EnrolPage;
use crate::pages::skeleton::Skeleton;
use crate::preferences::Preferences;
use crate::route::Route;
use crate::store::CoreState;

pub mod screens;

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
    use_chunks();
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
    let screen = match session.as_deref() {
        Some(SessionView::Officer(person)) => {
            let person = Rc::new(person.clone());
            chunks::home(|home| (home.draw)(&person)).unwrap_or_else(|| html! { <Skeleton /> })
        }
        Some(SessionView::Choice(profiles)) => {
            let profiles = Rc::new(profiles.clone());
            chunks::home(|home| (home.choose)(&profiles)).unwrap_or_else(|| html! { <Skeleton /> })
        }
        Some(SessionView::Nobody) => {
            html! { <EnrolPage lost={before.map(|unsent| unsent.parse().unwrap_or_default())} /> }
        }
        None if before.is_none() => html! { <EnrolPage /> },
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

/// Whether this browser has never been enrolled: then the joining screen waits for nobody, and everybody for it.
pub fn is_new() -> bool {
    browser::kept(JOINED_KEY).is_none()
}

/// Loads the further screens: the one that is asked for at once, beside the core, and all once the core has said who is
/// here. Until then the line is the core's.
#[hook]
fn use_chunks() {
    let reach = use_reach();
    let asked = use_slice(|view| chunk_of(&view.route, false));
    let is_known = use_slice(|view| view.session.is_some());
    use_effect_with((asked, is_known), move |(asked, is_known)| {
        if let Some(chunk) = asked {
            chunks::load(&reach.store, *chunk);
        }
        if *is_known {
            browser::set_root("core", "here");
            chunks::load_all(&reach.store);
        }
    });
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
