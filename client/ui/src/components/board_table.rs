//! The matrix station x duty: a real table on a desk, tiles on a phone (the same elements, laid out by the style
//! sheets). A cell says its state by shape, word and colour, and how much of it is done; how fresh a station's data
//! is stands apart from how far it has come.

use shared::api::board::{BoardView, Cell, DutyState, StationRow};
use shared::domain::round::RoundName;
use shared::time::Timestamp;
use yew::{AttrValue, Callback, Html, Properties, classes, component, html};

use super::icon::{Icon, glyph};
use crate::format;
use crate::i18n::Words;

/// Properties of [`BoardTable`].
#[derive(Properties, PartialEq)]
pub struct BoardTableProps {
    /// The words.
    pub words: Words,
    /// The board.
    pub board: std::rc::Rc<link::slice::BoardSlice>,
    /// The phone's clock.
    pub now: Timestamp,
    /// The row of the keyboard's cursor.
    pub cursor: Option<usize>,
    /// A cell was chosen.
    pub onopen: Callback<RoundName>,
}

/// Properties of [`Row`].
#[derive(Properties, PartialEq)]
struct RowProps {
    words: Words,
    station: StationRow,
    names: Vec<AttrValue>,
    heard: AttrValue,
    is_cursor: bool,
    index: usize,
    onopen: Callback<RoundName>,
}

/// The matrix.
#[component]
pub fn BoardTable(props: &BoardTableProps) -> Html {
    let words = props.words;
    let Some(board) = &props.board.board else { return Html::default() };
    let names: Vec<AttrValue> =
        board.duties.iter().map(|duty| AttrValue::from(words.label(&duty.name).to_owned())).collect();
    html! {
        <div class="matrix" role="region" aria-label={words.board_matrix()} tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ words.station() }</th>
                        <th scope="col">{ words.last_heard() }</th>
                        { for names.iter().map(|name| html! { <th scope="col" key={name.to_string()}>{ name }</th> }) }
                    </tr>
                </thead>
                <tbody>
                    { for board.stations.iter().enumerate().map(|(index, station)| html! {
                        <Row key={station.code.to_string()} {words} station={station.clone()} names={names.clone()}
                            heard={heard(words, station, board, props.now)} is_cursor={props.cursor == Some(index)} {index}
                            onopen={props.onopen.clone()} />
                    }) }
                </tbody>
            </table>
        </div>
    }
}

fn heard(words: Words, station: &StationRow, board: &BoardView, now: Timestamp) -> AttrValue {
    // The relay's clock made both moments, so that a wrong clock here cannot make a station look fresh or silent.
    match station.last_heard {
        Some(at) => format::age(words, at, board.made_at.max(now)).into(),
        None => words.never_heard().into(),
    }
}

#[component]
fn Row(props: &RowProps) -> Html {
    let RowProps { words, station, .. } = props;
    html! {
        <tr id={["station-", &props.index.to_string()].concat()} class={classes!(props.is_cursor.then_some("cursor"))}
            tabindex={if props.is_cursor { "0" } else { "-1" }}>
            <th scope="row">{ words.label(&station.name).to_owned() }</th>
            <td class="heard">
                <span>{ props.heard.clone() }</span>
                <span class="hint">{ words.phones_today(station.devices_heard, station.devices) }</span>
            </td>
            { for station.cells.iter().zip(&props.names).map(|(cell, name)| self::cell(props, cell, name)) }
        </tr>
    }
}

/// The word in `data-state`.
fn state_word(state: DutyState) -> &'static str {
    match state {
        DutyState::NotAsked => "not-asked",
        DutyState::Open => "open",
        DutyState::Done => "done",
        DutyState::NotDone => "not-done",
        DutyState::Unknown => "unknown",
    }
}

/// Icon and words of a state.
fn state_face(words: Words, state: DutyState) -> (Icon, &'static str) {
    match state {
        DutyState::NotAsked => (Icon::Dash, words.duty_not_asked()),
        DutyState::Open => (Icon::Half, words.duty_open()),
        DutyState::Done => (Icon::Check, words.duty_done()),
        DutyState::NotDone => (Icon::Cross, words.duty_not_done()),
        DutyState::Unknown => (Icon::Unknown, words.duty_unknown()),
    }
}

fn cell(props: &RowProps, cell: &Cell, name: &AttrValue) -> Html {
    let words = props.words;
    let (icon, state) = state_face(words, cell.state);
    let Some(round) = &cell.round else {
        return html! {
            <td key={name.to_string()} class="none"><span class="cell-name" aria-hidden="true">{ name }</span><span>{ state }</span></td>
        };
    };
    let (onopen, target) = (props.onopen.clone(), round.clone());
    html! {
        <td key={name.to_string()}>
            <button type="button" class={classes!("cell", state_word(cell.state))} data-testid="cell"
                data-station={round.station.to_string()} data-template={round.template.to_string()}
                data-state={state_word(cell.state)} data-answered={cell.answered.to_string()}
                onclick={move |_| onopen.emit(target.clone())}>
                <span class="cell-name">{ name }</span>
                <span class="cell-state">{ glyph(icon) }<span>{ state }</span></span>
                <span class="figures">{ cell.answered }<span class="of">{ "/" }{ cell.total }</span></span>
                <span class="cell-marks">{ marks(words, cell) }</span>
            </button>
        </td>
    }
}

fn marks(words: Words, cell: &Cell) -> Html {
    let badge = |class: &'static str, icon: Icon, count: u32, name: String| {
        html! {
            if count > 0 {
                <span class={classes!("badge", class)} title={name.clone()}>
                    { glyph(icon) }<span aria-hidden="true">{ count }</span><span class="unseen">{ name }</span>
                </span>
            }
        }
    };
    html! {
        <>
            { badge("fault", Icon::Cross, cell.faults, words.faults_count(cell.faults)) }
            { badge("dispute", Icon::Dispute, cell.disputes, words.disputes_count(cell.disputes)) }
            { badge("watch", Icon::Pen, cell.late, words.late_count(cell.late)) }
            { for cell.tally.map(|tally| badge("missing", Icon::Kit, tally.differences(), words.inspect_differences_count(tally.differences()))) }
            { for cell.tally.map(|tally| badge("watch", Icon::Half, tally.waiting, words.inspect_waiting(tally.waiting))) }
            if cell.state == DutyState::Unknown {
                <span class="hint">{ words.phones_heard(cell.devices_heard, cell.devices) }</span>
            }
        </>
    }
}
