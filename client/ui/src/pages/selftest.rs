//! The self-test, for browsers that nobody knows: what this phone was just seen to do, and what its browser has. Each line
//! says what fails without it.

use link::Command;
use yew::{Html, MouseEvent, component, html};

use crate::browser;
use crate::components::mark::mark;
use crate::components::notice::{Notice, Tone};
use crate::format::Status;
use crate::hooks::{go, use_effect_with, use_reach, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::route::Route;

/// The screen.
#[component]
pub fn SelfTestPage() -> Html {
    let words = use_words();
    let reach = use_reach();
    let tried = use_slice(|view| view.self_test.clone());
    let is_busy = use_value(true);
    let run = {
        let (reach, is_busy) = (reach.clone(), is_busy.clone());
        move || {
            is_busy.set(true);
            let is_busy = is_busy.clone();
            reach.core.send(Command::SelfTest, move |_| is_busy.set(false));
        }
    };
    {
        let run = run.clone();
        use_effect_with((), move |()| run());
    }
    let has = browser::abilities();
    let has = |name: &str| has.iter().any(|(known, has)| *known == name && *has);
    let (written, signed, answered) = tried
        .as_ref()
        .map_or((None, None, None), |tried| (tried.written_ms, tried.signed_ms, tried.answered_ms));
    let must = [
        seen(words, "written", words.test_written(), written, words.test_written_without()),
        seen(words, "signed", words.test_signed(), signed, words.test_signed_without()),
        needed(words, "secure", words.test_secure(), has("secure"), words.test_secure_without()),
        needed(words, "program", words.test_program(), has("program"), words.test_program_without()),
        needed(words, "locks", words.test_locks(), has("locks"), words.test_locks_without()),
    ];
    let helps = [
        helpful(words, "answered", words.test_answered(), answered.is_some(), words.test_answered_without()),
        helpful(words, "camera", words.test_camera(), has("camera"), words.test_camera_without()),
        helpful(
            words,
            "microphone",
            words.test_microphone(),
            has("microphone"),
            words.test_microphone_without(),
        ),
        helpful(
            words,
            "background",
            words.test_background(),
            has("background"),
            words.test_background_without(),
        ),
        helpful(words, "awake", words.test_awake(), has("awake"), words.test_awake_without()),
        helpful(words, "codes", words.test_codes(), has("codes"), words.test_codes_without()),
        helpful(words, "badge", words.test_badge(), has("badge"), words.test_badge_without()),
    ];
    html! {
        <Screen title={words.self_test()} back={Route::Me}>
            <p class="hint">{ words.self_test_hint() }</p>
            <div aria-busy={is_busy.to_string()} data-testid="self-test" data-state={if tried.is_some() { "done" } else { "running" }}>
                <h2 class="section">{ words.test_must() }</h2>
                <ul class="tests">{ for must }</ul>
                <h2 class="section">{ words.test_helps() }</h2>
                <ul class="tests">{ for helps }</ul>
            </div>
            if !browser::has_worker() {
                <Notice tone={Tone::Watch} text={words.bundle_no_worker()} action={words.nav_sync()}
                    onact={let reach = reach.clone(); move |_: MouseEvent| go(&reach, Route::Sync)} />
            }
            <button type="button" class="secondary" data-testid="self-test-again" aria-disabled={is_busy.then_some("true")} onclick={move |_| run()}>
                { words.try_again() }
            </button>
        </Screen>
    }
}

fn row(name: &'static str, status: Status, word: &str, what: &str, without: Option<&str>) -> Html {
    html! {
        <li key={name} data-testid="ability" data-name={name} data-status={status.word()}>
            <span class="test-what"><strong>{ what.to_owned() }</strong>
                if let Some(without) = without { <small class="hint">{ without.to_owned() }</small> }
            </span>
            { mark(status, word) }
        </li>
    }
}

fn seen(words: Words, name: &'static str, what: &str, ms: Option<u32>, without: &str) -> Html {
    match ms {
        Some(ms) => row(name, Status::Fine, &words.test_ms(&ms.to_string()), what, None),
        None => row(name, Status::Fault, words.test_fails(), what, Some(without)),
    }
}

fn needed(words: Words, name: &'static str, what: &str, has: bool, without: &str) -> Html {
    if has {
        row(name, Status::Fine, words.test_works(), what, None)
    } else {
        row(name, Status::Fault, words.test_fails(), what, Some(without))
    }
}

fn helpful(words: Words, name: &'static str, what: &str, has: bool, without: &str) -> Html {
    if has {
        row(name, Status::Fine, words.test_works(), what, None)
    } else {
        row(name, Status::Watch, words.test_not_here(), what, Some(without))
    }
}
