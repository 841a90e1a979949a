//! Needs: what the field wishes for, what became of it, and how good it is. Officers raise and rate, supervisors answer.

use std::rc::Rc;

use link::Command;
use link::slice::{NeedView, NeedsView, Person};
use shared::domain::need::NeedName;
use shared::time::Timestamp;
use shared::trust::rights::Role;
use yew::{Callback, Html, Properties, SubmitEvent, classes, component, html, use_node_ref};

use crate::browser;
use crate::components::handled::{need_face, need_word};
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::components::sheet::Sheet;
use crate::format;
use crate::hooks::{
    Sending, use_effect_with, use_modal, use_now, use_reach, use_sending, use_slice, use_value, use_words,
};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::Route;

mod sheet;

use sheet::NeedSheet;

/// Properties of [`NeedsPage`].
#[derive(Properties, PartialEq)]
pub struct NeedsPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen.
#[component]
pub fn NeedsPage(props: &NeedsPageProps) -> Html {
    let (words, now, reach) = (use_words(), use_now(), use_reach());
    let view = use_slice(|view| view.needs.clone());
    let opened = use_value(None::<NeedName>);
    let is_raising = use_value(false);
    use_effect_with((), {
        let core = reach.core.clone();
        move |()| {
            core.tell(Command::OpenHandled);
            move || core.tell(Command::CloseHandled)
        }
    });
    let onopen = {
        let opened = opened.clone();
        Callback::from(move |name: Option<NeedName>| opened.set(name))
    };
    let onraise = {
        let is_raising = is_raising.clone();
        Callback::from(move |is: bool| is_raising.set(is))
    };
    let person = &props.person;
    let is_desk = person.role >= Role::Supervisor;
    let back = (!is_desk).then_some(Route::Defects);
    let found = view.as_ref().zip(opened.as_ref());
    let found = found.and_then(|(view, name)| view.needs.iter().find(|need| need.name == *name));
    let subtitle = words.label(if is_desk { &person.bureau_name } else { &person.station_name }).to_owned();
    html! {
        <Screen title={words.needs_title()} {subtitle} {back}>
            if person.station.is_some() {
                <button type="button" class="primary" data-testid="raise" onclick={onraise.reform(|_| true)}>
                    { glyph(Icon::Plus) }{ words.raise_need() }</button>
            }
            if let Some(view) = &view {
                { list(words, view, is_desk, now, &onopen.reform(Some)) }
                if *is_raising { <RaiseSheet view={view.clone()} onclose={onraise.reform(|()| false)} /> }
            } else {
                <div aria-busy="true"><p class="hint" role="status">{ words.loading() }</p><div class="bone tall"></div></div>
            }
            if let Some(need) = found {
                <NeedSheet key={need.name.id.to_string()} need={need.clone()} person={person.clone()} onclose={onopen.reform(|()| None)} />
            }
        </Screen>
    }
}

fn list(words: Words, view: &NeedsView, is_desk: bool, now: Timestamp, onopen: &Callback<NeedName>) -> Html {
    if view.needs.is_empty() {
        let text = if view.is_loaded { words.needs_none() } else { words.loading() };
        return html! { <p class="empty">{ glyph(Icon::Speech) }{ text }</p> };
    }
    let row = |need: &NeedView| {
        let name = need.name.clone();
        html! {
            <li key={need.name.id.to_string()}>
                <button type="button" class="handled-row" data-testid="need" data-state={need_word(need.state)}
                    onclick={onopen.reform(move |_| name.clone())}>
                    if is_desk { <span class="handled-station">{ words.label(&need.station_name).to_owned() }</span> }
                    <span class="handled-head"><strong>{ &need.wish }</strong>
                        if !need.model.is_empty() { <span class="tag">{ &need.model }</span> }</span>
                    <span class="handled-foot">{ need_mark(words, need) }{ rating(words, need) }
                        <span class="hint">{ &need.by }{ " · " }{ format::age(words, need.raised_at, now) }</span>
                        if need.is_only_here { <span class="save-state" data-place="phone">{ glyph(Icon::Phone) }{ words.save_phone() }</span> }
                    </span>
                </button>
            </li>
        }
    };
    html! { <ul class={classes!("handled", "needs", is_desk.then_some("desk"))} data-testid="needs">{ for view.needs.iter().map(row) }</ul> }
}

/// A need's state as a mark.
pub fn need_mark(words: Words, need: &NeedView) -> Html {
    let (class, icon, word) = need_face(words, need.state);
    html! { <span class={classes!("mark", class)}>{ glyph(icon) }<span>{ word }</span></span> }
}

/// The mean rating, if anybody has rated.
pub fn rating(words: Words, need: &NeedView) -> Html {
    let Some(tenths) = need.rating_tenths else { return Html::default() };
    let mean = [(tenths / 10).to_string(), (tenths % 10).to_string()].join(".");
    html! { <span class="mark value" data-testid="rating">{ glyph(Icon::Star) }<span>{ words.rating_mean(&mean, need.ratings) }</span></span> }
}

#[derive(Properties, PartialEq)]
struct RaiseSheetProps {
    view: Rc<NeedsView>,
    onclose: Callback<()>,
}

/// A wish in words, and the model that it is about.
#[component]
fn RaiseSheet(props: &RaiseSheetProps) -> Html {
    let (words, node) = (use_words(), use_modal());
    let (wish, model) = (use_node_ref(), use_node_ref());
    let complaint = use_value(false);
    let Sending { is_busy, failed, send } = use_sending(false, props.onclose.clone());
    let onsubmit = {
        let (wish, model, complaint) = (wish.clone(), model.clone(), complaint.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let text = browser::text_of(&wish).trim().to_owned();
            complaint.set(text.is_empty());
            if text.is_empty() {
                browser::focus(&wish);
            } else if !is_busy {
                let model = browser::text_of(&model).trim().to_owned();
                send.emit(Command::RaiseNeed { wish: text, model });
            }
        }
    };
    html! {
        <Sheet {node} title={words.raise_need()} subtitle={words.raise_hint()} close={words.close()} onclose={props.onclose.clone()}>
            <form class="report-form" {onsubmit} novalidate=true>
                <label class="field"><span>{ words.need_wish() }</span>
                    <textarea rows="4" maxlength="500" ref={wish} data-testid="wish" /></label>
                <label class="field"><span>{ words.need_model() }</span>
                    <input type="text" list="need-models" maxlength="80" autocomplete="off" ref={model} data-testid="model" /></label>
                <datalist id="need-models">
                    { for props.view.models.iter().map(|(model, name)| html! { <option key={model.clone()} value={model.clone()}>{ words.label(name).to_owned() }</option> }) }
                </datalist>
                if *complaint { <p class="complaint" role="alert">{ words.need_incomplete() }</p> }
                if let Some(code) = failed { <ProblemNote sentence={problem::sentence(words, &code)} {code} /> }
                <button type="submit" class="primary" data-testid="raise-send" aria-disabled={is_busy.then_some("true")}>{ words.raise_send() }</button>
            </form>
        </Sheet>
    }
}
