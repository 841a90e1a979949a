//! What is only on this phone and since when, how the link is, and what the browser grants.

use std::rc::Rc;

use link::Command;
use link::slice::{LinkState, Person, SyncView};
use shared::time::{DAY_MS, MINUTE_MS, Timestamp};
use yew::{Callback, Html, Properties, component, html};

mod carry;
mod kept;
mod photos;

use carry::Carry;
use kept::Kept;
use photos::Photos;

use crate::browser;
use crate::components::event_list::clock_note;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::format;
use crate::hooks::{use_phone_clock, use_reach, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::Route;

/// A clock that is off by more than this is worth a notice.
const CLOCK_NOTE_MS: i64 = 2 * MINUTE_MS;

/// Properties of [`SyncPage`].
#[derive(Properties, PartialEq)]
pub struct SyncPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen.
#[component]
pub fn SyncPage(props: &SyncPageProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let now = use_phone_clock();
    let sync = use_slice(|view| view.sync.clone());
    let is_busy = use_value(false);
    let failed = use_value(None::<String>);
    let onsync = {
        let (is_busy, failed, reach) = (is_busy.clone(), failed.clone(), reach.clone());
        Callback::from(move |_| {
            is_busy.set(true);
            failed.set(None);
            let (is_busy, failed) = (is_busy.clone(), failed.clone());
            reach.core.send(Command::SyncNow, move |outcome| {
                is_busy.set(false);
                failed.set(outcome.err().map(|problem| problem.code));
            });
        })
    };
    let photos = use_slice(|view| view.photos.clone());
    let storage = sync.storage;
    let core = reach.core.clone();
    let ontry_photos = Callback::from(move |_| core.tell(Command::TryPhotos));
    let core = reach.core.clone();
    let ontry = Callback::from(move |_| core.tell(Command::TryAside));
    let code = (*failed).clone().or_else(|| sync.problem.clone());
    html! {
        <Screen title={words.nav_sync()} back={Route::Home}>
            { only_here(words, &sync, photos.waiting, now) }
            <Photos {words} photos={photos.clone()} {storage} ontry={ontry_photos} />
            if let Some(code) = code {
                <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} />
            }
            if let Some(offset) = sync.clock_offset_ms.filter(|offset| offset.abs() > CLOCK_NOTE_MS) {
                <Notice tone={Tone::Watch} text={clock_note(words, offset)} />
            }
            <Kept {words} sync={sync.clone()} zone={props.person.zone} {now} {ontry} />
            <button type="button" class="primary" data-testid="sync-now" onclick={onsync} aria-disabled={is_busy.then_some("true")}>
                { glyph(Icon::Sync) }{ if *is_busy { words.chip_connecting() } else { words.sync_now() } }
            </button>
            <Carry sync={sync.clone()} photos={photos.waiting} zone={props.person.zone} {now} />
            { facts(words, &sync, &props.person, now) }
        </Screen>
    }
}

fn only_here(words: Words, sync: &SyncView, photos: u32, now: Timestamp) -> Html {
    if sync.pending == 0 && (photos > 0 || !sync.rejected.is_empty() || !sync.aside.is_empty()) {
        // Nothing waits, and yet not everything is at the centre: what is below says it.
        return Html::default();
    }
    if sync.pending == 0 {
        return html! {
            <section class="sync-state ok">{ glyph(Icon::Check) }<div>
                <p class="lead">{ words.sync_nothing_pending() }</p><p class="hint">{ words.sync_nothing_pending_hint() }</p>
            </div></section>
        };
    }
    let oldest = sync.oldest_pending;
    let is_old = oldest.is_some_and(|oldest| now.since(oldest) >= DAY_MS);
    html! {
        <section class={if is_old { "sync-state fault" } else { "sync-state watch" }}>{ glyph(Icon::Phone) }<div>
            <p class="lead">{ words.chip_pending(sync.pending) }</p>
            if let Some(oldest) = oldest { <p>{ words.sync_oldest(&format::age(words, oldest, now)) }</p> }
            <p class="hint">{ if is_old { words.sync_nag() } else { words.sync_pending_hint() } }</p>
        </div></section>
    }
}

fn facts(words: Words, sync: &SyncView, person: &Person, now: Timestamp) -> Html {
    let link = match sync.link {
        LinkState::Offline => words.link_offline(),
        LinkState::Connecting => words.chip_connecting(),
        LinkState::Online => words.link_online(),
        LinkState::OtherTab => words.chip_other_tab(),
    };
    let contact = sync.last_contact.map_or(words.never().to_owned(), |at| {
        [&format::moment(person.zone, at, now), " (", &format::age(words, at, now), ")"].concat()
    });
    let clock = sync.clock_offset_ms.map_or(words.unknown().to_owned(), |offset| {
        if offset.abs() > CLOCK_NOTE_MS { clock_note(words, offset) } else { words.clock_right().to_owned() }
    });
    let storage = sync.storage.map(|storage| {
        words.storage_of(&format::size(storage.quota_bytes), &format::size(storage.used_bytes))
    });
    let is_persistent = sync.storage.is_some_and(|storage| storage.is_persistent);
    let row = |name: &'static str, value: String| html! { <div><dt>{ name }</dt><dd>{ value }</dd></div> };
    html! {
        <dl class="rows">
            { row(words.link(), link.to_owned()) }
            { row(words.last_contact(), contact) }
            { row(words.clock(), clock) }
            { row(words.storage(), storage.unwrap_or_else(|| words.unknown().to_owned())) }
            { row(words.persistence(), if is_persistent { words.persistent() } else { words.not_persistent() }.to_owned()) }
            { row(words.device_name(), person.device.clone()) }
            { row(words.build(), browser::meta("muster-build").unwrap_or_default()) }
        </dl>
    }
}
