//! A status as people see it: shape, word and colour together, never one alone.

use yew::{AttrValue, Html, Properties, classes, component, html};

use super::icon::{Glyph, Icon};
use crate::format::Status;

/// Properties of [`Mark`].
#[derive(Properties, PartialEq)]
pub struct MarkProps {
    /// Decides shape and colour.
    pub status: Status,
    /// The word, or the value.
    pub text: AttrValue,
}

/// The shape of a status.
pub fn shape(status: Status) -> Icon {
    match status {
        Status::Fine => Icon::Check,
        Status::Watch => Icon::Triangle,
        Status::Fault => Icon::Cross,
        Status::Missing => Icon::Diamond,
        Status::Unchecked => Icon::Circle,
        Status::NotApplicable => Icon::Dash,
        Status::Value => Icon::Dot,
    }
}

/// A status.
#[component]
pub fn Mark(props: &MarkProps) -> Html {
    html! {
        <span class={classes!("mark", props.status.word())}>
            <Glyph icon={shape(props.status)} /><span>{ props.text.clone() }</span>
        </span>
    }
}
