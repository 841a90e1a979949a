//! What is due, one row a duty, each with the verb that comes next. One tap on a row starts or resumes it.

use link::slice::{RoundState, TodayRow};
use shared::time::{Timestamp, Zone};
use yew::{AttrValue, Callback, Html, MouseEvent, Properties, classes, component, html};

use super::icon::{Icon, glyph};
use super::meter::meter;
use crate::format;
use crate::i18n::Words;
use crate::route::{RoundPart, Route};

/// Properties of [`TodayItem`].
#[derive(Properties, PartialEq)]
pub struct TodayItemProps {
    /// The words.
    pub words: Words,
    /// The duty.
    pub row: TodayRow,
    /// The bureau's zone.
    pub zone: Zone,
    /// The phone's clock.
    pub now: Timestamp,
    /// Whether it is the one to do first.
    pub is_first: bool,
    /// It was tapped.
    pub ongo: Callback<Route>,
}

/// What comes next in a round, and the part of its screen where that is done.
fn verb(words: Words, row: &TodayRow) -> (&'static str, RoundPart) {
    let is_mine_done = row.mine.answered >= row.mine.total;
    match row.state {
        RoundState::Complete | RoundState::NeedsReview if row.may_sign => {
            (words.verb_sign(), RoundPart::Summary)
        }
        RoundState::Complete | RoundState::NeedsReview | RoundState::Signed => {
            (words.verb_view(), RoundPart::List)
        }
        RoundState::Started if is_mine_done => (words.verb_view(), RoundPart::List),
        _ if row.mine.answered > 0 => (words.verb_continue(), RoundPart::Cards),
        _ => (words.verb_start(), RoundPart::Cards),
    }
}

/// A round's state: class, icon and words.
pub fn state_face(words: Words, state: RoundState) -> (&'static str, Icon, &'static str) {
    match state {
        RoundState::Untouched => ("unchecked", Icon::Circle, words.round_untouched()),
        RoundState::Started => ("begun", Icon::Half, words.round_started()),
        RoundState::Complete => ("begun", Icon::Pen, words.round_complete()),
        RoundState::Signed => ("ok", Icon::Check, words.round_signed()),
        RoundState::NeedsReview => ("watch", Icon::Triangle, words.round_needs_review()),
    }
}

/// One duty.
#[component]
pub fn TodayItem(props: &TodayItemProps) -> Html {
    let TodayItemProps { words, row, zone, now, is_first, .. } = props;
    let (verb, part) = verb(*words, row);
    let (class, icon, state) = state_face(*words, row.state);
    let route = Route::Round(row.round.clone(), part);
    let href = route.address();
    let ongo = props.ongo.clone();
    let onclick = move |event: MouseEvent| {
        event.prevent_default();
        ongo.emit(route.clone());
    };
    let is_shared = row.mine != row.all;
    html! {
        <li>
            <a class={classes!("duty", is_first.then_some("first"))} {href} {onclick} data-testid="today-row"
                data-template={row.round.template.to_string()} data-period={row.round.period.to_string()}>
                <span class="duty-head">
                    <strong>{ words.label(&row.name).to_owned() }</strong>
                    <span class={classes!("mark", class)}>{ glyph(icon) }<span>{ state }</span></span>
                </span>
                <span class="duty-facts">
                    { time(*words, row, *zone, *now) }
                    { findings(*words, row.faults, row.disputes) }
                </span>
                <span class="duty-foot">
                    <span class="duty-progress">
                        { meter(row.mine.answered, row.mine.total, if is_shared { words.progress_mine() } else { words.progress_all() }) }
                        if is_shared {
                            <span class="hint">{ words.progress_station(row.all.answered, row.all.total) }</span>
                        }
                        { people(*words, &row.others) }
                    </span>
                    <span class="verb">{ verb }</span>
                </span>
            </a>
        </li>
    }
}

/// When it was signed, or until when it is to be: what is past is marked.
fn time(words: Words, row: &TodayRow, zone: Zone, now: Timestamp) -> Html {
    if let (RoundState::Signed, Some(at)) = (row.state, row.signed_at) {
        return html! { <span>{ words.signed_at(&format::moment(zone, at, now)) }</span> };
    }
    let Some(due) = row.due else { return Html::default() };
    let text = format::due(words, zone, due, now);
    if due < now && row.state != RoundState::Signed {
        return html! { <span class="mark watch" data-testid="overdue">{ glyph(Icon::Bell) }<span>{ text }</span></span> };
    }
    html! { <span>{ text }</span> }
}

/// Faults and disputes of a round; nothing when there are none.
pub fn findings(words: Words, faults: u32, disputes: u32) -> Html {
    html! {
        <>
            if faults > 0 {
                <span class="mark fault">{ glyph(Icon::Cross) }<span>{ words.faults_count(faults) }</span></span>
            }
            if disputes > 0 {
                <span class="mark dispute">{ glyph(Icon::Dispute) }<span>{ words.disputes_count(disputes) }</span></span>
            }
        </>
    }
}

fn people(words: Words, others: &[String]) -> Html {
    let names: AttrValue = match others {
        [] => return Html::default(),
        [one] => words.others_one(one).into(),
        [one, two] => words.others_two(one, two).into(),
        [one, rest @ ..] => words.others_more(u32::try_from(rest.len()).unwrap_or(u32::MAX), one).into(),
    };
    html! { <span class="hint people">{ glyph(Icon::Person) }{ names }</span> }
}
