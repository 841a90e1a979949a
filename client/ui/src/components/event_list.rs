//! Everything that was said about an item, with who, when, on which phone, and whether it counts. The newest first.

use link::slice::{EventState, EventView, Input, Place};
use shared::time::{MINUTE_MS, Timestamp, Zone};
use yew::{Html, Properties, classes, component, html};

use super::attachments::Attachments;
use super::card_face::Saved;
use super::icon::glyph;
use super::mark::mark;
use crate::format::{self, Status};
use crate::i18n::Words;

/// A clock that is off by more than this is worth a word.
const CLOCK_NOTE_MS: i64 = 2 * MINUTE_MS;

/// Properties of [`EventList`].
#[derive(Properties, PartialEq)]
pub struct EventListProps {
    /// The words.
    pub words: Words,
    /// Everything that was said, oldest first.
    pub events: Vec<EventView>,
    /// How the item is answered.
    pub input: Input,
    /// The bureau's zone.
    pub zone: Zone,
    /// The phone's clock.
    pub now: Timestamp,
}

/// The list.
#[component]
pub fn EventList(props: &EventListProps) -> Html {
    html! { <ol class="events">{ for props.events.iter().rev().map(|event| entry(props, event)) }</ol> }
}

fn state_word(state: EventState) -> &'static str {
    match state {
        EventState::Standing => "standing",
        EventState::Replaced => "replaced",
        EventState::Amended => "amended",
        EventState::Withdrawn => "withdrawn",
        EventState::Held => "held",
    }
}

fn place_word(place: Place) -> &'static str {
    match place {
        Place::Phone => "phone",
        Place::Centre => "centre",
    }
}

fn state_text(words: Words, state: EventState) -> &'static str {
    match state {
        EventState::Standing => words.event_standing(),
        EventState::Replaced => words.event_replaced(),
        EventState::Amended => words.event_amended(),
        EventState::Withdrawn => words.event_withdrawn(),
        EventState::Held => words.event_held(),
    }
}

fn entry(props: &EventListProps, event: &EventView) -> Html {
    let words = props.words;
    let (icon, place) = Saved::from(event.place).face(words);
    html! {
        <li key={event.key.to_string()} class={classes!("event", state_word(event.state))} data-testid="event"
            data-state={state_word(event.state)} data-place={place_word(event.place)}>
            <p class="event-head">
                { mark(Status::of(&event.answer, &props.input), &format::answer(words, &event.answer, &props.input)) }
                <span class="event-state">{ state_text(words, event.state) }</span>
            </p>
            if !event.fault.is_empty() { <p class="remark">{ &event.fault }</p> }
            if !event.note.is_empty() { <p class="remark">{ &event.note }</p> }
            <Attachments {words} attached={event.attached.clone()} author={event.author.clone()} />
            <p class="event-foot">
                <span class="who">{ &event.author }</span>
                <span>{ words.badge(&event.badge) }</span>
                <time>{ format::moment(props.zone, event.at, props.now) }</time>
                <span class="device">{ words.device(&event.device) }</span>
                <span class="save-state">{ glyph(icon) }{ place }</span>
            </p>
            if event.clock_offset_ms.abs() > CLOCK_NOTE_MS {
                <p class="hint">{ clock_note(words, event.clock_offset_ms) }</p>
            }
        </li>
    }
}

/// How far a phone's clock is off; positive means behind.
pub fn clock_note(words: Words, offset_ms: i64) -> String {
    let span = format::span(words, offset_ms);
    if offset_ms > 0 { words.clock_behind(&span) } else { words.clock_ahead(&span) }
}
