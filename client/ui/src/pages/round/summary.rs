//! Before signing: what calls for somebody, what people disagree about, what nobody has answered, who has signed. A
//! signature covers the round as it is on this phone.

use std::rc::Rc;

use link::Command;
use link::slice::{CardView, RoundState, RoundView, SignOffView};
use shared::domain::answer::Answer;
use shared::time::{Timestamp, Zone};
use yew::{Callback, Html, classes, component, html};

use super::capture::use_taking;
use super::list::item;
use super::open_card;
use super::walk::CardId;
use super::{PartProps, RoundPart, Route};
use crate::components::card_face::Saved;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::components::today_list::state_face;
use crate::format;
use crate::hooks::{go, use_now, use_reach, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::problem;
use crate::store::Tentative;

/// The summary.
#[component]
pub fn Summary(props: &PartProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let now = use_now();
    let round = &props.round;
    let tentative = use_slice(|view| view.tentative.clone());
    // What was taken on a card may be ready only now.
    use_taking(&reach, round, Callback::noop());
    let failed = use_value(None::<String>);
    let is_signing = use_value(false);
    let onopen = {
        let (reach, round) = (reach.clone(), round.clone());
        Callback::from(move |card: CardId| {
            open_card(&round.name, &card);
            go(&reach, Route::Round(round.name.clone(), RoundPart::Cards));
        })
    };
    let onsign = {
        let (reach, name, failed, is_signing) =
            (reach.clone(), round.name.clone(), failed.clone(), is_signing.clone());
        Callback::from(move |_| {
            if *is_signing {
                return;
            }
            is_signing.set(true);
            failed.set(None);
            let (failed, is_signing) = (failed.clone(), is_signing.clone());
            reach.core.send(Command::SignOff { round: name.clone() }, move |outcome| {
                is_signing.set(false);
                failed.set(outcome.err().map(|problem| problem.code));
            });
        })
    };
    // What somebody left unchecked is as open as what nobody has come to.
    let is_left = |card: &CardView| card.reading.answers.iter().all(|answer| *answer == Answer::NotChecked);
    let is_said = |card: &CardView| tentative.iter().any(|answer| answer.is_about(&round.name, card));
    let open: Vec<&CardView> = cards(round, |card| is_left(card) && !is_said(card));
    let required = cards(round, |card| card.is_required_open);
    let is_signed = round.state == RoundState::Signed;
    html! {
        <div class="summary">
            { facts(words, round, open.len()) }
            if let Some(code) = &*failed { <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} /> }
            if round.late > 0 { <Notice tone={Tone::Watch} text={words.late_count(round.late)} /> }
            { section(words, round, words.summary_disputes(), "dispute", &cards(round, |card| card.reading.is_disputed), &tentative, &onopen) }
            { section(words, round, words.summary_faults(), "fault", &cards(round, |card| card.reading.is_adverse && !card.reading.is_disputed), &tentative, &onopen) }
            { section(words, round, words.summary_open(), "unchecked", &open, &tentative, &onopen) }
            { signatures(words, &round.sign_offs, props.person.zone, now) }
            <div class="dock">
                if let Some(first) = required.first().filter(|_| round.may_sign && !is_signed) {
                    <p class="hint" role="status" data-testid="required-open">
                        { words.sign_required(u32::try_from(required.len()).unwrap_or(u32::MAX)) }
                    </p>
                    <button type="button" class="primary" data-testid="to-required"
                        onclick={onopen.reform({ let first = CardId::of(first); move |_| first.clone() })}>{ words.to_required() }</button>
                } else if round.may_sign && !is_signed {
                    if !open.is_empty() { <p class="hint">{ words.sign_incomplete(u32::try_from(open.len()).unwrap_or(u32::MAX)) }</p> }
                    <button type="button" class="primary" data-testid="sign" onclick={onsign} aria-disabled={is_signing.then_some("true")}>
                        { glyph(Icon::Pen) }{ words.sign() }
                    </button>
                } else {
                    if !is_signed { <p class="hint">{ words.sign_by_lead() }</p> }
                    <button type="button" class={if is_signed { "primary" } else { "secondary" }} data-testid="to-today"
                        onclick={move |_| go(&reach, Route::Home)}>{ words.to_today() }</button>
                }
            </div>
        </div>
    }
}

fn cards(round: &Rc<RoundView>, is: impl Fn(&CardView) -> bool) -> Vec<&CardView> {
    round.cards.iter().filter(|card| is(card)).collect()
}

fn facts(words: Words, round: &RoundView, open: usize) -> Html {
    let (class, icon, state) = state_face(words, round.state);
    let total = round.cards.len();
    html! {
        <section class="facts">
            <p class={classes!("mark", "large", class)}>{ glyph(icon) }<span>{ state }</span></p>
            <p class="figures-line"><span class="figures big">{ total - open }<span class="of">{ "/" }{ total }</span></span>{ words.answered() }</p>
            if !round.people.is_empty() { <p class="hint people">{ glyph(Icon::Person) }{ round.people.join(words.comma()) }</p> }
        </section>
    }
}

fn section(
    words: Words,
    round: &RoundView,
    title: &'static str,
    class: &'static str,
    cards: &[&CardView],
    tentative: &[Tentative],
    onopen: &Callback<CardId>,
) -> Html {
    if cards.is_empty() {
        return Html::default();
    }
    html! {
        <section>
            <h2 class={classes!("section", class)}>{ title }<span class="count">{ cards.len() }</span></h2>
            <ul class="items">{ for cards.iter().map(|card| item(words, round, card, tentative, onopen)) }</ul>
        </section>
    }
}

fn signatures(words: Words, all: &[SignOffView], zone: Zone, now: Timestamp) -> Html {
    if all.is_empty() {
        return Html::default();
    }
    let line = |signature: &SignOffView| {
        let (icon, place) = Saved::from(signature.place).face(words);
        html! {
            <li data-testid="sign-off">{ glyph(Icon::Pen) }<span class="who">{ &signature.author }</span>
                <time>{ format::moment(zone, signature.at, now) }</time>
                <span class="save-state">{ glyph(icon) }{ place }</span></li>
        }
    };
    html! {
        <section>
            <h2 class="section">{ words.signatures() }</h2>
            <ul class="signatures">{ for all.iter().map(line) }</ul>
        </section>
    }
}
