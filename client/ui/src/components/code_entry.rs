//! A code typed by hand: one field, its button, and ten large keys for wet gloves. Letters come from the phone's own
//! keyboard when they are asked for. The page reads the field.

use yew::{Callback, Html, NodeRef, Properties, SubmitEvent, component, html};

use super::icon::{Icon, glyph};
use crate::i18n::Words;

/// A key of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A digit.
    Digit(char),
    /// Takes the last character away.
    Back,
    /// The phone's own keyboard, for letters; or ours again.
    Letters,
}

/// Properties of [`CodeEntry`].
#[derive(Properties, PartialEq)]
pub struct CodeEntryProps {
    /// The words.
    pub words: Words,
    /// The field, for the page to read.
    pub field: NodeRef,
    /// Whether our keys are used, not the phone's keyboard.
    pub has_keys: bool,
    /// A key was tapped.
    pub onkey: Callback<Key>,
    /// It is to be looked for.
    pub onsubmit: Callback<()>,
}

/// The field, its button and its keys.
#[component]
pub fn CodeEntry(props: &CodeEntryProps) -> Html {
    let words = props.words;
    let onsubmit = props.onsubmit.reform(|event: SubmitEvent| event.prevent_default());
    let key = |key: Key, name: &'static str, face: Html| {
        let onkey = props.onkey.clone();
        html! {
            <button type="button" class="key" aria-label={name} onclick={move |_| onkey.emit(key)}>{ face }</button>
        }
    };
    let digit = |digit: char| {
        let onkey = props.onkey.clone();
        html! {
            <button type="button" class="key" data-testid={["key-", &digit.to_string()].concat()}
                onclick={move |_| onkey.emit(Key::Digit(digit))}>{ digit }</button>
        }
    };
    let mode = if props.has_keys { "none" } else { "text" };
    html! {
        <form class="code-entry" novalidate=true {onsubmit}>
            <div class="code-row">
                <label class="field">
                    <span>{ words.code_field() }<span class="hint">{ words.code_field_hint() }</span></span>
                    <input type="text" inputmode={mode} autocomplete="off" autocapitalize="characters" spellcheck="false"
                        enterkeyhint="search" maxlength="160" ref={props.field.clone()} data-testid="code" />
                </label>
                <button type="submit" class="primary" data-testid="code-submit">{ words.code_find() }</button>
            </div>
            if props.has_keys {
                <div class="keypad" role="group" aria-label={words.keypad()}>
                    { for "123456789".chars().map(digit) }
                    { key(Key::Letters, words.key_letters(), html! { <small>{ "ABC" }</small> }) }
                    { digit('0') }
                    { key(Key::Back, words.key_back(), glyph(Icon::Back)) }
                </div>
            } else {
                <button type="button" class="quiet" data-testid="use-keys"
                    onclick={props.onkey.reform(|_| Key::Letters)}>{ words.key_digits() }</button>
            }
        </form>
    }
}
