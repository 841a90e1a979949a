//! Everything that was said about one card, in a sheet.

use link::slice::CardView;
use shared::time::Zone;
use yew::{Callback, Html, Properties, component, html};

use crate::components::event_list::EventList;
use crate::components::sheet::Sheet;
use crate::hooks::{use_modal, use_now, use_words};

/// Properties of [`History`].
#[derive(Properties, PartialEq)]
pub struct HistoryProps {
    /// The card.
    pub card: CardView,
    /// The bureau's zone.
    pub zone: Zone,
    /// It is to be closed.
    pub onclose: Callback<()>,
}

/// The sheet.
#[component]
pub fn History(props: &HistoryProps) -> Html {
    let words = use_words();
    let now = use_now();
    let node = use_modal();
    html! {
        <Sheet {node} title={words.history_of(words.label(&props.card.name))} close={words.close()} onclose={props.onclose.clone()}>
            <EventList {words} events={props.card.events.clone()} input={props.card.input.clone()} zone={props.zone} {now} />
        </Sheet>
    }
}
