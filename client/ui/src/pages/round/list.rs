//! All items of a round, by group, with their readings; own kit first. A tap opens the card, or its history for
//! those who may not answer.

use link::slice::{CardView, RoundView, SubjectView};
use shared::ids::SubjectId;
use yew::{Callback, Html, component, html, use_state_eq};

use super::capture::use_taking;
use super::history::History;
use super::parts::{self, PartId, PartState, Parts};
use super::walk::{self, CardId};
use super::{PartProps, RoundPart, Route};
use crate::components::card_face::remark;
use crate::components::icon::{Icon, glyph};
use crate::components::mark::mark;
use crate::components::meter::meter;
use crate::components::notice::{Notice, Tone};
use crate::format::{self, Status};
use crate::hooks::{go, use_reach, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::store::Tentative;

/// The list.
#[component]
pub fn List(props: &PartProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let round = &props.round;
    let tentative = use_slice(|view| view.tentative.clone());
    let history = use_value(None::<CardId>);
    // What was taken on a card may be ready only now.
    use_taking(&reach, round, Callback::noop());
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
    let taken = use_state_eq(|| Parts::kept(round));
    let is_split = round.may_answer && parts::can_split(round);
    let ontake = {
        let (taken, round) = (taken.clone(), round.clone());
        Callback::from(move |part: PartId| {
            let now = taken.toggled(&round, &part);
            now.keep(&round);
            taken.set(now);
        })
    };
    let parts = is_split.then(|| Splitting { taken: (*taken).clone(), ontake });
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
            if is_split { <p class="hint">{ words.split_hint() }</p> }
            { for groups(words, round, &shown, &tentative, &onopen, parts.as_ref()) }
            <div class={if is_split && !taken.is_whole() { "dock pair" } else { "dock" }}>
                if is_split && !taken.is_whole() {
                    <button type="button" class="primary" data-testid="to-parts" onclick={
                        let (reach, name) = (reach.clone(), round.name.clone());
                        let first = walk::resume(round, None, &taken);
                        let card = round.cards.get(first).map(CardId::of);
                        move |_| {
                            if let Some(card) = &card {
                                super::open_card(&name, card);
                            }
                            go(&reach, Route::Round(name.clone(), RoundPart::Cards));
                        }
                    }>{ words.to_parts() }</button>
                }
                <button type="button" class={if is_split && !taken.is_whole() { "secondary" } else { "primary" }} data-testid="to-summary" onclick={
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

/// A round that several people split.
struct Splitting {
    taken: Parts,
    ontake: Callback<PartId>,
}

fn groups(
    words: Words,
    round: &RoundView,
    shown: &[&CardView],
    tentative: &[Tentative],
    onopen: &Callback<CardId>,
    splitting: Option<&Splitting>,
) -> Vec<Html> {
    shown
        .chunk_by(|a, b| a.group == b.group && (splitting.is_none() || a.subject == b.subject))
        .map(|cards| {
            let Some(first) = cards.first() else { return Html::default() };
            let name = round.groups.get(first.group as usize).map(|name| words.label(name).to_owned());
            let name = name.unwrap_or_default();
            html! {
                <section>
                    if let Some(splitting) = splitting {
                        { part_head(words, round, first, &name, parts::state(round, &PartId::of(first), tentative), splitting) }
                    } else {
                        <h2 class="section">{ name }</h2>
                    }
                    <ul class="items">{ for cards.iter().map(|card| item(words, round, card, tentative, onopen)) }</ul>
                </section>
            }
        })
        .collect()
}

/// A part's name, how far it is, who is on it, and whether this officer takes it.
fn part_head(
    words: Words,
    round: &RoundView,
    first: &CardView,
    group: &str,
    state: PartState,
    splitting: &Splitting,
) -> Html {
    let part = PartId::of(first);
    let is_taken = splitting.taken.has(round, &part);
    let word = if is_taken { words.taken_part() } else { words.take_part() };
    // Of several vehicles each names its own; of one, the round's title does.
    let about =
        round.subjects.iter().filter(|_| round.subjects.len() > 1).find(|one| one.id == first.subject);
    let about = about.map(|subject| words.label(&subject.name).to_owned()).unwrap_or_default();
    let asset = first.subject.as_asset().filter(|_| !about.is_empty());
    let asset = asset.map(|asset| asset.to_string()).unwrap_or_default();
    let name = [group, " ", &about, " ", &asset].concat();
    let (ontake, testid) = (splitting.ontake.clone(), part.clone());
    html! {
        <div class="part-head" data-testid="part" data-group={testid.group.to_string()} data-subject={testid.subject.to_string()}>
            <div class="part-name">
                <h2 class="section">{ group.to_owned() }</h2>
                if !about.is_empty() { <p class="hint">{ about }{ " " }{ asset }</p> }
            </div>
            { meter(state.answered, state.total, name.trim()) }
            <button type="button" class="take" aria-pressed={is_taken.to_string()}
                aria-label={[word, " ", name.trim()].concat()} onclick={move |_| ontake.emit(part.clone())}>
                if is_taken { { glyph(Icon::Check) } }{ word }
            </button>
            if !state.people.is_empty() { <p class="hint">{ words.part_people(&state.people.join(words.comma())) }</p> }
        </div>
    }
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
                if let Some(all) = format::collected(words, &card.reading.answers) {
                    { mark(Status::Value, &all) }
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
