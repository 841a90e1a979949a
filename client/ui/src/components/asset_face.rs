//! A thing of the register as people see it in a list and on its page: whether it is ready, until when, who has it.

use link::slice::AssetRow;
use shared::domain::asset::{ExpiryBand, LifeSource};
use shared::domain::register::Shortfall;
use shared::time::Date;
use yew::{Callback, Html, classes, html};

use super::icon::{Icon, glyph};
use super::mark::shape;
use crate::format::{self, Status};
use crate::i18n::Words;

/// What readiness says: its shape and colour, and its word.
pub fn readiness(words: Words, row: &AssetRow) -> (Status, &'static str) {
    match row.shortfall {
        None if row.condition == Some(shared::domain::answer::Condition::Watch) => {
            (Status::Watch, words.status_watch())
        }
        None => (Status::Fine, words.asset_ready()),
        Some(Shortfall::Misplaced) => (Status::Watch, words.finding_misplaced()),
        Some(Shortfall::Disputed) => (Status::Watch, words.dispute()),
        Some(Shortfall::Expired) if row.is_hard_stop => (Status::Fault, words.asset_hard_stop()),
        Some(Shortfall::Expired) => (Status::Fault, words.asset_expired()),
        Some(Shortfall::Fault) => (Status::Fault, words.status_fault()),
        Some(Shortfall::Missing) => (Status::Missing, words.status_missing()),
    }
}

/// The mark of it.
pub fn ready_mark(words: Words, row: &AssetRow) -> Html {
    let (status, text) = readiness(words, row);
    let is_disputed = row.shortfall == Some(Shortfall::Disputed);
    let (class, icon) = if is_disputed { ("dispute", Icon::Dispute) } else { (status.word(), shape(status)) };
    html! {
        <span class={classes!("mark", class)} data-testid="ready" data-ready={row.shortfall.is_none().to_string()}>
            { glyph(icon) }<span>{ text }</span>
        </span>
    }
}

/// How near the end is, in words; nothing while it is far.
pub fn expiry_words(words: Words, expires: Option<Date>, band: ExpiryBand, today: Date) -> String {
    let Some(expires) = expires else { return String::new() };
    let days = expires.days() - today.days();
    let count = u32::try_from(days.unsigned_abs()).unwrap_or(u32::MAX);
    match band {
        ExpiryBand::Far => String::new(),
        ExpiryBand::Expired => words.expired_days(count),
        _ if days == 0 => words.expires_today().to_owned(),
        _ => words.expires_in(count),
    }
}

/// The class of a band.
pub fn band_class(band: ExpiryBand) -> &'static str {
    match band {
        ExpiryBand::Far => "ok",
        ExpiryBand::Days90 => "value",
        ExpiryBand::Days30 | ExpiryBand::Days7 => "watch",
        ExpiryBand::Expired => "fault",
    }
}

/// Who says until when.
pub fn life_words(words: Words, life: LifeSource) -> &'static str {
    match life {
        LifeSource::Maker => words.life_maker(),
        LifeSource::Bureau => words.life_bureau(),
        LifeSource::Default => words.life_default(),
    }
}

/// Who has it: names, or the station.
pub fn holder_words(words: Words, row: &AssetRow) -> String {
    let name = |name: &String| if name.is_empty() { words.in_store().to_owned() } else { name.clone() };
    match row.holders.as_slice() {
        [] => words.in_store().to_owned(),
        [one] => name(one),
        several => {
            let names: Vec<String> = several.iter().map(name).collect();
            words.held_by_either(&names.join(words.either()))
        }
    }
}

/// One row of a register.
pub fn asset_row(words: Words, row: &AssetRow, today: Date, onopen: &Callback<shared::ids::AssetId>) -> Html {
    let (onopen, id) = (onopen.clone(), row.id.clone());
    let expiry = expiry_words(words, row.expires, row.band, today);
    html! {
        <li key={row.id.to_string()}>
            <button type="button" class="item asset-row" data-testid="asset-row" data-asset={row.id.to_string()}
                onclick={move |_| onopen.emit(id.clone())}>
                <span class="item-name">
                    { words.label(&row.name).to_owned() }
                    <small class="hint">{ [row.id.as_str(), " · ", &row.serial].concat() }</small>
                    <small class="hint">{ holder_words(words, row) }if !row.place.is_empty() { { " · " }{ &row.place } }</small>
                </span>
                <span class="asset-marks">
                    { ready_mark(words, row) }
                    if !expiry.is_empty() {
                        <span class={classes!("expiry", band_class(row.band))}>{ expiry }</span>
                    } else if let Some(expires) = row.expires {
                        <span class="hint">{ format::date(expires) }</span>
                    }
                </span>
            </button>
        </li>
    }
}
