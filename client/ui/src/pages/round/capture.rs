//! Photos and voice memos on their way to a card: the two buttons, what was taken and goes with the answer, and what to
//! know when the phone ends the program behind the camera: what was chosen and typed is kept before the camera opens.

use std::rc::Rc;

use link::slice::{CardView, DraftView, EventState, EventView, Input, RoundView};
use link::{Command, Problem};
use shared::domain::answer::Answer;
use shared::domain::photo::Attached;
use shared::ids::PhotoHash;
use shared::limits::{LINE_PHOTOS_MAX, PHOTOS_MAX};
use shared::time::HOUR_MS;
use yew::{AttrValue, Callback, Html, Properties, component, html, use_node_ref, use_state};

use super::answering;
use super::walk::{CardId, own_standing};
use crate::browser::{self, Slot};
use crate::components::attachments::address;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::hooks::{Reach, use_effect_with, use_reach, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::problem;
use crate::route::{RoundPart, Route};
use crate::store::{Said, View};

mod line;
mod memo;

pub use line::{photo_pad, use_taking};
use memo::Memo;

/// Properties of [`Capture`].
#[derive(Properties, PartialEq)]
pub struct CaptureProps {
    /// The round.
    pub round: Rc<RoundView>,
    /// The card.
    pub card: CardView,
    /// Whether what is taken joins this person's answer at once; otherwise it waits for the one that is being given.
    pub joins: bool,
    /// What is chosen and typed now, to be kept before the camera opens.
    #[prop_or_default]
    pub said: Option<Callback<(), Said>>,
}

/// Which card a photo is expected for, and what was chosen and typed; kept while the camera is open.
const EXPECTED: &str = "muster.expected";
/// An hour later nobody remembers.
const EXPECTED_MS_MAX: i64 = HOUR_MS;

/// The card that a photo was expected for when the program ended, and what was to be said.
pub fn expected(round: &RoundView) -> Option<(CardId, Option<Said>)> {
    let text = browser::kept(&browser::own(EXPECTED))?;
    let mut lines = text.splitn(6, '\n');
    let (address, at, card) = (lines.next()?, lines.next()?, lines.next()?);
    let age = browser::now().0 - at.parse::<i64>().ok()?;
    if address != Route::Round(round.name.clone(), RoundPart::Cards).address() || age > EXPECTED_MS_MAX {
        return None;
    }
    let said = lines.next().and_then(Answer::from_text).map(|answer| {
        let fault = lines.next().unwrap_or_default().to_owned();
        Said { answer, fault, note: lines.next().unwrap_or_default().to_owned() }
    });
    Some((CardId::from_text(card)?, said))
}

fn expect(round: &RoundView, card: &CardView, said: Option<Said>) {
    let address = Route::Round(round.name.clone(), RoundPart::Cards).address();
    let mut lines = vec![address, browser::now().0.to_string(), CardId::of(card).to_text()];
    if let Some(said) = said {
        lines.extend([said.answer.to_text(), said.fault, said.note]);
    }
    browser::keep(&browser::own(EXPECTED), &lines.join("\n"));
}

/// What was taken about a card and waits for its answer; not what an answer of this person takes along already.
pub fn draft(view: &View, round: &RoundView, card: &CardView) -> Attached {
    let tentative = view.tentative.iter().filter(|answer| answer.is_about(&round.name, card));
    // What was taken back may be taken once more.
    let has_it = |event: &&EventView| event.is_mine && event.state != EventState::Withdrawn;
    let taken: Vec<&Attached> = tentative
        .map(|answer| &answer.attached)
        .chain(card.events.iter().filter(has_it).map(|event| &event.attached))
        .collect();
    let mut draft = kept_draft(view, round, card);
    draft.photos.retain(|photo| !taken.iter().any(|attached| attached.photos.contains(photo)));
    draft.memo = draft.memo.filter(|memo| !taken.iter().any(|attached| attached.memo == Some(*memo)));
    draft
}

fn kept_draft(view: &View, round: &RoundView, card: &CardView) -> Attached {
    let is_its = |draft: &&DraftView| {
        draft.round == round.name && draft.subject == card.subject && draft.item == card.item
    };
    view.photos.drafts.iter().find(is_its).map(|draft| draft.attached.clone()).unwrap_or_default()
}

/// The buttons, and what was taken.
#[component]
pub fn Capture(props: &CaptureProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let CaptureProps { round, card, joins, .. } = props;
    let draft = {
        let (round, card) = (round.clone(), card.clone());
        use_slice(move |view| draft(view, &round, &card))
    };
    let is_busy = use_value(false);
    let failed = use_value(None::<String>);
    let input = use_node_ref();
    let was_ended = {
        let (round, card) = (round.clone(), card.clone());
        use_state(move || expected(&round).is_some_and(|(id, _)| id == CardId::of(&card)))
    };
    // A card that is left is expected no longer; a page that is ended leaves nothing.
    use_effect_with((), |()| {
        browser::forget(&browser::own(EXPECTED));
        || browser::forget(&browser::own(EXPECTED))
    });
    let is_line = card.input == Input::Photo;
    use_joining(&reach, round, card, &draft, *joins && !is_line);
    let told = {
        let (is_busy, failed) = (is_busy.clone(), failed.clone());
        Callback::from(move |outcome: Result<(), Problem>| {
            is_busy.set(false);
            failed.set(outcome.err().map(|problem| problem.code));
        })
    };
    let onopen = {
        let (round, card, said) = (round.clone(), card.clone(), props.said.clone());
        move |_| expect(&round, &card, said.as_ref().map(|said| said.emit(())))
    };
    let onpicked = {
        let (reach, round, id, input) = (reach.clone(), round.clone(), CardId::of(card), input.clone());
        let (is_busy, failed, told, was_ended) =
            (is_busy.clone(), failed.clone(), told.clone(), was_ended.clone());
        move |_| {
            browser::forget(&browser::own(EXPECTED));
            let Some(file) = browser::picked(&input) else { return };
            is_busy.set(true);
            failed.set(None);
            was_ended.set(false);
            let CardId { subject, item } = id.clone();
            let order = Command::KeepPhoto { round: round.name.clone(), subject, item };
            let told = told.clone();
            reach.core.send_file(order, &file, move |outcome| told.emit(outcome));
        }
    };
    let (own, most) = if is_line {
        (line::own_photos(card), LINE_PHOTOS_MAX)
    } else {
        (own_standing(card).map_or(0, |own| own.attached.photos.len()), PHOTOS_MAX)
    };
    let is_full = draft.photos.len() + own >= most;
    let class = match (is_line, own) {
        (false, _) => "small-answer",
        (true, 0) => "primary",
        (true, _) => "secondary",
    };
    html! {
        <div class="capture">
            if *was_ended { <Notice tone={Tone::Watch} text={words.photo_behind_camera()} /> }
            if let Some(code) = (*failed).clone() {
                <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} />
            }
            if !is_line { { drafts(words, &reach, &draft, words.photo_draft()) } }
            <div class="capture-buttons">
                <label {class} aria-disabled={(is_full || *is_busy).then_some("true")}>
                    { glyph(if *is_busy { Icon::Busy } else { Icon::Camera }) }
                    <span aria-live="polite">{ line::take_word(words, *is_busy, own, is_line) }</span>
                    <input type="file" accept="image/*" capture="environment" class="unseen" ref={input} data-testid="take-photo"
                        disabled={is_full || *is_busy} onclick={onopen} onchange={onpicked} oncancel={|_| browser::forget(&browser::own(EXPECTED))} />
                </label>
                if !is_line { <Memo {words} round={round.clone()} card={CardId::of(card)} ontold={told} /> }
            </div>
        </div>
    }
}

/// What was taken and waits, each with a way to throw it away; and what it waits for.
pub fn drafts(words: Words, reach: &Reach, draft: &Attached, hint: &'static str) -> Html {
    if draft.is_empty() {
        return Html::default();
    }
    let drop_button = |hash: PhotoHash, name: &'static str| {
        let core = reach.core.clone();
        let onclick = move |_| core.tell(Command::DropDraft(hash));
        html! {
            <button type="button" class="icon-button" aria-label={name} data-testid="drop-draft" {onclick}>{ glyph(Icon::Close) }</button>
        }
    };
    html! {
        <div class="drafts" data-testid="drafts">
            { for draft.photos.iter().map(|photo| html! {
                <figure class="draft" key={photo.original.to_string()} data-testid="draft">
                    <img src={address(photo.thumbnail)} alt={hint} />
                    { drop_button(photo.original, words.photo_drop()) }
                </figure>
            }) }
            if let Some(memo) = draft.memo {
                <figure class="draft memo-draft" key={memo.to_string()} data-testid="memo-draft">
                    <audio class="memo" controls=true preload="metadata" src={address(memo)} aria-label={words.memo_mine()} />
                    { drop_button(memo, words.memo_drop()) }
                </figure>
            }
            <p class="hint"><span class="save-state">{ glyph(Icon::Phone) }{ hint }</span></p>
        </div>
    }
}

/// What was taken after this person had answered joins that answer by itself, once the answer is on the disk.
#[yew::hook]
fn use_joining(reach: &Reach, round: &Rc<RoundView>, card: &CardView, draft: &Attached, joins: bool) {
    let own = own_standing(card).map(|own| own.key.clone());
    let inputs = (own, draft.clone(), joins);
    let (reach, round, card) = (reach.clone(), round.clone(), card.clone());
    use_effect_with(inputs, move |(own, draft, joins)| {
        let is_on_its_way =
            reach.store.view().tentative.iter().any(|answer| answer.is_about(&round.name, &card));
        // What was not kept waits for somebody to try again.
        let was_not_kept = is_unkept(&reach.store.view(), &round, &card);
        if own.is_none() || draft.is_empty() || !joins || is_on_its_way || was_not_kept {
            return;
        }
        let Some(own) = own_standing(&card) else { return };
        let said = Said { answer: own.answer.clone(), fault: own.fault.clone(), note: own.note.clone() };
        answering::answer(&reach, &round, &card, said, Callback::noop());
    });
}

/// Whether the last answer about a card was not kept.
fn is_unkept(view: &View, round: &RoundView, card: &CardView) -> bool {
    view.unkept.as_ref().is_some_and(|unkept| unkept.is_about(&round.name, card))
}

/// Milliseconds as whole seconds.
fn seconds(ms: i32) -> AttrValue {
    (ms / 1_000).to_string().into()
}
