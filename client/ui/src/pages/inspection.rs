//! Inspection day: what the register expects held against what is found. One field both looks for things and counts them: a
//! number that is there is counted, anything else filters. A tap on a row's button counts it where it should be; a tap on
//! the row says more. Several phones count apart and make one union.

use std::ops::Range;
use std::rc::Rc;

use link::slice::{InspectedRow, InspectionView, Person};
use shared::domain::inspection::Finding;
use shared::gather::sort_by;
use shared::ids::SubjectId;
use shared::time::{Timestamp, Zone};
use yew::{
    Callback, Event, Html, InputEvent, Properties, SubmitEvent, classes, component, html, use_memo,
    use_node_ref, use_state_eq,
};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::inspected::inspected_row;
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::format;
use crate::hooks::{feel, go, use_now, use_reach, use_value, use_words};
use crate::i18n::Words;
use crate::pages::paged::Paged;
use crate::pages::scan::{FEEL_GOOD, FEEL_LOOK, Flash, Viewfinder};
use crate::problem;
use crate::route::{RoundPart, Route};

pub mod counting;
mod finding;
mod summary;

pub use summary::{InspectionSummary, figures};

use counting::{Counted, Counter, use_counter};
use finding::FindingSheet;

/// Properties of a part.
#[derive(Properties, PartialEq)]
pub struct InspectionProps {
    /// The round.
    pub inspection: Rc<InspectionView>,
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// Which rows are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Open,
    Waiting,
    Counted,
    Differences,
    All,
}

impl Shown {
    fn takes(self, row: &InspectedRow) -> bool {
        match self {
            // What is counted blindly is not shown before it is found.
            Self::Open => row.finding == Finding::Open && row.is_expected && !row.is_blind,
            Self::Waiting => row.finding == Finding::Waiting,
            Self::Counted => !matches!(row.finding, Finding::Open | Finding::Missing),
            Self::Differences => row.finding.is_difference() || row.is_disputed,
            Self::All => !(row.is_blind && row.finding == Finding::Open),
        }
    }

    fn name(self, words: Words) -> &'static str {
        match self {
            Self::Open => words.inspect_left(),
            Self::Waiting => words.finding_waiting(),
            Self::Counted => words.inspect_counted(),
            Self::Differences => words.inspect_differences(),
            Self::All => words.inspect_all(),
        }
    }
}

const FILTERS: [Shown; 5] = [Shown::Open, Shown::Waiting, Shown::Counted, Shown::Differences, Shown::All];

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Narrow {
    asked: String,
    kind: String,
    place: String,
    holder: String,
}

impl Narrow {
    fn is_used(&self) -> bool {
        !(self.kind.is_empty() && self.place.is_empty() && self.holder.is_empty())
    }

    fn takes(&self, row: &InspectedRow, haystack: &str) -> bool {
        (self.asked.is_empty() || haystack.contains(&self.asked))
            && (self.kind.is_empty() || row.kind == self.kind)
            && (self.place.is_empty() || row.place == self.place)
            && (self.holder.is_empty() || row.holder == self.holder)
    }
}

fn haystacks(inspection: &InspectionView) -> Vec<String> {
    let text = |row: &InspectedRow| {
        [row.subject.as_str(), &row.name.zh, &row.name.en, &row.serial, &row.holder, &row.place]
            .join("\n")
            .to_lowercase()
    };
    inspection.rows.iter().map(text).collect()
}

/// The list, and the field that counts.
#[component]
pub fn Inspection(props: &InspectionProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let inspection = &props.inspection;
    let counter = use_counter();
    let shown = use_state_eq(|| if inspection.may_answer { Shown::Open } else { Shown::All });
    let narrow = use_value(Narrow::default());
    let opened = use_value(None::<SubjectId>);
    let haystacks = use_memo(inspection.clone(), |inspection| haystacks(inspection));
    let places = use_memo((inspection.clone(), *shown, (*narrow).clone()), |(inspection, shown, narrow)| {
        let all = if narrow.asked.is_empty() { *shown } else { Shown::All };
        let rows = inspection.rows.iter().enumerate();
        let taken = rows.filter(|(at, row)| all.takes(row) && narrow.takes(row, &haystacks[*at]));
        taken.map(|(at, _)| at).collect::<Vec<usize>>()
    });
    let onopen = {
        let opened = opened.clone();
        Callback::from(move |subject| opened.set(Some(subject)))
    };
    let rows = {
        let (inspection, places, onopen, counter) =
            (inspection.clone(), places.clone(), onopen.clone(), counter.clone());
        let now = use_now();
        let zone = props.person.zone;
        Callback::from(move |range: Range<usize>| {
            let ontick = inspection.may_answer.then(|| tick(&counter, &inspection));
            let row = |at: &usize| {
                let row = &inspection.rows[*at];
                inspected_row(words, row, counter.tapped(&row.subject), (zone, now), ontick.as_ref(), &onopen)
            };
            html! { <>{ for places[range].iter().map(row) }</> }
        })
    };
    let asked = opened.as_ref().and_then(|id| inspection.rows.iter().find(|row| row.subject == *id)).cloned();
    let to_summary = Route::Round(inspection.name.clone(), RoundPart::Summary);
    html! {
        <div class="inspection" data-testid="inspection">
            if !inspection.is_loaded { <Notice tone={Tone::Calm} text={words.round_loading()} /> }
            if inspection.late > 0 { <Notice tone={Tone::Watch} text={words.late_count(inspection.late)} /> }
            if inspection.unreadable > 0 { <Notice tone={Tone::Watch} text={words.unreadable(inspection.unreadable)} /> }
            if let Some(code) = counter.failed() { <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} /> }
            { tally(words, inspection) }
            if inspection.may_answer {
                <CountBar inspection={inspection.clone()} counter={counter.clone()} zone={props.person.zone} onasked={
                    let narrow = narrow.clone();
                    Callback::from(move |asked: String| narrow.set(Narrow { asked: asked.trim().to_lowercase(), ..(*narrow).clone() }))
                } />
            }
            <div class="filters" role="group" aria-label={words.register_filter()}>
                { for FILTERS.iter().filter(|filter| **filter != Shown::Waiting || by_two(inspection)).map(|filter| filter_chip(words, inspection, *filter, *shown == *filter, {
                    let shown = shown.clone();
                    Callback::from(move |filter| shown.set(filter))
                })) }
            </div>
            { selects(words, inspection, &narrow, {
                let narrow = narrow.clone();
                Callback::from(move |next| narrow.set(next))
            }) }
            if inspection.rows.iter().any(|row| row.is_blind) { <p class="hint">{ words.inspect_blind() }</p> }
            if inspection.twice > 0 { <p class="hint" data-testid="twice" data-count={inspection.twice.to_string()}>{ words.inspect_twice(inspection.twice) }</p> }
            if places.is_empty() { <p class="empty">{ words.inspect_none() }</p> }
            <Paged count={places.len()} {rows} label={words.inspect_all()} />
            <div class="dock">
                <button type="button" class="primary" data-testid="to-summary" onclick={move |_| go(&reach, to_summary.clone())}>{ words.to_summary() }</button>
            </div>
            if let Some(row) = asked {
                <FindingSheet {row} inspection={inspection.clone()} {counter} zone={props.person.zone} onclose={move |()| opened.set(None)} />
            }
        </div>
    }
}

/// Whether it has things that take two people.
fn by_two(inspection: &InspectionView) -> bool {
    inspection.rows.iter().any(|row| row.is_by_two)
}

/// Counts a thing where it should be, or the way in which somebody has found it, a second time.
fn tick(counter: &Counter, inspection: &Rc<InspectionView>) -> Callback<SubjectId> {
    let (counter, inspection) = (counter.clone(), inspection.clone());
    Callback::from(move |subject: SubjectId| {
        if let Some(row) = inspection.rows.iter().find(|row| row.subject == subject) {
            counter.tick(&inspection, row);
        }
    })
}

/// How many are expected, counted, left, and different.
pub fn tally(words: Words, inspection: &InspectionView) -> Html {
    let tally = &inspection.tally;
    let blind_open =
        inspection.rows.iter().filter(|row| row.is_blind && row.finding == Finding::Open).count();
    let hidden = u32::try_from(blind_open).unwrap_or_default();
    let differences = tally.differences();
    let figure = |name: &'static str, value: u32, class: Option<&'static str>, testid: &'static str| {
        html! { <div class={classes!(class)}><dt>{ name }</dt><dd data-testid={testid}>{ value }</dd></div> }
    };
    html! {
        <dl class="tally">
            { figure(words.inspect_expected(), tally.expected.saturating_sub(hidden), None, "tally-expected") }
            { figure(words.inspect_counted(), tally.counted(), Some("ok"), "tally-found") }
            { figure(words.inspect_left(), tally.open.saturating_sub(hidden), None, "tally-open") }
            { figure(words.inspect_differences(), differences, (differences > 0).then_some("fault"), "tally-differences") }
        </dl>
    }
}

fn filter_chip(
    words: Words,
    inspection: &InspectionView,
    filter: Shown,
    is_chosen: bool,
    onchoose: Callback<Shown>,
) -> Html {
    let count = inspection.rows.iter().filter(|row| filter.takes(row)).count();
    let class = (filter == Shown::Differences && count > 0).then_some("fault");
    html! {
        <button type="button" key={filter as usize} class={classes!("filter", class)} aria-pressed={is_chosen.to_string()} data-testid="filter"
            onclick={move |_| onchoose.emit(filter)}>
            <span>{ filter.name(words) }</span><span class="figures">{ count }</span>
        </button>
    }
}

/// Kind, place and holder.
fn selects(words: Words, inspection: &InspectionView, narrow: &Narrow, onchange: Callback<Narrow>) -> Html {
    let distinct = |of: &dyn Fn(&InspectedRow) -> (String, String)| {
        let mut all: Vec<(String, String)> =
            inspection.rows.iter().map(of).filter(|(id, _)| !id.is_empty()).collect();
        sort_by(&mut all, Ord::cmp);
        all.dedup_by(|a, b| a.0 == b.0);
        all
    };
    let select = |label: &'static str,
                  chosen: &str,
                  options: Vec<(String, String)>,
                  set: fn(&mut Narrow, String)| {
        let (narrow, onchange) = (narrow.clone(), onchange.clone());
        let onchange = move |event: Event| {
            let mut next = narrow.clone();
            set(&mut next, browser::chosen_of(&event));
            onchange.emit(next);
        };
        html! {
            <select aria-label={label} {onchange}>
                <option value="" selected={chosen.is_empty()}>{ [label, " · ", words.inspect_any()].concat() }</option>
                { for options.into_iter().map(|(id, name)| html! { <option key={id.clone()} selected={id == chosen} value={id.clone()}>{ name }</option> }) }
            </select>
        }
    };
    let same = |text: &String| (text.clone(), text.clone());
    html! {
        <details class="narrow" open={narrow.is_used()}>
            <summary>{ words.register_filter() }</summary>
            <div class="filters-row">
                { select(words.inspect_kind(), &narrow.kind, distinct(&|row| (row.kind.clone(), words.label(&row.name).to_owned())), |narrow, kind| narrow.kind = kind) }
                { select(words.inspect_place(), &narrow.place, distinct(&|row| same(&row.place)), |narrow, place| narrow.place = place) }
                { select(words.inspect_holder(), &narrow.holder, distinct(&|row| same(&row.holder)), |narrow, holder| narrow.holder = holder) }
            </div>
        </details>
    }
}

#[derive(Properties, PartialEq)]
struct CountBarProps {
    inspection: Rc<InspectionView>,
    counter: Counter,
    zone: Zone,
    onasked: Callback<String>,
}

/// The field, and what became of the last number.
#[component]
fn CountBar(props: &CountBarProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let now = use_now();
    let field = use_node_ref();
    let last = use_value(None::<Counted>);
    let oninput = {
        let (field, onasked) = (field.clone(), props.onasked.clone());
        Callback::from(move |_: InputEvent| onasked.emit(browser::text_of(&field)))
    };
    let onsubmit = {
        let (field, last, counter, inspection, onasked) = (
            field.clone(),
            last.clone(),
            props.counter.clone(),
            props.inspection.clone(),
            props.onasked.clone(),
        );
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(counted) = counter.count(&inspection, &browser::text_of(&field)) else { return };
            if !matches!(counted, Counted::Unknown { .. }) {
                browser::set_text(&field, "");
                onasked.emit(String::new());
            }
            last.set(Some(counted));
        })
    };
    let is_scanning = use_value(false);
    let onseen = {
        let (last, counter, inspection) = (last.clone(), props.counter.clone(), props.inspection.clone());
        let reach = reach.clone();
        Callback::from(move |text: String| {
            if let Some(counted) = counter.count(&inspection, &text) {
                feel(&reach, if counted.is_good() { &FEEL_GOOD } else { &FEEL_LOOK });
                last.set(Some(counted));
            }
        })
    };
    let flash = last.as_ref().map(|last| if last.is_good() { Flash::Good } else { Flash::Look });
    let onadd = {
        let (last, counter, inspection) = (last.clone(), props.counter.clone(), props.inspection.clone());
        Callback::from(move |code: String| {
            last.set(counter.add(&inspection, &code));
        })
    };
    html! {
        <>
            <form class="count-bar" {onsubmit}>
                <input type="search" ref={field} {oninput} aria-label={words.inspect_code()} placeholder={words.inspect_code()} data-testid="count-code"
                    autocomplete="off" autocapitalize="characters" spellcheck="false" enterkeyhint="done" />
                <button type="submit" class="primary" data-testid="count-it">{ words.inspect_count_it() }</button>
            </form>
            if *is_scanning { <Viewfinder {onseen} {flash} /> }
            <button type="button" class="secondary" data-testid="count-scan" aria-pressed={is_scanning.to_string()} onclick={
                let is_scanning = is_scanning.clone();
                move |_| is_scanning.set(!*is_scanning)
            }>{ glyph(Icon::Scan) }{ if *is_scanning { words.close() } else { words.nav_scan() } }</button>
            <div role="status">{ for last.as_ref().map(|last| counted(words, last, props.zone, now, &onadd)) }</div>
        </>
    }
}

fn counted(words: Words, last: &Counted, zone: Zone, now: Timestamp, onadd: &Callback<String>) -> Html {
    let (class, icon, word, text) = match last {
        Counted::Found { name } => ("ok", Icon::Check, "found", words.counted_found(words.label(name))),
        Counted::Already { who, at } => {
            ("calm", Icon::Check, "already", words.counted_already(who, &format::moment(zone, *at, now)))
        }
        Counted::First { name } => ("watch", Icon::Half, "first", words.counted_first(words.label(name))),
        Counted::Second { name, who } => {
            ("ok", Icon::Check, "second", words.counted_second(words.label(name), who))
        }
        Counted::Unexpected { name } => {
            ("watch", Icon::Triangle, "unexpected", words.counted_unexpected(words.label(name)))
        }
        Counted::Unknown { code } => ("watch", Icon::Unknown, "unknown", words.counted_unknown(code)),
    };
    let unknown = match last {
        Counted::Unknown { code } => Some(code.clone()),
        _ => None,
    };
    let onadd = onadd.clone();
    html! {
        <div class={classes!("counted", class)} data-testid="counted" data-counted={word}>
            { glyph(icon) }<span>{ text }</span>
            if let Some(code) = unknown {
                <button type="button" class="secondary" data-testid="count-add" onclick={move |_| onadd.emit(code.clone())}>{ words.counted_add() }</button>
            }
        </div>
    }
}
