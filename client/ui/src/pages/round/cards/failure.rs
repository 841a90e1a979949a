//! What was said about a card and not kept, with what was typed, for another try.

use std::rc::Rc;

use link::slice::RoundView;
use yew::{Html, html};

use super::{State, say};
use crate::components::card_face::remark;
use crate::components::notice::ProblemNote;
use crate::format;
use crate::hooks::Reach;
use crate::i18n::Words;
use crate::problem;
use crate::store::Unkept;

/// Says what was not kept; nothing when that is about another card.
pub(super) fn failure(
    words: Words,
    reach: &Reach,
    round: &Rc<RoundView>,
    failed: Option<&Unkept>,
    state: &State,
) -> Html {
    let Some(failed) = failed else { return Html::default() };
    let Some(card) = round.cards.iter().find(|card| failed.is_about(&round.name, card)) else {
        return Html::default();
    };
    let what = format::answer(words, &failed.said.answer, &card.input);
    let typed = remark(&failed.said.fault, &failed.said.note);
    let onretry = {
        let (reach, round, card, state) = (reach.clone(), round.clone(), card.clone(), state.clone());
        let said = failed.said.clone();
        move |_| say(&reach, &round, &card, said.clone(), &state)
    };
    html! {
        <div class="failure">
            <ProblemNote code={failed.code.clone()} sentence={problem::sentence(words, &failed.code)} />
            <p>{ words.not_kept(&[words.label(&card.name), " · ", &what].concat()) }</p>
            if !typed.is_empty() { <p class="remark">{ typed }</p> }
            <button type="button" class="secondary" data-testid="retry" onclick={onretry}>{ words.try_again() }</button>
        </div>
    }
}
