//! The way to the home screen: one tap where the browser offers it, in words where it is done by hand.

use yew::{Callback, Html, Properties, component, html};

use super::icon::{Icon, glyph};
use crate::i18n::Words;

/// How this app can come to the home screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is there already.
    Done,
    /// The browser offers it.
    Offered,
    /// By hand, as on iPhones and iPads.
    ByHand,
    /// This browser has no such thing, or not now.
    None,
}

/// Properties of [`Install`].
#[derive(Properties, PartialEq)]
pub struct InstallProps {
    /// The words.
    pub words: Words,
    /// How.
    pub way: Way,
    /// It was asked for.
    pub oninstall: Callback<()>,
}

/// The section.
#[component]
pub fn Install(props: &InstallProps) -> Html {
    let words = props.words;
    html! {
        <section class="install" data-testid="install">
            <h2 class="section">{ words.install_title() }</h2>
            { match props.way {
                Way::Done => html! { <p class="mark ok">{ glyph(Icon::Check) }<span>{ words.install_done() }</span></p> },
                Way::Offered => html! {
                    <button type="button" class="secondary" data-testid="install-now" onclick={props.oninstall.reform(|_| ())}>
                        { words.install_now() }
                    </button>
                },
                Way::ByHand => html! { <p>{ words.install_by_hand() }</p> },
                Way::None => html! { <p class="hint">{ words.install_none() }</p> },
            } }
            <p class="hint">{ words.install_why() }</p>
        </section>
    }
}
