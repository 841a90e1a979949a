//! A shared phone that nobody has taken up: who it is, their PIN, and the way in for somebody new.

use std::rc::Rc;

use link::Command;
use link::command::Hands;
use link::slice::ProfileView;
use shared::limits::PIN_DIGITS;
use yew::{Callback, Html, InputEvent, MouseEvent, Properties, SubmitEvent, component, html, use_node_ref};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::format;
use crate::hooks::{Sending, use_effect_with, use_now, use_sending, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::pages::enrol::EnrolPage;
use crate::problem;
use crate::route::Route;

/// Properties of [`ChoicePage`].
#[derive(Properties, PartialEq)]
pub struct ChoicePageProps {
    /// Who can take the phone up.
    pub profiles: Rc<Vec<ProfileView>>,
}

/// What is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Who,
    Pin(u32),
    Recover(u32),
    Join,
}

/// The screen.
#[component]
pub fn ChoicePage(props: &ChoicePageProps) -> Html {
    let words = use_words();
    // Whoever opened a link has come to join.
    let has_link = use_slice(|view| view.route == Route::Enrol);
    let step = use_value(if has_link { Step::Join } else { Step::Who });
    let to = |next: Step| {
        let step = step.clone();
        Callback::from(move |()| step.set(next))
    };
    let chosen = match *step {
        Step::Pin(number) => props.profiles.iter().find(|profile| profile.number == number),
        Step::Recover(number) => {
            let profile = props.profiles.iter().find(|profile| profile.number == number);
            let recovers = profile.map(|profile| (number, profile.name.clone().into()));
            return html! { <EnrolPage key="recover" onback={to(Step::Who)} {recovers} /> };
        }
        Step::Join => return html! { <EnrolPage key="join" onback={to(Step::Who)} /> },
        Step::Who => None,
    };
    html! {
        <main id="main" class="enrol">
            <div class="enrol-card" data-testid="choice">
                if let Some(profile) = chosen {
                    <PinForm key={profile.number} profile={profile.clone()} onback={to(Step::Who)} onforgotten={to(Step::Recover(profile.number))} />
                } else {
                    <h1>{ words.choice_title() }</h1>
                    <ul class="profiles">
                        { for props.profiles.iter().map(|profile| person(words, profile, to(Step::Pin(profile.number)))) }
                    </ul>
                    <button type="button" class="secondary" data-testid="choice-join" onclick={to(Step::Join).reform(|_: MouseEvent| ())}>
                        { glyph(Icon::Plus) }{ words.choice_join() }
                    </button>
                    <p class="hint">{ words.choice_hint() }</p>
                }
            </div>
        </main>
    }
}

fn person(words: Words, profile: &ProfileView, onchoose: Callback<()>) -> Html {
    html! {
        <li key={profile.number}>
            <button type="button" class="profile" data-testid="person" onclick={move |_| onchoose.emit(())}>
                { glyph(Icon::Person) }
                <span class="profile-name">{ &profile.name }<small>{ words.badge(&profile.badge) }{ " · " }{ words.label(&profile.station_name) }</small></span>
                if profile.unsent > 0 { <span class="unsent">{ words.choice_unsent(profile.unsent) }</span> }
            </button>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct PinFormProps {
    profile: ProfileView,
    onback: Callback<()>,
    onforgotten: Callback<()>,
}

/// The PIN of one of them. The last digit sends it.
#[component]
fn PinForm(props: &PinFormProps) -> Html {
    let PinFormProps { profile, onback, onforgotten } = props;
    let words = use_words();
    let now = use_now();
    let field = use_node_ref();
    let is_helped = use_value(false);
    let Sending { is_busy, failed, send } = use_sending(false, Callback::noop());
    use_effect_with((), {
        let field = field.clone();
        move |()| browser::focus(&field)
    });
    // A PIN that was not right is typed anew.
    use_effect_with((failed.clone(), is_busy), {
        let field = field.clone();
        move |(failed, is_busy)| {
            if failed.is_some() && !is_busy {
                browser::set_text(&field, "");
                browser::focus(&field);
            }
        }
    });
    let wait = profile.barred_until.map(|until| until.since(now)).filter(|wait| *wait > 0);
    let number = profile.number;
    let submit = {
        let field = field.clone();
        Callback::from(move |()| {
            let pin = browser::text_of(&field);
            if !is_busy && !pin.is_empty() {
                send.emit(Command::Hands(Hands::TakeUp { number, pin }));
            }
        })
    };
    let onsubmit = submit.reform(|event: SubmitEvent| event.prevent_default());
    let oninput = {
        let field = field.clone();
        move |_: InputEvent| {
            if browser::text_of(&field).len() == PIN_DIGITS {
                submit.emit(());
            }
        }
    };
    let onhelp = {
        let is_helped = is_helped.clone();
        move |_: MouseEvent| is_helped.set(!*is_helped)
    };
    html! {
        <>
            <button type="button" class="quiet back" onclick={onback.reform(|_: MouseEvent| ())}>{ glyph(Icon::Back) }{ words.choice_others() }</button>
            <h1>{ &profile.name }</h1>
            <form {onsubmit} novalidate=true>
                <label class="field">
                    <span>{ words.pin() }</span>
                    <input ref={field} type="password" class="pin" inputmode="numeric" autocomplete="off" maxlength={PIN_DIGITS.to_string()}
                        enterkeyhint="go" data-testid="pin" aria-invalid={failed.is_some().to_string()} {oninput} disabled={wait.is_some()} />
                </label>
                if let Some(wait) = wait {
                    <div data-testid="pin-wait"><Notice tone={Tone::Watch} text={words.pin_wait_for(&format::wait(words, wait))} /></div>
                } else if let Some(code) = &failed {
                    <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} />
                    if code == "pin-wrong" {
                        <p class="hint" data-testid="pin-tries" data-left={profile.tries_left.to_string()}>
                            { if profile.tries_left > 0 { words.pin_tries(profile.tries_left) } else { words.pin_tries_none().to_owned() } }
                        </p>
                    }
                }
                <button type="submit" class="primary" data-testid="pin-submit" aria-disabled={(is_busy || wait.is_some()).then_some("true")}>
                    if is_busy { { glyph(Icon::Busy) } }{ words.choice_open() }
                </button>
            </form>
            <button type="button" class="quiet" aria-expanded={is_helped.to_string()} data-testid="pin-forgotten" onclick={onhelp}>{ words.pin_forgotten() }</button>
            if *is_helped {
                <p>{ words.pin_forgotten_do() }</p>
                <button type="button" class="secondary" data-testid="recover" onclick={onforgotten.reform(|_: MouseEvent| ())}>{ words.pin_recover() }</button>
            }
        </>
    }
}
