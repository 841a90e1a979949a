//! The latest answer, taken back for ten seconds, be it still on its way.

use std::rc::Rc;

use link::slice::RoundView;
use yew::{Callback, Html, hook, html};

use super::super::{answering, walk};
use super::{State, UNDO_MS, Undo};
use crate::browser::Timer;
use crate::components::undo_bar::UndoBar;
use crate::format::{self, Status};
use crate::hooks::{Reach, use_effect_with};
use crate::i18n::Words;
use crate::store::{Tentative, own_events};

/// What was just answered, and the way to take it back.
pub(super) fn undo_bar(words: Words, round: &Rc<RoundView>, tentative: &[Tentative], state: &State) -> Html {
    let Some(undo) = (*state.undo).clone() else { return Html::default() };
    let Some(card) = undo.card.index(round).map(|index| &round.cards[index]) else { return Html::default() };
    let Some(own) = walk::own(round, card, tentative) else { return Html::default() };
    let onundo = {
        let state = state.clone();
        Callback::from(move |_| state.undo.set(Some(Undo { is_wanted: true, ..undo.clone() })))
    };
    html! {
        <UndoBar {words} name={words.label(&card.name).to_owned()} status={Status::of(&own.answer, &card.input)}
            text={format::answer(words, &own.answer, &card.input)} saved={own.saved} {onundo} />
    }
}

/// Ends the offer after its time, and takes the answer back once it is wanted and has a key.
#[hook]
pub(super) fn use_undo(reach: &Reach, round: &Rc<RoundView>, tentative: &Rc<Vec<Tentative>>, state: &State) {
    let offered = state.undo.as_ref().map(|undo| (undo.card.clone(), undo.own_before));
    let ended = state.clone();
    use_effect_with(offered, move |offered| {
        let timer = offered.is_some().then(|| Timer::after_ms(UNDO_MS, move || ended.undo.set(None)));
        move || drop(timer)
    });
    let inputs = ((*state.undo).clone(), round.clone(), tentative.clone());
    let (reach, state) = (reach.clone(), state.clone());
    use_effect_with(inputs, move |(undo, round, tentative)| {
        let Some(undo) = undo.as_ref().filter(|undo| undo.is_wanted) else { return };
        let Some(card) = undo.card.index(round).map(|index| &round.cards[index]) else { return };
        let is_on_its_way = tentative.iter().any(|answer| answer.is_about(&round.name, card));
        if is_on_its_way || own_events(card) <= undo.own_before {
            return;
        }
        let Some(event) = walk::own_standing(card) else { return };
        answering::withdraw(&reach, round, card, event);
        state.timer.borrow_mut().take();
        state.is_confirming.set(false);
        state.undo.set(None);
        state.show(round, undo.card.clone());
    });
}
