//! One round of one station beside the board: disputes and faults first, then every subject, each item down to what
//! was said, by whom, when and on which phone.

use std::rc::Rc;

use link::Command;
use link::slice::{CardView, Input, InspectedRow, InspectionView, RoundView, SubjectView};
use shared::domain::inspection::Finding;
use shared::domain::round::RoundName;
use shared::time::{Timestamp, Zone};
use yew::{Callback, Html, Properties, classes, component, html};

use crate::browser;
use crate::components::event_list::EventList;
use crate::components::icon::{Icon, glyph};
use crate::components::inspected::{code, finding_face};
use crate::components::mark::mark;
use crate::components::meter::meter;
use crate::components::notice::{Notice, Tone};
use crate::components::sheet::Sheet;
use crate::components::today_list::state_face;
use crate::format::{self, Status};
use crate::hooks::{use_effect_with, use_modal, use_now, use_reach, use_slice, use_words};
use crate::i18n::Words;
use crate::pages::inspection::figures;
use crate::pages::round::CardId;

/// Properties of [`RoundSheet`].
#[derive(Properties, PartialEq)]
pub struct RoundSheetProps {
    /// Which round.
    pub round: RoundName,
    /// The card to show first.
    pub card: Option<CardId>,
    /// The bureau's zone.
    pub zone: Zone,
    /// It is to be closed.
    pub onclose: Callback<()>,
}

/// What every part of the sheet needs.
#[derive(Clone, Copy)]
struct Scene<'a> {
    words: Words,
    zone: Zone,
    now: Timestamp,
    asked: Option<&'a CardId>,
}

/// The sheet.
#[component]
pub fn RoundSheet(props: &RoundSheetProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let now = use_now();
    let node = use_modal();
    let wanted = props.round.clone();
    let round = use_slice(move |view| view.round.clone().filter(|round| round.name == wanted));
    let wanted = props.round.clone();
    let inspection = use_slice(move |view| view.inspection.clone().filter(|round| round.name == wanted));
    use_effect_with(props.round.clone(), move |name| {
        reach.core.tell(Command::OpenRound { round: name.clone() });
        move || reach.core.tell(Command::CloseRound)
    });
    let is_there = round.as_ref().is_some_and(|round| round.is_loaded);
    use_effect_with((is_there, props.card.clone()), |(is_there, card)| {
        if let (true, Some(card)) = (is_there, card) {
            browser::reveal(&anchor(card));
        }
    });
    let title = round.as_ref().map_or_else(String::new, |round| words.label(&round.station_name).to_owned());
    let subtitle = round.as_ref().map_or_else(String::new, |round| {
        [words.label(&round.template_name), " · ", &format::period(words, &round.name.period)].concat()
    });
    if let Some(inspection) = inspection {
        let title = words.label(&inspection.station_name).to_owned();
        let subtitle =
            [words.label(&inspection.template_name), " · ", &format::period(words, &inspection.name.period)]
                .concat();
        return html! {
            <Sheet {node} {title} {subtitle} close={words.close()} onclose={props.onclose.clone()}>
                { differences(words, &inspection, props.zone, now) }
            </Sheet>
        };
    }
    let scene = Scene { words, zone: props.zone, now, asked: props.card.as_ref() };
    html! {
        <Sheet {node} {title} {subtitle} close={words.close()} onclose={props.onclose.clone()}>
            if let Some(round) = round {
                { contents(scene, &round) }
            } else {
                <div aria-busy="true"><p class="hint" role="status">{ words.round_loading() }</p>
                    <div class="bone wide"></div><div class="bone tall"></div></div>
            }
        </Sheet>
    }
}

/// What an inspection found, and each difference down to what was said about it.
fn differences(words: Words, inspection: &Rc<InspectionView>, zone: Zone, now: Timestamp) -> Html {
    let differs = |row: &&InspectedRow| row.finding.is_difference() || row.is_disputed;
    let input = Input::Choice(inspection.options.clone());
    let line = |row: &InspectedRow| {
        let (class, icon, word) = finding_face(words, row.finding);
        html! {
            <details class="reading" key={row.subject.to_string()} open={true} data-testid="difference" data-asset={code(row).to_owned()} data-finding={class}>
                <summary><span class="item-name">{ words.label(&row.name).to_owned() }<small class="hint">{ code(row).to_owned() }</small></span>
                    <span class={classes!("mark", class)}>{ glyph(icon) }<span>{ word }</span></span></summary>
                <EventList {words} events={row.events.clone()} input={input.clone()} {zone} {now} />
            </details>
        }
    };
    html! {
        <>
            if !inspection.is_loaded { <Notice tone={Tone::Calm} text={words.round_loading()} /> }
            { figures(words, inspection) }
            if inspection.rows.iter().any(|row| differs(&row)) { <h3 class="section">{ words.inspect_differences() }</h3> }
            { for inspection.rows.iter().filter(differs).map(line) }
            if inspection.tally.waiting > 0 { <h3 class="section">{ words.finding_waiting() }<span class="count">{ inspection.tally.waiting }</span></h3> }
            { for inspection.rows.iter().filter(|row| row.finding == Finding::Waiting).map(line) }
        </>
    }
}

fn anchor(card: &CardId) -> String {
    ["reading-", &card.to_text().replace([' ', ':'], "-")].concat()
}

fn contents(scene: Scene<'_>, round: &Rc<RoundView>) -> Html {
    let words = scene.words;
    let (class, icon, state) = state_face(words, round.state);
    let urgent: Vec<&CardView> =
        round.cards.iter().filter(|card| card.reading.is_disputed || card.reading.is_adverse).collect();
    let has_subjects = round.subjects.len() > 1;
    html! {
        <>
            <p class="sheet-facts">
                <span class={classes!("mark", class)}>{ glyph(icon) }<span>{ state }</span></span>
                { for round.sign_offs.last().map(|signature| html! {
                    <span class="who">{ words.signed_by(&signature.author, &format::moment(scene.zone, signature.at, scene.now)) }</span>
                }) }
            </p>
            if !round.people.is_empty() { <p class="hint people">{ glyph(Icon::Person) }{ round.people.join(words.comma()) }</p> }
            if !round.is_loaded { <Notice tone={Tone::Calm} text={words.round_loading()} /> }
            if round.late > 0 { <Notice tone={Tone::Watch} text={words.late_count(round.late)} /> }
            if round.unreadable > 0 { <Notice tone={Tone::Watch} text={words.unreadable(round.unreadable)} /> }
            if !urgent.is_empty() {
                <section>
                    <h3 class="section">{ words.must_act() }<span class="count">{ urgent.len() }</span></h3>
                    { for urgent.iter().map(|card| reading(scene, round, card, true, has_subjects)) }
                </section>
            }
            { for round.subjects.iter().map(|subject| self::subject(scene, round, subject)) }
        </>
    }
}

fn subject(scene: Scene<'_>, round: &RoundView, subject: &SubjectView) -> Html {
    let words = scene.words;
    let cards = || round.cards.iter().filter(|card| card.subject == subject.id);
    let is_urgent = |card: &CardView| card.reading.is_disputed || card.reading.is_adverse;
    let is_asked = scene.asked.is_some_and(|asked| asked.subject == subject.id);
    let is_open = round.subjects.len() == 1 || is_asked;
    html! {
        <details class="subject-part" key={subject.id.to_string()} open={is_open}>
            <summary>
                <span>{ words.label(&subject.name).to_owned() }</span>
                { meter(subject.progress.answered, subject.progress.total, words.progress_all()) }
            </summary>
            { for cards().filter(|card| !is_urgent(card)).map(|card| reading(scene, round, card, false, false)) }
        </details>
    }
}

fn reading(scene: Scene<'_>, round: &RoundView, card: &CardView, is_open: bool, with_subject: bool) -> Html {
    let words = scene.words;
    let id = CardId::of(card);
    let is_asked = scene.asked == Some(&id);
    let subject = round.subjects.iter().find(|subject| with_subject && subject.id == card.subject);
    let all = format::collected(words, &card.reading.answers);
    let status = match card.reading.answers.first() {
        Some(_) if all.is_some() => html! { { mark(Status::Value, &all.unwrap_or_default()) } },
        Some(answer) => html! {
            { mark(Status::of(answer, &card.input), &format::answer(words, answer, &card.input)) }
        },
        None => html! { { mark(Status::Unchecked, words.status_unchecked()) } },
    };
    html! {
        <details class={classes!("reading", is_asked.then_some("asked"))} key={id.to_text()} open={is_open || is_asked}>
            <summary id={anchor(&id)} data-testid="reading" data-item={card.item.to_string()} data-subject={card.subject.to_string()}>
                <span class="item-name">
                    { words.label(&card.name).to_owned() }
                    { for subject.map(|subject| html! { <small class="hint">{ words.label(&subject.name).to_owned() }</small> }) }
                </span>
                if card.is_safety_critical { <span class="tag">{ glyph(Icon::Shield) }{ words.safety_critical() }</span> }
                if card.reading.is_disputed {
                    <span class="mark dispute">{ glyph(Icon::Dispute) }<span>{ words.dispute() }</span></span>
                }
                { status }
            </summary>
            if card.events.is_empty() { <p class="hint">{ words.nothing_said() }</p> }
            <EventList {words} events={card.events.clone()} input={card.input.clone()} zone={scene.zone} now={scene.now} />
        </details>
    }
}
