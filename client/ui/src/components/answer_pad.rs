//! The answers of a card, at the bottom where the thumb is: three large ones for a condition, two for yes and no, one
//! for each option of a choice, and two small ones that override nothing.

use shared::domain::answer::{Answer, Condition};
use shared::domain::template::Choice;
use yew::{Callback, Html, MouseEvent, Properties, classes, component, html};

use super::icon::{Icon, glyph};
use super::mark::shape;
use crate::format::Status;
use crate::i18n::Words;

/// What can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tap {
    /// An answer.
    Answer(Answer),
    /// 异常: which fault it is comes next.
    Abnormal,
}

/// Properties of [`AnswerPad`] and [`YesNoPad`].
#[derive(Properties, PartialEq)]
pub struct AnswerPadProps {
    /// The words.
    pub words: Words,
    /// This person's own answer that stands, or is on its way.
    pub own: Option<Answer>,
    /// Whether taps count now: not while the card just answered is still confirming.
    pub is_open: bool,
    /// It was tapped.
    pub ontap: Callback<Tap>,
}

struct Key<'a> {
    testid: &'a str,
    class: &'static str,
    icon: Icon,
    word: &'a str,
    tap: Tap,
    is_chosen: bool,
}

/// The answers of a condition.
#[component]
pub fn AnswerPad(props: &AnswerPadProps) -> Html {
    let words = props.words;
    let own = |condition| props.own == Some(Answer::Condition(condition));
    let keys = [
        Key {
            testid: "answer-missing",
            class: "missing",
            icon: Icon::Diamond,
            word: words.status_missing(),
            tap: Tap::Answer(Answer::Condition(Condition::Missing)),
            is_chosen: own(Condition::Missing),
        },
        Key {
            testid: "answer-abnormal",
            class: "watch",
            icon: Icon::Triangle,
            word: words.abnormal(),
            tap: Tap::Abnormal,
            is_chosen: own(Condition::Watch) || own(Condition::Fault),
        },
        Key {
            testid: "answer-ok",
            class: "ok",
            icon: Icon::Check,
            word: words.status_ok(),
            tap: Tap::Answer(Answer::Condition(Condition::Ok)),
            is_chosen: own(Condition::Ok),
        },
    ];
    pad(props, &keys)
}

/// The answers of a yes-or-no question.
#[component]
pub fn YesNoPad(props: &AnswerPadProps) -> Html {
    let words = props.words;
    let key = |answer: bool| Key {
        testid: if answer { "answer-yes" } else { "answer-no" },
        class: if answer { "ok" } else { "fault" },
        icon: if answer { Icon::Check } else { Icon::Cross },
        word: if answer { words.yes() } else { words.no() },
        tap: Tap::Answer(Answer::YesNo(answer)),
        is_chosen: props.own == Some(Answer::YesNo(answer)),
    };
    pad(props, &[key(false), key(true)])
}

/// The options of a choice, the worst first, as the other answers stand.
pub fn choice_pad(props: &AnswerPadProps, options: &[Choice]) -> Html {
    let testids: Vec<String> = options.iter().map(|option| ["answer-", &option.code].concat()).collect();
    let key = |(option, testid): (&'_ Choice, &'_ String)| {
        let tap = Answer::Choice(option.code.clone());
        let status = Status::of_condition(option.means);
        let is_chosen = props.own.as_ref() == Some(&tap);
        large(
            props,
            &Key {
                testid,
                class: status.word(),
                icon: shape(status),
                word: props.words.label(&option.name),
                tap: Tap::Answer(tap),
                is_chosen,
            },
        )
    };
    html! {
        <div class="pad options" role="group" aria-label={props.words.answers()}>
            { for options.iter().zip(&testids).rev().map(key) }
        </div>
    }
}

fn pad(props: &AnswerPadProps, keys: &[Key<'_>]) -> Html {
    html! {
        <div class="pad" role="group" aria-label={props.words.answers()}>
            { for keys.iter().map(|key| large(props, key)) }
        </div>
    }
}

fn large(props: &AnswerPadProps, key: &Key<'_>) -> Html {
    let onclick = on_tap(props.is_open, &props.ontap, key.tap.clone());
    html! {
        <button type="button" key={key.testid} class={classes!("answer", key.class)} data-testid={key.testid.to_owned()} {onclick}
            aria-pressed={key.is_chosen.to_string()} aria-disabled={(!props.is_open).then_some("true")}>
            { glyph(key.icon) }<span>{ key.word.to_owned() }</span>
        </button>
    }
}

fn on_tap(is_open: bool, ontap: &Callback<Tap>, tap: Tap) -> Callback<MouseEvent> {
    let ontap = ontap.clone();
    Callback::from(move |_: MouseEvent| {
        if is_open {
            ontap.emit(tap.clone());
        }
    })
}

/// The two answers that say nothing about the thing.
#[component]
pub fn SmallAnswers(props: &AnswerPadProps) -> Html {
    let words = props.words;
    let small = |testid: &'static str, word: &'static str, answer: Answer| {
        let is_chosen = props.own.as_ref() == Some(&answer);
        let onclick = on_tap(props.is_open, &props.ontap, Tap::Answer(answer));
        html! {
            <button type="button" class="small-answer" data-testid={testid} {onclick} aria-pressed={is_chosen.to_string()}
                aria-disabled={(!props.is_open).then_some("true")}>{ word }</button>
        }
    };
    html! {
        <>
            { small("answer-na", words.status_na(), Answer::NotApplicable) }
            { small("answer-skip", words.status_unchecked(), Answer::NotChecked) }
        </>
    }
}
