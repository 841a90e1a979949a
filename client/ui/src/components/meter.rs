//! How much of something is done: a native progress bar with its numbers beside it.

use yew::{AttrValue, Html, Properties, component, html};

/// Properties of [`Meter`].
#[derive(Properties, PartialEq)]
pub struct MeterProps {
    /// Done.
    pub done: u32,
    /// Asked for.
    pub total: u32,
    /// What is counted, for screen readers.
    pub label: AttrValue,
}

/// A bar and `done/total`.
#[component]
pub fn Meter(props: &MeterProps) -> Html {
    html! {
        <span class="meter">
            <progress value={props.done.to_string()} max={props.total.max(1).to_string()} aria-label={props.label.clone()} />
            <span class="figures">{ props.done }<span class="of">{ "/" }{ props.total }</span></span>
        </span>
    }
}
