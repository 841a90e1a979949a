//! The upper part of a card: what is looked at, when it is fine, what it was last time, what is true of it now and
//! where that is safe. A dispute shows every standing answer with its author.

use link::slice::{CardView, EventState, EventView, Input, Place};
use shared::domain::answer::Answer;
use shared::domain::photo::{Attached, Photo};
use shared::time::{Timestamp, Zone};
use yew::{AttrValue, Callback, Html, MouseEvent, NodeRef, Properties, component, html};

use super::attachments::{Attachments, photos_of};
use super::handled::defect_face;
use super::icon::{Icon, glyph};
use super::mark::mark;
use crate::format::{self, Status};
use crate::i18n::Words;

/// Where an answer is safe, as the card shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// On its way to the disk.
    Saving,
    /// 已存本机
    Phone,
    /// 已到中心
    Centre,
}

impl From<Place> for Saved {
    fn from(place: Place) -> Self {
        match place {
            Place::Phone => Self::Phone,
            Place::Centre => Self::Centre,
        }
    }
}

impl Saved {
    /// The value of `data-place`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Saving => "saving",
            Self::Phone => "phone",
            Self::Centre => "centre",
        }
    }

    /// Its icon and its words.
    pub fn face(self, words: Words) -> (Icon, &'static str) {
        match self {
            Self::Saving => (Icon::Busy, words.save_saving()),
            Self::Phone => (Icon::Phone, words.save_phone()),
            Self::Centre => (Icon::Centre, words.save_centre()),
        }
    }
}

/// What this person said about the card last.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// The answer.
    pub answer: Answer,
    /// Fault chips and note.
    pub remark: AttrValue,
    /// Photos and a memo.
    pub attached: Attached,
    /// Where it is safe.
    pub saved: Saved,
}

/// Properties of [`CardFace`].
#[derive(Properties, PartialEq)]
pub struct CardFaceProps {
    /// The words.
    pub words: Words,
    /// The card.
    pub card: CardView,
    /// The name of its group.
    pub group: AttrValue,
    /// Its number among those of its subject, and how many those are.
    pub place: (u32, u32),
    /// This person's own answer that stands, or is on its way.
    pub own: Option<Own>,
    /// The bureau's zone.
    pub zone: Zone,
    /// The phone's clock.
    pub now: Timestamp,
    /// The heading, for the page to move the focus to.
    pub heading: NodeRef,
    /// The history was asked for.
    pub onhistory: Callback<MouseEvent>,
}

/// The upper part of a card.
#[component]
pub fn CardFace(props: &CardFaceProps) -> Html {
    let CardFaceProps { words, card, own, zone, now, .. } = props;
    let standard = words.label(&card.standard).to_owned();
    html! {
        <>
            <p class="card-place">
                <span class="figures">{ props.place.0 }<span class="of">{ "/" }{ props.place.1 }</span></span>
                <span>{ props.group.clone() }</span>
                if card.is_required { <span class="tag">{ words.required() }</span> }
                if card.is_safety_critical {
                    <span class="tag">{ glyph(Icon::Shield) }{ words.safety_critical() }</span>
                }
            </p>
            <h2 class="card-name" tabindex="-1" ref={props.heading.clone()}>{ words.label(&card.name).to_owned() }</h2>
            if !card.asset.is_empty() {
                <p class="card-asset hint">{ card.asset.clone() }
                    if let Some(date) = card.expires { <span>{ words.expires_on(&format::date(date)) }</span> }
                </p>
            }
            if !standard.is_empty() {
                <p class="card-standard"><span class="label">{ words.standard() }</span>{ standard }</p>
            }
            if let Some(last) = &card.last {
                <p class="card-last">
                    <span class="label">{ words.last_time() }</span>
                    { mark(Status::of(&last.answer, &card.input), &format::answer(*words, &last.answer, &card.input)) }
                    <span class="hint">{ format::date(last.date) }</span>
                </p>
            }
            { bell(*words, card, *zone, *now) }
            { reading(*words, card, own.as_ref(), *zone, *now) }
            if !card.events.is_empty() {
                <button type="button" class="link" onclick={props.onhistory.clone()} data-testid="history">
                    { glyph(Icon::History) }{ words.events_count(u32::try_from(card.events.len()).unwrap_or(u32::MAX)) }
                </button>
            }
        </>
    }
}

/// That its defect is known: who reported it, when, and how far it is.
fn bell(words: Words, card: &CardView, zone: Zone, now: Timestamp) -> Html {
    let Some(bell) = &card.bell else { return Html::default() };
    let time = format::moment(zone, bell.at, now);
    let text = match bell.reports {
        ..2 => words.bell_reported(&bell.by, &time),
        n => words.bell_more(n, &bell.by, &time),
    };
    let (_, _, state) = defect_face(words, bell.state);
    html! {
        <div class="bell" data-testid="bell" data-reports={bell.reports.to_string()}>
            { glyph(Icon::Bell) }
            <p><strong>{ text }</strong>{ " · " }{ state }<small>{ words.bell_hint() }</small></p>
        </div>
    }
}

fn reading(words: Words, card: &CardView, own: Option<&Own>, zone: Zone, now: Timestamp) -> Html {
    let standing: Vec<&EventView> =
        card.events.iter().filter(|event| event.state == EventState::Standing).collect();
    if card.input == Input::Photo {
        let own = own.filter(|own| matches!(own.answer, Answer::Photo(_)));
        if own.is_some() || standing.iter().any(|event| matches!(event.answer, Answer::Photo(_))) {
            return taken(words, &standing, own);
        }
    }
    // Each of a hundred scans is on the screen where they are counted.
    if let Some(all) = format::collected(words, &card.reading.answers) {
        return html! { <div class="reading-box">{ mark(Status::Value, &all) }</div> };
    }
    if card.reading.is_disputed {
        return html! {
            <div class="dispute-box" data-testid="dispute">
                <p class="mark dispute">{ glyph(Icon::Dispute) }<span>{ words.dispute_title() }</span></p>
                <ul>{ for standing.iter().map(|event| said(words, card, event, zone, now)) }</ul>
                <p class="hint">{ words.dispute_do() }</p>
                if let Some(own) = own.filter(|own| own.saved == Saved::Saving) { { own_line(words, card, own) } }
            </div>
        };
    }
    if let Some(own) = own {
        return html! { <div class="reading-box">{ own_line(words, card, own) }</div> };
    }
    if standing.is_empty() {
        return Html::default();
    }
    html! {
        <div class="reading-box">
            <p class="label">{ words.reading_now() }</p>
            <ul>{ for standing.iter().map(|event| said(words, card, event, zone, now)) }</ul>
        </div>
    }
}

/// The photos of a line that asks for some: everybody's, small, side by side.
fn taken(words: Words, standing: &[&EventView], own: Option<&Own>) -> Html {
    let mut photos: Vec<(Photo, AttrValue)> = Vec::new();
    for event in standing {
        photos.extend(event.attached.photos.iter().map(|photo| (*photo, event.author.clone().into())));
    }
    for photo in own.iter().flat_map(|own| &own.attached.photos) {
        if !photos.iter().any(|(other, _)| other == photo) {
            photos.push((*photo, words.myself().into()));
        }
    }
    let remarks = standing.iter().map(|event| remark(&event.fault, &event.note));
    html! {
        <div class="reading-box" data-testid="taken">
            <div class="own">
                { mark(Status::Value, &words.photos_taken(u32::try_from(photos.len()).unwrap_or(u32::MAX))) }
                if let Some(own) = own { { save_state(own.saved, words) } }
                { for remarks.filter(|text| !text.is_empty()).map(|text| html! { <p class="remark">{ text }</p> }) }
                { photos_of(words, photos.into_iter()) }
            </div>
        </div>
    }
}

fn save_state(saved: Saved, words: Words) -> Html {
    let (icon, text) = saved.face(words);
    html! {
        <span class="save-state" data-testid="save-state" data-place={saved.word()} aria-live="polite">
            { glyph(icon) }<span>{ text }</span>
        </span>
    }
}

fn own_line(words: Words, card: &CardView, own: &Own) -> Html {
    html! {
        <div class="own">
            { mark(Status::of(&own.answer, &card.input), &format::answer(words, &own.answer, &card.input)) }
            { save_state(own.saved, words) }
            if !own.remark.is_empty() { <p class="remark">{ own.remark.clone() }</p> }
            <Attachments {words} attached={own.attached.clone()} author={words.myself()} />
        </div>
    }
}

fn said(words: Words, card: &CardView, event: &EventView, zone: Zone, now: Timestamp) -> Html {
    html! {
        <li key={event.key.to_string()}>
            { mark(Status::of(&event.answer, &card.input), &format::answer(words, &event.answer, &card.input)) }
            <span class="who">{ &event.author }{ " " }<time>{ format::moment(zone, event.at, now) }</time></span>
            if !event.fault.is_empty() || !event.note.is_empty() {
                <p class="remark">{ remark(&event.fault, &event.note) }</p>
            }
            <Attachments {words} attached={event.attached.clone()} author={event.author.clone()} />
        </li>
    }
}

/// Fault chips and note as one line.
pub fn remark(fault: &str, note: &str) -> String {
    match (fault.is_empty(), note.is_empty()) {
        (false, false) => [fault, " · ", note].concat(),
        (false, true) => fault.to_owned(),
        _ => note.to_owned(),
    }
}
