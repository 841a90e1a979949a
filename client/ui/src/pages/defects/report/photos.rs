//! The photos of a report that is being written. What was chosen and typed is kept while the camera is open: the phone may
//! end the program behind it.

use link::Command;
use shared::domain::photo::{Attached, Photo};
use shared::limits::DEFECT_PHOTOS_MAX;
use shared::time::{HOUR_MS, Timestamp};
use yew::{Html, NodeRef, Properties, UseStateHandle, component, hook, html, use_node_ref};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::hooks::{use_effect_with, use_reach, use_value, use_words};
use crate::pages::round::drafts;
use crate::problem;

/// What was typed, kept while the camera is open.
const KEPT: &str = "muster.report";
/// An hour later nobody remembers.
const KEPT_MS_MAX: i64 = HOUR_MS;

/// The fields of a report.
#[derive(Clone, PartialEq)]
pub struct Fields {
    pub(super) asset: NodeRef,
    pub(super) place: NodeRef,
    pub(super) note: NodeRef,
}

/// Whether the program was ended behind the camera of a report.
pub fn was_ended() -> bool {
    kept().is_some()
}

/// When the report was begun; asset, place, flags and note, one a line; the note may have several.
fn kept() -> Option<(Timestamp, [String; 4])> {
    let text = browser::kept(&browser::own(KEPT))?;
    let mut lines = text.splitn(6, '\n').map(str::to_owned);
    let age = browser::now().0 - lines.next()?.parse::<i64>().ok()?;
    let begun = Timestamp(lines.next()?.parse().ok()?);
    let kept = [lines.next()?, lines.next()?, lines.next()?, lines.next()?];
    (age <= KEPT_MS_MAX).then_some((begun, kept))
}

/// When the report on the screen was begun, by which its photos are known: the one before the camera, or a new one.
pub fn begun() -> Timestamp {
    kept().map_or_else(browser::now, |(begun, _)| begun)
}

fn keep(begun: Timestamp, fields: &Fields, (is_missing, is_urgent): (bool, bool)) {
    let flags = [if is_missing { "m" } else { "" }, if is_urgent { "u" } else { "" }].concat();
    let [asset, place, note] = [&fields.asset, &fields.place, &fields.note].map(browser::text_of);
    browser::keep(
        &browser::own(KEPT),
        &[browser::now().0.to_string(), begun.0.to_string(), asset, place, flags, note].join("\n"),
    );
}

/// Puts what was kept back into its fields, once.
#[hook]
pub fn use_kept(fields: &Fields, is_missing: &UseStateHandle<bool>, is_urgent: &UseStateHandle<bool>) {
    let (fields, is_missing, is_urgent) = (fields.clone(), is_missing.clone(), is_urgent.clone());
    use_effect_with((), move |()| {
        if let Some((_, [asset, place, flags, note])) = kept() {
            for (field, text) in [(&fields.asset, asset), (&fields.place, place), (&fields.note, note)] {
                browser::set_text(field, &text);
            }
            is_missing.set(flags.contains('m'));
            is_urgent.set(flags.contains('u'));
        }
        browser::forget(&browser::own(KEPT));
        || browser::forget(&browser::own(KEPT))
    });
}

/// Properties of [`ReportPhotos`].
#[derive(Properties, PartialEq)]
pub struct ReportPhotosProps {
    /// When it was begun.
    pub begun: Timestamp,
    /// What was taken for it.
    pub taken: Vec<Photo>,
    /// What is typed.
    pub fields: Fields,
    /// Whether it is missing, and urgent.
    pub flags: (bool, bool),
    /// Whether one is being made small: the report waits for it.
    pub is_busy: UseStateHandle<bool>,
}

/// The camera, and what was taken.
#[component]
pub fn ReportPhotos(props: &ReportPhotosProps) -> Html {
    let (words, reach, input) = (use_words(), use_reach(), use_node_ref());
    let is_busy = props.is_busy.clone();
    let failed = use_value(None::<String>);
    let begun = props.begun;
    let onopen = {
        let (fields, flags) = (props.fields.clone(), props.flags);
        move |_| keep(begun, &fields, flags)
    };
    let onpicked = {
        let (core, input, is_busy, failed) =
            (reach.core.clone(), input.clone(), is_busy.clone(), failed.clone());
        move |_| {
            browser::forget(&browser::own(KEPT));
            let Some(file) = browser::picked(&input) else { return };
            is_busy.set(true);
            failed.set(None);
            let (is_busy, failed) = (is_busy.clone(), failed.clone());
            core.send_file(Command::KeepReportPhoto(begun), &file, move |outcome| {
                is_busy.set(false);
                failed.set(outcome.err().map(|problem| problem.code));
            });
        }
    };
    let is_full = props.taken.len() >= DEFECT_PHOTOS_MAX;
    let draft = Attached { photos: props.taken.clone(), memo: None };
    html! {
        <div class="capture">
            if let Some(code) = (*failed).clone() {
                <ProblemNote code={code.clone()} sentence={problem::sentence(words, &code)} />
            }
            { drafts(words, &reach, &draft, words.photo_draft_report()) }
            <div class="capture-buttons">
                <label class="small-answer" aria-disabled={(is_full || *is_busy).then_some("true")}>
                    { glyph(if *is_busy { Icon::Busy } else { Icon::Camera }) }
                    <span aria-live="polite">{ if *is_busy { words.photo_working() } else { words.photo_take() } }</span>
                    <input type="file" accept="image/*" capture="environment" class="unseen" ref={input} data-testid="take-photo"
                        disabled={is_full || *is_busy} onclick={onopen} onchange={onpicked} oncancel={|_| browser::forget(&browser::own(KEPT))} />
                </label>
            </div>
        </div>
    }
}
