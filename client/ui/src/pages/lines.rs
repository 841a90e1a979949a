//! What a station adds to the bureau's checklists: its lead sees, adds and drops lines of the station's own. The bureau's
//! lines are locked, and only counted here.

use std::rc::Rc;

use link::Command;
use link::slice::{ChecklistView, LineKind, OwnLineView, Person};
use shared::ids::TemplateId;
use shared::limits::NOTE_CHARS_MAX;
use yew::{Callback, Html, MouseEvent, Properties, SubmitEvent, component, html, use_node_ref};

use crate::browser;
use crate::components::choice::Choice;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::components::sheet::Sheet;
use crate::hooks::{
    Sending, use_effect_with, use_modal, use_reach, use_sending, use_slice, use_value, use_words,
};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::Route;

/// Properties of [`LinesPage`].
#[derive(Properties, PartialEq)]
pub struct LinesPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

const KINDS: [LineKind; 4] = [LineKind::Condition, LineKind::YesNo, LineKind::Photo, LineKind::Text];

fn kind_word(words: Words, kind: Option<LineKind>) -> &'static str {
    match kind {
        Some(LineKind::Condition) => words.line_condition(),
        Some(LineKind::YesNo) => words.line_yes_no(),
        Some(LineKind::Photo) => words.line_photo(),
        Some(LineKind::Text) => words.line_text(),
        None => words.line_other(),
    }
}

/// The screen.
#[component]
pub fn LinesPage(props: &LinesPageProps) -> Html {
    let (words, reach) = (use_words(), use_reach());
    let lines = use_slice(|view| view.lines.clone());
    let opened = use_value(None::<TemplateId>);
    use_effect_with((), {
        let core = reach.core.clone();
        move |()| {
            core.tell(Command::OpenLines);
            move || core.tell(Command::CloseLines)
        }
    });
    let onopen = {
        let opened = opened.clone();
        Callback::from(move |template: Option<TemplateId>| opened.set(template))
    };
    let found = lines.as_ref().zip(opened.as_ref());
    let found = found.and_then(|(view, id)| view.checklists.iter().find(|list| list.template == *id));
    html! {
        <Screen title={words.lines_title()} subtitle={words.label(&props.person.station_name).to_owned()} back={Route::Me}>
            <p class="hint">{ words.lines_hint() }</p>
            if let Some(view) = &lines {
                <ul class="items" data-testid="checklists">
                    { for view.checklists.iter().map(|list| checklist(words, list, &onopen)) }
                </ul>
            } else {
                <div aria-busy="true"><p class="hint" role="status">{ words.loading() }</p><div class="bone tall"></div></div>
            }
            if let Some(list) = found {
                <LinesSheet key={list.template.to_string()} list={list.clone()} onclose={onopen.reform(|()| None)} />
            }
        </Screen>
    }
}

fn checklist(words: Words, list: &ChecklistView, onopen: &Callback<Option<TemplateId>>) -> Html {
    let id = list.template.clone();
    html! {
        <li key={list.template.to_string()}>
            <button type="button" class="item" data-testid="checklist" data-template={list.template.to_string()}
                onclick={onopen.reform(move |_: MouseEvent| Some(id.clone()))}>
                <span class="item-name">{ words.label(&list.name).to_owned() }<small>{ words.lines_core(list.core) }</small></span>
                if !list.own.is_empty() { <span class="tag">{ words.lines_own(u32::try_from(list.own.len()).unwrap_or_default()) }</span> }
            </button>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct LinesSheetProps {
    list: ChecklistView,
    onclose: Callback<()>,
}

/// One checklist's own lines, and a new one.
#[component]
fn LinesSheet(props: &LinesSheetProps) -> Html {
    let words = use_words();
    let node = use_modal();
    let (name, standard) = (use_node_ref(), use_node_ref());
    let kind = use_value(0_usize);
    let is_critical = use_value(false);
    let is_empty = use_value(false);
    let onadded = {
        let (name, standard) = (name.clone(), standard.clone());
        let (kind, is_critical) = (kind.clone(), is_critical.clone());
        Callback::from(move |()| {
            browser::set_text(&name, "");
            browser::set_text(&standard, "");
            kind.set(0);
            is_critical.set(false);
        })
    };
    let Sending { is_busy, failed, send } = use_sending(false, onadded);
    let dropping = use_sending(false, Callback::noop());
    let (is_dropping, not_dropped) = (dropping.is_busy, dropping.failed.clone());
    let template = props.list.template.clone();
    let onsubmit = {
        let (name, standard, send) = (name.clone(), standard.clone(), send.clone());
        let (kind, is_critical, is_empty) = (kind.clone(), is_critical.clone(), is_empty.clone());
        let template = template.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let [text, standard] = [&name, &standard].map(|node| browser::text_of(node).trim().to_owned());
            is_empty.set(text.is_empty());
            if text.is_empty() {
                browser::focus(&name);
            } else if !is_busy {
                send.emit(Command::AddLine {
                    template: template.clone(),
                    name: text,
                    standard,
                    kind: KINDS[*kind],
                    is_safety_critical: *is_critical,
                });
            }
        }
    };
    let ondrop = Callback::from(move |line: OwnLineView| {
        if !is_dropping {
            dropping.send.emit(Command::DropLine { template: template.clone(), item: line.item });
        }
    });
    let onkind = {
        let kind = kind.clone();
        Callback::from(move |index| kind.set(index))
    };
    let oncritical = {
        let is_critical = is_critical.clone();
        move |_: MouseEvent| is_critical.set(!*is_critical)
    };
    let options = KINDS.iter().map(|kind| (kind_word(words, Some(*kind)).into(), None)).collect::<Vec<_>>();
    let long = NOTE_CHARS_MAX.to_string();
    html! {
        <Sheet {node} title={words.label(&props.list.name).to_owned()} subtitle={words.lines_core(props.list.core)} close={words.close()} onclose={props.onclose.clone()}>
            if props.list.own.is_empty() { <p class="hint">{ words.lines_none() }</p> }
            <ul class="items own-lines">{ for props.list.own.iter().map(|line| own(words, line, is_dropping, &ondrop)) }</ul>
            if let Some(code) = &not_dropped { <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} /> }
            <form class="line-form" {onsubmit} novalidate=true>
                <h3>{ words.line_new() }</h3>
                <label class="field">
                    <span>{ words.line_name() }</span>
                    <input ref={name} type="text" maxlength={long.clone()} data-testid="line-name" aria-invalid={is_empty.to_string()} />
                </label>
                if *is_empty { <p class="complaint" role="alert">{ words.line_name_missing() }</p> }
                <label class="field">
                    <span>{ words.line_standard() }</span>
                    <input ref={standard} type="text" maxlength={long} data-testid="line-standard" />
                </label>
                <Choice name="line-kind" legend={words.line_kind()} {options} chosen={*kind} onchoose={onkind} />
                <button type="button" class="secondary" role="switch" aria-checked={is_critical.to_string()} data-testid="line-critical" onclick={oncritical}>
                    { glyph(if *is_critical { Icon::Check } else { Icon::Dot }) }{ words.line_critical() }
                </button>
                if let Some(code) = &failed { <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} /> }
                <button type="submit" class="primary" data-testid="line-add" aria-disabled={is_busy.then_some("true")}>
                    { glyph(if is_busy { Icon::Busy } else { Icon::Plus }) }{ words.line_add() }
                </button>
            </form>
        </Sheet>
    }
}

fn own(words: Words, line: &OwnLineView, is_busy: bool, ondrop: &Callback<OwnLineView>) -> Html {
    let (dropped, ondrop) = (line.clone(), ondrop.clone());
    html! {
        <li key={line.item.to_string()} class="own-line" data-testid="own-line" data-item={line.item.to_string()}>
            <span class="item-name">{ words.label(&line.name).to_owned() }
                <small>{ kind_word(words, line.kind) }
                    if line.is_safety_critical { { " · " }{ words.line_critical() } }
                    if !words.label(&line.standard).is_empty() { { " · " }{ words.label(&line.standard).to_owned() } }
                </small>
            </span>
            <button type="button" class="quiet" data-testid="line-drop" aria-disabled={is_busy.then_some("true")}
                onclick={move |_: MouseEvent| ondrop.emit(dropped.clone())}>{ words.line_drop() }</button>
        </li>
    }
}
