//! Bundles, where people look for what is only on this phone: the file out, what of it is handed out, a colleague's file
//! in, and what became of it. None of it says more than is true: what was handed out is not at the centre.

use std::rc::Rc;

use link::Command;
use link::slice::{BroughtView, CarryView, HandedView, ReadyView, SyncView};
use shared::limits::BUNDLE_OFFERED_HOURS;
use shared::time::{HOUR_MS, Timestamp, Zone};
use yew::{Callback, Event, Html, MouseEvent, Properties, component, html, use_node_ref};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::format;
use crate::hooks::{use_reach, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::problem;

/// Properties of [`Carry`].
#[derive(Properties, PartialEq)]
pub struct CarryProps {
    /// What is only here.
    pub sync: Rc<SyncView>,
    /// Photos and memos that are only here.
    pub photos: u32,
    /// The bureau's zone.
    pub zone: Zone,
    /// The phone's clock.
    pub now: Timestamp,
}

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Busy {
    No,
    Making,
    Bringing,
}

/// The part of the screen.
#[component]
pub fn Carry(props: &CarryProps) -> Html {
    let CarryProps { sync, photos, zone, now } = props;
    let words = use_words();
    let reach = use_reach();
    let carry = use_slice(|view| view.carry.clone());
    let busy = use_value(Busy::No);
    let failed = use_value(None::<String>);
    let input = use_node_ref();
    let answered = {
        let (busy, failed) = (busy.clone(), failed.clone());
        move |outcome: crate::core_handle::Outcome| {
            busy.set(Busy::No);
            failed.set(outcome.err().map(|problem| problem.code));
        }
    };
    let onmake = {
        let (reach, busy, failed, answered) = (reach.clone(), busy.clone(), failed.clone(), answered.clone());
        Callback::from(move |_: MouseEvent| {
            busy.set(Busy::Making);
            failed.set(None);
            reach.core.send(Command::MakeBundle, answered.clone());
        })
    };
    let onpicked = {
        let (reach, busy, failed, input) = (reach.clone(), busy.clone(), failed.clone(), input.clone());
        move |_: Event| {
            if let Some(file) = browser::picked(&input) {
                busy.set(Busy::Bringing);
                failed.set(None);
                reach.core.send_file(Command::BringBundle, &file, answered.clone());
            }
        }
    };
    let oldest = sync.oldest_pending.filter(|_| sync.pending > 0);
    let is_due = oldest.is_some_and(|oldest| now.since(oldest) >= BUNDLE_OFFERED_HOURS * HOUR_MS);
    let is_busy = *busy != Busy::No;
    let disabled = is_busy.then_some("true");
    let file = carry.ready.as_ref().zip(reach.core.file());
    html! {
        <section class="carry" data-testid="carry">
            <h2 class="section">{ words.bundle_title() }</h2>
            if !browser::has_worker() { <Notice tone={Tone::Watch} text={words.bundle_no_worker()} /> }
            if let Some(code) = (*failed).clone() {
                <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} />
            }
            if let Some(handed) = carry.handed.filter(|_| sync.pending + photos > 0) {
                { handed_out(words, handed, sync.pending, *photos, *zone, *now) }
            }
            if sync.pending + photos > 0 {
                if let Some((ready, file)) = file {
                    { ready_out(words, ready, file, &reach) }
                } else {
                    if is_due { <Notice tone={Tone::Watch} text={words.bundle_due()} /> }
                    <button type="button" class={if is_due { "primary" } else { "secondary" }} data-testid="bundle-make"
                        onclick={onmake} aria-disabled={disabled}>
                        { glyph(if *busy == Busy::Making { Icon::Busy } else { Icon::Phone }) }
                        <span aria-live="polite">{ if *busy == Busy::Making { words.bundle_making() } else { words.bundle_make() } }</span>
                    </button>
                    <p class="hint">{ words.bundle_make_hint() }</p>
                }
            }
            <label class="secondary" aria-disabled={disabled}>
                { glyph(if *busy == Busy::Bringing { Icon::Busy } else { Icon::Plus }) }
                <span aria-live="polite">{ if *busy == Busy::Bringing { words.bundle_bringing() } else { words.bundle_bring() } }</span>
                <input type="file" class="unseen" ref={input} data-testid="bundle-bring" disabled={is_busy} onchange={onpicked} />
            </label>
            <p class="hint">{ words.bundle_bring_hint() }</p>
            { carried(words, &carry, *now) }
            { for carry.left.iter().map(|left| html! {
                <p class="hint" data-testid="left">{ words.left_to_bring(left.unsent, &left.name) }</p>
            }) }
            if !carry.brought.is_empty() {
                <ul class="brought">{ for carry.brought.iter().enumerate().map(|(place, view)| brought(words, place, view, *zone, *now)) }</ul>
            }
        </section>
    }
}

/// What was handed out, and what was added after it.
fn handed_out(
    words: Words,
    handed: HandedView,
    pending: u32,
    photos: u32,
    zone: Zone,
    now: Timestamp,
) -> Html {
    let at = [&format::moment(zone, handed.at, now), " (", &format::age(words, handed.at, now), ")"].concat();
    let (more, photos_more) =
        (pending.saturating_sub(handed.inside), photos.saturating_sub(handed.photos_inside));
    let is_whole = more + photos_more == 0;
    html! {
        <section class={if is_whole { "sync-state unchecked" } else { "sync-state watch" }} data-testid="handed"
            data-inside={handed.inside.to_string()} data-more={more.to_string()}>
            { glyph(Icon::Person) }
            <div>
                <p class="lead">{ if handed.is_given { words.handed_given(&at) } else { words.handed_saved(&at) } }</p>
                <p>{ words.handed_inside(pending, handed.inside) }</p>
                if more > 0 { <p>{ words.handed_more(more) }</p> }
                if photos_more > 0 { <p>{ words.bundle_photos_left(photos_more) }</p> }
                <p class="hint">{ words.handed_hint() }</p>
            </div>
        </section>
    }
}

/// The file that is made, and the two ways out.
fn ready_out(words: Words, ready: &ReadyView, file: browser::Picked, reach: &crate::hooks::Reach) -> Html {
    let told = |is_given: bool| {
        let core = reach.core.clone();
        move || core.tell(Command::BundleHandedOut(is_given))
    };
    let can_give = browser::can_give(&file, &ready.name);
    let ongive = {
        let (file, name, told) = (file.clone(), ready.name.clone(), told(true));
        move |_: MouseEvent| browser::give(&file, &name, told.clone())
    };
    let onsave = {
        let (name, told) = (ready.name.clone(), told(false));
        move |_: MouseEvent| {
            if browser::save(&file, &name) {
                told();
            }
        }
    };
    html! {
        <div class="bundle-ready" data-testid="bundle-ready" data-changes={ready.changes.to_string()}>
            <p class="lead">{ words.bundle_holds(ready.changes, ready.photos) }</p>
            <p class="file-name">{ ready.name.clone() }</p>
            <p>{ format::size(ready.bytes) }</p>
            if ready.changes_left > 0 { <p>{ words.bundle_changes_left(ready.changes_left) }</p> }
            if ready.photos_left > 0 { <p>{ words.bundle_photos_left(ready.photos_left) }</p> }
            <p class="hint">{ words.bundle_sealed() }</p>
            if can_give {
                <button type="button" class="primary" data-testid="bundle-give" onclick={ongive}>{ words.bundle_give() }</button>
            }
            <button type="button" class={if can_give { "secondary" } else { "primary" }} data-testid="bundle-save" onclick={onsave}>{ words.bundle_save() }</button>
        </div>
    }
}

/// Files of colleagues that wait here.
fn carried(words: Words, carry: &CarryView, now: Timestamp) -> Html {
    let Some((oldest, _)) = carry.carried.first() else { return Html::default() };
    let bytes = carry.carried.iter().map(|(_, bytes)| bytes).sum();
    let count = u32::try_from(carry.carried.len()).unwrap_or(u32::MAX);
    html! {
        <section class="sync-state watch" data-testid="carried" data-count={count.to_string()}>
            { glyph(Icon::Person) }
            <div>
                <p class="lead">{ words.carried_title(count) }</p>
                <p>{ [&format::size(bytes), " · ", &format::age(words, *oldest, now)].concat() }</p>
                <p class="hint">{ words.carried_hint() }</p>
            </div>
        </section>
    }
}

/// What became of a file that was brought in here.
fn brought(words: Words, place: usize, view: &BroughtView, zone: Zone, now: Timestamp) -> Html {
    let at = format::moment(zone, view.at, now);
    if let Some(code) = &view.problem {
        let sentence = problem::sentence(words, code);
        return html! {
            <li key={place} data-testid="brought" data-code={code.clone()}>
                <p><strong>{ [&at, " · ", sentence.happened].concat() }</strong></p>
                <p>{ sentence.safe }</p><p>{ sentence.to_do }</p>
            </li>
        };
    }
    let made = format::moment(zone, view.made, now);
    html! {
        <li key={place} data-testid="brought" data-taken={view.taken.to_string()} data-known={view.known.to_string()}
            data-held={view.held.to_string()} data-rejected={view.rejected.to_string()}
            data-photos={view.photos.to_string()} data-photos-refused={view.photos_refused.to_string()}>
            <p><strong>{ words.brought_title(&view.name, &made) }</strong></p>
            <p>{ words.brought_taken(view.taken) }</p>
            if view.known > 0 { <p>{ words.brought_known(view.known) }</p> }
            if view.photos > 0 { <p>{ words.brought_photos(view.photos) }</p> }
            if view.photos_refused > 0 { <p>{ words.brought_photos_refused(view.photos_refused) }</p> }
            if view.held > 0 { <p>{ words.brought_held(view.held) }</p> }
            if view.rejected > 0 { <p>{ words.brought_rejected(view.rejected) }</p> }
            <p class="hint">{ at }</p>
        </li>
    }
}
