//! What stands on the screen until the core has said who is here: the shape of what comes, and no false word.

use yew::{Html, component, html};

use crate::hooks::use_words;

/// The skeleton.
#[component]
pub fn Skeleton() -> Html {
    let words = use_words();
    html! {
        <main id="main" class="skeleton" aria-busy="true" data-testid="skeleton">
            <p class="unseen" role="status">{ words.loading() }</p>
            <div class="bone wide"></div>
            <div class="bone tall"></div>
            <div class="bone tall"></div>
            <div class="bone tall"></div>
        </main>
    }
}
