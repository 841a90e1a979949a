//! A value to type: number, date, text or serial, in one field with its save button. The page reads the field at the
//! tap and says what is wrong with it.

use link::slice::Input;
use yew::{AttrValue, Callback, Html, NodeRef, Properties, SubmitEvent, component, html};

use crate::format;
use crate::i18n::Words;

/// Properties of [`ValuePad`].
#[derive(Properties, PartialEq)]
pub struct ValuePadProps {
    /// The words.
    pub words: Words,
    /// How the item is answered.
    pub input: Input,
    /// The field, for the page to read.
    pub field: NodeRef,
    /// Whether taps count now.
    pub is_open: bool,
    /// What is wrong with what was typed.
    pub complaint: Option<AttrValue>,
    /// It is to be saved.
    pub onsave: Callback<()>,
}

/// A field and its button.
#[component]
pub fn ValuePad(props: &ValuePadProps) -> Html {
    let words = props.words;
    let (onsave, is_open) = (props.onsave.clone(), props.is_open);
    let onsubmit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_open {
            onsave.emit(());
        }
    };
    let (label, hint) = match &props.input {
        Input::Number { unit, ok_min, ok_max } => {
            (words.value_number(words.label(unit)), bounds(words, *ok_min, *ok_max))
        }
        Input::Date => (words.value_date().to_owned(), String::new()),
        Input::Scan => (words.value_scan().to_owned(), String::new()),
        _ => (words.value_text().to_owned(), String::new()),
    };
    let (kind, mode) = match &props.input {
        Input::Number { .. } => ("text", "decimal"),
        Input::Date => ("date", ""),
        _ => ("text", "text"),
    };
    html! {
        <form class="value-pad" novalidate=true {onsubmit}>
            <label class="field">
                <span>{ label }if !hint.is_empty() { <span class="hint">{ hint }</span> }</span>
                if props.input == Input::Text {
                    <textarea rows="2" maxlength="500" ref={props.field.clone()} data-testid="answer-value" />
                } else {
                    <input type={kind} inputmode={mode} autocomplete="off" enterkeyhint="done" ref={props.field.clone()}
                        data-testid="answer-value" aria-invalid={props.complaint.is_some().to_string()} />
                }
            </label>
            if let Some(complaint) = &props.complaint { <p class="complaint" role="alert">{ complaint }</p> }
            <button type="submit" class="primary" data-testid="answer-save"
                aria-disabled={(!props.is_open).then_some("true")}>{ words.save_and_next() }</button>
        </form>
    }
}

fn bounds(words: Words, min: Option<i64>, max: Option<i64>) -> String {
    match (min.map(format::thousandths_text), max.map(format::thousandths_text)) {
        (Some(min), Some(max)) => words.bounds_between(&max, &min),
        (Some(min), None) => words.bounds_min(&min),
        (None, Some(max)) => words.bounds_max(&max),
        (None, None) => String::new(),
    }
}
