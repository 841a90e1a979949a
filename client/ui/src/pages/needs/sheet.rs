//! One need: the wish, how far it is, what was said, and what this person can do about it.

use std::rc::Rc;

use link::Command;
use link::slice::{NeedView, Person};
use shared::api::handling::NeedMove;
use shared::domain::need::NeedAct;
use shared::trust::rights::Role;
use yew::{Callback, Html, NodeRef, Properties, component, html, use_node_ref};

use super::{need_mark, rating};
use crate::browser;
use crate::components::handled::need_history;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::components::sheet::Sheet;
use crate::hooks::{Sending, use_modal, use_now, use_sending, use_value, use_words};
use crate::i18n::Words;
use crate::problem;

/// Properties of [`NeedSheet`].
#[derive(Properties, PartialEq)]
pub struct NeedSheetProps {
    /// The need.
    pub need: NeedView,
    /// The person of this phone.
    pub person: Rc<Person>,
    /// It is to be closed.
    pub onclose: Callback<()>,
}

/// The sheet.
#[component]
pub fn NeedSheet(props: &NeedSheetProps) -> Html {
    let (words, now, node, note) = (use_words(), use_now(), use_modal(), use_node_ref());
    let NeedSheetProps { need, person, onclose } = props;
    let complaint = use_value(false);
    let ondone = {
        let note = note.clone();
        Callback::from(move |()| browser::set_text(&note, ""))
    };
    let Sending { is_busy, failed, send } = use_sending(false, ondone);
    let onmove = {
        let (need, note, complaint, send) = (need.clone(), note.clone(), complaint.clone(), send.clone());
        Callback::from(move |act: NeedAct| {
            let words = browser::text_of(&note).trim().to_owned();
            let lacks_reason = act == NeedAct::Decline && words.is_empty();
            complaint.set(lacks_reason);
            if lacks_reason {
                browser::focus(&note);
            } else if !is_busy {
                let (need, sees) = (need.name.clone(), need.sees.clone());
                send.emit(Command::MoveNeed(NeedMove { need, sees, act, note: words }));
            }
        })
    };
    let title = need.wish.clone();
    let about = [words.label(&need.station_name), &need.model, &need.by];
    let subtitle = about.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join(" · ");
    let is_desk = person.role >= Role::Supervisor;
    html! {
        <Sheet {node} {title} {subtitle} close={words.close()} onclose={onclose.clone()}>
            <p class="sheet-facts" data-testid="need-state">{ need_mark(words, need) }{ rating(words, need) }</p>
            { if is_desk { desk(words, need, &note, &onmove) } else { station(words, need, is_busy, &send) } }
            if *complaint { <p class="complaint" role="alert">{ words.reject_needs_reason() }</p> }
            if let Some(code) = failed { <ProblemNote sentence={problem::sentence(words, &code)} {code} /> }
            <h3 class="section">{ words.history_title() }</h3>
            { need_history(words, &need.events, person.zone, now) }
        </Sheet>
    }
}

/// What the station can do: rate what came of it, or take an own wish back.
fn station(words: Words, need: &NeedView, is_busy: bool, send: &Callback<Command>) -> Html {
    let star = |stars: u8| {
        let (send, name) = (send.clone(), need.name.clone());
        let onclick = move |_| {
            if !is_busy {
                send.emit(Command::RateNeed { need: name.clone(), rating: stars });
            }
        };
        html! {
            <button type="button" class="fault-chip" aria-pressed={if need.own_rating == Some(stars) { "true" } else { "false" }}
                aria-label={words.stars(u32::from(stars))} data-testid="star" data-stars={stars.to_string()} {onclick}>{ glyph(Icon::Star) }{ stars }</button>
        }
    };
    let withdraw = {
        let name = need.name.clone();
        send.reform(move |_| Command::WithdrawNeed { need: name.clone() })
    };
    html! {
        <>
            if need.state.takes(NeedAct::Rate) {
                <div class="handled-acts">
                    <p class="label">{ words.rate_title() }</p>
                    <div class="stars">{ for (1..=5).map(star) }</div>
                </div>
            }
            if need.may_withdraw {
                <button type="button" class="quiet" data-testid="need-withdraw" onclick={withdraw}>{ glyph(Icon::Undo) }{ words.need_withdraw() }</button>
            }
        </>
    }
}

/// What the bureau can do.
fn desk(words: Words, need: &NeedView, note: &NodeRef, onmove: &Callback<NeedAct>) -> Html {
    if !need.state.is_open() {
        return Html::default();
    }
    let button = |act: NeedAct, class: &'static str, word: &'static str, testid: &'static str| {
        if !need.state.takes(act) {
            return Html::default();
        }
        html! { <button type="button" {class} data-testid={testid} onclick={onmove.reform(move |_| act)}>{ word }</button> }
    };
    html! {
        <div class="handled-acts">
            <label class="field"><span>{ words.note_or_reason() }</span>
                <textarea rows="2" maxlength="500" ref={note.clone()} data-testid="act-note" /></label>
            { button(NeedAct::Visit, "secondary", words.act_visit(), "act-visit") }
            { button(NeedAct::Trial, "secondary", words.act_trial(), "act-trial") }
            { button(NeedAct::RollOut, "secondary", words.act_roll_out(), "act-roll-out") }
            { button(NeedAct::Decline, "quiet", words.act_decline(), "act-decline") }
        </div>
    }
}
