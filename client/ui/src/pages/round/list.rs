//! All items of a round, by group, with their readings; own kit first. A tap opens the card, or its history for
//! those who may not answer.

use link::slice::{CardView, Input, RoundView, SubjectView};
use shared::ids::SubjectId;
use yew::{Callback, Html, component, html, use_state_eq};

use super::history::History;
use super::walk::{self, CardId};
use super::{PartProps, RoundPart, Route};
use crate::components::card_face::remark;
use crate::components::icon::{Icon, glyph};
use crate::components::mark::mark;
use crate::components::meter::meter;
use crate::components::notice::{Notice, Tone};
use crate::format::{self, Status};
use crate::hooks::{go, use_reach, use_slice, use_words};
use crate::i18n::Words;
use crate::store::Tentative;

/// The list.
#[component]
pub fn List(props: &PartProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let round = &props.round;
    let tentative = use_slice(|view| view.tentative.clone());
    let history = use_state_eq(|| None::<CardId>);
    let has_kits = round.subjects.iter().any(|subject| subject.id.as_officer().is_some());
    let chosen = use_state_eq(|| round.subjects.first().map(|subject| subject.id.clone()));
    let onopen = {
        let (reach, round, history) = (reach.clone(), round.clone(), history.clone());
        Callback::from(move |card: CardId| {
            if round.may_answer {
                super::open_card(&round.name, &card);
                go(&reach, Route::Round(round.name.clone(), RoundPart::Cards));
            } else {
                history.set(Some(card));
            }
        })
    };
    let is_shown = |card: &CardView| !has_kits || chosen.as_ref() == Some(&card.subject);
    let shown: Vec<&CardView> = round.cards.iter().filter(|card| is_shown(card)).collect();
    let asked = history.as_ref().and_then(|id| id.index(round)).map(|index| round.cards[index].clone());
    html! {
        <div class="item-list">
            if !round.is_loaded { <Notice tone={Tone::Calm} text={words.round_loading()} /> }
            if round.unreadable > 0 { <Notice tone={Tone::Watch} text={words.unreadable(round.unreadable)} /> }
            if has_kits && round.subjects.len() > 1 {
                <div class="subjects" role="group" aria-label={words.subjects()}>
                    { for round.subjects.iter().map(|subject| switch(words, subject, chosen.as_ref(), {
                        let chosen = chosen.clone();
                        Callback::from(move |id| chosen.set(Some(id)))
                    })) }
                </div>
            }
            if shown.is_empty() { <p class="empty">{ words.round_empty() }</p> }
            { for groups(words, round, &shown, &tentative, &onopen) }
            <div class="dock">
                <button type="button" class="primary" data-testid="to-summary" onclick={
                    let (reach, name) = (reach.clone(), round.name.clone());
                    move |_| go(&reach, Route::Round(name.clone(), RoundPart::Summary))
                }>{ words.to_summary() }</button>
            </div>
            if let Some(card) = asked {
                <History {card} zone={props.person.zone} onclose={move |()| history.set(None)} />
            }
        </div>
    }
}

fn switch(
    words: Words,
    subject: &SubjectView,
    chosen: Option<&SubjectId>,
    onchoose: Callback<SubjectId>,
) -> Html {
    let id = subject.id.clone();
    let is_chosen = chosen == Some(&subject.id);
    let name =
        if subject.is_mine { words.my_kit().to_owned() } else { words.label(&subject.name).to_owned() };
    html! {
        <button type="button" key={id.to_string()} class="subject-chip" aria-pressed={is_chosen.to_string()}
            data-testid="subject" data-subject={id.to_string()} onclick={move |_| onchoose.emit(id.clone())}>
            <span>{ name }</span>{ meter(subject.progress.answered, subject.progress.total, words.progress_all()) }
        </button>
    }
}

fn groups(
    words: Words,
    round: &RoundView,
    shown: &[&CardView],
    tentative: &[Tentative],
    onopen: &Callback<CardId>,
) -> Vec<Html> {
    shown
        .chunk_by(|a, b| a.group == b.group)
        .map(|cards| {
            let name = cards.first().and_then(|card| round.groups.get(card.group as usize));
            html! {
                <section>
                    <h2 class="section">{ name.map(|name| words.label(name).to_owned()) }</h2>
                    <ul class="items">{ for cards.iter().map(|card| item(words, round, card, tentative, onopen)) }</ul>
                </section>
            }
        })
        .collect()
}

/// One line: name, reading, and whether it is disputed.
pub fn item(
    words: Words,
    round: &RoundView,
    card: &CardView,
    tentative: &[Tentative],
    onopen: &Callback<CardId>,
) -> Html {
    let id = CardId::of(card);
    let (onopen, target) = (onopen.clone(), id.clone());
    let own = walk::own(round, card, tentative).map(|own| (own.answer, own.remark));
    let standing = card.reading.answers.first().cloned();
    let note = card.events.iter().rev().find(|event| event.state == link::slice::EventState::Standing);
    let note = note.map(|event| remark(&event.fault, &event.note)).unwrap_or_default();
    let shown = standing.or(own.map(|(answer, _)| answer));
    html! {
        <li key={id.to_text()}>
            <button type="button" class="item" data-testid="item" data-item={card.item.to_string()}
                data-subject={card.subject.to_string()} onclick={move |_| onopen.emit(target.clone())}>
                <span class="item-name">
                    { words.label(&card.name).to_owned() }
                    if !note.is_empty() { <small class="remark">{ note }</small> }
                </span>
                if card.reading.is_disputed {
                    <span class="mark dispute">{ glyph(Icon::Dispute) }<span>{ words.dispute() }</span></span>
                }
                if card.input == Input::Scan && !card.reading.answers.is_empty() {
                    { mark(Status::Value, &words.counted(u32::try_from(card.reading.answers.len()).unwrap_or(u32::MAX))) }
                } else if let Some(answer) = shown {
                    { mark(Status::of(&answer, &card.input), &format::answer(words, &answer, &card.input)) }
                } else {
                    { mark(Status::Unchecked, words.status_unchecked()) }
                }
                { glyph(Icon::Next) }
            </button>
        </li>
    }
}
