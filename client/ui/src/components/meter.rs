//! How much of something is done: a native progress bar with its numbers beside it.

use yew::{Html, html};

/// A bar and `done/total`; the label says what is counted, for screen readers.
pub fn meter(done: u32, total: u32, label: &str) -> Html {
    html! {
        <span class="meter">
            <progress value={done.to_string()} max={total.max(1).to_string()} aria-label={label.to_owned()} />
            <span class="figures">{ done }<span class="of">{ "/" }{ total }</span></span>
        </span>
    }
}
