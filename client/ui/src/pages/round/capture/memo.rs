//! A voice memo: a tap begins it, another ends it, thirty seconds at most. While it is recorded, the time and how loud it
//! is are shown.

use std::rc::Rc;

use link::slice::RoundView;
use link::{Command, Problem};
use yew::{Callback, Html, Properties, component, html, use_state};

use crate::hooks::{use_effect_with, use_value};

use super::{CardId, Slot, browser, glyph, seconds, use_reach};
use crate::browser::{Recording, Timer};
use crate::components::icon::Icon;
use crate::i18n::Words;

/// How long a memo may be.
const MEMO_MS_MAX: i32 = 30_000;
/// How often time and loudness are looked at.
const LOOK_MS: i32 = 200;

/// Properties of [`Memo`].
#[derive(Properties, PartialEq)]
pub struct MemoProps {
    /// The words.
    pub words: Words,
    /// The round.
    pub round: Rc<RoundView>,
    /// The card.
    pub card: CardId,
    /// What became of it.
    pub ontold: Callback<Result<(), Problem>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Asking,
    Recording,
}

/// The button, and the recording.
#[component]
pub fn Memo(props: &MemoProps) -> Html {
    let words = props.words;
    let reach = use_reach();
    let state = use_value(State::Idle);
    let slot = use_state(Slot::default);
    let look = use_value((0, 0));
    {
        let slot = slot.clone();
        use_effect_with((), move |()| move || slot.leave());
    }
    {
        let (slot, look) = (slot.clone(), look.clone());
        use_effect_with(*state == State::Recording, move |is_on| {
            let from = browser::now();
            let timer = is_on.then(|| {
                Timer::every_ms(LOOK_MS, move || {
                    let ms = browser::now().since(from).clamp(0, i64::from(MEMO_MS_MAX));
                    look.set((i32::try_from(ms).unwrap_or_default(), slot.level()));
                })
            });
            move || drop(timer)
        });
    }
    let onbegin = {
        let (slot, state, look, ontold) = (slot.clone(), state.clone(), look.clone(), props.ontold.clone());
        let (round, card) = (props.round.clone(), props.card.clone());
        move |_| {
            if *state != State::Idle {
                return;
            }
            state.set(State::Asking);
            look.set((0, 0));
            let begun = {
                let (slot, state, ontold) = (slot.clone(), state.clone(), ontold.clone());
                move |recording: Result<Recording, &'static str>| match recording {
                    Ok(recording) => {
                        slot.put(recording);
                        state.set(State::Recording);
                    }
                    Err(code) => {
                        state.set(State::Idle);
                        ontold.emit(Err(Problem { code: code.to_owned(), detail: String::new() }));
                    }
                }
            };
            let done = {
                let (slot, state, ontold, core) =
                    (slot.clone(), state.clone(), ontold.clone(), reach.core.clone());
                let CardId { subject, item } = card.clone();
                let order = Command::KeepMemo { round: round.name.clone(), subject, item };
                move |file: browser::Picked| {
                    core.send_file(order, &file, move |outcome| ontold.emit(outcome));
                    state.set(State::Idle);
                    // Inside of one of its own callbacks: it is freed in a task of its own.
                    let slot = slot.clone();
                    Timer::once_ms(0, move || slot.free());
                }
            };
            Recording::begin(MEMO_MS_MAX, begun, done);
        }
    };
    if *state != State::Recording {
        let text = if *state == State::Asking { words.memo_asking() } else { words.memo_record() };
        return html! {
            <button type="button" class="small-answer" data-testid="record-memo" onclick={onbegin}>
                { glyph(Icon::Microphone) }<span aria-live="polite">{ text }</span>
            </button>
        };
    }
    let (ms, level) = *look;
    html! {
        <div class="recording" data-testid="recording" role="group" aria-label={words.memo_recording()}>
            <p><strong>{ words.memo_recording() }</strong>
                <span class="figures">{ seconds(ms) }<span class="of">{ "/" }{ seconds(MEMO_MS_MAX) }{ " s" }</span></span></p>
            <meter class="loudness" min="0" max="100" value={level.to_string()} aria-label={words.memo_level()}></meter>
            <button type="button" class="primary" data-testid="end-memo" onclick={move |_| slot.end()}>{ words.memo_end() }</button>
        </div>
    }
}
