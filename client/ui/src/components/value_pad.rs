//! A value to type: count, number, date, text or serial, in one field with its save button; a count has large keys for
//! one more and one less beside it. The page reads the field at the tap and says what is wrong with it.

use link::slice::Input;
use yew::{AttrValue, Callback, Html, NodeRef, Properties, SubmitEvent, component, html};

use super::icon::{Icon, glyph};
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
    /// One more or one less.
    pub onstep: Callback<i64>,
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
        Input::Number { unit, ok_min, ok_max, .. } => {
            (words.value_number(words.label(unit)), bounds(words, *ok_min, *ok_max))
        }
        Input::Count { unit, expected } => (
            words.value_count(words.label(unit)),
            match expected {
                Some(expected) => words.count_expected(&format::thousandths_text(*expected)),
                None => String::new(),
            },
        ),
        Input::Date(_) => (words.value_date().to_owned(), String::new()),
        Input::Scan => (words.value_scan().to_owned(), String::new()),
        _ => (words.value_text().to_owned(), String::new()),
    };
    let (kind, mode) = match &props.input {
        Input::Number { .. } => ("text", "decimal"),
        Input::Count { .. } => ("text", "numeric"),
        Input::Date(_) => ("date", ""),
        _ => ("text", "text"),
    };
    let step = |by: i64, testid: &'static str, icon: Icon, name: &'static str| {
        let onstep = props.onstep.clone();
        html! {
            if matches!(props.input, Input::Count { .. }) {
                <button type="button" class="step" data-testid={testid} aria-label={name} onclick={move |_| onstep.emit(by)}>
                    { glyph(icon) }
                </button>
            }
        }
    };
    html! {
        <form class="value-pad" novalidate=true {onsubmit}>
            <div class="value-row">
            { step(-1, "step-less", Icon::Dash, words.one_less()) }
            <label class="field">
                <span>{ label }if !hint.is_empty() { <span class="hint">{ hint }</span> }</span>
                if props.input == Input::Text {
                    <textarea rows="2" maxlength="500" ref={props.field.clone()} data-testid="answer-value" />
                } else {
                    <input type={kind} inputmode={mode} autocomplete="off" enterkeyhint="done" ref={props.field.clone()}
                        data-testid="answer-value" aria-invalid={props.complaint.is_some().to_string()} />
                }
            </label>
            { step(1, "step-more", Icon::Plus, words.one_more()) }
            </div>
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
