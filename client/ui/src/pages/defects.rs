//! Defects: of the own station for an officer, of all stations for a supervisor. Open ones first, urgent before others,
//! older before newer; each opens a sheet with everything that was said and what can be done.

use std::rc::Rc;

use link::Command;
use link::slice::{DefectView, DefectsView, Person};
use shared::domain::defect::{DefectName, DefectState};
use shared::ids::AssetId;
use shared::time::Timestamp;
use shared::trust::rights::Role;
use yew::{Callback, Html, Properties, classes, component, html, use_state_eq};

use crate::components::attachments::address;
use crate::components::choice::Choice;
use crate::components::handled::{defect_mark, defect_word};
use crate::components::icon::{Icon, glyph};
use crate::components::notice::ProblemNote;
use crate::format;
use crate::hooks::{
    Sending, go, use_effect_with, use_now, use_reach, use_sending, use_slice, use_value, use_words,
};
use crate::i18n::Words;
use crate::pages::screen::Screen;
use crate::problem;
use crate::route::Route;

mod desk;
mod report;
mod sheet;

use desk::Desk;
use report::ReportSheet;
use sheet::DefectSheet;

/// Properties of [`DefectsPage`].
#[derive(Properties, PartialEq)]
pub struct DefectsPageProps {
    /// The person of this phone.
    pub person: Rc<Person>,
}

/// What an officer wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    Station,
    Mine,
    Closed,
}

const FILTERS: [Filter; 3] = [Filter::Station, Filter::Mine, Filter::Closed];

/// The screen.
#[component]
pub fn DefectsPage(props: &DefectsPageProps) -> Html {
    let (words, now, reach) = (use_words(), use_now(), use_reach());
    let view = use_slice(|view| view.defects.clone());
    let asked = reach.store.view().asked_defect.clone();
    let opened = use_state_eq(move || asked);
    let about = reach.store.view().asked_report.clone();
    let about = use_state_eq(move || about);
    use_effect_with((), {
        let (core, store) = (reach.core.clone(), reach.store.clone());
        move |()| {
            store.change(|view| {
                view.asked_defect = None;
                view.asked_report = None;
            });
            core.tell(Command::OpenHandled);
            move || core.tell(Command::CloseHandled)
        }
    });
    let onopen = {
        let opened = opened.clone();
        Callback::from(move |name: Option<DefectName>| opened.set(name))
    };
    let person = &props.person;
    let is_desk = person.role >= Role::Supervisor;
    let subtitle = words.label(if is_desk { &person.bureau_name } else { &person.station_name }).to_owned();
    let found = view.as_ref().zip(opened.as_ref());
    let found = found.and_then(|(view, name)| view.defects.iter().find(|defect| defect.name == *name));
    html! {
        <Screen title={words.defects_title()} {subtitle}>
            if let Some(view) = &view {
                if is_desk {
                    <Desk view={view.clone()} {person} {now} onopen={onopen.reform(Some)} />
                } else {
                    <Station view={view.clone()} {person} {now} about={(*about).clone()} onopen={onopen.reform(Some)} />
                }
            } else {
                <div aria-busy="true"><p class="hint" role="status">{ words.loading() }</p><div class="bone tall"></div></div>
            }
            if let Some(defect) = found {
                <DefectSheet key={key(&defect.name)} defect={defect.clone()} person={person.clone()}
                    onclose={onopen.reform(|()| None)} />
            }
        </Screen>
    }
}

/// A defect's name as one text.
pub fn key(name: &DefectName) -> String {
    let number = name.number.to_string();
    [name.station.as_str(), name.subject.as_str(), name.item.as_str(), &number].join(" ")
}

#[derive(Properties, PartialEq)]
struct StationProps {
    view: Rc<DefectsView>,
    person: Rc<Person>,
    now: Timestamp,
    about: Option<AssetId>,
    onopen: Callback<DefectName>,
}

/// What an officer sees.
#[component]
fn Station(props: &StationProps) -> Html {
    let (words, reach) = (use_words(), use_reach());
    let StationProps { view, person, now, about, onopen } = props;
    let filter = use_value(Filter::Station);
    // The phone may have ended the program behind the camera of a report.
    let is_reporting = use_state_eq(|| about.is_some() || report::was_ended());
    let is_shown = |defect: &&DefectView| match *filter {
        Filter::Station => defect.state.is_open(),
        Filter::Mine => defect.state.is_open() && defect.is_mine,
        Filter::Closed => !defect.state.is_open(),
    };
    let shown: Vec<&DefectView> = view.defects.iter().filter(is_shown).collect();
    let options = [words.filter_station(), words.filter_mine(), words.filter_closed()];
    let onchoose = {
        let filter = filter.clone();
        Callback::from(move |index: usize| filter.set(FILTERS.get(index).copied().unwrap_or(Filter::Station)))
    };
    let onreport = {
        let is_reporting = is_reporting.clone();
        Callback::from(move |is: bool| is_reporting.set(is))
    };
    html! {
        <>
            <div class="handled-tools">
                <button type="button" class="primary" data-testid="report" onclick={onreport.reform(|_| true)}>
                    { glyph(Icon::Plus) }{ words.report_fault() }</button>
                <button type="button" class="secondary" data-testid="to-needs" onclick={move |_| go(&reach, Route::Needs)}>
                    { words.needs_title() }</button>
            </div>
            <Expired view={view.clone()} />
            <Choice name="defects-filter" legend={words.filter_legend()}
                options={options.iter().map(|word| ((*word).into(), None)).collect::<Vec<_>>()}
                chosen={FILTERS.iter().position(|one| *one == *filter).unwrap_or_default()} {onchoose} />
            if shown.is_empty() {
                if view.is_loaded {
                    <p class="empty">{ glyph(Icon::Check) }{ words.defects_none() }</p>
                } else {
                    <p class="hint" role="status">{ words.loading() }</p>
                }
            }
            <ul class="handled" data-testid="defects">{ for shown.iter().map(|defect| row(words, defect, person, *now, onopen)) }</ul>
            if *is_reporting {
                <ReportSheet view={view.clone()} asset={about.clone()} onclose={onreport.reform(|()| false)} />
            }
        </>
    }
}

fn row(
    words: Words,
    defect: &DefectView,
    person: &Person,
    now: Timestamp,
    onopen: &Callback<DefectName>,
) -> Html {
    let name = defect.name.clone();
    html! {
        <li key={key(&defect.name)}>
            <button type="button" class={classes!("handled-row", defect.is_urgent.then_some("urgent"))} data-testid="defect"
                data-state={defect_word(defect.state)} data-reports={defect.reporters.len().to_string()}
                onclick={onopen.reform(move |_| name.clone())}>
                { head(words, defect) }
                if defect.photo.is_some() || !defect.remark.is_empty() {
                    <span class="remark">{ small_photo(words, defect) }{ &defect.remark }</span>
                }
                <span class="handled-foot">
                    { defect_mark(words, defect) }
                    <span class="hint">{ defect.reporters.join(words.comma()) }{ " · " }{ format::age(words, defect.reported_at, now) }</span>
                    if defect.is_only_here { <span class="save-state" data-place="phone">{ glyph(Icon::Phone) }{ words.save_phone() }</span> }
                </span>
                if defect.state == DefectState::Done && person.station.is_some() {
                    <span class="ask">{ words.defect_verify_ask() }</span>
                }
            </button>
        </li>
    }
}

/// The first photo of its reports, small.
pub fn small_photo(words: Words, defect: &DefectView) -> Html {
    let Some(photo) = defect.photo else { return Html::default() };
    let alt = words.photo_of(defect.reporters.first().map_or("", String::as_str));
    html! { <img class="handled-photo" data-testid="defect-photo" src={address(photo.thumbnail)} {alt} loading="lazy" /> }
}

/// What it is about, and the tags that say how bad it is.
pub fn head(words: Words, defect: &DefectView) -> Html {
    html! {
        <span class="handled-head">
            <strong>{ words.label(&defect.title).to_owned() }</strong>
            if !defect.about.zh.is_empty() { <span class="hint">{ words.label(&defect.about).to_owned() }</span> }
            if defect.is_urgent { <span class="tag urgent">{ glyph(Icon::Bell) }{ words.urgent() }</span> }
            if defect.is_missing { <span class="tag">{ words.status_missing() }</span> }
            if defect.is_reopened { <span class="tag">{ words.reopened() }</span> }
        </span>
    }
}

#[derive(Properties, PartialEq)]
struct ExpiredProps {
    view: Rc<DefectsView>,
}

/// What is out of date and nobody has reported: one tap each.
#[component]
fn Expired(props: &ExpiredProps) -> Html {
    let words = use_words();
    let Sending { is_busy, failed, send } = use_sending(false, Callback::noop());
    let mut expired = props.view.assets.iter().filter_map(|asset| Some((asset, asset.expired?)));
    let expired: Vec<_> = expired.by_ref().filter(|(asset, _)| !asset.is_reported).collect();
    if expired.is_empty() {
        return Html::default();
    }
    let row = |(asset, date): &(&link::slice::AssetChoice, shared::time::Date)| {
        let (send, id) = (send.clone(), asset.asset.clone());
        let onclick = move |_| {
            if !is_busy {
                send.emit(Command::Report {
                    asset: Some(id.clone()),
                    place: String::new(),
                    is_expiry: true,
                    is_missing: false,
                    is_urgent: false,
                    note: String::new(),
                    photos: Vec::new(),
                });
            }
        };
        html! {
            <li key={asset.asset.to_string()}>
                <span>{ words.label(&asset.name).to_owned() }{ " " }<span class="hint">{ asset.asset.to_string() }{ " · " }{ words.expires_on(&format::date(*date)) }</span></span>
                <button type="button" class="quiet" data-testid="report-expired" {onclick} aria-disabled={is_busy.then_some("true")}>{ words.act_report() }</button>
            </li>
        }
    };
    html! {
        <details class="expired">
            <summary>{ glyph(Icon::Triangle) }{ words.expired_unreported(u32::try_from(expired.len()).unwrap_or(u32::MAX)) }</summary>
            <ul>{ for expired.iter().map(row) }</ul>
            if let Some(code) = failed { <ProblemNote sentence={problem::sentence(words, &code)} {code} /> }
        </details>
    }
}
