//! 装备: what this person has, and the station's register. Looking for something filters while one types; 2,000 things are
//! a list of which only what is on the screen is drawn. Supervisors choose the station, and see what is between stations
//! and what is to be bought.

use std::ops::Range;
use std::rc::Rc;

use link::Command;
use link::slice::{AssetRow, Person, RegisterView};
use shared::domain::asset::ExpiryBand;
use shared::ids::{AssetId, StationCode};
use shared::trust::rights::Role;
use yew::{
    Callback, Html, InputEvent, Properties, classes, component, html, use_memo, use_node_ref, use_state_eq,
};

use crate::browser;
use crate::components::asset_face::asset_row;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, Tone};
use crate::hooks::{go, use_effect_with, use_reach, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::pages::paged::Paged;
use crate::pages::screen::Screen;
use crate::route::Route;

mod receive;
mod stock;

use receive::Receive;

/// Properties of [`RegisterPage`].
#[derive(Properties, PartialEq)]
pub struct RegisterPageProps {
    /// Whose; none for the own one.
    pub station: Option<StationCode>,
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// Which of the things are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Mine,
    All,
    NotReady,
    Soon,
    Expired,
}

impl Shown {
    fn takes(self, row: &AssetRow) -> bool {
        match self {
            Self::Mine => row.is_mine,
            Self::All => true,
            Self::NotReady => row.shortfall.is_some(),
            Self::Soon => matches!(row.band, ExpiryBand::Days30 | ExpiryBand::Days7),
            Self::Expired => row.band == ExpiryBand::Expired,
        }
    }

    fn name(self, words: Words) -> &'static str {
        match self {
            Self::Mine => words.register_mine(),
            Self::All => words.register_all(),
            Self::NotReady => words.register_not_ready(),
            Self::Soon => words.register_expiring(),
            Self::Expired => words.register_expired(),
        }
    }
}

/// The screen.
#[component]
pub fn RegisterPage(props: &RegisterPageProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let register = use_slice(|view| view.register.clone());
    use_effect_with(props.station.clone(), move |station| {
        reach.core.tell(Command::OpenRegister { station: station.clone() });
        move || reach.core.tell(Command::CloseRegister)
    });
    let wanted = props.station.as_ref().or(props.person.station.as_ref());
    let register = register.filter(|register| wanted.is_none_or(|wanted| *wanted == register.station));
    let subtitle = register.as_ref().map(|register| words.label(&register.station_name).to_owned());
    html! {
        <Screen title={words.nav_register()} subtitle={subtitle.unwrap_or_default()}>
            if let Some(register) = register {
                <List {register} person={props.person.clone()} />
            } else {
                <div aria-busy="true"><p class="hint" role="status">{ words.register_loading() }</p>
                    <div class="bone wide"></div><div class="bone tall"></div></div>
            }
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct ListProps {
    register: Rc<RegisterView>,
    person: Rc<Person>,
}

/// Which part of the register is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Things,
    Purchases,
    Transits,
}

const PARTS: [Part; 3] = [Part::Things, Part::Purchases, Part::Transits];

#[component]
fn List(props: &ListProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let register = &props.register;
    let sees_all = props.person.station.is_none();
    let part = use_value(Part::Things);
    let has_parts = props.person.role >= Role::Lead || !register.transits.is_empty();
    let onopen = {
        let (reach, station) = (reach.clone(), register.station.clone());
        Callback::from(move |asset: AssetId| go(&reach, Route::Asset(station.clone(), asset)))
    };
    let tab = |shown: &Part| {
        let (part, shown) = (part.clone(), *shown);
        let (name, count) = match shown {
            Part::Things => (words.register_books(), register.assets.len()),
            Part::Purchases => (words.purchases(), register.purchases.len()),
            Part::Transits => (words.transits(), register.transits.len()),
        };
        html! {
            <button type="button" key={shown as usize} class="filter" aria-pressed={(*part == shown).to_string()} data-testid="register-part"
                onclick={move |_| part.set(shown)}><span>{ name }</span><span class="figures">{ count }</span></button>
        }
    };
    html! {
        <>
            if !register.is_loaded { <Notice tone={Tone::Calm} text={words.register_loading()} /> }
            if sees_all { { stock::stations(words, &reach, register) } }
            if has_parts { <div class="filters parts" role="group" aria-label={words.register_title()}>{ for PARTS.iter().map(tab) }</div> }
            { match *part {
                Part::Things => html! { <Things register={register.clone()} person={props.person.clone()} {onopen} /> },
                Part::Purchases => stock::purchases(words, register),
                Part::Transits => stock::transits(words, register, props.person.zone, &onopen),
            } }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct ThingsProps {
    register: Rc<RegisterView>,
    person: Rc<Person>,
    onopen: Callback<AssetId>,
}

/// What is searched in each row, in lower case: made once for each register, not at each key.
fn haystacks(register: &RegisterView) -> Vec<String> {
    let text = |row: &AssetRow| {
        let parts =
            [row.id.as_str(), &row.name.zh, &row.name.en, &row.serial, &row.model, &row.place, &row.kind];
        let holders = row.holders.iter().map(String::as_str);
        parts.into_iter().chain(holders).collect::<Vec<_>>().join("\n").to_lowercase()
    };
    register.assets.iter().map(text).collect()
}

/// The list, what is looked for in it, and what it is narrowed to.
#[component]
fn Things(props: &ThingsProps) -> Html {
    let words = use_words();
    let register = &props.register;
    let sees_all = props.person.station.is_none();
    let shown = use_state_eq(|| if sees_all { Shown::All } else { Shown::Mine });
    let asked = use_value(String::new());
    let is_receiving = use_value(false);
    let field = use_node_ref();
    let haystacks = use_memo(register.clone(), |register| haystacks(register));
    let places = use_memo((register.clone(), *shown, (*asked).clone()), |(register, shown, asked)| {
        let asked = asked.trim().to_lowercase();
        // Who looks for something looks in all of it.
        let is_in = |at: &usize| {
            if asked.is_empty() {
                shown.takes(&register.assets[*at])
            } else {
                haystacks[*at].contains(&asked)
            }
        };
        (0..register.assets.len()).filter(is_in).collect::<Vec<usize>>()
    });
    let oninput = {
        let (asked, field) = (asked.clone(), field.clone());
        Callback::from(move |_: InputEvent| asked.set(browser::text_of(&field)))
    };
    let rows = {
        let (register, places, onopen) = (register.clone(), places.clone(), props.onopen.clone());
        Callback::from(move |range: Range<usize>| {
            let row = |at: &usize| asset_row(words, &register.assets[*at], register.today, &onopen);
            html! { <>{ for places[range].iter().map(row) }</> }
        })
    };
    let filters: &[Shown] = if sees_all {
        &[Shown::All, Shown::NotReady, Shown::Soon, Shown::Expired]
    } else {
        &[Shown::Mine, Shown::All, Shown::NotReady, Shown::Soon, Shown::Expired]
    };
    html! {
        <>
            <label class="field search">
                <span class="unseen">{ words.register_search() }</span>
                <input type="search" ref={field} {oninput} placeholder={words.register_search()} data-testid="register-search"
                    autocomplete="off" autocapitalize="off" spellcheck="false" />
            </label>
            <div class="filters" role="group" aria-label={words.register_filter()}>
                { for filters.iter().map(|filter| filter_chip(words, register, *filter, *shown == *filter && asked.trim().is_empty(), {
                    let shown = shown.clone();
                    Callback::from(move |filter| shown.set(filter))
                })) }
            </div>
            <div class="list-head">
                <p class="hint" role="status" data-testid="register-count">{ words.register_found(u32::try_from(places.len()).unwrap_or(u32::MAX)) }</p>
                if register.may_hand {
                    <button type="button" class="quiet" data-testid="receive" onclick={
                        let is_receiving = is_receiving.clone();
                        move |_| is_receiving.set(true)
                    }>{ glyph(Icon::Plus) }{ words.receive_one() }</button>
                }
            </div>
            if places.is_empty() { <p class="empty">{ words.register_none() }</p> }
            <Paged count={places.len()} {rows} label={words.register_all()} />
            if *is_receiving {
                <Receive register={register.clone()} onclose={move |()| is_receiving.set(false)} />
            }
        </>
    }
}

fn filter_chip(
    words: Words,
    register: &RegisterView,
    filter: Shown,
    is_chosen: bool,
    onchoose: Callback<Shown>,
) -> Html {
    let count = register.assets.iter().filter(|row| filter.takes(row)).count();
    let class = match filter {
        Shown::Expired if count > 0 => Some("fault"),
        Shown::Soon | Shown::NotReady if count > 0 => Some("watch"),
        _ => None,
    };
    html! {
        <button type="button" key={filter as usize} class={classes!("filter", class)} aria-pressed={is_chosen.to_string()} data-testid="filter"
            onclick={move |_| onchoose.emit(filter)}>
            <span>{ filter.name(words) }</span><span class="figures">{ count }</span>
        </button>
    }
}
