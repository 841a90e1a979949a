//! One thing of an inspection: how it was found, what is wrong with it, why it differs; and everything that was said.

use std::rc::Rc;

use link::slice::{Input, InspectedRow, InspectionView};
use shared::domain::answer::{Answer, Condition};
use shared::time::Zone;
use yew::{Callback, Html, Properties, classes, component, html, use_node_ref, use_state_eq};

use super::counting::Counter;
use crate::browser;
use crate::components::event_list::EventList;
use crate::components::icon::{Icon, glyph};
use crate::components::inspected::code;
use crate::components::mark::shape;
use crate::components::sheet::Sheet;
use crate::format::{self, Status};
use crate::hooks::{use_modal, use_now, use_value, use_words};
use crate::pages::round::FAULT_SEPARATOR;

/// Properties of [`FindingSheet`].
#[derive(Properties, PartialEq)]
pub struct FindingSheetProps {
    /// The thing.
    pub row: InspectedRow,
    /// The inspection.
    pub inspection: Rc<InspectionView>,
    /// Says it.
    pub counter: Counter,
    /// The bureau's zone.
    pub zone: Zone,
    /// It is to be closed.
    pub onclose: Callback<()>,
}

/// The sheet.
#[component]
pub fn FindingSheet(props: &FindingSheetProps) -> Html {
    let words = use_words();
    let now = use_now();
    let node = use_modal();
    let note = use_node_ref();
    let FindingSheetProps { row, inspection, .. } = props;
    let chosen = use_state_eq(|| row.answer.clone());
    let faults = use_value(Vec::<usize>::new());
    let input = Input::Choice(inspection.options.clone());
    let ways = inspection.options.iter().map(|option| Answer::Choice(option.code.clone()));
    let ways: Vec<Answer> =
        ways.chain([Condition::Fault, Condition::Missing].map(Answer::Condition)).collect();
    let way = |answer: &Answer| {
        let status = Status::of(answer, &input);
        let (chosen, picked) = (chosen.clone(), answer.clone());
        let is_chosen = chosen.as_ref() == Some(answer);
        html! {
            <button type="button" key={answer.to_text()} class={classes!(status.word())} aria-pressed={is_chosen.to_string()} data-testid="find"
                data-answer={answer.to_text()} onclick={move |_| chosen.set(Some(picked.clone()))}>
                { glyph(shape(status)) }<span>{ format::answer(words, answer, &input) }</span></button>
        }
    };
    let chip = |(index, fault): (usize, &shared::domain::Label)| {
        let faults = faults.clone();
        let is_chosen = faults.contains(&index);
        html! {
            <button type="button" key={index} class="fault-chip" data-testid="fault-chip" aria-pressed={is_chosen.to_string()} onclick={move |_| {
                let mut next = (*faults).clone();
                match next.iter().position(|chosen| *chosen == index) {
                    Some(at) => {
                        next.remove(at);
                    }
                    None => next.push(index),
                }
                faults.set(next);
            }}>if is_chosen { { glyph(Icon::Check) } }<span>{ words.label(fault).to_owned() }</span></button>
        }
    };
    let onsave = {
        let (counter, inspection, row, onclose) =
            (props.counter.clone(), inspection.clone(), row.clone(), props.onclose.clone());
        let (chosen, faults, note) = (chosen.clone(), faults.clone(), note.clone());
        Callback::from(move |_| {
            let Some(answer) = (*chosen).clone() else { return };
            let names: Vec<&str> = faults
                .iter()
                .filter_map(|at| inspection.faults.get(*at))
                .map(|fault| fault.zh.as_str())
                .collect();
            counter.say(
                &inspection,
                &row,
                answer,
                names.join(FAULT_SEPARATOR),
                browser::text_of(&note).trim().to_owned(),
            );
            onclose.emit(());
        })
    };
    let is_faulty = matches!(&*chosen, Some(Answer::Condition(Condition::Fault | Condition::Watch)));
    html! {
        <Sheet {node} title={words.label(&row.name).to_owned()} subtitle={code(row).to_owned()} close={words.close()} onclose={props.onclose.clone()}>
            <div class="hand-form">
                <p class="hint">{ words.label(&inspection.standard).to_owned() }</p>
                { where_it_should_be(words, row) }
                if inspection.may_answer {
                    <div class="finds" role="group" aria-label={words.inspect_how()}>{ for ways.iter().map(way) }</div>
                    if is_faulty { <div class="chips">{ for inspection.faults.iter().enumerate().map(chip) }</div> }
                    <label class="field"><span>{ words.inspect_note() }</span>
                        <textarea rows="2" maxlength="500" ref={note} data-testid="finding-note" /></label>
                    <button type="button" class="primary" data-testid="finding-save" onclick={onsave} aria-disabled={chosen.is_none().then_some("true")}>
                        { glyph(Icon::Check) }{ words.inspect_save() }</button>
                }
                <EventList {words} events={row.events.clone()} {input} zone={props.zone} {now} />
            </div>
        </Sheet>
    }
}

fn where_it_should_be(words: crate::i18n::Words, row: &InspectedRow) -> Html {
    let fact = |name: &'static str, value: &str| {
        if value.is_empty() {
            return Html::default();
        }
        html! { <div><dt>{ name }</dt><dd>{ value.to_owned() }</dd></div> }
    };
    let expires = row.expires.map(format::date).unwrap_or_default();
    html! {
        <dl class="rows">
            { fact(words.asset_serial(), &row.serial) }
            { fact(words.asset_holder(), &row.holder) }
            { fact(words.asset_place(), &row.place) }
            { fact(words.expires_word(), &expires) }
        </dl>
    }
}
