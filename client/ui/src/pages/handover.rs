//! A phone that several people share: one's PIN, and handing it over to the next.

use std::rc::Rc;

use link::Command;
use link::command::Hands;
use link::slice::Person;
use yew::{Callback, Html, MouseEvent, Properties, SubmitEvent, component, html, use_node_ref};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::components::pin_field::pin_field;
use crate::hooks::{Sending, use_sending, use_slice, use_value, use_words};
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::Route;

/// Properties of [`HandOverPage`].
#[derive(Properties, PartialEq)]
pub struct HandOverPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen on which a phone is handed over.
#[component]
pub fn HandOverPage(props: &HandOverPageProps) -> Html {
    let words = use_words();
    let unsent = use_slice(|view| view.sync.pending + view.photos.waiting);
    let is_changing = use_value(false);
    let Sending { is_busy, failed, send } = use_sending(false, Callback::noop());
    let has_pin = props.person.seat.has_pin;
    let onhand = move |_: MouseEvent| {
        if !is_busy {
            send.emit(Command::Hands(Hands::HandOver));
        }
    };
    let onchange = {
        let is_changing = is_changing.clone();
        move |_: MouseEvent| is_changing.set(!*is_changing)
    };
    let onset = {
        let is_changing = is_changing.clone();
        Callback::from(move |()| is_changing.set(false))
    };
    html! {
        <Screen title={words.hand_phone()} back={Route::Me}>
            <section class="hand-over">
                <p>{ words.hand_phone_what() }</p>
                if unsent > 0 { <p data-testid="hand-over-unsent">{ words.hand_phone_unsent(unsent) }</p> }
                if let Some(code) = &failed {
                    <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} />
                }
                if has_pin {
                    <button type="button" class="primary" data-testid="hand-over" onclick={onhand} aria-disabled={is_busy.then_some("true")}>
                        { glyph(if is_busy { Icon::Busy } else { Icon::Person }) }
                        <span aria-live="polite">{ if is_busy { words.hand_phone_busy() } else { words.hand_phone_now() } }</span>
                    </button>
                    <button type="button" class="secondary" aria-expanded={is_changing.to_string()} onclick={onchange}>{ words.pin_change() }</button>
                    if *is_changing { <PinSetting has_pin=true {onset} /> }
                } else {
                    <p>{ words.pin_first() }</p>
                    <PinSetting has_pin=false {onset} />
                }
            </section>
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct PinSettingProps {
    has_pin: bool,
    onset: Callback<()>,
}

/// A new PIN, typed twice.
#[component]
fn PinSetting(props: &PinSettingProps) -> Html {
    let words = use_words();
    let (before, pin, again) = (use_node_ref(), use_node_ref(), use_node_ref());
    let differs = use_value(false);
    let Sending { is_busy, failed, send } = use_sending(false, props.onset.clone());
    let onsubmit = {
        let (before, pin, again, differs) = (before.clone(), pin.clone(), again.clone(), differs.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let [before, pin, again] = [&before, &pin, &again].map(browser::text_of);
            differs.set(pin != again);
            if !is_busy && pin == again {
                send.emit(Command::Hands(Hands::SetPin { pin, before }));
            }
        }
    };
    let code = if *differs { Some("pin-differs") } else { failed.as_deref() };
    html! {
        <form class="pin-form" {onsubmit} novalidate=true>
            if props.has_pin { { pin_field(words.pin_before(), &before, "pin-before") } }
            { pin_field(words.pin_new(), &pin, "pin-new") }
            { pin_field(words.pin_again(), &again, "pin-again") }
            if let Some(code) = code {
                <ProblemNote code={code.to_owned()} sentence={problem::sentence(words, code)} />
            }
            <button type="submit" class="primary" data-testid="pin-set" aria-disabled={is_busy.then_some("true")}>
                if is_busy { { glyph(Icon::Busy) } }{ words.pin_set() }
            </button>
            <p class="hint">{ words.pin_hint() }</p>
        </form>
    }
}
