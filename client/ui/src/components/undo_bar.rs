//! What was just answered, where it is safe, and ten seconds to take it back: instead of asking beforehand.

use yew::{AttrValue, Callback, Html, MouseEvent, Properties, component, html};

use super::card_face::Saved;
use super::icon::{Icon, glyph};
use super::mark::mark;
use crate::format::Status;
use crate::i18n::Words;

/// Properties of [`UndoBar`].
#[derive(Properties, PartialEq)]
pub struct UndoBarProps {
    /// The words.
    pub words: Words,
    /// What it was about.
    pub name: AttrValue,
    /// What the answer says.
    pub status: Status,
    /// The answer.
    pub text: AttrValue,
    /// Where it is safe.
    pub saved: Saved,
    /// It is to be taken back.
    pub onundo: Callback<MouseEvent>,
}

/// The bar.
#[component]
pub fn UndoBar(props: &UndoBarProps) -> Html {
    let (icon, words) = props.saved.face(props.words);
    html! {
        <div class="undo-bar" role="status">
            <span class="undo-what">
                <span class="undo-name">{ props.name.clone() }</span>
                { mark(props.status, &props.text.clone()) }
                <span class="save-state" data-testid="last-state" data-place={props.saved.word()}>
                    { glyph(icon) }<span>{ words }</span>
                </span>
            </span>
            <button type="button" class="quiet" data-testid="undo" onclick={props.onundo.clone()}>
                { glyph(Icon::Undo) }{ props.words.undo() }
            </button>
        </div>
    }
}
