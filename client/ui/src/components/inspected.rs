//! One thing of an inspection as a row: what it is, where it should be, and how it was found by whom.

use link::slice::{EventState, EventView, InspectedRow};
use shared::domain::answer::Answer;
use shared::domain::inspection::Finding;
use shared::ids::SubjectId;
use shared::time::{Timestamp, Zone};
use yew::{Callback, Html, classes, html};

use super::icon::{Icon, glyph};
use crate::format;
use crate::i18n::Words;

/// Shape, colour and word of a finding.
pub fn finding_face(words: Words, finding: Finding) -> (&'static str, Icon, &'static str) {
    match finding {
        Finding::Open => ("unchecked", Icon::Circle, words.finding_open()),
        Finding::InPlace => ("ok", Icon::Check, words.finding_in_place()),
        Finding::OnLoan => ("begun", Icon::Hand, words.finding_on_loan()),
        Finding::InRepair => ("watch", Icon::Triangle, words.finding_in_repair()),
        Finding::Misplaced => ("watch", Icon::Dispute, words.finding_misplaced()),
        Finding::Missing => ("missing", Icon::Diamond, words.finding_missing()),
        Finding::Unexpected => ("fault", Icon::Plus, words.finding_unexpected()),
        Finding::Waiting => ("waiting", Icon::Half, words.finding_waiting()),
    }
}

/// The latest entry that stands.
pub fn standing(row: &InspectedRow) -> Option<&EventView> {
    row.events.iter().rev().find(|event| event.state == EventState::Standing)
}

/// How it counts once this person has said so: a kind that takes two waits, unless somebody else has found it the same way.
fn after(row: &InspectedRow, answer: &Answer) -> Finding {
    let finding = Finding::of(Some(answer), row.is_expected);
    let is_second = row.finding == Finding::Waiting
        && !row.is_mine
        && Finding::of(row.answer.as_ref(), row.is_expected) == finding;
    if row.is_by_two { finding.by_two(if is_second { 2 } else { 1 }) } else { finding }
}

/// Whether it waits for this person to look a second time.
pub fn waits_for_me(row: &InspectedRow) -> bool {
    row.finding == Finding::Waiting && !row.is_mine
}

/// The number on its label.
pub fn code(row: &InspectedRow) -> &str {
    row.subject.as_str().rsplit(':').next().unwrap_or_default()
}

/// One row. `tapped` is what this person has just said, which is not in the round yet.
pub fn inspected_row(
    words: Words,
    row: &InspectedRow,
    tapped: Option<Answer>,
    (zone, now): (Zone, Timestamp),
    ontick: Option<&Callback<SubjectId>>,
    onopen: &Callback<SubjectId>,
) -> Html {
    let finding = match &tapped {
        Some(answer) => after(row, answer),
        None => row.finding,
    };
    let (onopen, opened) = (onopen.clone(), row.subject.clone());
    let (class, icon, word) = finding_face(words, finding);
    let where_it_is: Vec<&str> =
        [row.holder.as_str(), row.place.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    let by = standing(row).filter(|_| tapped.is_none() && row.finding != Finding::Waiting);
    let is_second = tapped.is_none() && waits_for_me(row);
    let ontick = ontick.filter(|_| finding == Finding::Open || is_second).cloned();
    let tick = if is_second { words.second_agrees() } else { words.finding_in_place() };
    let ticked = row.subject.clone();
    html! {
        <li key={row.subject.to_string()} class="inspected" data-testid="inspected" data-asset={code(row).to_owned()} data-finding={class}>
            <button type="button" class="item" data-testid="inspected-open" onclick={move |_| onopen.emit(opened.clone())}>
                <span class="item-name">
                    { words.label(&row.name).to_owned() }
                    <small class="hint">{ code(row).to_owned() }if !row.serial.is_empty() { { " · " }{ &row.serial } }</small>
                    if !where_it_is.is_empty() { <small class="hint">{ where_it_is.join(" · ") }</small> }
                    { for by.map(|event| html! {
                        <small class="hint">{ [&event.author, " ", &format::moment(zone, event.at, now)].concat() }</small>
                    }) }
                    if !row.first.is_empty() {
                        <small class="hint" data-testid="waits-for-second">{ if row.is_mine { words.waits_after_you().to_owned() } else { words.waits_after(&row.first) } }</small>
                    }
                </span>
                if row.is_disputed { <span class="mark dispute">{ glyph(Icon::Dispute) }<span>{ words.dispute() }</span></span> }
                if ontick.is_none() || is_second { <span class={classes!("mark", class)}>{ glyph(icon) }<span>{ word }</span></span> }
            </button>
            if let Some(ontick) = ontick {
                <button type="button" class="tick" data-testid="tick" onclick={move |_| ontick.emit(ticked.clone())}
                    aria-label={[tick, " ", code(row)].concat()}>{ glyph(Icon::Check) }{ tick }</button>
            }
        </li>
    }
}
