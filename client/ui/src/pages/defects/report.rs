//! A fault reported without a checklist: an asset of the register or a place in words, what is wrong, and whether it can
//! wait. Works without a network like everything else that a station says.

use std::rc::Rc;

use link::Command;
use link::slice::{AssetChoice, DefectsView};
use shared::domain::photo::Photo;
use shared::ids::AssetId;
use yew::{Callback, Html, Properties, SubmitEvent, component, html, use_node_ref, use_state};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::components::sheet::Sheet;
use crate::hooks::{
    Sending, use_effect_with, use_modal, use_reach, use_sending, use_slice, use_value, use_words,
};
use crate::i18n::Words;
use crate::problem;

mod photos;

pub use photos::was_ended;
use photos::{Fields, ReportPhotos, use_kept};

/// Properties of [`ReportSheet`].
#[derive(Properties, PartialEq)]
pub struct ReportSheetProps {
    /// The assets.
    pub view: Rc<DefectsView>,
    /// The thing that it is about, when somebody came from there.
    pub asset: Option<AssetId>,
    /// It is to be closed.
    pub onclose: Callback<()>,
}

/// A thing as it is chosen: its number and its name.
fn named(words: Words, choice: &AssetChoice) -> String {
    [choice.asset.as_str(), " ", words.label(&choice.name)].concat()
}

/// The sheet.
#[component]
pub fn ReportSheet(props: &ReportSheetProps) -> Html {
    let words = use_words();
    let node = use_modal();
    let (asset, place, note) = (use_node_ref(), use_node_ref(), use_node_ref());
    let (is_urgent, is_missing) = (use_value(false), use_value(false));
    let complaint = use_value(false);
    let is_taking = use_value(false);
    let begun = *use_state(photos::begun);
    let taken: Vec<Photo> = use_slice(move |view| {
        view.photos.report.iter().filter(|(of, _)| *of == begun).map(|(_, photo)| *photo).collect()
    });
    use_effect_with((), {
        let field = asset.clone();
        let about = props.asset.clone();
        let choices = props.view.clone();
        move |()| {
            if let Some(about) = about {
                let choice = choices.assets.iter().find(|choice| choice.asset == about);
                let text = choice.map_or_else(|| about.to_string(), |choice| named(words, choice));
                browser::set_text(&field, &text);
            }
        }
    });
    let Sending { is_busy, failed, send } = use_sending(false, props.onclose.clone());
    // What was typed goes with the sheet, and so does what was taken for it.
    let onleave = {
        let (core, taken, onclose) = (use_reach().core, taken.clone(), props.onclose.clone());
        Callback::from(move |()| {
            for photo in taken.iter().filter(|_| !is_busy) {
                core.tell(Command::DropDraft(photo.original));
            }
            onclose.emit(());
        })
    };
    let fields = Fields { asset: asset.clone(), place: place.clone(), note: note.clone() };
    use_kept(&fields, &is_missing, &is_urgent);
    let onsubmit = {
        let (taken, is_taking) = (taken.clone(), is_taking.clone());
        let (asset, place, note) = (asset.clone(), place.clone(), note.clone());
        let (is_urgent, is_missing, complaint) = (is_urgent.clone(), is_missing.clone(), complaint.clone());
        let view = props.view.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let typed = browser::text_of(&asset).trim().to_uppercase();
            // A choice of the list is its number and its name; the number alone will do.
            let number = typed.split_whitespace().next().unwrap_or_default().to_owned();
            let is_it = |id: &AssetId| id.as_str().to_uppercase() == number;
            let chosen = view.assets.iter().map(|choice| &choice.asset).find(|id| is_it(id)).cloned();
            let words = browser::text_of(&note).trim().to_owned();
            let at = match &chosen {
                Some(_) => String::new(),
                None => [browser::text_of(&asset), browser::text_of(&place)].join(" ").trim().to_owned(),
            };
            let is_whole = (chosen.is_some() || !at.is_empty())
                && (!words.is_empty() || *is_missing || !taken.is_empty());
            complaint.set(!is_whole);
            if is_whole && !is_busy && !*is_taking {
                send.emit(Command::Report {
                    asset: chosen,
                    place: at,
                    is_expiry: false,
                    is_missing: *is_missing,
                    is_urgent: *is_urgent,
                    note: words,
                    photos: taken.clone(),
                });
            }
        }
    };
    let toggle = |state: &yew::UseStateHandle<bool>| {
        let state = state.clone();
        Callback::from(move |_| state.set(!*state))
    };
    let pressed = |is: bool| if is { "true" } else { "false" };
    html! {
        <Sheet {node} title={words.report_fault()} subtitle={words.report_hint()} close={words.close()} onclose={onleave}>
            <form class="report-form" {onsubmit} novalidate=true>
                <label class="field"><span>{ words.report_asset() }</span>
                    <input type="text" list="report-assets" maxlength="80" autocomplete="off" ref={asset} data-testid="report-asset" />
                </label>
                <datalist id="report-assets">
                    { for props.view.assets.iter().map(|choice| html! {
                        <option key={choice.asset.to_string()} value={named(words, choice)} />
                    }) }
                </datalist>
                <label class="field"><span>{ words.report_place() }</span>
                    <input type="text" maxlength="80" autocomplete="off" ref={place} data-testid="report-place" />
                </label>
                <label class="field"><span>{ words.report_what() }</span>
                    <textarea rows="3" maxlength="500" ref={note} data-testid="report-note" />
                </label>
                <div class="severity">
                    <button type="button" class="missing" aria-pressed={pressed(*is_missing)} data-testid="report-missing" onclick={toggle(&is_missing)}>
                        { glyph(Icon::Diamond) }<span>{ words.status_missing() }</span></button>
                    <button type="button" class="fault" aria-pressed={pressed(*is_urgent)} data-testid="report-urgent" onclick={toggle(&is_urgent)}>
                        { glyph(Icon::Bell) }<span>{ words.urgent() }<small>{ words.urgent_hint() }</small></span></button>
                </div>
                <ReportPhotos {begun} {taken} {fields} flags={(*is_missing, *is_urgent)} is_busy={is_taking.clone()} />
                if *complaint { <p class="complaint" role="alert">{ words.report_incomplete() }</p> }
                if let Some(code) = failed { <ProblemNote sentence={problem::sentence(words, &code)} {code} /> }
                <button type="submit" class="primary" data-testid="report-send" aria-disabled={(is_busy || *is_taking).then_some("true")}>{ words.act_report() }</button>
            </form>
        </Sheet>
    }
}
