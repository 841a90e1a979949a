//! Before signing: how many were found how, the match rate, and every difference with its explanation.

use std::rc::Rc;

use link::Command;
use link::slice::{InspectedRow, InspectionView, RoundState};
use shared::domain::inspection::Finding;
use shared::ids::SubjectId;
use yew::{Callback, Html, classes, component, html};

use super::InspectionProps;
use super::counting::use_counter;
use super::finding::FindingSheet;
use crate::components::card_face::{Saved, remark};
use crate::components::icon::{Icon, glyph};
use crate::components::inspected::{code, finding_face, standing};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::components::today_list::state_face;
use crate::format;
use crate::hooks::{go, use_now, use_reach, use_sending, use_value, use_words};
use crate::i18n::Words;
use crate::problem;
use crate::route::Route;

/// The summary.
#[component]
pub fn InspectionSummary(props: &InspectionProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let now = use_now();
    let inspection = &props.inspection;
    let counter = use_counter();
    let opened = use_value(None::<SubjectId>);
    let sending = use_sending(false, Callback::noop());
    let onopen = {
        let opened = opened.clone();
        Callback::from(move |subject| opened.set(Some(subject)))
    };
    let onsign = {
        let (send, name, is_busy) = (sending.send.clone(), inspection.name.clone(), sending.is_busy);
        Callback::from(move |_| {
            if !is_busy {
                send.emit(Command::SignOff { round: name.clone() });
            }
        })
    };
    let is_signed = inspection.state == RoundState::Signed;
    let asked = opened.as_ref().and_then(|id| inspection.rows.iter().find(|row| row.subject == *id)).cloned();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let unexplained = differences(inspection).filter(|row| !is_explained(row)).count();
    html! {
        <div class="summary inspection" data-testid="inspection-summary">
            { figures(words, inspection) }
            if let Some(code) = &sending.failed { <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} /> }
            if inspection.late > 0 { <Notice tone={Tone::Watch} text={words.late_count(inspection.late)} /> }
            { difference_list(words, inspection, &onopen) }
            { for inspection.sign_offs.iter().map(|signature| {
                let (icon, place) = Saved::from(signature.place).face(words);
                html! { <p data-testid="sign-off" class="signatures">{ glyph(Icon::Pen) }<span class="who">{ signature.author.clone() }</span>
                    <time>{ format::moment(props.person.zone, signature.at, now) }</time><span class="save-state">{ glyph(icon) }{ place }</span></p> }
            }) }
            <div class="dock">
                if unexplained > 0 { <p class="hint" role="status" data-testid="unexplained">{ words.unexplained_count(count(unexplained)) }</p> }
                if inspection.may_sign && !is_signed {
                    if inspection.tally.open > 0 { <p class="hint">{ words.inspect_open_count(inspection.tally.open) }</p> }
                    if inspection.tally.waiting > 0 { <p class="hint" data-testid="sign-waiting">{ words.inspect_waiting_sign(inspection.tally.waiting) }</p> }
                    <button type="button" class="primary" data-testid="sign" onclick={onsign} aria-disabled={sending.is_busy.then_some("true")}>
                        { glyph(Icon::Pen) }{ words.sign() }</button>
                } else {
                    if !is_signed { <p class="hint">{ words.sign_by_lead() }</p> }
                    <button type="button" class={if is_signed { "primary" } else { "secondary" }} data-testid="to-today"
                        onclick={move |_| go(&reach, Route::Home)}>{ words.to_today() }</button>
                }
            </div>
            if let Some(row) = asked {
                <FindingSheet {row} inspection={inspection.clone()} {counter} zone={props.person.zone} onclose={move |()| opened.set(None)} />
            }
        </div>
    }
}

/// What somebody must explain.
fn differences(inspection: &InspectionView) -> impl Iterator<Item = &InspectedRow> {
    inspection.rows.iter().filter(|row| row.finding.is_difference() || row.is_disputed)
}

fn is_explained(row: &InspectedRow) -> bool {
    row.events.iter().any(|event| !event.note.is_empty() || !event.fault.is_empty())
}

/// How many were found how, and the match rate.
pub fn figures(words: Words, inspection: &InspectionView) -> Html {
    let tally = &inspection.tally;
    let (class, icon, state) = state_face(words, inspection.state);
    let each = [
        (Finding::InPlace, tally.in_place),
        (Finding::OnLoan, tally.on_loan),
        (Finding::InRepair, tally.in_repair),
        (Finding::Misplaced, tally.misplaced),
        (Finding::Missing, tally.missing),
        (Finding::Unexpected, tally.unexpected),
        (Finding::Open, tally.open),
        (Finding::Waiting, tally.waiting),
    ];
    let is_by_two = inspection.rows.iter().any(|row| row.is_by_two);
    let rate = tally
        .match_permille()
        .map(|permille| [&format::thousandths_text(i64::from(permille) * 100), " %"].concat());
    html! {
        <section class="facts">
            <p class={classes!("mark", "large", class)}>{ glyph(icon) }<span>{ state }</span></p>
            { for rate.map(|rate| html! {
                <p class="figures-line"><span class="figures big" data-testid="match-rate">{ rate }</span>{ if tally.open + tally.waiting > 0 { words.match_rate_so_far() } else { words.match_rate() } }</p>
            }) }
            <dl class="tally">
                <div><dt>{ words.inspect_expected() }</dt><dd data-testid="tally-expected">{ tally.expected }</dd></div>
                { for each.iter().filter(|(finding, _)| *finding != Finding::Waiting || is_by_two).map(|(finding, count)| {
                    let (class, _, name) = finding_face(words, *finding);
                    html! { <div key={name} class={classes!((*count > 0).then_some(class))}><dt>{ name }</dt><dd data-testid={["tally-", class].concat()}>{ *count }</dd></div> }
                }) }
            </dl>
            <p class="hint">{ words.expected_frozen() }</p>
            if tally.waiting > 0 { <p class="hint" data-testid="waiting" data-count={tally.waiting.to_string()}>{ words.inspect_waiting(tally.waiting) }</p> }
            if inspection.twice > 0 { <p class="hint" data-testid="twice" data-count={inspection.twice.to_string()}>{ words.inspect_twice(inspection.twice) }</p> }
            if !inspection.people.is_empty() { <p class="hint people">{ glyph(Icon::Person) }{ inspection.people.join(words.comma()) }</p> }
        </section>
    }
}

/// Every difference with its explanation.
pub fn difference_list(words: Words, inspection: &Rc<InspectionView>, onopen: &Callback<SubjectId>) -> Html {
    let all: Vec<&InspectedRow> = differences(inspection).collect();
    if all.is_empty() {
        return Html::default();
    }
    let line = |row: &&InspectedRow| {
        let (class, icon, word) = finding_face(words, row.finding);
        let (onopen, subject) = (onopen.clone(), row.subject.clone());
        let said = standing(row).map(|event| remark(&event.fault, &event.note)).unwrap_or_default();
        let (told, tone) =
            if is_explained(row) { (words.explained(), "ok") } else { (words.unexplained(), "watch") };
        html! {
            <li key={row.subject.to_string()}>
                <button type="button" class="item" data-testid="difference" data-asset={code(row).to_owned()} data-finding={class} onclick={move |_| onopen.emit(subject.clone())}>
                    <span class="item-name">{ words.label(&row.name).to_owned() }<small class="hint">{ code(row).to_owned() }</small>
                        if !said.is_empty() { <small class="remark">{ said }</small> }</span>
                    <span class={classes!("mark", class)}>{ glyph(icon) }<span>{ word }</span></span>
                    <span class={classes!("mark", tone)}><span>{ told }</span></span>
                </button>
            </li>
        }
    };
    html! {
        <section>
            <h2 class="section">{ words.inspect_differences() }<span class="count">{ all.len() }</span></h2>
            <ul class="items">{ for all.iter().map(line) }</ul>
        </section>
    }
}
