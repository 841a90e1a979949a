//! Labels to print: which things, on which paper, moved by how much. The relay draws the page; how far this browser's
//! printer is off is kept here, for each paper.

use std::rc::Rc;

use link::Command;
use link::slice::{LabelsView, Person, ThingView};
use shared::domain::label::plain;
use shared::ids::{AssetId, StationCode};
use shared::limits::LABELS_MAX;
use yew::{
    AttrValue, Callback, Html, InputEvent, Properties, UseStateHandle, component, html, use_node_ref,
    use_state, use_state_eq,
};

use crate::browser;
use crate::components::choice::Choice;
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::components::thing_card::thing_line;
use crate::format;
use crate::hooks::{Sending, use_effect_with, use_sending, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::Route;

/// A paper: its word at the relay, its size in words, and how many labels are on a sheet.
const PAPERS: [(&str, &str, u32); 4] = [
    ("62x29", "62 × 29 mm", 1),
    ("40x30", "40 × 30 mm", 1),
    ("a4-24", "A4 · 24 × 70 × 37", 24),
    ("a4-65", "A4 · 65 × 38 × 21", 65),
];
/// The paper that was chosen last, and with a paper's word after it how the print is moved on it.
const PAPER_KEY: &str = "muster.labels ";
/// Thousandths of a millimetre that a print may be moved.
const MOVED_MAX: i64 = 10_000;

/// Properties of [`LabelsPage`].
#[derive(Properties, PartialEq)]
pub struct LabelsPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// How it is to be printed.
#[derive(Debug, Clone, PartialEq)]
struct Look {
    paper: usize,
    dx: String,
    dy: String,
    /// The place on the first sheet to begin with, from 1.
    from: String,
}

impl Look {
    fn kept() -> Self {
        let word = browser::kept(PAPER_KEY);
        Self::on(PAPERS.iter().position(|paper| Some(paper.0) == word.as_deref()).unwrap_or_default())
    }

    /// A paper, with how it was moved the last time.
    fn on(paper: usize) -> Self {
        let moved = browser::kept(&[PAPER_KEY, PAPERS[paper].0].concat()).unwrap_or_default();
        let (dx, dy) = moved.split_once(' ').unwrap_or(("0", "0"));
        Self { paper, dx: dx.to_owned(), dy: dy.to_owned(), from: "1".to_owned() }
    }

    fn keep(&self) {
        let word = PAPERS[self.paper].0;
        browser::keep(PAPER_KEY, word);
        browser::keep(&[PAPER_KEY, word].concat(), &[self.dx.trim(), " ", self.dy.trim()].concat());
    }

    /// What is wrong with what was typed.
    fn complaint(&self, words: Words) -> Option<&'static str> {
        let is_length = |text: &str| {
            text.trim().is_empty()
                || format::parse_thousandths(text.trim()).is_some_and(|n| n.abs() <= MOVED_MAX)
        };
        if !is_length(&self.dx) || !is_length(&self.dy) {
            return Some(words.labels_moved_wrong());
        }
        let is_place = self.from.trim().parse().is_ok_and(|n: u32| (1..=PAPERS[self.paper].2).contains(&n));
        (!is_place).then(|| words.labels_from_wrong())
    }

    fn address(&self, station: &StationCode, rest: &str) -> String {
        let skip = self.from.trim().parse::<u32>().unwrap_or(1).saturating_sub(1).to_string();
        let part = |name: &str, value: &str| [name, value.trim()].concat();
        [
            "/api/labels?station=",
            station.as_str(),
            &part("&format=", PAPERS[self.paper].0),
            &part("&dx=", &self.dx),
            &part("&dy=", &self.dy),
            &part("&skip=", &skip),
            rest,
        ]
        .concat()
    }
}

/// The screen.
#[component]
pub fn LabelsPage(_props: &LabelsPageProps) -> Html {
    let words = use_words();
    let labels = use_slice(|view| view.labels.clone());
    let Sending { is_busy, failed, send } = use_sending(true, Callback::noop());
    let station = use_value(None::<StationCode>);
    let chosen = use_state(Vec::<AssetId>::new);
    let kind = use_value(None::<String>);
    let search = use_value(String::new());
    let look = use_state_eq(Look::kept);
    {
        let (send, chosen, kind) = (send.clone(), chosen.clone(), kind.clone());
        use_effect_with((*station).clone(), move |station| {
            chosen.set(Vec::new());
            kind.set(None);
            send.emit(Command::LoadLabels { station: station.clone() });
        });
    }
    let again = {
        let (send, station) = (send.clone(), (*station).clone());
        move |_| send.emit(Command::LoadLabels { station: station.clone() })
    };
    let Some(labels) = labels else {
        return html! {
            <Screen title={words.labels_title()} back={Route::Me}>
                if let Some(code) = failed { <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} /> }
                else { <div aria-busy="true"><div class="bone tall"></div></div> }
            </Screen>
        };
    };
    let sought = plain(&search);
    let is_shown = |thing: &&ThingView| {
        kind.as_ref().is_none_or(|kind| thing.kind == *kind)
            && (sought.is_empty() || plain(&said(thing)).contains(&sought))
    };
    let shown: Vec<&ThingView> = labels.things.iter().filter(is_shown).collect();
    let complaint = look.complaint(words);
    html! {
        <Screen title={words.labels_title()} subtitle={words.labels_hint()} back={Route::Me}>
            <div class="labels">
                if labels.stations.len() > 1 { <Stations labels={labels.clone()} {station} /> }
                { kinds(words, &labels, &kind) }
                <label class="field"><span>{ words.labels_search() }</span>
                    <Field text={(*search).clone()} testid="labels-search" ontext={let search = search.clone(); move |text| search.set(text)} />
                </label>
                { choose_all(words, &shown, &chosen) }
                if shown.is_empty() { <p class="empty">{ words.labels_none() }</p> }
                <ul class="items label-choice">{ for shown.iter().map(|thing| row(words, thing, &chosen)) }</ul>
                { paper(words, &look) }
                if let Some(complaint) = complaint { <p class="complaint" role="alert">{ complaint }</p> }
                if let Some(code) = failed {
                    <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} />
                    <button type="button" class="secondary" onclick={again}>{ words.try_again() }</button>
                } else if complaint.is_none() && !is_busy {
                    { links(words, &labels, &chosen, &look) }
                }
            </div>
        </Screen>
    }
}

/// Everything by which a thing can be searched.
fn said(thing: &ThingView) -> String {
    [
        thing.name.zh.as_str(),
        &thing.name.en,
        thing.id.as_str(),
        &thing.serial,
        &thing.code,
        &thing.model,
        &thing.place,
        &thing.holder,
    ]
    .join(" ")
}

#[derive(Properties, PartialEq)]
struct FieldProps {
    text: String,
    testid: &'static str,
    #[prop_or("text")]
    mode: &'static str,
    ontext: Callback<String>,
}

/// An input that tells each change.
#[component]
fn Field(props: &FieldProps) -> Html {
    let field = use_node_ref();
    let oninput = {
        let (field, ontext) = (field.clone(), props.ontext.clone());
        move |_: InputEvent| ontext.emit(browser::text_of(&field))
    };
    html! {
        <input type="text" inputmode={props.mode} autocomplete="off" value={props.text.clone()} ref={field}
            data-testid={props.testid} {oninput} />
    }
}

#[derive(Properties, PartialEq)]
struct StationsProps {
    labels: Rc<LabelsView>,
    station: UseStateHandle<Option<StationCode>>,
}

/// The station, for those who may print for several.
#[component]
fn Stations(props: &StationsProps) -> Html {
    let words = use_words();
    let field = use_node_ref();
    let onchange = {
        let (field, station) = (field.clone(), props.station.clone());
        move |_| station.set(StationCode::parse(&browser::text_of(&field)).ok())
    };
    let labels = &props.labels;
    html! {
        <label class="field"><span>{ words.labels_station() }</span>
            <select ref={field} data-testid="labels-station" {onchange}>
                { for labels.stations.iter().map(|(code, name)| html! {
                    <option key={code.to_string()} value={code.to_string()} selected={*code == labels.station}>
                        { words.label(name).to_owned() }
                    </option>
                }) }
            </select>
        </label>
    }
}

fn kinds(words: Words, labels: &LabelsView, kind: &UseStateHandle<Option<String>>) -> Html {
    let mut all: Vec<&ThingView> = labels.things.iter().collect();
    all.dedup_by(|a, b| a.kind == b.kind);
    let chip = |of: Option<String>, name: String| {
        let (is_on, kind, to) = (**kind == of, kind.clone(), of.clone());
        html! {
            <button type="button" class="filter-chip" key={of.unwrap_or_default()} aria-pressed={is_on.to_string()}
                data-testid="labels-kind" onclick={move |_| kind.set(to.clone())}>{ name }</button>
        }
    };
    html! {
        <div class="filter-chips" role="group" aria-label={words.labels_kinds()}>
            { chip(None, words.labels_all().to_owned()) }
            { for all.iter().map(|thing| chip(Some(thing.kind.clone()), words.label(&thing.name).to_owned())) }
        </div>
    }
}

fn choose_all(words: Words, shown: &[&ThingView], chosen: &UseStateHandle<Vec<AssetId>>) -> Html {
    let ids: Vec<AssetId> = shown.iter().map(|thing| thing.id.clone()).collect();
    let (all, none) = (chosen.clone(), chosen.clone());
    let add = ids.clone();
    html! {
        <div class="choose-all">
            <span class="figures" data-testid="labels-chosen">{ words.labels_chosen(u32::try_from(chosen.len()).unwrap_or(u32::MAX)) }</span>
            <button type="button" class="quiet" data-testid="labels-all" onclick={move |_| {
                let mut next = without(&all, &add);
                next.extend_from_slice(&add);
                all.set(next);
            }}>{ words.labels_choose_shown() }</button>
            <button type="button" class="quiet" onclick={move |_| none.set(without(&none, &ids))}>{ words.labels_choose_none() }</button>
        </div>
    }
}

/// Those that are not among the others.
fn without(all: &[AssetId], others: &[AssetId]) -> Vec<AssetId> {
    all.iter().filter(|id| !others.contains(id)).cloned().collect()
}

fn row(words: Words, thing: &ThingView, chosen: &UseStateHandle<Vec<AssetId>>) -> Html {
    let (toggled, id) = (chosen.clone(), thing.id.clone());
    let onchange = move |_| {
        let mut next = without(&toggled, std::slice::from_ref(&id));
        if next.len() == toggled.len() {
            next.push(id.clone());
        }
        toggled.set(next);
    };
    html! {
        <li key={thing.id.to_string()}>
            <label class="label-row" data-testid="labels-row" data-asset={thing.id.to_string()}>
                <input type="checkbox" checked={chosen.contains(&thing.id)} {onchange} />
                { thing_line(words, thing) }<code>{ &thing.code }</code>
            </label>
        </li>
    }
}

fn paper(words: Words, look: &UseStateHandle<Look>) -> Html {
    let options = PAPERS.iter().map(|(_, name, _)| (AttrValue::from(*name), None)).collect::<Vec<_>>();
    let onchoose = {
        let look = look.clone();
        move |paper| {
            let next = Look::on(paper);
            next.keep();
            look.set(next);
        }
    };
    let field = |name: &'static str, testid: &'static str, text: &str, put: fn(&mut Look, String)| {
        let look = look.clone();
        let ontext = move |text| {
            let mut next = (*look).clone();
            put(&mut next, text);
            next.keep();
            look.set(next);
        };
        html! { <label class="field"><span>{ name }</span><Field text={text.to_owned()} {testid} mode="text" {ontext} /></label> }
    };
    html! {
        <>
            <Choice name="paper" legend={words.labels_paper()} {options} chosen={look.paper} {onchoose} />
            <div class="label-moved">
                { field(words.labels_dx(), "labels-dx", &look.dx, |look, text| look.dx = text) }
                { field(words.labels_dy(), "labels-dy", &look.dy, |look, text| look.dy = text) }
                if PAPERS[look.paper].2 > 1 {
                    { field(words.labels_from(), "labels-from", &look.from, |look, text| look.from = text) }
                }
            </div>
            <p class="hint">{ words.labels_moved_hint() }</p>
        </>
    }
}

fn links(words: Words, labels: &LabelsView, chosen: &[AssetId], look: &Look) -> Html {
    let ids: Vec<&str> =
        labels.things.iter().filter(|t| chosen.contains(&t.id)).map(|t| t.id.as_str()).collect();
    let print = look.address(&labels.station, &["&assets=", &ids.join(",")].concat());
    let test = look.address(&labels.station, "&test=1");
    html! {
        <>
            if ids.len() > LABELS_MAX {
                <Notice tone={Tone::Watch} text={words.labels_too_many(u32::try_from(LABELS_MAX).unwrap_or(u32::MAX))} />
            } else if !ids.is_empty() {
                <a class="primary" target="_blank" rel="noopener" data-testid="labels-print" href={print}>
                    { words.labels_print(u32::try_from(ids.len()).unwrap_or(u32::MAX)) }
                </a>
            }
            <a class="secondary" target="_blank" rel="noopener" data-testid="labels-test" href={test}>{ words.labels_test() }</a>
        </>
    }
}
