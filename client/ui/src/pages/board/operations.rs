//! Operations on the board: what goes on, since when and by whom, and a supervisor's word that one starts or ends. Ending
//! asks once more, for it takes the duties of every station off tomorrow's lists.

use link::Command;
use link::slice::OperationView;
use yew::{Callback, Html, Properties, SubmitEvent, component, html, use_node_ref};

use crate::browser;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::format;
use crate::hooks::{Sending, use_sending, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::problem;

/// What stands under the figures of the day.
#[component]
pub fn Operations() -> Html {
    let words = use_words();
    let operations =
        use_slice(|view| view.today.as_ref().map(|today| today.operations.clone()).unwrap_or_default());
    let is_starting = use_value(false);
    let ending = use_value(None::<String>);
    let ondone = {
        let (is_starting, ending) = (is_starting.clone(), ending.clone());
        Callback::from(move |()| {
            is_starting.set(false);
            ending.set(None);
        })
    };
    let Sending { is_busy, failed, send } = use_sending(false, ondone);
    let onstart = {
        let is_starting = is_starting.clone();
        Callback::from(move |is: bool| is_starting.set(is))
    };
    let onend = {
        let ending = ending.clone();
        Callback::from(move |name: Option<String>| ending.set(name))
    };
    html! {
        <section class="operations" aria-label={words.operations()} data-testid="operations">
            <ul>{ for operations.iter().map(|it| row(words, it, ending.as_deref(), is_busy, &onend, &send)) }</ul>
            if *is_starting {
                <Start {words} {is_busy} onsend={send} oncancel={onstart.reform(|()| false)} />
            } else {
                <button type="button" class="secondary" data-testid="operation-start" onclick={onstart.reform(|_| true)}>
                    { glyph(Icon::Plus) }{ words.operation_start() }
                </button>
            }
            if let Some(code) = failed {
                <ProblemNote sentence={problem::sentence(words, &code)} {code} />
            }
        </section>
    }
}

fn row(
    words: Words,
    operation: &OperationView,
    ending: Option<&str>,
    is_busy: bool,
    onend: &Callback<Option<String>>,
    send: &Callback<Command>,
) -> Html {
    let name = operation.name.clone();
    let since = words.operation_since(&format::short_day(operation.from), &operation.by);
    let stations = match operation.stations {
        0 => words.operation_everywhere().to_owned(),
        n => words.operation_stations(n),
    };
    let ask = onend.reform({
        let name = name.clone();
        move |_| Some(name.clone())
    });
    let end = {
        let send = send.clone();
        move |_| {
            if !is_busy {
                send.emit(Command::EndOperation { name: name.clone() });
            }
        }
    };
    html! {
        <li key={operation.name.clone()} class="operation" data-testid="operation">
            <span class="operation-name">{ glyph(Icon::Bell) }<strong>{ words.label(&operation.label).to_owned() }</strong></span>
            <span class="hint">{ since }{ " · " }{ stations }</span>
            if ending == Some(operation.name.as_str()) {
                <span>{ words.operation_end_hint() }</span>
                <button type="button" class="secondary" data-testid="operation-end-yes" onclick={end} aria-disabled={is_busy.then_some("true")}>{ words.operation_end_yes() }</button>
                <button type="button" class="quiet" onclick={onend.reform(|_| None)}>{ words.cancel() }</button>
            } else {
                <button type="button" class="quiet" data-testid="operation-end" onclick={ask}>{ words.operation_end() }</button>
            }
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct StartProps {
    words: Words,
    is_busy: bool,
    onsend: Callback<Command>,
    oncancel: Callback<()>,
}

/// The name of the operation that starts.
#[component]
fn Start(props: &StartProps) -> Html {
    let StartProps { words, is_busy, onsend, oncancel } = props;
    let (words, is_busy, field) = (*words, *is_busy, use_node_ref());
    let onsubmit = {
        let (field, onsend) = (field.clone(), onsend.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let label = browser::text_of(&field).trim().to_owned();
            if label.is_empty() {
                browser::focus(&field);
            } else if !is_busy {
                onsend.emit(Command::StartOperation { label });
            }
        }
    };
    html! {
        <form class="operation-form" {onsubmit} novalidate=true>
            <label class="field"><span>{ words.operation_label() }</span>
                <input type="text" maxlength="40" autocomplete="off" enterkeyhint="go" ref={field} data-testid="operation-label" />
            </label>
            <p class="hint">{ words.operation_hint() }</p>
            <button type="submit" class="primary" data-testid="operation-go" aria-disabled={is_busy.then_some("true")}>
                { words.operation_go() }
            </button>
            <button type="button" class="quiet" onclick={oncancel.reform(|_| ())}>{ words.cancel() }</button>
        </form>
    }
}
