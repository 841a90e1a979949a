//! What does not count, for supervisors: what is held and may be released, and what the centre rejected, with who, when
//! and why in words.

use std::rc::Rc;

use link::Command;
use link::slice::Person;
use shared::api::board::BoardView;
use shared::api::quarantine::{HeldChanges, QuarantineView, RejectedBatch, Who};
use shared::ids::{CollectionId, Shelf};
use shared::time::Timestamp;
use yew::{Callback, Html, Properties, component, html};

use crate::components::notice::ProblemNote;
use crate::format;
use crate::hooks::{Sending, use_effect_with, use_now, use_reach, use_sending, use_slice, use_words};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;

/// Properties of [`QuarantinePage`].
#[derive(Properties, PartialEq)]
pub struct QuarantinePageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// What every row is drawn with.
struct Frame<'a> {
    words: Words,
    person: &'a Person,
    now: Timestamp,
    /// For the names of stations; their codes stand in until it has come.
    board: Option<&'a BoardView>,
}

/// The screen.
#[component]
pub fn QuarantinePage(props: &QuarantinePageProps) -> Html {
    let (words, now, reach) = (use_words(), use_now(), use_reach());
    let view = use_slice(|view| view.quarantine.clone());
    let board = use_slice(|view| view.board.clone());
    let Sending { is_busy, failed, send } = use_sending(true, Callback::noop());
    let load = send.clone();
    use_effect_with((), move |()| {
        load.emit(Command::LoadQuarantine);
        // Stations have their names there.
        reach.core.tell(Command::OpenBoard);
        move || reach.core.tell(Command::CloseBoard)
    });
    let board = board.as_deref().and_then(|slice| slice.board.as_ref());
    let frame = Frame { words, person: &props.person, now, board };
    html! {
        <Screen title={words.quarantine_title()} subtitle={words.quarantine_hint()}>
            if let Some(code) = failed {
                <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} />
            }
            if let Some(view) = view {
                { lists(&frame, &view, is_busy, &send) }
            } else if is_busy {
                <div aria-busy="true"><p class="hint" role="status">{ words.loading() }</p>
                    <div class="bone tall"></div></div>
            }
        </Screen>
    }
}

fn lists(frame: &Frame<'_>, view: &QuarantineView, is_busy: bool, send: &Callback<Command>) -> Html {
    let words = frame.words;
    html! {
        <>
            <section data-testid="held">
                <h2 class="section">{ words.held_title() }<span class="count">{ view.held.len() }</span></h2>
                if view.held.is_empty() { <p class="hint">{ words.held_none() }</p> }
                <ol class="events">{ for view.held.iter().map(|held| held_row(frame, held, is_busy, send)) }</ol>
            </section>
            <section data-testid="rejected">
                <h2 class="section">{ words.quarantine_rejected() }<span class="count">{ view.rejected.len() }</span></h2>
                if view.rejected.is_empty() { <p class="hint">{ words.quarantine_none() }</p> }
                <ol class="events">{ for view.rejected.iter().map(|batch| rejected_row(frame, batch)) }</ol>
            </section>
        </>
    }
}

fn held_row(frame: &Frame<'_>, held: &HeldChanges, is_busy: bool, send: &Callback<Command>) -> Html {
    let words = frame.words;
    let onclick = {
        let (send, document, device) = (send.clone(), held.document, held.author.device);
        move |_| {
            if !is_busy {
                send.emit(Command::Release { document, device });
            }
        }
    };
    html! {
        <li key={[held.document.to_string(), held.author.device.to_string()].concat()} class="event">
            <p class="event-head"><strong>{ words.quarantine_row(held.changes, &name(words, &held.author)) }</strong>
                <span class="event-state">{ place(frame, &held.collection) }</span></p>
            <p>{ words.held_why() }</p>
            { foot(frame, held.at, &held.author) }
            <button type="button" class="secondary" data-testid="release" {onclick} aria-disabled={is_busy.then_some("true")}>
                { if is_busy { words.held_releasing() } else { words.held_release() } }
            </button>
        </li>
    }
}

fn rejected_row(frame: &Frame<'_>, batch: &RejectedBatch) -> Html {
    let words = frame.words;
    let key = [batch.document.to_string(), batch.at.0.to_string(), batch.detail.clone()].concat();
    html! {
        <li {key} class="event" data-code={batch.code.clone()}>
            <p class="event-head"><strong>{ words.quarantine_row(batch.changes, &name(words, &batch.author)) }</strong>
                <span class="event-state">{ place(frame, &batch.collection) }</span></p>
            <p>{ why(words, &batch.code) }</p>
            { foot(frame, batch.at, &batch.author) }
            <p class="hint">
                if batch.carrier != batch.author { { words.quarantine_carrier(&name(words, &batch.carrier)) }{ " · " } }
                if batch.times > 1 { { words.quarantine_times(batch.times) }{ " · " } }
                <code>{ &batch.code }</code>{ ": " }<span lang="en">{ &batch.detail }</span>
            </p>
        </li>
    }
}

fn foot(frame: &Frame<'_>, at: Timestamp, author: &Who) -> Html {
    let device: String = author.device.to_string().chars().take(6).collect();
    html! {
        <p class="event-foot">
            <time>{ format::moment(frame.person.zone, at, frame.now) }</time>
            <span class="device">{ frame.words.device(&device) }</span>
        </p>
    }
}

fn name(words: Words, who: &Who) -> String {
    who.name.clone().unwrap_or_else(|| words.quarantine_stranger().to_owned())
}

/// A collection in words: the station, and the month if it has one.
fn place(frame: &Frame<'_>, collection: &CollectionId) -> String {
    let (station, month) = match collection.shelf() {
        Ok(Shelf::Rounds(station, month)) => (station, Some(month)),
        Ok(Shelf::Live(station)) => (station, None),
        Ok(Shelf::Bureau) | Err(_) => return frame.words.label(&frame.person.bureau_name).to_owned(),
    };
    let row = frame.board.and_then(|board| board.stations.iter().find(|row| row.code == station));
    let name = row.map_or(station.as_str(), |row| frame.words.label(&row.name));
    match month {
        Some(month) => [name, " · ", &month.to_string()].concat(),
        None => name.to_owned(),
    }
}

/// Why a batch was rejected, in words: what a supervisor can do about it is the same for many codes.
fn why(words: Words, code: &str) -> &'static str {
    match code {
        "signature" => words.why_forged(),
        "no-right" | "policy" | "collection" => words.why_no_right(),
        "actor" | "actor-forked" | "missing-dependency" | "start-op" | "not-applied" => {
            words.why_out_of_place()
        }
        _ => words.why_damaged(),
    }
}
