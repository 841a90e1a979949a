//! What supervisors see beside a register: which station's it is, what is between two stations, and what is to be bought.

use link::slice::{PurchaseRow, RegisterView, TransitView};
use shared::ids::{AssetId, StationCode};
use shared::time::Zone;
use yew::{Callback, Event, Html, html};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::format;
use crate::hooks::{Reach, go};
use crate::i18n::Words;
use crate::route::Route;

/// Chooses the station.
pub fn stations(words: Words, reach: &Reach, register: &RegisterView) -> Html {
    let reach = reach.clone();
    let onchange = move |event: Event| {
        if let Ok(station) = StationCode::parse(&browser::chosen_of(&event)) {
            go(&reach, Route::Register(Some(station)));
        }
    };
    html! {
        <label class="field">
            <span>{ words.stations() }</span>
            <select {onchange} data-testid="register-station">
                { for register.stations.iter().map(|(code, name)| html! {
                    <option key={code.to_string()} value={code.to_string()} selected={*code == register.station}>{ words.label(name).to_owned() }</option>
                }) }
            </select>
        </label>
    }
}

/// What was sent and is not known to have arrived.
pub fn transits(words: Words, register: &RegisterView, zone: Zone, onopen: &Callback<AssetId>) -> Html {
    if register.transits.is_empty() {
        return html! { <p class="empty">{ words.transits_none() }</p> };
    }
    let line = |transit: &TransitView| {
        let (onopen, id) = (onopen.clone(), transit.id.clone());
        let is_here = transit.from == register.station_name;
        let text = html! {
            <>
                <span class="item-name">{ words.label(&transit.name).to_owned() }
                    <small class="hint">{ transit.id.as_str().to_owned() }</small></span>
                <span>{ words.transit_way(words.label(&transit.from), words.label(&transit.to)) }</span>
                <span class="hint">{ [&transit.by, " ", &format::short_day(zone.date(transit.at))].concat() }</span>
            </>
        };
        html! {
            <li key={transit.id.to_string()} data-testid="transit" data-asset={transit.id.to_string()}>
                if is_here {
                    <button type="button" class="item" onclick={move |_| onopen.emit(id.clone())}>{ text }</button>
                } else {
                    <div class="item">{ text }</div>
                }
            </li>
        }
    };
    html! {
        <section>
            <h2 class="section">{ words.transits() }<span class="count">{ register.transits.len() }</span></h2>
            <ul class="items">{ for register.transits.iter().map(line) }</ul>
        </section>
    }
}

/// What expires within 30 days or has expired, over all stations: to be bought, and to be printed.
pub fn purchases(words: Words, register: &RegisterView) -> Html {
    let line = |row: &PurchaseRow| {
        let stations: Vec<String> = row
            .stations
            .iter()
            .map(|(name, count)| [words.label(name), " ", &count.to_string()].concat())
            .collect();
        html! {
            <tr key={[row.kind.as_str(), &row.model].concat()} data-testid="purchase">
                <th scope="row">{ words.label(&row.name).to_owned() }<small class="hint">{ row.model.clone() }</small></th>
                <td class="figures">{ row.expired }</td>
                <td class="figures">{ row.soon }</td>
                <td class="where">{ stations.join(words.comma()) }</td>
            </tr>
        }
    };
    html! {
        <section class="purchases">
            <h2 class="section">{ words.purchases() }<span class="count">{ register.purchases.len() }</span>
                <button type="button" class="quiet" data-testid="print" onclick={|_| browser::print()}>{ glyph(Icon::List) }{ words.print() }</button></h2>
            if register.purchases.is_empty() {
                <p class="empty">{ words.purchases_none() }</p>
            } else {
                <table>
                    <thead><tr><th scope="col">{ words.purchase_what() }</th><th scope="col">{ words.register_expired() }</th>
                        <th scope="col">{ words.register_expiring() }</th><th scope="col">{ words.stations() }</th></tr></thead>
                    <tbody>{ for register.purchases.iter().map(line) }</tbody>
                </table>
            }
        </section>
    }
}
