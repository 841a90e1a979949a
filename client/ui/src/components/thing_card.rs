//! A registered thing as a scan shows it: what it is, whose it is, where it belongs, and until when it may be used.

use link::slice::ThingView;
use shared::domain::asset::ExpiryBand;
use shared::time::Date;
use yew::{Html, html};

use super::icon::{Icon, glyph};
use crate::format;
use crate::i18n::Words;

/// How near the end of its life a thing is, in words; none when that is far away.
pub fn expiry(words: Words, expires: Option<Date>, today: Date) -> Html {
    let Some(date) = expires else { return Html::default() };
    let (class, icon, text) = match ExpiryBand::of(expires, today) {
        ExpiryBand::Expired => ("fault", Icon::Cross, words.thing_expired(&format::date(date))),
        ExpiryBand::Days7 | ExpiryBand::Days30 => {
            let days = u32::try_from(date.days() - today.days()).unwrap_or_default();
            ("watch", Icon::Triangle, words.thing_expires_in(&format::date(date), days))
        }
        ExpiryBand::Days90 | ExpiryBand::Far => ("ok", Icon::Check, words.thing_in_date(&format::date(date))),
    };
    html! { <p class={["mark ", class].concat()} data-testid="thing-expiry">{ glyph(icon) }<span>{ text }</span></p> }
}

/// The card.
pub fn thing_card(words: Words, thing: &ThingView, today: Date) -> Html {
    let fact = |name: &'static str, value: &str| {
        html! { if !value.is_empty() { <div><dt>{ name }</dt><dd>{ value.to_owned() }</dd></div> } }
    };
    html! {
        <article class="thing" data-testid="thing" data-asset={thing.id.to_string()}>
            <h2>{ words.label(&thing.name).to_owned() }</h2>
            { expiry(words, thing.expires, today) }
            <dl class="thing-facts">
                { fact(words.thing_serial(), &thing.serial) }
                { fact(words.thing_model(), &thing.model) }
                { fact(words.thing_holder(), if thing.holder.is_empty() { words.thing_shared() } else { &thing.holder }) }
                { fact(words.thing_place(), &thing.place) }
                { fact(words.thing_station(), words.label(&thing.station)) }
                { fact(words.thing_code(), &thing.code) }
                { fact(words.thing_id(), thing.id.as_str()) }
            </dl>
        </article>
    }
}

/// A thing in one line of a list.
pub fn thing_line(words: Words, thing: &ThingView) -> Html {
    let serial = if thing.serial.is_empty() { thing.id.as_str() } else { &thing.serial };
    let facts: Vec<&str> =
        [serial, &thing.place, &thing.holder].into_iter().filter(|fact| !fact.is_empty()).collect();
    html! {
        <span class="item-name">{ words.label(&thing.name).to_owned() }<small class="hint">{ facts.join(" · ") }</small></span>
    }
}
