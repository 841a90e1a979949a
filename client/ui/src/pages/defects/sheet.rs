//! One defect: what it is, how far it is, everything that was said, and what this person can do about it. Nothing asks
//! "are you sure": what was done can be taken back for ten seconds.

use std::rc::Rc;

use link::Command;
use link::slice::{DefectView, Person};
use shared::api::handling::{DefectMove, SeenDefect};
use shared::domain::defect::{DefectAct, DefectState, Disposition};
use shared::trust::rights::Role;
use yew::{Callback, Html, NodeRef, Properties, component, html, use_mut_ref, use_node_ref};

use super::desk::taken_back;
use crate::browser;
use crate::components::handled::{defect_history, defect_mark, disposition_key, disposition_word};
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::components::sheet::Sheet;
use crate::hooks::{Sending, use_lasting, use_modal, use_now, use_reach, use_sending, use_value, use_words};
use crate::i18n::Words;
use crate::problem;

/// Properties of [`DefectSheet`].
#[derive(Properties, PartialEq)]
pub struct DefectSheetProps {
    /// The defect.
    pub defect: DefectView,
    /// The person of this phone.
    pub person: Rc<Person>,
    /// It is to be closed.
    pub onclose: Callback<()>,
}

/// What the buttons need.
struct Scene<'a> {
    words: Words,
    defect: &'a DefectView,
    note: &'a NodeRef,
    act: Callback<(DefectAct, Option<Disposition>)>,
    is_busy: bool,
}

/// The sheet.
#[component]
pub fn DefectSheet(props: &DefectSheetProps) -> Html {
    let (words, now, node, note) = (use_words(), use_now(), use_modal(), use_node_ref());
    let DefectSheetProps { defect, person, onclose } = props;
    let is_desk = person.role >= Role::Supervisor;
    let undo = use_lasting::<Command>();
    let pending = use_mut_ref(|| None::<Command>);
    let complaint = use_value(false);
    let ondone = {
        let (set_undo, pending, note) = (undo.set.clone(), pending.clone(), note.clone());
        let store = use_reach().store;
        Callback::from(move |()| {
            let undo = match pending.borrow_mut().take() {
                // Only the relay knows under which key it wrote what is taken back.
                Some(Command::MoveDefects(undo)) => {
                    let defects = store.view().moved.moved.iter().map(taken_back).collect();
                    Some(Command::MoveDefects(DefectMove { defects, ..undo }))
                }
                undo => undo,
            };
            set_undo.emit(undo);
            browser::set_text(&note, "");
        })
    };
    let Sending { is_busy, failed, send } = use_sending(false, ondone);
    let act = {
        let (defect, note, complaint, pending, send) =
            (defect.clone(), note.clone(), complaint.clone(), pending.clone(), send.clone());
        Callback::from(move |(act, disposition): (DefectAct, Option<Disposition>)| {
            let words = browser::text_of(&note).trim().to_owned();
            if act == DefectAct::Reject && words.is_empty() {
                complaint.set(true);
                browser::focus(&note);
                return;
            }
            complaint.set(false);
            let (command, undo) = commands(&defect, act, disposition, words, is_desk);
            *pending.borrow_mut() = undo;
            send.emit(command);
        })
    };
    let scene = Scene { words, defect, note: &note, act, is_busy };
    let title = words.label(&defect.title).to_owned();
    let about = [words.label(&defect.station_name), words.label(&defect.about), &defect.model];
    let subtitle = about.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join(" · ");
    html! {
        <Sheet {node} {title} {subtitle} close={words.close()} onclose={onclose.clone()}>
            <p class="sheet-facts" data-testid="defect-state">
                { defect_mark(words, defect) }
                if defect.is_urgent { <span class="tag urgent">{ glyph(Icon::Bell) }{ words.urgent() }</span> }
                if defect.is_missing { <span class="tag">{ words.status_missing() }</span> }
                if defect.is_reopened { <span class="tag">{ words.reopened() }</span> }
                <span class="hint">{ words.reports_count(u32::try_from(defect.reporters.len()).unwrap_or(u32::MAX)) }</span>
            </p>
            if let Some(undone) = undo.value {
                <div class="undo-bar" role="status"><span class="undo-what">{ words.handled_done() }</span>
                    <button type="button" class="quiet" data-testid="undo" onclick={send.reform(move |_| undone.clone())}>{ glyph(Icon::Undo) }{ words.undo() }</button></div>
            }
            { if is_desk { desk(&scene) } else { station(&scene) } }
            if *complaint { <p class="complaint" role="alert">{ words.reject_needs_reason() }</p> }
            if let Some(code) = failed { <ProblemNote sentence={problem::sentence(words, &code)} {code} /> }
            <h3 class="section">{ words.history_title() }</h3>
            { defect_history(words, &defect.events, person.zone, now) }
        </Sheet>
    }
}

/// The command of an act, and the one that takes it back.
fn commands(
    defect: &DefectView,
    act: DefectAct,
    disposition: Option<Disposition>,
    note: String,
    is_desk: bool,
) -> (Command, Option<Command>) {
    let name = defect.name.clone();
    if is_desk {
        let moved = |act, note| {
            let seen =
                SeenDefect { defect: defect.name.clone(), sees: defect.sees.clone(), takes_back: None };
            Command::MoveDefects(DefectMove { defects: vec![seen], act, disposition, note })
        };
        return (moved(act, note), Some(moved(DefectAct::Withdraw, String::new())));
    }
    if act == DefectAct::Withdraw {
        return (Command::WithdrawFromDefect { defect: name, act: DefectAct::Report }, None);
    }
    let undo = Command::WithdrawFromDefect { defect: name.clone(), act };
    (Command::SayOfDefect { defect: name, act, note }, Some(undo))
}

fn button(scene: &Scene<'_>, class: &'static str, icon: Icon, word: &'static str, act: DefectAct) -> Html {
    let (onact, is_busy) = (scene.act.clone(), scene.is_busy);
    let onclick = move |_| {
        if !is_busy {
            onact.emit((act, None));
        }
    };
    let testid = match act {
        DefectAct::Verify => "act-verify",
        DefectAct::NotFixed => "act-not-fixed",
        DefectAct::Urgent => "act-urgent",
        DefectAct::Withdraw => "act-withdraw",
        DefectAct::Acknowledge => "act-acknowledge",
        DefectAct::Done => "act-done",
        DefectAct::Reject => "act-reject",
        DefectAct::Report | DefectAct::Handle => "act",
    };
    html! {
        <button type="button" {class} data-testid={testid} {onclick} aria-disabled={is_busy.then_some("true")}>
            { glyph(icon) }{ word }</button>
    }
}

/// What the station can do.
fn station(scene: &Scene<'_>) -> Html {
    let Scene { words, defect, note, .. } = scene;
    let takes = |act| defect.state.takes(act);
    if !takes(DefectAct::Verify) && !takes(DefectAct::Urgent) {
        return Html::default();
    }
    html! {
        <div class="handled-acts">
            <label class="field"><span>{ words.act_note_optional() }</span>
                <textarea rows="2" maxlength="500" ref={(*note).clone()} data-testid="act-note" /></label>
            if takes(DefectAct::Verify) {
                { button(scene, "primary", Icon::Check, words.act_verify(), DefectAct::Verify) }
                { button(scene, "secondary", Icon::Cross, words.act_not_fixed(), DefectAct::NotFixed) }
            }
            if takes(DefectAct::Urgent) && !defect.is_urgent {
                { button(scene, "secondary", Icon::Bell, words.act_urgent(), DefectAct::Urgent) }
            }
            if defect.may_withdraw {
                { button(scene, "quiet", Icon::Undo, words.act_withdraw(), DefectAct::Withdraw) }
            }
        </div>
    }
}

/// What the bureau can do.
fn desk(scene: &Scene<'_>) -> Html {
    let Scene { words, defect, note, .. } = scene;
    if defect.state == DefectState::Done {
        return html! { <p class="hint">{ words.awaits_verification() }</p> };
    }
    if !defect.state.takes(DefectAct::Handle) {
        return Html::default();
    }
    let decide = |disposition: Disposition| {
        let (onact, is_busy) = (scene.act.clone(), scene.is_busy);
        let onclick = move |_| {
            if !is_busy {
                onact.emit((DefectAct::Handle, Some(disposition)));
            }
        };
        let is_chosen = defect.state == DefectState::Handled && defect.disposition == Some(disposition);
        html! {
            <button type="button" class="fault-chip" data-testid="act-handle" data-disposition={disposition_key(disposition)}
                aria-pressed={if is_chosen { "true" } else { "false" }} {onclick}>{ disposition_word(*words, disposition) }</button>
        }
    };
    html! {
        <div class="handled-acts">
            if defect.state == DefectState::Reported {
                { button(scene, "primary", Icon::Check, words.act_acknowledge(), DefectAct::Acknowledge) }
            }
            <label class="field"><span>{ words.note_or_reason() }</span>
                <textarea rows="2" maxlength="500" ref={(*note).clone()} data-testid="act-note" /></label>
            <p class="label">{ words.disposition_title() }</p>
            <div class="chips">{ for Disposition::ALL.into_iter().map(decide) }</div>
            <div class="handled-pair">
                { button(scene, "secondary", Icon::Check, words.act_done(), DefectAct::Done) }
                { button(scene, "quiet", Icon::Dash, words.act_reject(), DefectAct::Reject) }
            </div>
        </div>
    }
}
