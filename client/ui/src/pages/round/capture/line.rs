//! A line that asks for photos: each one that is taken is an answer, as soon as it is on the disk.

use std::rc::Rc;

use link::slice::{CardView, EventState, EventView, Input, RoundView};
use shared::domain::answer::Answer;
use shared::ids::PhotoHash;
use yew::{Callback, Html, hook, html};

use super::{Capture, CardId, answering, draft, is_unkept};
use crate::components::icon::{Icon, glyph};
use crate::hooks::{Reach, use_effect_with, use_slice};
use crate::i18n::Words;
use crate::store::{Said, View};

/// This person's photos that stand in a line that asks for some.
pub(super) fn own_photos(card: &CardView) -> usize {
    let is_own = |event: &&EventView| {
        event.is_mine && event.state == EventState::Standing && matches!(event.answer, Answer::Photo(_))
    };
    card.events.iter().filter(is_own).count()
}

pub(super) fn take_word(words: Words, is_busy: bool, own: usize, is_line: bool) -> &'static str {
    match (is_busy, own) {
        (true, _) => words.photo_working(),
        (false, 1..) if is_line => words.photo_more(),
        _ => words.photo_take(),
    }
}

/// The camera, and once there is a photo the way on.
pub fn photo_pad(words: Words, round: &Rc<RoundView>, card: &CardView, onnext: Callback<()>) -> Html {
    html! {
        <div class="photo-pad" data-testid="photo-pad">
            <Capture key={CardId::of(card).to_text()} round={round.clone()} card={card.clone()} joins=false />
            if own_photos(card) > 0 {
                <button type="button" class="primary" data-testid="photos-done" onclick={move |_| onnext.emit(())}>
                    { words.next() }{ glyph(Icon::Next) }
                </button>
            }
        </div>
    }
}

/// Makes answers of the photos that lines of this round were asked for, whichever card is on the screen by then, one after
/// the other; those too that were on the disk when the app last ended.
#[hook]
pub fn use_taking(reach: &Reach, round: &Rc<RoundView>, ontaken: Callback<CardId>) {
    let name = round.name.clone();
    let next = use_slice(move |view| {
        let round = view.round.clone().filter(|round| round.name == name && round.may_answer)?;
        next(view, &round)
    });
    let reach = reach.clone();
    use_effect_with(next, move |next| {
        let Some((id, photo)) = next.clone() else { return };
        let Some(round) = reach.store.view().round.clone() else { return };
        let Some(card) = id.index(&round).map(|index| &round.cards[index]) else { return };
        ontaken.emit(id);
        answering::answer(&reach, &round, card, Said::plain(Answer::Photo(photo)), Callback::noop());
    });
}

fn next(view: &View, round: &RoundView) -> Option<(CardId, PhotoHash)> {
    let is_free = |card: &&CardView| {
        let is_on_its_way = view.tentative.iter().any(|answer| answer.is_about(&round.name, card));
        card.input == Input::Photo && !is_on_its_way && !is_unkept(view, round, card)
    };
    view.photos.drafts.iter().filter(|draft| draft.round == round.name).find_map(|kept| {
        let is_its = |card: &&CardView| card.subject == kept.subject && card.item == kept.item;
        let card = round.cards.iter().filter(is_its).find(is_free)?;
        let photo = *draft(view, round, card).photos.first()?;
        Some((CardId::of(card), photo.original))
    })
}
