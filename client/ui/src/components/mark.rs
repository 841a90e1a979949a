//! A status as people see it: shape, word and colour together, never one alone.

use yew::{Html, classes, html};

use super::icon::{Icon, glyph};
use crate::format::Status;

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

/// A status: its shape and colour, with the word or the value.
pub fn mark(status: Status, text: &str) -> Html {
    html! {
        <span class={classes!("mark", status.word())}>{ glyph(shape(status)) }<span>{ text }</span></span>
    }
}
