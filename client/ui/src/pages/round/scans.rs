//! The way from a card that collects scans to the screen where things are counted.

use link::slice::CardView;
use shared::domain::round::RoundName;
use yew::{Html, html};

use super::Route;
use crate::components::icon::{Icon, glyph};
use crate::hooks::{Reach, go};
use crate::i18n::Words;

/// Things are counted on a screen of their own, one scan after the other.
pub fn to_count(words: Words, reach: &Reach, round: &RoundName, card: &CardView) -> Html {
    let route = Route::Count(round.clone(), card.subject.clone(), card.item.clone());
    let reach = reach.clone();
    html! {
        <button type="button" class="primary" data-testid="to-count" onclick={move |_| go(&reach, route.clone())}>
            { glyph(Icon::Scan) }{ words.count_start() }
        </button>
    }
}
