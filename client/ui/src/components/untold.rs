//! Urgent, and nobody has been told: the banner that stays on every screen until the centre has signed for it.

use std::rc::Rc;

use link::slice::AlarmView;
use shared::time::{Timestamp, Zone};
use yew::{Html, Properties, component, html};

use super::icon::{Icon, glyph};
use crate::format;
use crate::i18n::Words;

/// Properties of [`Untold`].
#[derive(Properties, PartialEq)]
pub struct UntoldProps {
    /// The words.
    pub words: Words,
    /// What is untold.
    pub alarm: Rc<AlarmView>,
    /// The bureau's zone.
    pub zone: Zone,
    /// The time.
    pub now: Timestamp,
}

/// The banner; nothing while everything has been told.
#[component]
pub fn Untold(props: &UntoldProps) -> Html {
    let (words, untold) = (props.words, &props.alarm.untold);
    let Some((first, since)) = untold.first() else { return Html::default() };
    let since = untold.iter().map(|(_, since)| *since).min().unwrap_or(*since);
    let what = words.label(first).to_owned();
    let what = match untold.len() {
        1 => what,
        n => words.untold_more(u32::try_from(n - 1).unwrap_or(u32::MAX), &what),
    };
    html! {
        <div class="untold" role="alert" data-testid="untold">
            { glyph(Icon::Bell) }
            <p><strong>{ words.untold_title() }</strong>
                <span>{ words.untold_since(&format::moment(props.zone, since, props.now), &what) }</span></p>
        </div>
    }
}
