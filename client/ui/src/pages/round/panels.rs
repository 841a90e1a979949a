//! What opens at the bottom of a card when one tap is not enough: what is wrong, a value, a note. They keep what is
//! chosen and typed until it is done, and fill themselves with what was said before.

use std::rc::Rc;

use link::slice::{CardView, Input, RoundView};
use shared::domain::answer::{Answer, Condition};
use shared::time::Date;
use yew::{AttrValue, Callback, Html, Properties, component, html, use_node_ref, use_state_eq};

use super::capture::Capture;
use super::walk::own_standing;
use crate::browser;
use crate::components::fault_panel::FaultPanel;
use crate::components::value_pad::ValuePad;
use crate::format;
use crate::hooks::{use_effect_with, use_value, use_words};
use crate::i18n::Words;
use crate::store::Said;

/// Between the chips of a fault in a record, whatever language the person reads.
pub const FAULT_SEPARATOR: &str = "、";

/// Properties of the panels.
#[derive(Properties, PartialEq)]
pub struct PanelProps {
    /// The round.
    pub round: Rc<RoundView>,
    /// The card.
    pub card: CardView,
    /// What was typed before it could not be kept.
    #[prop_or_default]
    pub draft: Option<Said>,
    /// Whether taps count now.
    #[prop_or(true)]
    pub is_open: bool,
    /// It was said.
    pub onsaid: Callback<Said>,
    /// It is not to be said.
    #[prop_or_default]
    pub oncancel: Callback<()>,
}

/// What is wrong with it.
#[component]
pub fn Fault(props: &PanelProps) -> Html {
    let words = use_words();
    let card = &props.card;
    let before = props.draft.clone().or_else(|| said_before(card));
    let fault = before.as_ref().map(|said| said.fault.clone()).unwrap_or_default();
    let chosen = use_state_eq(|| {
        let named: Vec<&str> = fault.split(FAULT_SEPARATOR).collect();
        card.faults.iter().map(|label| named.contains(&label.zh.as_str())).collect::<Vec<bool>>()
    });
    let severity = use_state_eq(|| match &before {
        Some(Said {
            answer: Answer::Condition(condition @ (Condition::Watch | Condition::Fault)), ..
        }) => *condition,
        _ => Condition::Fault,
    });
    let note = use_node_ref();
    {
        let (note, text) = (note.clone(), before.map(|said| said.note).unwrap_or_default());
        use_effect_with((), move |()| browser::set_text(&note, &text));
    }
    let ontoggle = {
        let chosen = chosen.clone();
        Callback::from(move |index: usize| {
            let mut next = (*chosen).clone();
            if let Some(mark) = next.get_mut(index) {
                *mark = !*mark;
            }
            chosen.set(next);
        })
    };
    let onseverity = {
        let severity = severity.clone();
        Callback::from(move |condition| severity.set(condition))
    };
    let said = {
        let (chosen, severity, note) = (chosen.clone(), severity.clone(), note.clone());
        let faults = card.faults.clone();
        Callback::from(move |()| {
            let named = faults.iter().zip(chosen.iter()).filter(|(_, is_chosen)| **is_chosen);
            let fault: Vec<&str> = named.map(|(label, _)| label.zh.as_str()).collect();
            Said {
                answer: Answer::Condition(*severity),
                fault: fault.join(FAULT_SEPARATOR),
                note: browser::text_of(&note).trim().to_owned(),
            }
        })
    };
    let ondone = {
        let (said, onsaid) = (said.clone(), props.onsaid.clone());
        Callback::from(move |_| onsaid.emit(said.emit(())))
    };
    let capture = html! { <Capture round={props.round.clone()} card={card.clone()} joins=false {said} /> };
    html! {
        <FaultPanel {words} title={words.label(&card.name).to_owned()} faults={card.faults.clone()} chosen={(*chosen).clone()}
            severity={*severity} {note} {capture} {ontoggle} {onseverity} {ondone}
            oncancel={props.oncancel.reform(|_| ())} />
    }
}

fn said_before(card: &CardView) -> Option<Said> {
    own_standing(card).map(|own| Said {
        answer: own.answer.clone(),
        fault: own.fault.clone(),
        note: own.note.clone(),
    })
}

/// A value to type.
#[component]
pub fn Value(props: &PanelProps) -> Html {
    let words = use_words();
    let field = use_node_ref();
    let complaint = use_value(None::<AttrValue>);
    let input = props.card.input.clone();
    {
        let before = props.draft.clone().or_else(|| said_before(&props.card)).map(|said| said.answer);
        // What should be there stands there: one tap for a count that is right.
        let expected = match &input {
            Input::Count { expected, .. } => expected.map(Answer::Number),
            _ => None,
        };
        let before = before.or(expected);
        let (field, text) = (field.clone(), before.map(field_text).unwrap_or_default());
        use_effect_with((), move |()| browser::set_text(&field, &text));
    }
    let onsave = {
        let (field, complaint, input, onsaid) =
            (field.clone(), complaint.clone(), input.clone(), props.onsaid.clone());
        Callback::from(move |()| match read(words, &input, &browser::text_of(&field)) {
            Ok(answer) => {
                complaint.set(None);
                onsaid.emit(Said::plain(answer));
            }
            Err(sentence) => {
                complaint.set(Some(sentence.into()));
                browser::focus(&field);
            }
        })
    };
    let onstep = {
        let field = field.clone();
        Callback::from(move |by: i64| {
            let now = format::parse_thousandths(&browser::text_of(&field)).unwrap_or_default();
            let whole = (now / 1_000).saturating_add(by).max(0);
            browser::set_text(&field, &whole.to_string());
        })
    };
    let complaint = (*complaint).clone();
    html! { <ValuePad {words} {input} {field} is_open={props.is_open} {complaint} {onsave} {onstep} /> }
}

fn field_text(answer: Answer) -> String {
    match answer {
        Answer::Number(thousandths) => format::thousandths_text(thousandths),
        Answer::Date(date) => date.to_string(),
        Answer::Text(text) | Answer::Scan(text) => text,
        _ => String::new(),
    }
}

fn read(words: Words, input: &Input, text: &str) -> Result<Answer, &'static str> {
    let text = text.trim();
    match input {
        Input::Number { min, max, .. } => {
            let number = format::parse_thousandths(text).ok_or(words.wrong_number())?;
            let is_possible = min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max);
            if is_possible { Ok(Answer::Number(number)) } else { Err(words.wrong_range()) }
        }
        Input::Count { .. } => {
            let count = format::parse_thousandths(text).filter(|n| *n >= 0 && n % 1_000 == 0);
            count.map(Answer::Number).ok_or(words.wrong_count())
        }
        Input::Date(_) => Date::parse(text).map(Answer::Date).ok_or(words.wrong_date()),
        _ if text.is_empty() => Err(words.wrong_empty()),
        Input::Scan => Ok(Answer::Scan(text.to_owned())),
        _ => Ok(Answer::Text(text.to_owned())),
    }
}

/// A note for an answer that was given already, or that comes with the next tap.
#[component]
pub fn Note(props: &PanelProps) -> Html {
    let words = use_words();
    let field = use_node_ref();
    let before = props.draft.clone().or_else(|| said_before(&props.card));
    {
        let (field, text) =
            (field.clone(), before.as_ref().map(|said| said.note.clone()).unwrap_or_default());
        use_effect_with((), move |()| {
            browser::set_text(&field, &text);
            browser::focus(&field);
        });
    }
    let onclick = {
        let (field, onsaid) = (field.clone(), props.onsaid.clone());
        move |_| {
            if let Some(before) = &before {
                onsaid.emit(Said { note: browser::text_of(&field).trim().to_owned(), ..before.clone() });
            }
        }
    };
    html! {
        <section class="fault-panel" aria-label={words.note()}>
            <div class="panel-head">
                <h3>{ words.note() }</h3>
                <button type="button" class="quiet" onclick={props.oncancel.reform(|_| ())}>{ words.cancel() }</button>
            </div>
            <label class="field">
                <span>{ words.note_hint() }</span>
                <textarea rows="3" maxlength="500" ref={field} data-testid="note" />
            </label>
            <button type="button" class="primary" data-testid="note-done" {onclick}>{ words.done() }</button>
        </section>
    }
}
