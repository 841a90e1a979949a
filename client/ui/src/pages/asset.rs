//! One thing of the register: whether it is ready, until when and by whose word, who has it, where it belongs, its last
//! events, and what can be done with it.

use std::rc::Rc;

use link::Command;
use link::slice::{AssetView, EventState, Person, StepView, StepWhat};
use shared::domain::custody::Handing;
use shared::ids::{AssetId, StationCode};
use shared::time::{Timestamp, Zone};
use yew::{Callback, Html, Properties, classes, component, html};

use crate::components::asset_face::{band_class, expiry_words, holder_words, life_words, ready_mark};
use crate::components::card_face::Saved;
use crate::components::icon::{Icon, glyph};
use crate::components::notice::{Notice, ProblemNote, Tone};
use crate::format;
use crate::hooks::{go, use_effect_with, use_now, use_reach, use_sending, use_slice, use_value, use_words};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::{RoundPart, Route};

mod hand;

use hand::Hand;

/// Properties of [`AssetPage`].
#[derive(Properties, PartialEq)]
pub struct AssetPageProps {
    /// In whose register.
    pub station: StationCode,
    /// Which.
    pub asset: AssetId,
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// The screen.
#[component]
pub fn AssetPage(props: &AssetPageProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let wanted = props.asset.clone();
    let view = use_slice(move |view| view.asset.clone().filter(|asset| asset.row.id == wanted));
    use_effect_with((props.station.clone(), props.asset.clone()), move |(station, asset)| {
        reach.core.tell(Command::OpenAsset { station: station.clone(), asset: asset.clone() });
        move || reach.core.tell(Command::CloseAsset)
    });
    let is_own = props.person.station.as_ref() == Some(&props.station);
    let back = Route::Register((!is_own).then(|| props.station.clone()));
    let title =
        view.as_ref().map_or_else(|| props.asset.to_string(), |view| words.label(&view.row.name).to_owned());
    html! {
        <Screen {title} subtitle={props.asset.to_string()} {back}>
            if let Some(asset) = view {
                <Sheet {asset} person={props.person.clone()} />
            } else {
                <div aria-busy="true"><div class="bone wide"></div><div class="bone tall"></div></div>
            }
        </Screen>
    }
}

#[derive(Properties, PartialEq)]
struct SheetProps {
    asset: Rc<AssetView>,
    person: Rc<Person>,
}

#[component]
fn Sheet(props: &SheetProps) -> Html {
    let words = use_words();
    let reach = use_reach();
    let now = use_now();
    let is_handing = use_value(false);
    let sending = use_sending(false, Callback::noop());
    let asset = &props.asset;
    let onback = {
        let (send, asset) = (sending.send.clone(), asset.clone());
        Callback::from(move |step: StepView| {
            send.emit(Command::Hand {
                station: asset.station.clone(),
                asset: asset.row.id.clone(),
                act: Handing::Withdrawn { event: step.key },
                note: String::new(),
                sees: Vec::new(),
            });
        })
    };
    html! {
        <div class="asset" data-testid="asset" data-asset={asset.row.id.to_string()}>
            <section class="facts">
                <p class="asset-state">{ ready_mark(words, &asset.row) }</p>
                { expiry(words, asset) }
            </section>
            if let Some(to) = &asset.left_for { <Notice tone={Tone::Watch} text={words.asset_left(words.label(to))} /> }
            if asset.row.holders.len() > 1 || asset.places.len() > 1 { <Notice tone={Tone::Watch} text={words.asset_disputed()} /> }
            { facts(words, asset) }
            <section>
                <h2 class="section">{ words.asset_steps() }</h2>
                if let Some(code) = &sending.failed { <ProblemNote code={code.clone()} sentence={problem::sentence(words, code)} /> }
                if asset.steps.is_empty() { <p class="hint">{ words.asset_no_steps() }</p> }
                <ol class="events">{ for asset.steps.iter().map(|step| step_item(words, step, props.person.zone, now, asset.may_hand.then_some(&onback))) }</ol>
            </section>
            if asset.may_hand {
                <div class="dock asset-actions">
                    if let Some(round) = asset.check.clone() {
                        <button type="button" class="secondary" data-testid="asset-check" onclick={
                            let reach = reach.clone();
                            move |_| go(&reach, Route::Round(round.clone(), RoundPart::Cards))
                        }>{ glyph(Icon::Today) }{ words.self_check() }</button>
                    }
                    <button type="button" class="secondary" data-testid="asset-report" onclick={
                        let (reach, asset) = (reach.clone(), asset.row.id.clone());
                        move |_| {
                            reach.store.change(|view| view.asked_report = Some(asset.clone()));
                            go(&reach, Route::Defects);
                        }
                    }>{ glyph(Icon::Wrench) }{ words.defects_title() }</button>
                    <button type="button" class="primary" data-testid="hand" onclick={
                        let is_handing = is_handing.clone();
                        move |_| is_handing.set(true)
                    }>{ glyph(Icon::Hand) }{ words.hand_over() }</button>
                </div>
            }
            if *is_handing { <Hand asset={asset.clone()} onclose={move |()| is_handing.set(false)} /> }
        </div>
    }
}

/// The part of its life that is over, and whose word that is.
fn expiry(words: Words, asset: &AssetView) -> Html {
    let Some(expires) = asset.row.expires else { return html! { <p class="hint">{ words.no_expiry() }</p> } };
    let near = expiry_words(words, asset.row.expires, asset.row.band, asset.today);
    let (used, whole) = match asset.made {
        Some(made) => (asset.today.days() - made.days(), (expires.days() - made.days()).max(1)),
        None => (0, 1),
    };
    html! {
        <>
            <p class="expiry-line"><span>{ words.use_until(&format::date(expires)) }</span>
                if !near.is_empty() { <strong class={classes!("expiry", band_class(asset.row.band))} data-testid="expiry">{ near }</strong> }</p>
            if asset.made.is_some() {
                <progress class={classes!("life", band_class(asset.row.band))} value={used.clamp(0, whole).to_string()} max={whole.to_string()} aria-label={words.life_used()} />
            }
            <p class="hint">{ life_words(words, asset.life) }</p>
        </>
    }
}

fn facts(words: Words, asset: &AssetView) -> Html {
    let fact = |name: &'static str, value: String, testid: &'static str| {
        if value.is_empty() {
            return Html::default();
        }
        html! { <div><dt>{ name }</dt><dd data-testid={testid}>{ value }</dd></div> }
    };
    let made = asset.made.map(format::date).unwrap_or_default();
    html! {
        <dl class="rows">
            { fact(words.asset_holder(), holder_words(words, &asset.row), "holder") }
            { fact(words.asset_place(), asset.row.place.clone(), "place") }
            { fact(words.asset_model(), asset.row.model.clone(), "model") }
            { fact(words.asset_serial(), asset.row.serial.clone(), "serial") }
            { fact(words.asset_made(), made, "made") }
        </dl>
    }
}

/// What an event says.
pub fn step_text(words: Words, step: &StepView) -> String {
    let place = words.label(&step.where_to);
    match step.what {
        StepWhat::Issued => words.step_issued(&step.by, &step.whom),
        StepWhat::Returned if step.whom.is_empty() => words.step_taken_back(&step.by),
        StepWhat::Returned => words.step_returned(&step.whom, &step.by),
        StepWhat::Moved => words.step_moved(&step.by, place),
        StepWhat::Sent if step.whom.is_empty() => words.step_sent(&step.by, place),
        StepWhat::Sent => words.step_sent_with(&step.by, place, &step.whom),
        StepWhat::Received => words.step_received(&step.by, place),
    }
}

fn step_item(
    words: Words,
    step: &StepView,
    zone: Zone,
    now: Timestamp,
    onback: Option<&Callback<StepView>>,
) -> Html {
    let (class, state) = match step.state {
        EventState::Standing => ("standing", words.event_standing()),
        EventState::Withdrawn => ("withdrawn", words.event_withdrawn()),
        EventState::Held => ("held", words.event_held()),
        EventState::Replaced | EventState::Amended => ("replaced", words.event_replaced()),
    };
    let saved = Saved::from(step.place);
    let (icon, place) = saved.face(words);
    let onback = onback.filter(|_| step.is_mine && step.state == EventState::Standing).cloned();
    let taken = step.clone();
    html! {
        <li key={step.key.to_string()} class={classes!("event", class)} data-testid="step" data-state={class} data-place={saved.word()}>
            <p class="event-head"><span>{ step_text(words, step) }</span><span class="event-state">{ state }</span></p>
            if !step.note.is_empty() { <p class="remark">{ step.note.clone() }</p> }
            <p class="event-foot"><time>{ format::moment(zone, step.at, now) }</time>
                <span class="save-state">{ glyph(icon) }{ place }</span>
                if let Some(onback) = onback {
                    <button type="button" class="quiet" data-testid="step-undo" onclick={move |_| onback.emit(taken.clone())}>{ glyph(Icon::Undo) }{ words.undo() }</button>
                }</p>
        </li>
    }
}
