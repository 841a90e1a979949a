//! The defects of all stations on a supervisor's desk: a table to sort, to filter, and to acknowledge many at once.

use std::collections::BTreeSet;
use std::rc::Rc;

use link::Command;
use link::slice::{DefectView, DefectsView, Person};
use shared::api::handling::{DefectMove, LeftDefect, MovedDefect, SeenDefect};
use shared::domain::defect::{DefectAct, DefectName, DefectState};
use shared::gather::sort_by;
use shared::time::Timestamp;
use yew::{Callback, Html, Properties, classes, component, html, use_mut_ref};

use super::{head, key, small_photo};
use crate::browser;
use crate::components::choice::Choice;
use crate::components::handled::{defect_face, defect_mark, defect_word};
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::format;
use crate::hooks::{Sending, use_lasting, use_reach, use_sending, use_value, use_words};
use crate::i18n::Words;
use crate::problem;

/// Properties of [`Desk`].
#[derive(Properties, PartialEq)]
pub struct DeskProps {
    /// The defects.
    pub view: Rc<DefectsView>,
    /// The person of this browser.
    pub person: Rc<Person>,
    /// The time.
    pub now: Timestamp,
    /// One was chosen.
    pub onopen: Callback<DefectName>,
}

/// What is shown, in the order of the buttons.
const STATES: [&[DefectState]; 5] = [
    &[DefectState::Reported, DefectState::Acknowledged, DefectState::Handled, DefectState::Done],
    &[DefectState::Reported],
    &[DefectState::Acknowledged, DefectState::Handled],
    &[DefectState::Done],
    &[DefectState::Verified, DefectState::Rejected],
];

/// How the table is narrowed and ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Look {
    states: usize,
    station: String,
    model: String,
    is_by_age: bool,
}

impl Look {
    fn shows(&self, defect: &DefectView) -> bool {
        STATES.get(self.states).is_some_and(|states| states.contains(&defect.state))
            && (self.station.is_empty() || defect.name.station.as_str() == self.station)
            && (self.model.is_empty() || defect.model == self.model)
    }
}

/// The table.
#[component]
pub fn Desk(props: &DeskProps) -> Html {
    let words = use_words();
    let DeskProps { view, now, onopen, .. } = props;
    let look = use_value(Look::default());
    let chosen = use_value(BTreeSet::<String>::new());
    let undo = use_lasting::<Vec<SeenDefect>>();
    let left = use_value(Vec::<LeftDefect>::new());
    let is_undoing = use_mut_ref(|| false);
    let ondone = {
        let (set_undo, left, is_undoing, chosen) =
            (undo.set.clone(), left.clone(), is_undoing.clone(), chosen.clone());
        let store = use_reach().store;
        Callback::from(move |()| {
            let told = store.view().moved.clone();
            let moved: Vec<SeenDefect> = told.moved.iter().map(taken_back).collect();
            set_undo.emit(Some(moved).filter(|moved| !*is_undoing.borrow() && !moved.is_empty()));
            left.set(told.left.clone());
            chosen.set(BTreeSet::new());
        })
    };
    let Sending { is_busy, failed, send } = use_sending(false, ondone);
    let mut shown: Vec<&DefectView> = view.defects.iter().filter(|defect| look.shows(defect)).collect();
    if look.is_by_age {
        sort_by(&mut shown, |a, b| a.reported_at.cmp(&b.reported_at));
    }
    let picked: Vec<SeenDefect> = shown
        .iter()
        .filter(|defect| defect.state == DefectState::Reported && chosen.contains(&key(&defect.name)))
        .map(|defect| SeenDefect { defect: defect.name.clone(), sees: defect.sees.clone(), takes_back: None })
        .collect();
    let count = u32::try_from(picked.len()).unwrap_or(u32::MAX);
    let onacknowledge = {
        let (send, is_undoing) = (send.clone(), is_undoing.clone());
        move |_| {
            if !is_busy {
                *is_undoing.borrow_mut() = false;
                send.emit(moved(picked.clone(), DefectAct::Acknowledge));
            }
        }
    };
    let onchoose = {
        let chosen = chosen.clone();
        Callback::from(move |name: String| {
            let mut now = (*chosen).clone();
            if !now.remove(&name) {
                now.insert(name);
            }
            chosen.set(now);
        })
    };
    html! {
        <>
            { tools(words, view, &look) }
            if count > 0 {
                <div class="handled-bulk"><button type="button" class="primary" data-testid="bulk-acknowledge" onclick={onacknowledge}
                    aria-disabled={is_busy.then_some("true")}>{ glyph(Icon::Check) }{ words.bulk_acknowledge(count) }</button></div>
            }
            if let Some(moved_before) = undo.value {
                <div class="undo-bar" role="status">
                    <span class="undo-what">{ words.bulk_done(u32::try_from(moved_before.len()).unwrap_or(u32::MAX)) }</span>
                    <button type="button" class="quiet" data-testid="undo" onclick={send.reform(move |_| {
                        *is_undoing.borrow_mut() = true;
                        moved(moved_before.clone(), DefectAct::Withdraw)
                    })}>
                        { glyph(Icon::Undo) }{ words.undo() }</button>
                </div>
            }
            if !left.is_empty() { { not_done(words, view, &left) } }
            if let Some(code) = failed { <ProblemNote sentence={problem::sentence(words, &code)} {code} /> }
            if shown.is_empty() {
                <p class="empty">{ glyph(Icon::Check) }{ if view.is_loaded { words.defects_none() } else { words.loading() } }</p>
            } else {
                { table(words, &shown, &chosen, *now, &onchoose, onopen) }
            }
        </>
    }
}

/// What takes a move back: that one, and none that this person has made since.
pub(super) fn taken_back(moved: &MovedDefect) -> SeenDefect {
    let MovedDefect { defect, entry } = moved.clone();
    SeenDefect { defect, sees: vec![entry.clone()], takes_back: Some(entry) }
}

/// Those that were not done, each with why.
fn not_done(words: Words, view: &DefectsView, left: &[LeftDefect]) -> Html {
    let line = |left: &LeftDefect| {
        let defect = view.defects.iter().find(|defect| defect.name == left.defect);
        let title = defect.map_or(left.defect.item.as_str(), |defect| words.label(&defect.title));
        let station = defect.map_or(left.defect.station.as_str(), |defect| words.label(&defect.station_name));
        let why = left.state.map_or(words.left_again(), |state| defect_face(words, state).2);
        html! { <li data-testid="not-done" data-state={left.state.map(defect_word)}>{ [station, " · ", title, ": ", why].concat() }</li> }
    };
    html! {
        <div class="notice watch" role="status">
            { glyph(Icon::Triangle) }
            <div><p>{ words.bulk_left(u32::try_from(left.len()).unwrap_or(u32::MAX)) }</p>
                <ul>{ for left.iter().map(line) }</ul></div>
        </div>
    }
}

fn moved(defects: Vec<SeenDefect>, act: DefectAct) -> Command {
    Command::MoveDefects(DefectMove { defects, act, disposition: None, note: String::new() })
}

fn tools(words: Words, view: &DefectsView, look: &yew::UseStateHandle<Look>) -> Html {
    let change = |change: fn(&mut Look, String)| {
        let look = look.clone();
        Callback::from(move |event: yew::Event| {
            let mut now = (*look).clone();
            change(&mut now, browser::chosen_of(&event));
            look.set(now);
        })
    };
    let states = [
        words.filter_open(),
        words.defect_reported(),
        words.defect_handled(),
        words.filter_done(),
        words.filter_closed(),
    ];
    let onchoose = {
        let look = look.clone();
        Callback::from(move |states| look.set(Look { states, ..(*look).clone() }))
    };
    let models: BTreeSet<&str> =
        view.defects.iter().map(|defect| defect.model.as_str()).filter(|model| !model.is_empty()).collect();
    html! {
        <div class="handled-filters">
            <Choice name="defect-states" legend={words.filter_legend()} chosen={look.states} {onchoose}
                options={states.iter().map(|word| ((*word).into(), None)).collect::<Vec<_>>()} />
            <label class="field"><span>{ words.filter_which_station() }</span>
                <select data-testid="filter-station" onchange={change(|look, value| look.station = value)}>
                    <option value="" selected={look.station.is_empty()}>{ words.filter_all() }</option>
                    { for view.stations.iter().map(|(code, name)| html! {
                        <option key={code.to_string()} value={code.to_string()} selected={look.station == code.as_str()}>{ words.label(name).to_owned() }</option>
                    }) }
                </select></label>
            <label class="field"><span>{ words.filter_model() }</span>
                <select data-testid="filter-model" onchange={change(|look, value| look.model = value)}>
                    <option value="" selected={look.model.is_empty()}>{ words.filter_all() }</option>
                    { for models.iter().map(|model| html! {
                        <option key={*model} value={(*model).to_owned()} selected={look.model == *model}>{ (*model).to_owned() }</option>
                    }) }
                </select></label>
            <label class="field"><span>{ words.sort_by() }</span>
                <select data-testid="sort" onchange={change(|look, value| look.is_by_age = value == "age")}>
                    <option value="severity" selected={!look.is_by_age}>{ words.sort_severity() }</option>
                    <option value="age" selected={look.is_by_age}>{ words.sort_age() }</option>
                </select></label>
        </div>
    }
}

fn table(
    words: Words,
    shown: &[&DefectView],
    chosen: &BTreeSet<String>,
    now: Timestamp,
    onchoose: &Callback<String>,
    onopen: &Callback<DefectName>,
) -> Html {
    let row = |defect: &&DefectView| {
        let (name, id) = (defect.name.clone(), key(&defect.name));
        let is_chosen = chosen.contains(&id);
        let label = [words.act_acknowledge(), " ", words.label(&defect.title)].concat();
        html! {
            <li key={id.clone()} class="handled-line" data-testid="defect" data-state={defect_word(defect.state)}
                data-station={defect.name.station.to_string()} data-reports={defect.reporters.len().to_string()}>
                if defect.state == DefectState::Reported {
                    <label class="pick"><input type="checkbox" checked={is_chosen} aria-label={label} data-testid="pick"
                        onchange={onchoose.reform(move |_| id.clone())} /></label>
                }
                <button type="button" class={classes!("handled-row", defect.is_urgent.then_some("urgent"))}
                    onclick={onopen.reform(move |_| name.clone())}>
                    <span class="handled-station">{ words.label(&defect.station_name).to_owned() }</span>
                    { head(words, defect) }
                    <span class="remark">{ small_photo(words, defect) }{ &defect.remark }</span>
                    <span class="handled-foot">{ defect_mark(words, defect) }
                        <span class="hint">{ defect.reporters.join(words.comma()) }{ " · " }{ format::age(words, defect.reported_at, now) }</span></span>
                </button>
            </li>
        }
    };
    html! { <ul class="handled desk" data-testid="defects">{ for shown.iter().map(row) }</ul> }
}
