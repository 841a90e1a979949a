//! The person of this phone, and how they want the interface.

use std::rc::Rc;

use link::slice::Person;
use shared::trust::rights::Role;
use yew::{AttrValue, Callback, Html, MouseEvent, Properties, component, html};

use crate::browser;
use crate::components::choice::Choice;
use crate::components::install::{Install, Way};
use crate::hooks::{go, use_reach, use_slice, use_words};
use crate::i18n::{Language, Words};
use crate::pages::screen::Screen;
use crate::preferences::{Density, Hand, Preferences, TextSize, Theme, Touch};
use crate::route::Route;

/// Properties of [`MePage`].
#[derive(Properties, PartialEq)]
pub struct MePageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];
const THEMES: [Theme; 3] = [Theme::Day, Theme::Night, Theme::Sun];
const DENSITIES: [Density; 2] = [Density::Glove, Density::Normal];
const TEXT_SIZES: [TextSize; 4] = [TextSize::Normal, TextSize::Large, TextSize::Largest, TextSize::Double];
const HANDS: [Hand; 2] = [Hand::Right, Hand::Left];
const TOUCHES: [Touch; 2] = [Touch::Felt, Touch::Silent];

/// The screen.
#[component]
pub fn MePage(props: &MePageProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let preferences = use_slice(|view| view.preferences);
    let set = |change: fn(&mut Preferences, usize)| {
        let store = reach.store.clone();
        Callback::from(move |index| store.change(|view| change(&mut view.preferences, index)))
    };
    let themes = [words.theme_day(), words.theme_night(), words.theme_sun()];
    let densities = [words.density_glove(), words.density_normal()];
    let to = |route: Route| {
        let reach = reach.clone();
        move |event: MouseEvent| {
            event.prevent_default();
            go(&reach, route.clone());
        }
    };
    let way = match use_slice(|view| view.can_install) {
        _ if browser::is_installed() => Way::Done,
        true => Way::Offered,
        false if browser::is_apple() => Way::ByHand,
        false => Way::None,
    };
    html! {
        <Screen title={words.nav_me()}>
            { who(words, &props.person) }
            if props.person.role >= Role::Supervisor {
                <a class="secondary rare-place" href={Route::Needs.address()} data-testid="to-needs" onclick={to(Route::Needs)}>{ words.needs_title() }</a>
                <a class="secondary rare-place" href={Route::Quarantine.address()} data-testid="to-quarantine" onclick={to(Route::Quarantine)}>{ words.nav_quarantine() }</a>
            }
            if props.person.role >= Role::Lead && props.person.station.is_some() {
                <a class="secondary" href={Route::Lines.address()} data-testid="to-lines" onclick={to(Route::Lines)}>{ words.lines_title() }</a>
            }
            <a class="secondary" href={Route::Labels.address()} data-testid="to-labels" onclick={to(Route::Labels)}>{ words.labels_title() }</a>
            <Choice name="language" legend={words.language()} onchoose={set(|to, index| to.language = LANGUAGES[index])}
                options={vec![(AttrValue::from("中文"), Some(AttrValue::from("zh-CN"))), ("English".into(), Some("en".into()))]}
                chosen={position(&LANGUAGES, preferences.language)} />
            <Choice name="theme" legend={words.theme()} onchoose={set(|to, index| to.theme = THEMES[index])}
                options={plain(&themes)} chosen={position(&THEMES, preferences.theme)} />
            <Choice name="density" legend={words.density()} onchoose={set(|to, index| to.density = DENSITIES[index])}
                options={plain(&densities)} chosen={position(&DENSITIES, preferences.density)} />
            <Choice name="text" legend={words.text_size()} onchoose={set(|to, index| to.text = TEXT_SIZES[index])}
                options={plain(&["100 %", "125 %", "150 %", "200 %"])} chosen={position(&TEXT_SIZES, preferences.text)} />
            <Choice name="hand" legend={words.hand()} onchoose={set(|to, index| to.hand = HANDS[index])}
                options={plain(&[words.hand_right(), words.hand_left()])} chosen={position(&HANDS, preferences.hand)} />
            <Choice name="touch" legend={words.touch()} onchoose={set(|to, index| to.touch = TOUCHES[index])}
                options={plain(&[words.touch_felt(), words.touch_silent()])} chosen={position(&TOUCHES, preferences.touch)} />
            <Install {words} {way} oninstall={Callback::from(|()| browser::install())} />
            <a class="secondary" href={Route::HandOver.address()} data-testid="to-hand-over" onclick={to(Route::HandOver)}>{ words.hand_phone() }</a>
            <a class="secondary" href={Route::SelfTest.address()} data-testid="to-self-test" onclick={to(Route::SelfTest)}>{ words.self_test() }</a>
        </Screen>
    }
}

fn plain(options: &[&'static str]) -> Vec<(AttrValue, Option<AttrValue>)> {
    options.iter().map(|text| (AttrValue::from(*text), None)).collect()
}

fn position<T: PartialEq>(all: &[T], one: T) -> usize {
    all.iter().position(|other| *other == one).unwrap_or_default()
}

fn who(words: Words, person: &Person) -> Html {
    let role = match person.role {
        Role::Officer => words.role_officer(),
        Role::Lead => words.role_lead(),
        Role::Supervisor => words.role_supervisor(),
        Role::Admin => words.role_admin(),
    };
    let place = [&person.station_name, &person.bureau_name].map(|label| words.label(label).to_owned());
    html! {
        <section class="person-card">
            <p class="lead">{ &person.name }</p>
            <p>{ role }{ " · " }{ words.badge(&person.badge) }</p>
            <p class="hint">{ place.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(" · ") }</p>
        </section>
    }
}
