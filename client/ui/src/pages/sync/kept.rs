//! What is kept on this phone and counts nowhere: entries that the centre did not take, and entries that could not be
//! opened. Each with what it said, so that nothing has to be remembered to be said again.

use std::rc::Rc;

use link::slice::{AsideView, Input, RejectedView, RejectedWhat, SyncView, WhyRejected};
use shared::domain::Label;
use shared::domain::round::RoundName;
use shared::time::{Timestamp, Zone};
use yew::{Callback, Html, MouseEvent, Properties, component, html};

use crate::components::icon::{Icon, glyph};
use crate::format;
use crate::i18n::Words;
use crate::pages::asset::step_text;

/// Properties of [`Kept`].
#[derive(Properties, PartialEq)]
pub struct KeptProps {
    /// The words.
    pub words: Words,
    /// What is only here.
    pub sync: Rc<SyncView>,
    /// The bureau's zone.
    pub zone: Zone,
    /// The phone's clock.
    pub now: Timestamp,
    /// Open what was set aside once more.
    pub ontry: Callback<MouseEvent>,
}

/// The lists.
#[component]
pub fn Kept(props: &KeptProps) -> Html {
    html! {
        <>
            if !props.sync.rejected.is_empty() { { rejected(props) } }
            if !props.sync.aside.is_empty() { { aside(props) } }
        </>
    }
}

fn rejected(props: &KeptProps) -> Html {
    let words = props.words;
    html! {
        <section class="notice fault" role="alert" data-testid="rejected">
            { glyph(Icon::Cross) }
            <div>
                <p><strong>{ words.rejected_title() }</strong></p>
                <p>{ words.rejected_safe() }</p>
                <ul>{ for props.sync.rejected.iter().enumerate().map(|(place, entry)| rejected_row(props, place, entry)) }</ul>
            </div>
        </section>
    }
}

fn rejected_row(props: &KeptProps, place: usize, entry: &RejectedView) -> Html {
    let words = props.words;
    let (title, remarks) = said(words, &entry.what);
    let moment = format::moment(props.zone, entry.at, props.now);
    html! {
        <li key={place} data-testid="rejected-row" data-code={entry.code.clone()}>
            <p><strong>{ title }</strong></p>
            { for remarks.into_iter().filter(|text| !text.is_empty()).map(|text| html! { <p class="remark">{ text }</p> }) }
            <p class="hint">{ [&document(words, &entry.checklist, entry.round.as_ref()), " · ", &moment].concat() }</p>
            <p>{ why(words, entry) }</p>
            <p>{ to_do(words, entry.why) }</p>
        </li>
    }
}

fn aside(props: &KeptProps) -> Html {
    let words = props.words;
    let row = |(place, view): (usize, &AsideView)| {
        let name = document(words, &view.checklist, view.round.as_ref());
        html! { <li key={place}>{ words.aside_row(view.count, &name) }</li> }
    };
    html! {
        <section class="notice watch" role="status" data-testid="aside">
            { glyph(Icon::Triangle) }
            <div>
                <p><strong>{ words.aside_title() }</strong></p>
                <p>{ words.aside_safe() }</p>
                <ul>{ for props.sync.aside.iter().enumerate().map(row) }</ul>
                <p>{ words.aside_do() }</p>
                <button type="button" class="quiet" data-testid="aside-try" onclick={props.ontry.clone()}>{ words.aside_try() }</button>
            </div>
        </section>
    }
}

/// A document as people know it.
fn document(words: Words, checklist: &Label, round: Option<&RoundName>) -> String {
    match round {
        Some(round) => [words.label(checklist), " ", &format::period(words, &round.period)].concat(),
        None if words.label(checklist).is_empty() => words.aside_bureau().to_owned(),
        None => words.label(checklist).to_owned(),
    }
}

/// What an entry said: a title, and remarks.
fn said(words: Words, what: &RejectedWhat) -> (String, [String; 2]) {
    match what {
        RejectedWhat::Answer { item, answer, fault, note } => {
            let answer = format::answer(words, answer, &Input::Condition);
            ([words.label(item), " · ", &answer].concat(), [fault.clone(), note.clone()])
        }
        RejectedWhat::Withdrawal { item } => {
            (words.rejected_withdrawal(words.label(item)), Default::default())
        }
        RejectedWhat::Signature => (words.rejected_signature().to_owned(), Default::default()),
        RejectedWhat::Defect { item, remark } => {
            ([words.defects_title(), " ", words.label(item)].concat(), [remark.clone(), String::new()])
        }
        RejectedWhat::Need { remark } => (words.needs_title().to_owned(), [remark.clone(), String::new()]),
        RejectedWhat::Custody { item, step } => {
            ([words.label(item), " · ", &step_text(words, step)].concat(), [step.note.clone(), String::new()])
        }
        RejectedWhat::Other => (words.rejected_other().to_owned(), Default::default()),
    }
}

fn why(words: Words, entry: &RejectedView) -> &'static str {
    match (entry.why, entry.code.as_str()) {
        (WhyRejected::AlongWithAnother, _) => words.rejected_along(),
        (WhyRejected::SignAgain, _) => words.rejected_sign_again(),
        (WhyRejected::TooOften, _) => words.rejected_too_often(),
        (WhyRejected::Unproven, _) => words.rejected_unproven(),
        (WhyRejected::ToBlame, "no-right" | "collection") => words.rejected_no_right(),
        (WhyRejected::ToBlame, "too-large") => words.rejected_too_large(),
        (WhyRejected::ToBlame, "policy") => words.rejected_policy(),
        (WhyRejected::ToBlame, "signature") => words.rejected_key(),
        (WhyRejected::ToBlame, _) => words.rejected_damaged(),
    }
}

fn to_do(words: Words, why: WhyRejected) -> &'static str {
    match why {
        WhyRejected::SignAgain => words.rejected_sign_again_do(),
        WhyRejected::Unproven => words.rejected_unproven_do(),
        WhyRejected::ToBlame | WhyRejected::AlongWithAnother | WhyRejected::TooOften => words.rejected_do(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    #[test]
    fn every_reason_has_a_sentence_of_its_own_in_both_languages() {
        let entry = |why, code: &str| RejectedView {
            round: None,
            checklist: Label::default(),
            what: RejectedWhat::Signature,
            at: Timestamp(0),
            code: code.to_owned(),
            why,
        };
        for language in [Language::Chinese, Language::English] {
            let words = Words(language);
            let mut sentences: Vec<&str> = [
                (WhyRejected::ToBlame, "no-right"),
                (WhyRejected::ToBlame, "too-large"),
                (WhyRejected::ToBlame, "policy"),
                (WhyRejected::ToBlame, "signature"),
                (WhyRejected::ToBlame, "operations"),
                (WhyRejected::AlongWithAnother, "policy"),
                (WhyRejected::SignAgain, "policy"),
                (WhyRejected::TooOften, "actor"),
            ]
            .map(|(reason, code)| why(words, &entry(reason, code)))
            .to_vec();
            let count = sentences.len();
            sentences.sort_unstable();
            sentences.dedup();
            assert_eq!(sentences.len(), count);
        }
    }
}
