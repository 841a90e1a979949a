//! The supervisor's board: the matrix of stations and duties, and what somebody must act on. A cell or a row opens a
//! sheet at the side, down to the observation and its author; the board stays where it is.

use std::rc::Rc;

use link::Command;
use link::slice::{BoardSlice, Person};
use shared::api::board::{BoardView, DutyState, HandledFigures, StationRow};
use shared::domain::round::RoundName;
use shared::time::{MINUTE_MS, Timestamp, Zone};
use yew::{Callback, Html, Properties, UseStateHandle, component, html};

use crate::browser;
use crate::components::attention_list::AttentionList;
use crate::components::board_table::BoardTable;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::format;
use crate::hooks::{go, use_effect_with, use_keys, use_now, use_reach, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::pages::round::CardId;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::{RoundPart, Route};

mod operations;
mod round_sheet;

use operations::Operations;
use round_sheet::RoundSheet;

/// Properties of [`BoardPage`].
#[derive(Properties, PartialEq)]
pub struct BoardPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// What the sheet shows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Opened {
    round: RoundName,
    card: Option<CardId>,
}

/// The screen.
#[component]
pub fn BoardPage(props: &BoardPageProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let now = use_now();
    let slice = use_slice(|view| view.board.clone());
    let opened = use_value(None::<Opened>);
    let cursor = use_value(None::<usize>);
    use_effect_with((), move |()| {
        reach.core.tell(Command::OpenBoard);
        move || reach.core.tell(Command::CloseBoard)
    });
    let board = slice.as_ref().and_then(|slice| slice.board.as_ref());
    use_keys(on_key(slice.clone(), &cursor, &opened));
    let onopen = {
        let opened = opened.clone();
        Callback::from(move |round| opened.set(Some(Opened { round, card: None })))
    };
    let onattention = {
        let (opened, slice, reach) = (opened.clone(), slice.clone(), use_reach());
        Callback::from(move |index: usize| match attention(slice.as_deref(), index) {
            Some(found) => opened.set(Some(found)),
            // A defect is handled where the defects are.
            None => {
                let row = slice.as_ref().and_then(|slice| slice.board.as_ref()?.attention.get(index));
                let defect = row.and_then(|row| row.defect.clone());
                reach.store.change(|view| view.asked_defect = defect);
                go(&reach, Route::Defects);
            }
        })
    };
    let problem = slice.as_ref().and_then(|slice| slice.problem.clone()).filter(|_| board.is_none());
    let rows = board.map_or(0, |board| board.attention.len());
    html! {
        <Screen title={words.nav_board()} subtitle={words.label(&props.person.bureau_name).to_owned()}>
            if let Some(code) = problem {
                <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} />
            }
            if let (Some(slice), Some(board)) = (&slice, board) {
                { freshness(words, slice, board, now) }
                { totals(words, board) }
                { handled(words, board) }
                <Operations />
                <div class="board">
                    <section class="must-act" aria-label={words.must_act()}>
                        <h2 class="section">{ words.must_act() }<span class="count">{ rows }</span></h2>
                        <AttentionList {words} rows={board.attention.clone()} zone={board.zone} {now}
                            cursor={cursor.filter(|row| *row < rows)} onopen={onattention} />
                    </section>
                    <section class="stations">
                        <h2 class="section">{ words.stations() }<span class="count">{ board.stations.len() }</span></h2>
                        <BoardTable {words} board={slice.clone()} {now} {onopen}
                            cursor={cursor.and_then(|row| row.checked_sub(rows))} />
                        <p class="hint keys">{ words.board_keys() }</p>
                    </section>
                </div>
            } else {
                <div aria-busy="true"><p class="hint" role="status">{ words.board_loading() }</p>
                    <div class="bone wide"></div><div class="bone tall"></div><div class="bone tall"></div></div>
            }
            { sheet(&opened, props.person.zone) }
        </Screen>
    }
}

fn sheet(opened: &UseStateHandle<Option<Opened>>, zone: Zone) -> Html {
    let Some(Opened { round, card }) = (**opened).clone() else { return Html::default() };
    let opened = opened.clone();
    let key = Route::Round(round.clone(), RoundPart::List).address();
    html! { <RoundSheet {key} {round} {card} {zone} onclose={move |()| opened.set(None)} /> }
}

fn freshness(words: Words, slice: &BoardSlice, board: &BoardView, now: Timestamp) -> Html {
    let time = format::moment(board.zone, board.made_at, now);
    html! {
        <p class="freshness" data-testid="freshness" data-live={slice.is_live.to_string()}>
            if slice.is_live {
                <span class="mark ok">{ glyph(Icon::Check) }<span>{ words.board_live() }</span></span>
            } else {
                <span class="mark unchecked">{ glyph(Icon::Offline) }<span>{ words.board_as_of(&time) }</span></span>
            }
            <span class="hint">{ format::day(words, board.today) }</span>
        </p>
    }
}

/// How the duties of today stand, in four figures.
fn totals(words: Words, board: &BoardView) -> Html {
    let count = |state: DutyState| {
        board.stations.iter().flat_map(|station| &station.cells).filter(|cell| cell.state == state).count()
    };
    let figure = |state: DutyState, class: &'static str, icon: Icon, name: &'static str| {
        html! { <div class={class}><dt>{ glyph(icon) }{ name }</dt><dd>{ count(state) }</dd></div> }
    };
    html! {
        <dl class="figures-row totals">
            { figure(DutyState::Done, "ok", Icon::Check, words.duty_done()) }
            { figure(DutyState::Open, "begun", Icon::Half, words.duty_open()) }
            { figure(DutyState::NotDone, "fault", Icon::Cross, words.duty_not_done()) }
            { figure(DutyState::Unknown, "unknown", Icon::Unknown, words.duty_unknown()) }
        </dl>
    }
}

/// How defects and needs stand: what is open and how fast the bureau is.
fn handled(words: Words, board: &BoardView) -> Html {
    let HandledFigures { open, urgent, reported, old, acknowledge_minutes, close_minutes, needs_raised } =
        board.handled;
    let span = |minutes: Option<u32>| match minutes {
        Some(minutes) => format::span(words, i64::from(minutes) * MINUTE_MS),
        None => "–".to_owned(),
    };
    let figure = |class: &'static str, name: &'static str, value: String| {
        html! { <div {class}><dt>{ name }</dt><dd>{ value }</dd></div> }
    };
    let bad = |n: u32| if n > 0 { "fault" } else { "" };
    html! {
        <dl class="figures-row handled-figures" data-testid="handled-figures">
            { figure("", words.figure_open(), open.to_string()) }
            { figure(bad(urgent), words.figure_urgent(), urgent.to_string()) }
            { figure("", words.figure_reported(), reported.to_string()) }
            { figure("", words.figure_old(), old.to_string()) }
            { figure("", words.figure_acknowledge(), span(acknowledge_minutes)) }
            { figure("", words.figure_close(), span(close_minutes)) }
            { figure("", words.figure_needs(), needs_raised.to_string()) }
        </dl>
    }
}

fn attention(slice: Option<&BoardSlice>, index: usize) -> Option<Opened> {
    let row = slice?.board.as_ref()?.attention.get(index)?;
    let card = row.subject.clone().zip(row.item.clone()).map(|(subject, item)| CardId { subject, item });
    Some(Opened { round: row.round.clone()?, card })
}

/// The round of a station that asks most for a look: disputes, faults, then what is open.
fn worst(station: &StationRow) -> Option<Opened> {
    let cell = station.cells.iter().filter(|cell| cell.round.is_some()).max_by_key(|cell| {
        (cell.disputes, cell.faults, cell.state == DutyState::NotDone, cell.state == DutyState::Unknown)
    })?;
    Some(Opened { round: cell.round.clone()?, card: None })
}

/// j and k move over the must-act list and then the stations, Enter opens; Escape is the sheet's own.
fn on_key(
    slice: Option<Rc<BoardSlice>>,
    cursor: &UseStateHandle<Option<usize>>,
    opened: &UseStateHandle<Option<Opened>>,
) -> Callback<String> {
    let (cursor, opened) = (cursor.clone(), opened.clone());
    Callback::from(move |key: String| {
        let Some(board) = slice.as_ref().and_then(|slice| slice.board.as_ref()) else { return };
        let (rows, stations) = (board.attention.len(), board.stations.len());
        let last = (rows + stations).saturating_sub(1);
        let next = match key.as_str() {
            "j" => cursor.map_or(0, |row| (row + 1).min(last)),
            "k" => cursor.map_or(0, |row| row.saturating_sub(1)),
            "Enter" => {
                if let Some(station) = cursor.and_then(|row| row.checked_sub(rows)) {
                    opened.set(board.stations.get(station).and_then(worst));
                }
                return;
            }
            "Escape" => return cursor.set(None),
            _ => return,
        };
        cursor.set(Some(next));
        match next.checked_sub(rows) {
            None => browser::reveal(&format!("attention-{next}")),
            Some(station) => browser::reveal(&format!("station-{station}")),
        }
    })
}
