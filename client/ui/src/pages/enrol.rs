//! Joining: a one-time code from a link's fragment or typed. The fragment is taken out of the address bar at once,
//! so that the code stays in no history. What the code is worth is the relay's to say, the device key the core's.

use link::command::Hands;
use link::{Command, Problem};
use yew::{AttrValue, Callback, Html, MouseEvent, Properties, SubmitEvent, component, html, use_node_ref};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::components::pin_field::pin_field;
use crate::hooks::{Reach, use_effect_with, use_reach, use_value, use_words};
use crate::problem;
use crate::route::Route;

/// Properties of [`EnrolPage`].
#[derive(Properties, PartialEq)]
pub struct EnrolPageProps {
    /// This browser was enrolled, and its data is gone: how much of it had not been sent.
    #[prop_or_default]
    pub lost: Option<u32>,
    /// On a phone that others use too: the way back to them. A PIN is chosen with the code.
    #[prop_or_default]
    pub onback: Option<Callback<()>>,
    /// Who forgot their PIN, and chooses another with a code of their own.
    #[prop_or_default]
    pub recovers: Option<(u32, AttrValue)>,
}

/// The joining screen.
#[component]
pub fn EnrolPage(props: &EnrolPageProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let field = use_node_ref();
    let (pin, again) = (use_node_ref(), use_node_ref());
    let is_shared = props.onback.is_some();
    let recovers = props.recovers.as_ref().map(|(number, _)| *number);
    let failed = use_value(None::<String>);
    let is_busy = use_value(false);
    let from_link = use_value(false);
    {
        let (field, from_link) = (field.clone(), from_link.clone());
        use_effect_with((), move |()| {
            if let Some(code) = browser::take_fragment() {
                browser::set_text(&field, &code);
                from_link.set(true);
            }
        });
    }
    let onsubmit = {
        let (field, failed, is_busy) = (field.clone(), failed.clone(), is_busy.clone());
        let (pin, again) = (pin.clone(), again.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let code = browser::text_of(&field).trim().to_owned();
            if *is_busy || code.is_empty() {
                browser::focus(&field);
                return;
            }
            let [chosen, again] = [&pin, &again].map(browser::text_of);
            if chosen != again {
                failed.set(Some("pin-differs".to_owned()));
                return;
            }
            failed.set(None);
            is_busy.set(true);
            let (failed, is_busy, reach) = (failed.clone(), is_busy.clone(), reach.clone());
            let then = {
                let reach = reach.clone();
                move |outcome: Result<(), Problem>| {
                    is_busy.set(false);
                    match outcome {
                        Ok(()) => joined(&reach),
                        Err(problem) => failed.set(Some(problem.code)),
                    }
                }
            };
            let command = match recovers {
                Some(number) => Command::Hands(Hands::Recover { number, code, pin: chosen }),
                None => Command::Enrol { code, pin: chosen },
            };
            reach.core.send(command, then);
        }
    };
    let hint = if *from_link { words.enrol_from_link() } else { words.enrol_typed() };
    html! {
        <main id="main" class="enrol">
            <div class="enrol-card">
                if let Some(onback) = props.onback.as_ref().filter(|_| !*is_busy) {
                    <button type="button" class="quiet back" data-testid="enrol-back" onclick={onback.reform(|_: MouseEvent| ())}>{ glyph(Icon::Back) }{ words.choice_others() }</button>
                }
                <svg class="brand" viewBox="0 0 64 64" aria-hidden="true">
                    <path class="brand-shield" d="M32 4 54 12v18c0 14.5-9 24.5-22 30C19 54.5 10 44.5 10 30V12z" />
                    <path class="brand-check" d="m21 31.5 8 8 15-16" />
                </svg>
                <h1>{ props.recovers.as_ref().map_or(words.enrol_title().into(), |(_, name)| name.clone()) }</h1>
                if let Some(unsent) = props.lost {
                    <div data-testid="data-lost">
                        <Notice tone={Tone::Alarm}
                            text={if unsent == 0 { words.data_lost_nothing().to_owned() } else { words.data_lost(unsent) }} />
                    </div>
                }
                <p>{ hint }</p>
                <form {onsubmit} novalidate=true>
                    <label class="field">
                        <span>{ words.enrol_code() }</span>
                        <input ref={field} type="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false"
                            enterkeyhint="go" data-testid="enrol-code" aria-invalid={failed.is_some().to_string()} />
                    </label>
                    if is_shared {
                        <p>{ words.pin_first() }</p>
                        { pin_field(words.pin_new(), &pin, "pin-new") }
                        { pin_field(words.pin_again(), &again, "pin-again") }
                    }
                    if let Some(code) = &*failed {
                        <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} />
                    }
                    <button type="submit" class="primary" data-testid="enrol-submit" aria-disabled={(*is_busy).then_some("true")}>
                        if *is_busy { { glyph(Icon::Busy) }{ words.enrol_busy() } } else { { words.enrol_submit() } }
                    </button>
                </form>
                <p class="hint">{ words.enrol_safe() }</p>
            </div>
        </main>
    }
}

fn joined(reach: &Reach) {
    browser::replace_address(&Route::Home.address());
    reach.store.change(|view| {
        view.route = Route::Home;
        view.has_just_joined = true;
    });
}
