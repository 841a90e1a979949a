//! What is due for this person and station, and how ready this phone is to do it without a network.

use std::rc::Rc;

use link::slice::{Person, RoundState, TodayRow, TodayView};
use shared::domain::round::RoundName;
use yew::{Callback, Html, Properties, component, html};

use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, Tone};
use crate::components::today_list::TodayItem;
use crate::format;
use crate::hooks::{go, use_now, use_offline_ready, use_reach, use_slice, use_words};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::route::{RoundPart, Route};

/// Properties of [`TodayPage`].
#[derive(Properties, PartialEq)]
pub struct TodayPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen.
#[component]
pub fn TodayPage(props: &TodayPageProps) -> Html {
    let words = use_words();
    let today = use_slice(|view| view.today.clone());
    let person = &props.person;
    let subtitle = match &today {
        Some(today) => [&format::day(words, today.date), " · ", words.label(&person.station_name)].concat(),
        None => words.label(&person.station_name).to_owned(),
    };
    html! {
        <Screen title={words.nav_today()} {subtitle}>
            <Readiness />
            if let Some(today) = today {
                <List {today} person={person.clone()} />
            } else {
                <div class="bone tall"></div><div class="bone tall"></div>
            }
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct ListProps {
    today: Rc<TodayView>,
    person: Rc<Person>,
}

#[component]
fn List(props: &ListProps) -> Html {
    let words = use_words();
    let now = use_now();
    let reach = use_reach();
    let ongo = Callback::from(move |route| go(&reach, route));
    let today = &props.today;
    if !today.is_loaded && today.rows.is_empty() {
        return html! {
            <div aria-busy="true"><p class="hint" role="status">{ words.today_loading() }</p><div class="bone tall"></div></div>
        };
    }
    let is_closed = |row: &TodayRow| row.state == RoundState::Signed;
    let first = today.rows.iter().position(|row| !is_closed(row));
    let row = |(index, row): (usize, &TodayRow)| {
        html! {
            <TodayItem key={Route::Round(row.round.clone(), RoundPart::Cards).address()} {words} row={row.clone()} zone={props.person.zone} {now}
                is_first={first == Some(index)} ongo={ongo.clone()} />
        }
    };
    let part = |testid: &'static str, title: &'static str, is: &dyn Fn(&TodayRow) -> bool| {
        let rows: Vec<Html> = today.rows.iter().enumerate().filter(|(_, row)| is(row)).map(row).collect();
        if rows.is_empty() {
            return Html::default();
        }
        html! { <><h2 class="section">{ title }</h2><ul class="duties" data-testid={testid}>{ for rows }</ul></> }
    };
    html! {
        <>
            if !today.rows.iter().any(|row| !is_closed(row)) {
                <p class="empty">{ glyph(Icon::Check) }<span>
                    { if today.rows.is_empty() { words.today_empty() } else { words.today_all_done() } }
                    if let Some((name, at)) = &today.next {
                        { " " }{ words.today_next(&format::short_day(props.person.zone.date(*at)), words.label(name)) }
                    }
                </span></p>
            }
            { part("today-mine", words.today_mine(), &|row| row.is_mine && !is_closed(row)) }
            { part("today-station", words.today_station(), &|row| !row.is_mine && !is_closed(row)) }
            if !today.occasions.is_empty() {
                <h2 class="section">{ words.today_occasions() }</h2>
                <div class="occasions">{ for today.occasions.iter().map(|(round, name)| occasion(words.label(name), round.clone(), ongo.clone())) }</div>
            }
            { part("today-done", words.today_done(), &is_closed) }
            { register(words, today, &ongo) }
        </>
    }
}

/// Begins a round that is due at no time.
fn occasion(name: &str, round: RoundName, ongo: Callback<Route>) -> Html {
    let template = round.template.to_string();
    let route = Route::Round(round, RoundPart::Cards);
    html! {
        <button type="button" class="secondary" key={template.clone()} data-testid="occasion" data-template={template}
            onclick={move |_| ongo.emit(route.clone())}>{ glyph(Icon::Plus) }{ name.to_owned() }</button>
    }
}

/// What the register on this phone says, in figures.
fn register(words: Words, today: &TodayView, ongo: &Callback<Route>) -> Html {
    let onopen = ongo.reform(|_| Route::Register(None));
    let figure = |count: u32, name: &'static str, class: &'static str| {
        html! { <div class={class}><dt>{ name }</dt><dd>{ count }</dd></div> }
    };
    html! {
        <section class="register" aria-label={words.register_title()}>
            <h2 class="section">{ words.register_title() }</h2>
            <dl class="figures-row">
                { figure(today.assets_mine, words.register_mine(), "") }
                { figure(today.assets, words.register_station(), "") }
                { figure(today.assets_expiring, words.register_expiring(), if today.assets_expiring > 0 { "watch" } else { "" }) }
            </dl>
            <button type="button" class="kit-line" data-testid="my-kit" onclick={onopen}>
                { glyph(Icon::Kit) }<span>{ words.register_mine_line(today.assets_mine) }</span>
                if today.assets_mine_expiring > 0 {
                    <span class="mark watch">{ glyph(Icon::Triangle) }<span>{ words.register_mine_expiring(today.assets_mine_expiring) }</span></span>
                }
                { glyph(Icon::Next) }
            </button>
        </section>
    }
}

/// After joining: proof that this phone can do without a network, not a promise.
#[component]
fn Readiness() -> Html {
    let words = use_words();
    let reach = use_reach();
    let has_just_joined = use_slice(|view| view.has_just_joined);
    let today = use_slice(|view| view.today.clone());
    let is_program_kept = use_offline_ready();
    if !has_just_joined {
        return Html::default();
    }
    let onact = Callback::from(move |_| reach.store.change(|view| view.has_just_joined = false));
    match today.filter(|today| today.is_loaded && is_program_kept) {
        Some(today) => html! {
            <div class="notice ok" role="status" data-testid="offline-ready">
                { glyph(Icon::Check) }
                <p>{ words.offline_ready(today.assets, today.templates) }</p>
                <button type="button" class="quiet" onclick={onact}>{ words.good() }</button>
            </div>
        },
        None => html! { <Notice tone={Tone::Calm} text={words.offline_preparing()} /> },
    }
}
