//! What is wrong: the usual faults as chips, how bad it is, and a note. The note's field is left alone until it is
//! read at "done", so that an input method can compose in peace.

use shared::domain::Label;
use shared::domain::answer::Condition;
use yew::{AttrValue, Callback, Html, MouseEvent, NodeRef, Properties, component, html};

use super::icon::{Icon, glyph};
use crate::i18n::Words;

/// Properties of [`FaultPanel`].
#[derive(Properties, PartialEq)]
pub struct FaultPanelProps {
    /// The words.
    pub words: Words,
    /// What it is about.
    pub title: AttrValue,
    /// The usual faults.
    pub faults: Vec<Label>,
    /// Which of them are chosen.
    pub chosen: Vec<bool>,
    /// How bad it is: watch or fault.
    pub severity: Condition,
    /// The note's field, for the page to read.
    pub note: NodeRef,
    /// What can be taken along: photos and a memo.
    #[prop_or_default]
    pub capture: Html,
    /// A chip was tapped.
    pub ontoggle: Callback<usize>,
    /// How bad it is was chosen.
    pub onseverity: Callback<Condition>,
    /// Done.
    pub ondone: Callback<MouseEvent>,
    /// Not abnormal after all.
    pub oncancel: Callback<MouseEvent>,
}

/// What is wrong.
#[component]
pub fn FaultPanel(props: &FaultPanelProps) -> Html {
    let words = props.words;
    let chip = |(index, fault): (usize, &Label)| {
        let ontoggle = props.ontoggle.clone();
        let is_chosen = props.chosen.get(index).copied().unwrap_or_default();
        html! {
            <button type="button" key={index} class="fault-chip" data-testid="fault-chip" aria-pressed={is_chosen.to_string()}
                onclick={move |_| ontoggle.emit(index)}>
                if is_chosen { { glyph(Icon::Check) } }
                <span>{ words.label(fault).to_owned() }</span>
            </button>
        }
    };
    html! {
        <section class="fault-panel" aria-label={words.fault_title()}>
            <div class="panel-head">
                <h3>{ words.fault_title() }<span class="hint">{ props.title.clone() }</span></h3>
                <button type="button" class="quiet" onclick={props.oncancel.clone()} data-testid="fault-cancel">{ words.cancel() }</button>
            </div>
            if !props.faults.is_empty() { <div class="chips">{ for props.faults.iter().enumerate().map(chip) }</div> }
            <div class="severity" role="group" aria-label={words.severity()}>
                { severity(props, Condition::Watch, "watch", Icon::Triangle, words.status_watch(), words.severity_watch()) }
                { severity(props, Condition::Fault, "fault", Icon::Cross, words.status_fault(), words.severity_fault()) }
            </div>
            <label class="field">
                <span>{ words.note_optional() }</span>
                <textarea rows="2" maxlength="500" ref={props.note.clone()} data-testid="note" />
            </label>
            { props.capture.clone() }
            <button type="button" class="primary" data-testid="fault-done" onclick={props.ondone.clone()}>{ words.done() }</button>
        </section>
    }
}

fn severity(
    props: &FaultPanelProps,
    condition: Condition,
    class: &'static str,
    icon: Icon,
    word: &'static str,
    hint: &'static str,
) -> Html {
    let onseverity = props.onseverity.clone();
    let is_chosen = props.severity == condition;
    html! {
        <button type="button" class={class} data-testid={["severity-", class].concat()} aria-pressed={is_chosen.to_string()}
            onclick={move |_| onseverity.emit(condition)}>
            { glyph(icon) }<span><strong>{ word }</strong><small>{ hint }</small></span>
        </button>
    }
}
