//! One card after the other. Keeps which card is on the screen, moves on by itself after an answer, offers ten
//! seconds to take it back, and remembers the card for the next time this round is opened.

use std::rc::Rc;

use link::slice::{CardView, Input, RoundView};
use yew::{
    Callback, Html, UseStateHandle, component, hook, html, use_memo, use_node_ref, use_state, use_state_eq,
};

use super::answering;
use super::capture::{self, Capture, photo_pad, use_taking};
use super::history::History;
use super::panels::{Fault, Note, Value};
use super::parts::{self, Parts};
use super::scans::to_count;
use super::torch::TorchSwitch;
use super::walk::{self, CardId};
use super::{PartProps, RoundPart, Route};
use crate::browser::{self, Timer};
use crate::components::answer_pad::{AnswerPad, AnswerPadProps, SmallAnswers, Tap, YesNoPad, choice_pad};
use crate::components::card_face::CardFace;
use crate::components::icon::{Icon, glyph};
use crate::components::meter::meter;
use crate::format::Status;
use crate::hooks::{
    Reach, go, use_awake, use_effect_with, use_now, use_reach, use_slice, use_value, use_words,
};
use crate::i18n::Words;
use crate::store::{Said, Unkept, own_events};

mod failure;
mod undoing;

use failure::failure;
use undoing::{undo_bar, use_undo};

/// How long the tapped answer confirms itself before the next card comes: long enough to see, and to swallow the
/// second half of a double tap.
const CONFIRM_MS: i32 = 180;
const UNDO_MS: i32 = 10_000;

/// What is open below the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Panel {
    Answers,
    Fault,
    Note,
}

/// The answer that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Undo {
    card: CardId,
    /// Own observations before it: when there are more, it has a key and can be withdrawn.
    own_before: usize,
    /// Taking it back was asked for while it was still on its way.
    is_wanted: bool,
}

/// Everything that is only on this screen.
#[derive(Clone)]
struct State {
    at: UseStateHandle<CardId>,
    panel: UseStateHandle<Panel>,
    is_confirming: UseStateHandle<bool>,
    undo: UseStateHandle<Option<Undo>>,
    draft: UseStateHandle<Option<Said>>,
    is_history_open: UseStateHandle<bool>,
    timer: UseStateHandle<Rc<std::cell::RefCell<Option<Timer>>>>,
}

fn kept_key(round: &RoundView) -> String {
    browser::own(&["muster.card ", &Route::Round(round.name.clone(), RoundPart::Cards).address()].concat())
}

fn card_of(unkept: &Unkept) -> CardId {
    CardId { subject: unkept.subject.clone(), item: unkept.item.clone() }
}

fn first_card(round: &RoundView, unkept: Option<&Unkept>) -> CardId {
    if let Some((id, _)) = capture::expected(round).filter(|(id, _)| id.index(round).is_some()) {
        return id;
    }
    if let Some(asked) = super::opened(&round.name).filter(|asked| asked.index(round).is_some()) {
        return asked;
    }
    if let Some(unkept) = unkept {
        return card_of(unkept);
    }
    let kept = browser::kept(&kept_key(round)).and_then(|text| CardId::from_text(&text));
    CardId::of(&round.cards[walk::resume(round, kept.as_ref(), &Parts::kept(round))])
}

#[hook]
fn use_screen(round: &Rc<RoundView>, unkept: Option<Rc<Unkept>>) -> State {
    let (first, before) = (round.clone(), unkept.clone());
    let at = use_state_eq(move || first_card(&first, before.as_deref()));
    let unsaid = unkept.filter(|unkept| card_of(unkept) == *at).map(|unkept| unkept.said.clone());
    // What was chosen before the camera opened and the program ended behind it.
    let chosen = capture::expected(round).filter(|(id, _)| *id == *at).and_then(|(_, said)| said);
    let first = if chosen.is_some() { Panel::Fault } else { Panel::Answers };
    let said = chosen.or(unsaid);
    State {
        at,
        panel: use_value(first),
        is_confirming: use_value(false),
        undo: use_value(None),
        draft: use_state_eq(move || said),
        is_history_open: use_value(false),
        timer: use_state(Rc::default),
    }
}

impl State {
    /// Shows a card, with nothing open below it.
    fn show(&self, round: &RoundView, card: CardId) {
        browser::keep(&kept_key(round), &card.to_text());
        self.at.set(card);
        self.panel.set(Panel::Answers);
        self.draft.set(None);
    }
}

/// The cards of a round that has some.
#[component]
pub fn Cards(props: &PartProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let now = use_now();
    let round = &props.round;
    let tentative = use_slice(|view| view.tentative.clone());
    let name = round.name.clone();
    let unkept = use_slice(move |view| view.unkept.clone().filter(|unkept| unkept.round == name));
    let state = use_screen(round, unkept.clone());
    let heading = use_node_ref();
    use_effect_with(state.at.clone(), {
        let heading = heading.clone();
        move |_| browser::focus(&heading)
    });
    use_undo(&reach, round, &tentative, &state);
    use_taking(&reach, round, {
        let (reach, round, state) = (reach.clone(), round.clone(), state.clone());
        Callback::from(move |card: CardId| {
            answering::feel(&reach, Status::Value);
            let own_before = card.index(&round).map_or(0, |index| own_events(&round.cards[index]));
            state.undo.set(Some(Undo { card, own_before, is_wanted: false }));
        })
    });
    use_awake();

    // A card that a newer template no longer has, or that is not asked any more: go on at the first, with nothing open
    // that was meant for the other.
    let found = state.at.index(round);
    {
        let (panel, draft) = (state.panel.clone(), state.draft.clone());
        use_effect_with(found.is_none(), move |is_gone| {
            if *is_gone {
                panel.set(Panel::Answers);
                draft.set(None);
            }
        });
    }
    let index = found.unwrap_or_default();
    // Parts are taken on another screen; here they change only with the round's lines.
    let parts = use_memo((round.name.clone(), round.cards.len()), |_| Parts::kept(round));
    let card = &round.cards[index];
    let own = walk::own(round, card, &tentative);
    let stretch = walk::stretch(round, index, &parts);
    let place = stretch.iter().position(|other| *other == index).unwrap_or_default();
    let answered =
        stretch.iter().filter(|other| walk::is_answered(round, &round.cards[**other], &tentative)).count();
    let group =
        round.groups.get(card.group as usize).map(|label| words.label(label).to_owned()).unwrap_or_default();
    let onhistory = {
        let is_open = state.is_history_open.clone();
        Callback::from(move |_| is_open.set(true))
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    html! {
        <div class="round">
            <div class="round-head">
                { subject(words, round, card) }
                <TorchSwitch />
                { meter(count(answered), count(stretch.len()), words.progress_all()) }
            </div>
            <article class="card" data-testid="card" data-item={card.item.to_string()} data-subject={card.subject.to_string()}
                aria-busy={state.is_confirming.to_string()}>
                <CardFace {words} card={card.clone()} {group} place={(count(place + 1), count(stretch.len()))} own={own.clone()}
                    zone={props.person.zone} {now} {heading} {onhistory} />
            </article>
            { failure(words, &reach, round, unkept.as_deref(), &state) }
            <div class="dock">
                if *state.panel == Panel::Answers { { undo_bar(words, round, &tentative, &state) } }
                { answers(&reach, round, card, own.map(|own| own.answer), &state) }
                { steps(words, &reach, round, &stretch, place, &state) }
            </div>
            if *state.is_history_open {
                <History card={card.clone()} zone={props.person.zone}
                    onclose={let is_open = state.is_history_open.clone(); move |()| is_open.set(false)} />
            }
        </div>
    }
}

fn subject(words: Words, round: &RoundView, card: &CardView) -> Html {
    let subject = round.subjects.iter().find(|subject| subject.id == card.subject);
    match subject {
        Some(subject) if subject.is_mine => html! { <span class="subject">{ words.my_kit() }</span> },
        Some(subject) => html! { <span class="subject">{ words.label(&subject.name).to_owned() }</span> },
        None => html! { <span></span> },
    }
}

/// Says it, confirms it, and goes on.
fn say(reach: &Reach, round: &Rc<RoundView>, card: &CardView, said: Said, state: &State) {
    let id = CardId::of(card);
    let failed = {
        let (state, round, reach, said) = (state.clone(), round.clone(), reach.clone(), said.clone());
        Callback::from(move |card: CardId| {
            answering::feel_failure(&reach);
            // The way to the next card ends here; if it has been gone, it is gone back.
            state.timer.borrow_mut().take();
            state.is_confirming.set(false);
            state.undo.set(None);
            state.show(&round, card);
            state.draft.set(Some(said.clone()));
            let cards = Route::Round(round.name.clone(), RoundPart::Cards);
            let is_on_summary =
                reach.store.view().route == Route::Round(round.name.clone(), RoundPart::Summary);
            if is_on_summary {
                go(&reach, cards);
            }
        })
    };
    state.is_confirming.set(true);
    answering::feel(reach, Status::of(&said.answer, &card.input));
    state.undo.set(Some(Undo { card: id.clone(), own_before: own_events(card), is_wanted: false }));
    answering::answer(reach, round, card, said, failed);
    let (later, reach, round) = (state.clone(), reach.clone(), round.clone());
    let timer = Timer::after_ms(CONFIRM_MS, move || {
        later.is_confirming.set(false);
        go_on(&reach, &round, &id, &later);
    });
    *state.timer.borrow_mut() = Some(timer);
}

/// To the next card that is open, or to what comes after the last.
fn go_on(reach: &Reach, round: &Rc<RoundView>, from: &CardId, state: &State) {
    // The answer may have brought cards, or taken some away: what comes next is what the core says by now.
    let view = reach.store.view();
    let newest = view.round.clone().filter(|newest| newest.name == round.name);
    let tentative = view.tentative.clone();
    drop(view);
    let round = newest.unwrap_or_else(|| round.clone());
    let parts = Parts::kept(&round);
    match from.index(&round).and_then(|at| walk::next_open(&round, at, &tentative, &parts)) {
        Some(next) => state.show(&round, CardId::of(&round.cards[next])),
        None => go(reach, Route::Round(round.name.clone(), parts::after(&round, &tentative, &parts))),
    }
}

fn answers(
    reach: &Reach,
    round: &Rc<RoundView>,
    card: &CardView,
    own: Option<shared::domain::answer::Answer>,
    state: &State,
) -> Html {
    let words = Words(reach.store.view().preferences.language);
    let onsaid = {
        let (reach, round, card, state) = (reach.clone(), round.clone(), card.clone(), state.clone());
        Callback::from(move |said| say(&reach, &round, &card, said, &state))
    };
    let of_round = round.clone();
    let oncancel = {
        let panel = state.panel.clone();
        Callback::from(move |()| panel.set(Panel::Answers))
    };
    let ontap = {
        let (panel, onsaid) = (state.panel.clone(), onsaid.clone());
        Callback::from(move |tap| match tap {
            Tap::Answer(answer) => onsaid.emit(Said::plain(answer)),
            Tap::Abnormal => panel.set(Panel::Fault),
        })
    };
    let key = CardId::of(card).to_text();
    let draft = (*state.draft).clone();
    let is_open = !*state.is_confirming;
    let has_own = own.is_some() && card.input != Input::Scan;
    match *state.panel {
        Panel::Fault => {
            return html! { <Fault {key} round={of_round} card={card.clone()} {draft} {onsaid} {oncancel} /> };
        }
        Panel::Note => {
            return html! { <Note {key} round={of_round} card={card.clone()} {draft} {onsaid} {oncancel} /> };
        }
        Panel::Answers => {}
    }
    let pad = match card.input {
        Input::Condition => html! { <AnswerPad {words} own={own.clone()} {is_open} ontap={ontap.clone()} /> },
        Input::YesNo => html! { <YesNoPad {words} own={own.clone()} {is_open} ontap={ontap.clone()} /> },
        Input::Choice(ref options) => {
            choice_pad(&AnswerPadProps { words, own: own.clone(), is_open, ontap: ontap.clone() }, options)
        }
        Input::Later => html! { <p class="hint" role="status">{ words.later_kind() }</p> },
        Input::Scan => to_count(words, reach, &round.name, card),
        Input::Photo => photo_pad(words, round, card, {
            let (reach, round, id, state) = (reach.clone(), round.clone(), CardId::of(card), state.clone());
            Callback::from(move |()| go_on(&reach, &round, &id, &state))
        }),
        _ => {
            html! { <Value key={key.clone()} round={of_round} card={card.clone()} {draft} {is_open} {onsaid} /> }
        }
    };
    let onnote = {
        let panel = state.panel.clone();
        move |_| panel.set(Panel::Note)
    };
    html! {
        <>
            { pad }
            <div class="small-answers">
                <SmallAnswers {words} {own} {is_open} {ontap} />
                if has_own {
                    <button type="button" class="small-answer" data-testid="add-note" onclick={onnote}>{ glyph(Icon::Pen) }{ words.note() }</button>
                }
            </div>
            if card.input != Input::Photo { <Capture {key} round={round.clone()} card={card.clone()} joins={is_open} /> }
        </>
    }
}

fn steps(
    words: Words,
    reach: &Reach,
    round: &Rc<RoundView>,
    stretch: &[usize],
    place: usize,
    state: &State,
) -> Html {
    let step = |to: Option<&usize>| {
        let card = to.map(|index| CardId::of(&round.cards[*index]));
        let (state, round) = (state.clone(), round.clone());
        move |_| {
            if let Some(card) = card.clone() {
                state.show(&round, card);
            }
        }
    };
    let part = |part: RoundPart| {
        let (reach, name) = (reach.clone(), round.name.clone());
        move |_| go(&reach, Route::Round(name.clone(), part))
    };
    let before = place.checked_sub(1).and_then(|place| stretch.get(place));
    let after = stretch.get(place + 1);
    html! {
        <nav class="steps" aria-label={words.steps()}>
            <button type="button" data-testid="previous" disabled={before.is_none()} onclick={step(before)}>
                { glyph(Icon::Back) }<span>{ words.previous() }</span>
            </button>
            <button type="button" data-testid="to-list" onclick={part(RoundPart::List)}>{ glyph(Icon::List) }<span>{ words.list() }</span></button>
            <button type="button" data-testid="to-summary" onclick={part(RoundPart::Summary)}>{ glyph(Icon::Pen) }<span>{ words.summary() }</span></button>
            <button type="button" data-testid="next" disabled={after.is_none()} onclick={step(after)}>
                <span>{ words.next() }</span>{ glyph(Icon::Next) }
            </button>
        </nav>
    }
}
