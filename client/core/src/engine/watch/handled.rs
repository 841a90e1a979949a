//! The slices about defects and needs, and what every screen must say of them.

use link::slice::{
    AlarmView, AssetChoice, BellView, DefectEvent, DefectView, DefectsView, NeedEvent, NeedView, NeedsView,
    Place, SaidBy,
};
use shared::document::decode;
use shared::document::write::Event;
use shared::domain::Label;
use shared::domain::asset::ExpiryBand;
use shared::domain::defect::{self, Defect, DefectAct, DefectEntry, DefectName, DefectState};
use shared::domain::history::{Entry, Told};
use shared::domain::need::{Need, NeedAct, NeedState};
use shared::flat::FlatMap;
use shared::gather::sort_by;
use shared::ids::{DocumentId, DocumentKind, EventKey, ItemId, StationCode, SubjectId, TemplateId};
use shared::sync::device::Device;
use shared::time::{DAY_MS, Timestamp};

use super::{person_name, station_name};

/// Days for which what is closed is still shown.
const CLOSED_DAYS: i64 = 90;

/// The stations whose defects and needs this person sees: the own one, or all.
fn own_station(device: &Device) -> Option<StationCode> {
    device.identity().rights.station.clone()
}

/// Whether every collection that these are in was read to its end.
fn is_loaded(device: &Device, now: Timestamp) -> bool {
    device.wanted(now).iter().all(|collection| device.is_caught_up(collection))
}

/// The defects.
pub fn defects(device: &mut Device, now: Timestamp) -> DefectsView {
    let at = device.corrected(now);
    let own = own_station(device);
    let all = device.defects(own.as_ref());
    let is_shown = |defect: &Defect| match defect.state {
        DefectState::Withdrawn => false,
        state if state.is_open() => true,
        _ => defect.closed_at.is_none_or(|closed| at.since(closed) <= CLOSED_DAYS * DAY_MS),
    };
    let mut views: Vec<DefectView> = Vec::new();
    for defect in all.iter().filter(|defect| is_shown(defect)) {
        // Several open ones of one line are shown as one: the next comes when the first is over.
        let is_of_line = |other: &DefectView| {
            other.state.is_open() && defect.state.is_open() && is_one_line(&other.name, &defect.name)
        };
        match views.iter_mut().find(|other| is_of_line(other)) {
            Some(other) if other.name.number > defect.name.number => *other = view(device, defect),
            Some(_) => {}
            None => views.push(view(device, defect)),
        }
    }
    let order = |view: &DefectView| (!view.state.is_open(), !view.is_urgent, view.reported_at);
    sort_by(&mut views, |a, b| order(a).cmp(&order(b)));
    let mut stations: FlatMap<StationCode, Label> = FlatMap::new();
    for view in &views {
        stations.insert(view.name.station.clone(), view.station_name.clone());
    }
    DefectsView {
        defects: views,
        assets: own.map(|station| assets(device, &station, at)).unwrap_or_default(),
        stations: stations.iter().map(|(code, name)| (code.clone(), name.clone())).collect(),
        is_loaded: is_loaded(device, now),
    }
}

fn is_one_line(a: &DefectName, b: &DefectName) -> bool {
    (&a.station, &a.subject, &a.item) == (&b.station, &b.subject, &b.item)
}

/// A station's assets, those that are out of date first.
fn assets(device: &mut Device, station: &StationCode, at: Timestamp) -> Vec<AssetChoice> {
    let today = device.identity().zone.date(at);
    let register = device.register(station);
    let expiry = ItemId::parse(defect::EXPIRY).expect("a plain word");
    let mut choices: Vec<AssetChoice> = Vec::new();
    for asset in register.values() {
        let expired = asset.expires.filter(|_| asset.expiry_band(today) == ExpiryBand::Expired);
        let is_reported = expired.is_some() && {
            let (_, known) = device.defect_of(station, &SubjectId::asset(&asset.id), &expiry);
            known.is_some_and(|defect| defect.state.is_open())
        };
        choices.push(AssetChoice { asset: asset.id.clone(), name: asset.name.clone(), expired, is_reported });
    }
    let order = |choice: &AssetChoice| (choice.expired.is_none(), choice.asset.clone());
    sort_by(&mut choices, |a, b| order(a).cmp(&order(b)));
    choices
}

fn view(device: &mut Device, defect: &Defect) -> DefectView {
    let me = device.identity().rights.officer.clone();
    let document = defect.name.document(&device.identity().bureau);
    let (title, about, model) = names(device, defect);
    let events: Vec<DefectEvent> = defect
        .history
        .entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.said.act != DefectAct::Withdraw)
        .map(|(place, entry)| DefectEvent {
            key: entry.key.clone(),
            act: entry.said.act,
            disposition: entry.said.disposition,
            remark: entry.said.remark(),
            photos: entry.said.shown_photos(),
            said: said_by(device, document, &entry.key, &entry.said.told, defect.history.is_live(place)),
        })
        .collect();
    let mut reporters: Vec<String> = Vec::new();
    for report in defect.reports() {
        let name = person_name(device.directory(), &report.said.told.by);
        if !reporters.contains(&name) {
            reporters.push(name);
        }
    }
    let is_mine = defect.history.own(&me, |entry| entry.act == DefectAct::Report).is_some();
    DefectView {
        station_name: station_name(device.directory(), &defect.name.station),
        title,
        about,
        model,
        state: defect.state,
        is_reopened: defect.is_reopened,
        is_urgent: defect.is_urgent,
        is_missing: defect.is_missing,
        disposition: defect.disposition,
        remark: defect.reports().next().map(|report| report.said.remark()).unwrap_or_default(),
        photo: defect.reports().find_map(|report| report.said.shown_photos().first().copied()),
        reporters,
        reported_at: defect.reported_at,
        is_only_here: is_only_here(device, document, defect.history.entries.iter().map(|entry| &entry.key)),
        events,
        sees: defect.history.heads(),
        is_mine,
        may_withdraw: is_mine && defect.state == DefectState::Reported && !defect.is_reopened,
        name: defect.name.clone(),
    }
}

fn is_only_here<'a>(
    device: &Device,
    document: DocumentId,
    mut keys: impl Iterator<Item = &'a EventKey>,
) -> bool {
    keys.any(|key| device.is_only_here(document, key))
}

fn said_by(device: &Device, document: DocumentId, key: &EventKey, told: &Told, counts: bool) -> SaidBy {
    let directory = device.directory();
    let written_on = key.device().map(|device| device.to_string()).unwrap_or_default();
    SaidBy {
        author: person_name(directory, &told.by),
        badge: directory.officers.get(&told.by).map(|officer| officer.badge.clone()).unwrap_or_default(),
        device: written_on.chars().take(6).collect(),
        at: told.corrected_at(),
        clock_offset_ms: told.clock.unwrap_or_default(),
        place: if device.is_only_here(document, key) { Place::Phone } else { Place::Centre },
        counts,
    }
}

/// What a defect is called: the line or the asset, on what it is, and of which model.
fn names(device: &mut Device, defect: &Defect) -> (Label, Label, String) {
    let name = &defect.name;
    let first = defect.history.entries.iter().find(|entry| entry.said.act == DefectAct::Report);
    let line = line_name(device, first.and_then(|first| first.said.template.as_ref()), name);
    if let Some(id) = name.subject.as_asset() {
        let register = device.register(&name.station);
        let asset = register.get(&id);
        let called = asset.map_or_else(|| Label::new(id.as_str(), ""), |asset| asset.name.clone());
        let model = asset.map(|asset| asset.model.clone()).unwrap_or_default();
        let about = match &line {
            Some(line) => with(line, id.as_str()),
            None => Label::new(id.as_str(), ""),
        };
        return (called, about, model);
    }
    let place = first.map(|first| first.said.place.clone()).unwrap_or_default();
    let about = match name.subject.as_officer() {
        Some(officer) => Label::new(&person_name(device.directory(), &officer), ""),
        None => Label::default(),
    };
    match line {
        Some(line) => (line, about, String::new()),
        None if place.is_empty() => (Label::new(name.item.as_str(), ""), about, String::new()),
        None => (Label::new(&place, ""), about, String::new()),
    }
}

/// The name of a checklist's line; `None` for a defect without one.
fn line_name(device: &Device, template: Option<&TemplateId>, name: &DefectName) -> Option<Label> {
    match name.item.as_str() {
        defect::EXPIRY => Some(Label::new("已过有效期", "Out of date")),
        defect::GENERAL => None,
        _ => Some(device.line(template?, &name.station, &name.item)?.name.clone()),
    }
}

fn with(label: &Label, more: &str) -> Label {
    let join = |text: &str| [text, " · ", more].concat();
    Label { zh: join(&label.zh), en: join(label.text(true)) }
}

/// What a card says of the defect of its line: nothing while none is open. Only what this line's name leads to is read: of a
/// year's defects most are closed and about something else.
pub fn bell(
    device: &mut Device,
    station: &StationCode,
    subject: &SubjectId,
    item: &ItemId,
) -> Option<BellView> {
    let (_, defect) = device.defect_of(station, subject, item);
    let defect = defect.filter(|defect| defect.state.is_open())?;
    let first = defect.reports().next()?;
    Some(BellView {
        by: person_name(device.directory(), &first.said.told.by),
        at: defect.reported_at,
        state: defect.state,
        reports: u32::try_from(defect.reports().count()).unwrap_or(u32::MAX),
    })
}

/// What every screen must say: urgent defects of which what this person wrote is only here. Read are those alone of which
/// anything is.
pub fn alarm(device: &mut Device) -> AlarmView {
    let me = device.identity().rights.officer.clone();
    let mut alarm = AlarmView::default();
    for document in device.only_here(DocumentKind::Defect) {
        let Some(defect) = device.defect_in(document) else { continue };
        if !defect.is_urgent || defect.state >= DefectState::Done {
            continue;
        }
        let live = defect.history.live().map(|place| &defect.history.entries[place]);
        let own = live.filter(|entry| entry.said.told.by == me && tells(entry.said.act));
        let untold: Vec<Timestamp> = own
            .filter(|entry| device.is_only_here(document, &entry.key))
            .map(|entry| entry.said.told.corrected_at())
            .collect();
        if let Some(since) = untold.into_iter().min() {
            let (title, about, _) = names(device, &defect);
            let what = if about.zh.is_empty() { title } else { with(&title, &about.zh) };
            alarm.untold.push((what, since));
        }
    }
    add_rejected(device, &mut alarm);
    alarm
}

/// Urgent words that the relay did not take: nobody has been told by them either, unless somebody else has told since.
fn add_rejected(device: &mut Device, alarm: &mut AlarmView) {
    for rejected in device.status().rejected {
        let Some((_, Event::Entry { body })) = decode::event(rejected.document.kind(), &rejected.change)
        else {
            continue;
        };
        let Some(entry) = DefectEntry::from_json(body.as_bytes()) else { continue };
        if !(entry.is_urgent && entry.act == DefectAct::Report || entry.act == DefectAct::Urgent) {
            continue;
        }
        let is_told = device.defect_in(rejected.document).is_some_and(|defect| {
            defect.reports().any(|report| !device.is_only_here(rejected.document, &report.key))
        });
        if !is_told {
            let line = line_name(device, entry.template.as_ref(), &entry.defect);
            let what = line.unwrap_or_else(|| Label::new(&entry.place, ""));
            alarm.untold.push((what, entry.told.corrected_at()));
        }
    }
}

/// Whether an act tells somebody of a fault.
fn tells(act: DefectAct) -> bool {
    matches!(act, DefectAct::Report | DefectAct::Urgent | DefectAct::NotFixed)
}

/// The needs.
pub fn needs(device: &mut Device, now: Timestamp) -> NeedsView {
    let own = own_station(device);
    let all = device.needs(own.as_ref());
    let shown = all.iter().filter(|need| need.state != NeedState::Withdrawn);
    let mut views: Vec<NeedView> = shown.map(|need| need_view(device, need)).collect();
    let order = |view: &NeedView| (!view.state.is_open(), view.state, view.raised_at);
    sort_by(&mut views, |a, b| order(a).cmp(&order(b)));
    let mut models: FlatMap<String, Label> = FlatMap::new();
    if let Some(station) = &own {
        for asset in device.register(station).values().filter(|asset| !asset.model.is_empty()) {
            models.insert(asset.model.clone(), asset.name.clone());
        }
    }
    NeedsView {
        needs: views,
        models: models.iter().map(|(model, name)| (model.clone(), name.clone())).collect(),
        is_loaded: is_loaded(device, now),
    }
}

fn need_view(device: &Device, need: &Need) -> NeedView {
    let me = &device.identity().rights.officer;
    let document = need.name.document(&device.identity().bureau);
    let entries = need.history.entries.iter().enumerate();
    let events: Vec<NeedEvent> = entries
        .filter(|(_, entry)| entry.said.act != NeedAct::Withdraw)
        .map(|(place, Entry { key, said, .. })| NeedEvent {
            key: key.clone(),
            act: said.act,
            remark: said.note.clone(),
            rating: said.rating,
            said: said_by(device, document, key, &said.told, need.history.is_live(place)),
        })
        .collect();
    NeedView {
        name: need.name.clone(),
        station_name: station_name(device.directory(), &need.name.station),
        wish: need.wish.clone(),
        model: need.model.clone(),
        state: need.state,
        by: need.by.as_ref().map(|by| person_name(device.directory(), by)).unwrap_or_default(),
        raised_at: need.raised_at,
        own_rating: need.ratings.iter().find(|(by, _)| by == me).map(|(_, rating)| *rating),
        rating_tenths: need.rating_tenths(),
        ratings: u32::try_from(need.ratings.len()).unwrap_or(u32::MAX),
        events,
        sees: need.history.heads(),
        may_withdraw: need.by.as_ref() == Some(me) && need.state == NeedState::Raised,
        is_only_here: is_only_here(device, document, need.history.entries.iter().map(|entry| &entry.key)),
    }
}
