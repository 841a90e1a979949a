//! 交接: issue, return, move, or send to another station, with both people named. It takes the place of what stood on the
//! screen; what somebody else did at the same time stays beside it.

use std::rc::Rc;

use link::Command;
use link::slice::AssetView;
use shared::domain::custody::Handing;
use shared::ids::{OfficerId, StationCode};
use yew::{Callback, Html, NodeRef, Properties, component, html, use_node_ref};

use crate::browser;
use crate::components::choice::Choice;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::components::sheet::Sheet;
use crate::hooks::{use_modal, use_sending, use_value, use_words};
use crate::i18n::Words;
use crate::problem;

/// Properties of [`Hand`].
#[derive(Properties, PartialEq)]
pub struct HandProps {
    /// The thing.
    pub asset: Rc<AssetView>,
    /// It is to be closed.
    pub onclose: Callback<()>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Issue,
    Return,
    Move,
    Send,
}

const WAYS: [Way; 4] = [Way::Issue, Way::Return, Way::Move, Way::Send];

/// The fields of the form.
#[derive(Clone, PartialEq)]
struct Fields {
    person: NodeRef,
    place: NodeRef,
    station: NodeRef,
    note: NodeRef,
}

impl Way {
    fn name(self, words: Words) -> &'static str {
        match self {
            Self::Issue => words.way_issue(),
            Self::Return => words.way_return(),
            Self::Move => words.way_move(),
            Self::Send => words.way_send(),
        }
    }

    /// What is to be written; `None` while something is missing.
    fn act(self, fields: &Fields) -> Option<Handing> {
        let person = || OfficerId::parse(&browser::text_of(&fields.person)).ok();
        let place = || browser::text_of(&fields.place).trim().to_owned();
        Some(match self {
            Self::Issue => Handing::Issued { to: person()? },
            Self::Return => Handing::Returned { from: person(), place: place() },
            Self::Move => Handing::Moved { place: Some(place()).filter(|place| !place.is_empty())? },
            Self::Send => {
                let station = StationCode::parse(&browser::text_of(&fields.station)).ok()?;
                Handing::Sent { station, to: person() }
            }
        })
    }
}

/// The sheet.
#[component]
pub fn Hand(props: &HandProps) -> Html {
    let words = use_words();
    let node = use_modal();
    let asset = &props.asset;
    let first = if asset.holder.is_some() { Way::Return } else { Way::Issue };
    let way = use_value(first);
    let is_wrong = use_value(false);
    let sending = use_sending(false, props.onclose.clone());
    let fields = Fields {
        person: use_node_ref(),
        place: use_node_ref(),
        station: use_node_ref(),
        note: use_node_ref(),
    };
    let onsave = {
        let (asset, fields, is_wrong, send, way) =
            (asset.clone(), fields.clone(), is_wrong.clone(), sending.send.clone(), *way);
        Callback::from(move |_| {
            let Some(act) = way.act(&fields) else { return is_wrong.set(true) };
            is_wrong.set(false);
            send.emit(Command::Hand {
                station: asset.station.clone(),
                asset: asset.row.id.clone(),
                act,
                note: browser::text_of(&fields.note).trim().to_owned(),
                sees: asset.standing.clone(),
            });
        })
    };
    let options = WAYS.iter().map(|way| (way.name(words).into(), None)).collect::<Vec<_>>();
    let chosen = WAYS.iter().position(|other| *other == *way).unwrap_or_default();
    let onchoose = {
        let way = way.clone();
        Callback::from(move |index: usize| way.set(WAYS.get(index).copied().unwrap_or(Way::Issue)))
    };
    html! {
        <Sheet {node} title={words.hand_over()} subtitle={[words.label(&asset.row.name), " · ", asset.row.id.as_str()].concat()}
            close={words.close()} onclose={props.onclose.clone()}>
            <div class="hand-form">
                <Choice name="way" legend={words.hand_way()} {options} {chosen} {onchoose} />
                { form(words, *way, asset, &fields) }
                <label class="field"><span>{ words.note_optional() }</span>
                    <textarea rows="2" maxlength="500" ref={fields.note.clone()} data-testid="hand-note" /></label>
                if *is_wrong { <p class="complaint" role="alert">{ words.hand_wrong() }</p> }
                if let Some(code) = &sending.failed { <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} /> }
                <button type="button" class="primary" data-testid="hand-save" onclick={onsave} aria-disabled={sending.is_busy.then_some("true")}>
                    { glyph(Icon::Check) }{ way.name(words) }</button>
            </div>
        </Sheet>
    }
}

fn form(words: Words, way: Way, asset: &AssetView, fields: &Fields) -> Html {
    let person = |label: &'static str, none: Option<&'static str>, chosen: Option<&OfficerId>| {
        html! {
            <label class="field"><span>{ label }</span>
                <select ref={fields.person.clone()} key={label} data-testid="hand-person">
                    if let Some(none) = none { <option value="">{ none }</option> }
                    { for asset.officers.iter().map(|(id, name)| html! {
                        <option key={id.to_string()} value={id.to_string()} selected={chosen == Some(id)}>{ name.clone() }</option>
                    }) }
                </select></label>
        }
    };
    let place = |label: &'static str| {
        html! {
            <label class="field"><span>{ label }</span>
                <input type="text" ref={fields.place.clone()} key={label} list="places" maxlength="40" autocomplete="off" data-testid="hand-place" />
                <datalist id="places">{ for asset.known_places.iter().map(|place| html! { <option value={place.clone()} /> }) }</datalist></label>
        }
    };
    match way {
        Way::Issue => person(words.issue_to(), None, None),
        Way::Return => html! {
            <>
                { person(words.return_from(), Some(words.nobody_known()), asset.holder.as_ref()) }
                { place(words.return_place()) }
            </>
        },
        Way::Move => place(words.move_place()),
        Way::Send => html! {
            <>
                <label class="field"><span>{ words.to_station() }</span>
                    <select ref={fields.station.clone()} data-testid="hand-station">{ for asset.others.iter().map(|(code, name)| html! {
                        <option key={code.to_string()} value={code.to_string()}>{ words.label(name).to_owned() }</option>
                    }) }</select></label>
                { person(words.send_with(), Some(words.nobody_known()), None) }
            </>
        },
    }
}
