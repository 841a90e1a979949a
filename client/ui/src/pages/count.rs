//! Counting by scans: every hit that is on the register and was not counted yet is an answer to the line; what somebody
//! counted already is said and not counted again; what is not on the register is counted only when the person says so.

use std::rc::Rc;

use link::slice::{CountView, Counted, FoundView, Person};
use link::{Command, Problem};
use shared::domain::answer::Answer;
use shared::domain::photo::Attached;
use shared::domain::round::RoundName;
use shared::ids::{EventKey, ItemId, SubjectId};
use shared::time::{Timestamp, Zone};
use yew::{AttrValue, Callback, Html, Properties, component, hook, html, use_mut_ref, use_state};

use super::scan::{FEEL_GOOD, FEEL_LOOK, Flash, Looked, Viewfinder, miss_text, use_entry, use_find};
use crate::components::icon::{Icon, glyph};
use crate::components::meter::meter;
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::components::thing_card::thing_line;
use crate::format;
use crate::hooks::{Reach, feel, use_awake, use_effect_with, use_now, use_reach, use_slice, use_words};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::{RoundPart, Route};
use crate::store::CoreState;

/// Properties of [`CountPage`].
#[derive(Properties, PartialEq)]
pub struct CountPageProps {
    /// In which round.
    pub round: RoundName,
    /// About what.
    pub subject: SubjectId,
    /// Which line.
    pub item: ItemId,
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// What the last hit came to.
#[derive(Debug, Clone, PartialEq)]
enum Hit {
    /// It is counted, and on this phone.
    Counted { answer: String, text: AttrValue },
    /// Somebody has counted it.
    Already { text: AttrValue },
    /// It is not on the register, or several things have that code: the person decides.
    Asks(Rc<FoundView>),
    /// It was not kept.
    Failed { code: String, answer: String },
}

/// The screen.
#[component]
pub fn CountPage(props: &CountPageProps) -> Html {
    let words = use_words();
    let now = use_now();
    let reach = use_reach();
    use_awake();
    let count = use_count(props);
    let hit = use_state(|| None::<Hit>);
    let entry = use_entry();
    let oncount = use_counting(props, &count, {
        let (reach, hit) = (reach.clone(), hit.clone());
        Callback::from(move |next: Hit| {
            let is_good = matches!(next, Hit::Counted { .. });
            feel(&reach, if is_good { &FEEL_GOOD } else { &FEEL_LOOK });
            hit.set(Some(next));
        })
    });
    let find = use_find({
        let (reach, oncount, hit) = (reach.clone(), oncount.clone(), hit.clone());
        Callback::from(move |looked: Looked| match looked {
            Ok(found) if found.things.len() == 1 => oncount.emit((found.answer.clone(), Some(found))),
            Ok(found) => {
                feel(&reach, &FEEL_LOOK);
                hit.set(Some(Hit::Asks(found)));
            }
            Err(code) => hit.set(Some(Hit::Failed { code, answer: String::new() })),
        })
    });
    let onundo = use_undo_count(props, &hit);
    let back = Some(Route::Round(props.round.clone(), RoundPart::Cards));
    let Some(count) = count else {
        return html! {
            <Screen title={words.loading()} {back}><div aria-busy="true"><div class="bone tall"></div></div></Screen>
        };
    };
    let flash =
        hit.as_ref().map(|hit| if matches!(hit, Hit::Counted { .. }) { Flash::Good } else { Flash::Look });
    let onpick = {
        let (oncount, hit) = (oncount.clone(), hit.clone());
        Callback::from(move |picked: Option<String>| match picked {
            Some(answer) => oncount.emit((answer, None)),
            None => hit.set(None),
        })
    };
    html! {
        <Screen title={words.label(&count.name).to_owned()} subtitle={words.count_hint()} {back}>
            <div class="scan">
                { figures(words, &count) }
                if count.may_answer {
                    <Viewfinder onseen={find.clone()} {flash} />
                    <div class="scan-result" aria-live="polite" data-testid="count-hit">
                        if let Some(hit) = hit.as_ref() { { hit_html(words, hit, &count, &onpick, &onundo) } }
                    </div>
                    { entry.html(words, &find) }
                }
                { lists(words, &count, props.person.zone, now, &onundo) }
            </div>
        </Screen>
    }
}

/// The line as it is counted now; asked for again after the core had to start again.
#[hook]
fn use_count(props: &CountPageProps) -> Option<Rc<CountView>> {
    let reach = use_reach();
    let core = use_slice(|view| view.core);
    let place = (props.round.clone(), props.subject.clone(), props.item.clone());
    use_effect_with((place.clone(), core == CoreState::Failed), move |((round, subject, item), _)| {
        let (round, subject, item) = (round.clone(), subject.clone(), item.clone());
        reach.core.tell(Command::OpenCount { round, subject, item });
        move || reach.core.tell(Command::CloseCount)
    });
    use_slice(move |view| {
        view.count
            .clone()
            .filter(|count| (&count.round, &count.subject, &count.item) == (&place.0, &place.1, &place.2))
    })
}

type ToCount = (String, Option<Rc<FoundView>>);

/// Counts what is not counted yet, and says what it came to.
#[hook]
fn use_counting(
    props: &CountPageProps,
    count: &Option<Rc<CountView>>,
    onhit: Callback<Hit>,
) -> Callback<ToCount> {
    let (words, reach) = (use_words(), use_reach());
    let zone = props.person.zone;
    let now = use_now();
    // What is on its way: the next sighting of it must not count it again.
    let sent = use_mut_ref(Vec::<String>::new);
    let (round, subject, item) = (props.round.clone(), props.subject.clone(), props.item.clone());
    let count = count.clone();
    Callback::from(move |(answer, found): ToCount| {
        let Some(count) = count.as_ref().filter(|count| count.may_answer && !answer.is_empty()) else {
            return;
        };
        if let Some(counted) = count.counted.iter().find(|counted| counted.answer == answer) {
            return onhit.emit(Hit::Already { text: already(words, counted, zone, now) });
        }
        let name = found.as_deref().and_then(|found| found.things.first());
        let name = name.map_or_else(
            || answer.clone(),
            |thing| {
                [
                    words.label(&thing.name),
                    " · ",
                    if thing.serial.is_empty() { thing.id.as_str() } else { &thing.serial },
                ]
                .concat()
            },
        );
        if sent.borrow().contains(&answer) {
            return onhit.emit(Hit::Already { text: words.count_already_mine(&name).into() });
        }
        sent.borrow_mut().push(answer.clone());
        let order = Command::Answer {
            round: round.clone(),
            subject: subject.clone(),
            item: item.clone(),
            answer: Answer::Scan(answer.clone()),
            fault: String::new(),
            note: String::new(),
            // Scans stand side by side: one that had seen the others would replace them.
            sees: Vec::new(),
            amends: None,
            attached: Attached::default(),
        };
        let (sent, onhit) = (sent.clone(), onhit.clone());
        reach.core.send(order, move |outcome| {
            sent.borrow_mut().retain(|other| *other != answer);
            match outcome {
                Ok(()) => onhit.emit(Hit::Counted { text: words.count_done(&name).into(), answer }),
                Err(Problem { code, .. }) => onhit.emit(Hit::Failed { code, answer }),
            }
        });
    })
}

/// Takes an own count back.
#[hook]
fn use_undo_count(props: &CountPageProps, hit: &yew::UseStateHandle<Option<Hit>>) -> Callback<EventKey> {
    let reach: Reach = use_reach();
    let (round, hit) = (props.round.clone(), hit.clone());
    Callback::from(move |event: EventKey| {
        let hit = hit.clone();
        reach.core.send(Command::Withdraw { round: round.clone(), event }, move |outcome| match outcome {
            Ok(()) => hit.set(None),
            Err(Problem { code, .. }) => hit.set(Some(Hit::Failed { code, answer: String::new() })),
        });
    })
}

fn already(words: Words, counted: &Counted, zone: Zone, now: Timestamp) -> AttrValue {
    let name = match &counted.thing {
        Some(thing) => words.label(&thing.name).to_owned(),
        None => counted.answer.clone(),
    };
    words.count_already(&format::moment(zone, counted.at, now), &name, &counted.by).into()
}

fn figures(words: Words, count: &CountView) -> Html {
    let found = count.counted.iter().filter(|counted| counted.thing.is_some()).count();
    let extra = count.counted.len() - found;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    html! {
        <div class="count-figures" data-testid="count-figures" data-found={found.to_string()}
            data-open={count.open.len().to_string()} data-extra={extra.to_string()}>
            { meter(number(found), number(found + count.open.len()), words.progress_all()) }
            if extra > 0 { <span class="mark watch">{ glyph(Icon::Triangle) }<span>{ words.count_extra(number(extra)) }</span></span> }
        </div>
    }
}

fn hit_html(
    words: Words,
    hit: &Hit,
    count: &CountView,
    onpick: &Callback<Option<String>>,
    onundo: &Callback<EventKey>,
) -> Html {
    match hit {
        Hit::Counted { answer, text } => {
            let own =
                count.counted.iter().find(|counted| counted.answer == *answer).and_then(|c| c.own.clone());
            html! {
                <div class="notice ok" role="status" data-testid="counted">
                    { glyph(Icon::Check) }<p>{ text.clone() }</p>
                    if let Some(event) = own {
                        <button type="button" class="quiet" data-testid="undo-count"
                            onclick={onundo.reform(move |_| event.clone())}>{ words.undo() }</button>
                    }
                </div>
            }
        }
        Hit::Already { text } => html! {
            <div class="notice watch" role="status" data-testid="already">{ glyph(Icon::History) }<p>{ text.clone() }</p></div>
        },
        Hit::Failed { code, answer } => {
            let again = answer.clone();
            html! {
                <>
                    <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} />
                    if !answer.is_empty() {
                        <button type="button" class="secondary" onclick={onpick.reform(move |_| Some(again.clone()))}>{ words.try_again() }</button>
                    }
                </>
            }
        }
        Hit::Asks(found) => asks(words, found, onpick),
    }
}

/// The person decides: which of several things it is, or whether what nobody expected is counted.
fn asks(words: Words, found: &FoundView, onpick: &Callback<Option<String>>) -> Html {
    let choice = |answer: String, face: Html, class: &'static str| {
        let key = answer.clone();
        html! {
            <button type="button" {class} {key} data-testid="count-this"
                onclick={onpick.reform(move |_| Some(answer.clone()))}>{ face }</button>
        }
    };
    html! {
        <div data-testid="count-asks">
            if let Some(miss) = &found.miss {
                <Notice tone={Tone::Watch} text={miss_text(words, &found.text, miss)} />
            } else {
                <Notice tone={Tone::Watch} text={words.scan_several()} />
            }
            { for found.things.iter().map(|thing| choice(thing.id.to_string(), thing_line(words, thing), "item")) }
            if found.things.is_empty() && !found.answer.is_empty() {
                { choice(found.answer.clone(), words.count_as_extra().into(), "secondary") }
            }
            <button type="button" class="quiet" data-testid="count-not" onclick={onpick.reform(|_| None)}>{ words.count_ignore() }</button>
        </div>
    }
}

fn lists(words: Words, count: &CountView, zone: Zone, now: Timestamp, onundo: &Callback<EventKey>) -> Html {
    let row = |counted: &Counted| {
        let own = counted.own.clone();
        html! {
            <li key={counted.answer.clone()} class="later" data-testid="counted-row" data-answer={counted.answer.clone()}>
                if let Some(thing) = &counted.thing { { thing_line(words, thing) } }
                else { <span class="item-name"><code>{ &counted.answer }</code></span> }
                <span class="counted-by">{ &counted.by }{ " " }<time>{ format::moment(zone, counted.at, now) }</time>
                    if counted.times > 1 { <span class="tag">{ words.count_times(counted.times) }</span> }
                </span>
                if let Some(event) = own {
                    <button type="button" class="quiet" onclick={onundo.reform(move |_| event.clone())}>{ words.undo() }</button>
                }
            </li>
        }
    };
    let part = |testid: &'static str, title: &'static str, rows: Vec<Html>, is_open: bool| {
        if rows.is_empty() {
            return Html::default();
        }
        html! {
            <details class="count-part" data-testid={testid} open={is_open}>
                <summary>{ title }<span class="count">{ rows.len() }</span></summary>
                <ul class="items">{ for rows.into_iter() }</ul>
            </details>
        }
    };
    let (found, extra): (Vec<&Counted>, Vec<&Counted>) =
        count.counted.iter().partition(|counted| counted.thing.is_some());
    let open = count.open.iter().map(|thing| {
        html! { <li key={thing.id.to_string()} class="later">{ thing_line(words, thing) }</li> }
    });
    html! {
        <>
            { part("extra", words.count_unexpected(), extra.into_iter().map(row).collect(), true) }
            { part("found", words.count_found(), found.into_iter().map(row).collect(), false) }
            { part("open", words.count_open(), open.collect(), false) }
        </>
    }
}
