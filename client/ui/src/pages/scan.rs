//! Scanning: the viewfinder on top, a typed code always beside it, and what the last code names. All of it from this
//! phone alone.

use std::rc::Rc;

use link::Command;
use link::slice::{AskedIn, FoundView, Miss, Person, ThingView};
use shared::limits::CODE_CHARS_MAX;
use yew::{
    AttrValue, Callback, Html, NodeRef, Properties, component, hook, html, use_node_ref, use_state,
    use_state_eq,
};

use crate::browser;
use crate::components::code_entry::{CodeEntry, Key};
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::components::thing_card::thing_card;
use crate::format;
use crate::hooks::{feel, go, use_now, use_phone_clock, use_reach, use_value, use_words};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::{RoundPart, Route};

mod later;
mod viewfinder;

pub use viewfinder::{Flash, Viewfinder};

use super::round::CardId;
use later::Later;

/// Milliseconds that the phone is felt for a hit.
pub const FEEL_GOOD: [u32; 1] = [60];
/// Milliseconds on, off and on for what should be looked at.
pub const FEEL_LOOK: [u32; 3] = [40, 60, 40];

/// Properties of [`ScanPage`].
#[derive(Properties, PartialEq)]
pub struct ScanPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen.
#[component]
pub fn ScanPage(props: &ScanPageProps) -> Html {
    let words = use_words();
    let (now, phone_now) = (use_now(), use_phone_clock());
    let shown = use_state(|| None::<Rc<FoundView>>);
    let failed = use_value(None::<String>);
    let later = use_state_eq(later::kept);
    let entry = use_entry();
    let reach = use_reach();
    let find = use_find({
        let (shown, failed) = (shown.clone(), failed.clone());
        Callback::from(move |outcome: Looked| match outcome {
            Ok(found) => {
                feel(&reach, if found.things.is_empty() { &FEEL_LOOK } else { &FEEL_GOOD });
                failed.set(None);
                shown.set(Some(found));
            }
            Err(code) => failed.set(Some(code)),
        })
    });
    let onkeep = {
        let (later, shown) = (later.clone(), shown.clone());
        Callback::from(move |text: String| {
            if later::keep(&text, phone_now) {
                later.set(later::kept());
                shown.set(None);
            }
        })
    };
    let flash = shown.as_ref().map(|found| if found.things.is_empty() { Flash::Look } else { Flash::Good });
    let today = props.person.zone.date(now);
    html! {
        <Screen title={words.nav_scan()} subtitle={words.scan_hint()}>
            <div class="scan">
                <Viewfinder onseen={find.clone()} {flash} />
                <div class="scan-result" aria-live="polite" data-testid="scan-result">
                    if let Some(code) = (*failed).clone() {
                        <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} />
                    }
                    if let Some(found) = shown.as_ref() {
                        { for found.things.iter().map(|thing| html! {
                            <>{ thing_card(words, thing, today) }<OpenIn thing={thing.clone()} /></>
                        }) }
                        if found.things.len() > 1 { <p class="hint">{ words.scan_several() }</p> }
                        if let Some(miss) = &found.miss { { missed(words, found, miss, &onkeep) } }
                    }
                </div>
                { entry.html(words, &find) }
                { kept_list(words, props, &later, phone_now, &find) }
            </div>
        </Screen>
    }
}

/// What became of looking for a code; otherwise the code of the problem.
pub type Looked = Result<Rc<FoundView>, String>;

/// Looks for codes on this phone.
#[hook]
pub fn use_find(onlooked: Callback<Looked>) -> Callback<String> {
    let reach = use_reach();
    Callback::from(move |text: String| {
        let text: String = text.chars().take(CODE_CHARS_MAX).collect();
        let (store, onlooked) = (reach.store.clone(), onlooked.clone());
        reach.core.send(Command::Find { text }, move |outcome| {
            // The slice comes before the answer.
            let found = store.view().found.clone();
            match (outcome, found) {
                (Ok(()), Some(found)) => onlooked.emit(Ok(found)),
                (Ok(()), None) => onlooked.emit(Err("core-stopped".to_owned())),
                (Err(problem), _) => onlooked.emit(Err(problem.code)),
            }
        });
    })
}

/// The field for a typed code, with its keys.
pub struct Entry {
    field: NodeRef,
    has_keys: yew::UseStateHandle<bool>,
}

/// A field for a typed code.
#[hook]
pub fn use_entry() -> Entry {
    Entry { field: use_node_ref(), has_keys: use_value(true) }
}

impl Entry {
    /// The field; what is typed goes to `onfind`, and stays where it is until the next is typed.
    pub fn html(&self, words: Words, onfind: &Callback<String>) -> Html {
        let (field, has_keys) = (self.field.clone(), self.has_keys.clone());
        let onkey = Callback::from(move |key| {
            let mut text = browser::text_of(&field);
            match key {
                Key::Digit(digit) => text.push(digit),
                Key::Back => drop(text.pop()),
                Key::Letters => {
                    has_keys.set(!*has_keys);
                    return browser::focus(&field);
                }
            }
            browser::set_text(&field, &text);
        });
        let (field, onfind) = (self.field.clone(), onfind.clone());
        let onsubmit = Callback::from(move |()| {
            let text = browser::text_of(&field);
            if text.trim().is_empty() {
                browser::focus(&field);
            } else {
                onfind.emit(text);
            }
        });
        html! { <CodeEntry {words} field={self.field.clone()} has_keys={*self.has_keys} {onkey} {onsubmit} /> }
    }

    /// Empties the field: what stood in it is done.
    pub fn clear(&self) {
        browser::set_text(&self.field, "");
    }
}

/// Why there is nothing, and what to do with the code.
fn missed(words: Words, found: &FoundView, miss: &Miss, onkeep: &Callback<String>) -> Html {
    let (onkeep, text) = (onkeep.clone(), found.text.clone());
    html! {
        <>
            <Notice tone={Tone::Watch} text={miss_text(words, &found.text, miss)} />
            if !found.answer.is_empty() {
                <button type="button" class="secondary" data-testid="keep-later" onclick={move |_| onkeep.emit(text.clone())}>
                    { words.scan_keep() }
                </button>
            }
        </>
    }
}

/// Why a code names nothing, in words.
pub fn miss_text(words: Words, text: &str, miss: &Miss) -> AttrValue {
    match miss {
        Miss::Unknown => words.scan_unknown(text),
        Miss::Slip => words.scan_slip(text),
        Miss::Elsewhere(station) => words.scan_elsewhere(words.label(station)),
        Miss::NotLoaded => words.scan_not_loaded().to_owned(),
    }
    .into()
}

#[derive(Properties, PartialEq)]
struct OpenInProps {
    thing: ThingView,
}

/// Buttons to the rounds of today that ask about the thing.
#[component]
fn OpenIn(props: &OpenInProps) -> Html {
    let (words, reach) = (use_words(), use_reach());
    let button = |asked: &AskedIn| {
        let (reach, asked) = (reach.clone(), asked.clone());
        let name = words.label(&asked.name).to_owned();
        let key = asked.round.template.to_string();
        let onclick = move |_| {
            let card = CardId { subject: asked.subject.clone(), item: asked.item.clone() };
            super::round::open_card(&asked.round, &card);
            go(&reach, Route::Round(asked.round.clone(), RoundPart::Cards));
        };
        html! {
            <button type="button" class="primary" {key} data-testid="open-in-round" {onclick}>
                { words.scan_open_in(&name) }{ glyph(Icon::Next) }
            </button>
        }
    };
    html! { <>{ for props.thing.asked_in.iter().map(button) }</> }
}

fn kept_list(
    words: Words,
    props: &ScanPageProps,
    later: &yew::UseStateHandle<Vec<Later>>,
    now: shared::time::Timestamp,
    find: &Callback<String>,
) -> Html {
    if later.is_empty() {
        return Html::default();
    }
    let zone = props.person.zone;
    let row = |one: &Later| {
        let (again, find, text) = (one.text.clone(), find.clone(), one.text.clone());
        let later = later.clone();
        let ondrop = move |_| {
            later::drop_one(&text);
            later.set(later::kept());
        };
        html! {
            <li key={one.text.clone()} class="later" data-testid="later">
                <span class="item-name"><code>{ &one.text }</code>
                    <small class="hint"><time>{ format::moment(zone, one.at, now) }</time></small></span>
                <button type="button" class="quiet" onclick={move |_| find.emit(again.clone())}>{ words.scan_look_again() }</button>
                <button type="button" class="quiet" data-testid="drop-later" onclick={ondrop}>{ words.scan_drop() }</button>
            </li>
        }
    };
    html! {
        <section>
            <h2 class="section">{ words.scan_later() }<span class="count">{ later.len() }</span></h2>
            <p class="hint">{ words.scan_later_hint() }</p>
            <ul class="items">{ for later.iter().map(row) }</ul>
        </section>
    }
}
