//! A sentence that people must see: what happened, what is safe, what to do.

use yew::{AttrValue, Callback, Html, MouseEvent, Properties, classes, component, html};

use super::icon::{Icon, glyph};
use crate::problem::Sentence;

/// How urgent a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// To know.
    Calm,
    /// To act on soon.
    Watch,
    /// Something was not done.
    Alarm,
}

/// Properties of [`Notice`].
#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    /// How urgent.
    pub tone: Tone,
    /// The text.
    pub text: AttrValue,
    /// The word on its button, if it has one.
    #[prop_or_default]
    pub action: Option<AttrValue>,
    /// The button was tapped.
    #[prop_or_default]
    pub onact: Callback<MouseEvent>,
}

/// A notice of one sentence.
#[component]
pub fn Notice(props: &NoticeProps) -> Html {
    let (class, icon) = match props.tone {
        Tone::Calm => ("calm", Icon::Dot),
        Tone::Watch => ("watch", Icon::Triangle),
        Tone::Alarm => ("fault", Icon::Cross),
    };
    html! {
        <div class={classes!("notice", class)} role={if props.tone == Tone::Alarm { "alert" } else { "status" }}>
            { glyph(icon) }
            <p>{ props.text.clone() }</p>
            if let Some(action) = &props.action {
                <button type="button" class="quiet" onclick={props.onact.clone()}>{ action }</button>
            }
        </div>
    }
}

/// Properties of [`ProblemNote`].
#[derive(Properties, PartialEq)]
pub struct ProblemNoteProps {
    /// The stable word, for tests and for the help desk.
    pub code: AttrValue,
    /// The three sentences.
    pub sentence: Sentence,
}

/// Why something was not done.
#[component]
pub fn ProblemNote(props: &ProblemNoteProps) -> Html {
    html! {
        <div class="notice fault" role="alert" data-testid="problem" data-code={props.code.clone()}>
            { glyph(Icon::Cross) }
            <div>
                <p><strong>{ props.sentence.happened }</strong></p>
                <p>{ props.sentence.safe }</p>
                <p>{ props.sentence.to_do }</p>
            </div>
        </div>
    }
}
