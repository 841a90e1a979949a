//! The slices about scanning: what a code names on this phone, what a line that collects scans has so far, and what
//! labels can be printed for.

use std::collections::BTreeMap;
use std::sync::Arc;

use link::slice::{AskedIn, CountView, Counted, FoundView, LabelsView, Miss, Place, ThingView};
use shared::domain::answer::Answer;
use shared::domain::asset::{Asset, VEHICLE};
use shared::domain::label::{Named, ShortCode};
use shared::domain::observation::Observation;
use shared::domain::round::RoundName;
use shared::domain::template::{Asked, SubjectKind};
use shared::domain::{policy, reading};
use shared::flat::FlatMap;
use shared::gather::sort_by;
use shared::ids::{AssetId, CollectionId, ItemId, Shelf, StationCode, SubjectId};
use shared::sync::device::Device;
use shared::time::Timestamp;

use super::{person_name, round_label, station_name};

type Register = Arc<BTreeMap<AssetId, Asset>>;

/// A line that collects scans: which round, about what, which line.
pub type CountPlace = (RoundName, SubjectId, ItemId);

/// What a text names: on one's own station's register, or on every register for people of the bureau.
pub fn found(device: &mut Device, text: &str, now: Timestamp) -> FoundView {
    let mut view = FoundView { text: text.to_owned(), answer: String::new(), things: Vec::new(), miss: None };
    let Some(named) = Named::parse(text) else {
        view.miss = Some(Miss::Unknown);
        return view;
    };
    let stations = stations(device);
    let asking = asking(device, now);
    let mut first = None;
    for station in &stations {
        let register = device.register(station);
        for asset in named.among(register.values()) {
            first = first.or_else(|| Some(asset.clone()));
            let mut thing = thing(device, station, asset);
            if device.identity().rights.station.as_ref() == Some(station) {
                thing.asked_in = asked_in(&asking, asset);
            }
            view.things.push(thing);
        }
    }
    let only = first.as_ref().filter(|_| view.things.len() == 1);
    view.answer = named.answer(only);
    if view.things.is_empty() {
        view.miss = Some(miss(device, &named, &stations));
    }
    view
}

/// The stations whose registers this phone holds.
fn stations(device: &Device) -> Vec<StationCode> {
    match &device.identity().rights.station {
        Some(own) => vec![own.clone()],
        None => device.directory().stations.keys().cloned().collect(),
    }
}

fn miss(device: &Device, named: &Named, stations: &[StationCode]) -> Miss {
    let is_loaded =
        |station: &StationCode| device.is_caught_up(&CollectionId::of(&Shelf::Live(station.clone())));
    match named {
        Named::Label { station, .. } if !stations.contains(station) => {
            Miss::Elsewhere(station_name(device.directory(), station))
        }
        _ if !stations.iter().all(is_loaded) => Miss::NotLoaded,
        _ if named.is_slip() => Miss::Slip,
        _ => Miss::Unknown,
    }
}

fn thing(device: &Device, station: &StationCode, asset: &Asset) -> ThingView {
    let directory = device.directory();
    ThingView {
        id: asset.id.clone(),
        code: ShortCode::of(&asset.id).to_string(),
        kind: asset.kind.clone(),
        name: asset.name.clone(),
        model: asset.model.clone(),
        serial: asset.serial.clone(),
        holder: asset.holder.as_ref().map(|officer| person_name(directory, officer)).unwrap_or_default(),
        place: asset.place.clone(),
        expires: asset.expires,
        station: station_name(directory, station),
        asked_in: Vec::new(),
    }
}

/// The rounds of today that ask about things one by one, and the first line of each.
fn asking(device: &Device, now: Timestamp) -> Vec<(SubjectKind, AskedIn)> {
    let identity = device.identity();
    let Some(station) = &identity.rights.station else { return Vec::new() };
    let due = device.calendar().due(station, device.corrected(now), identity.zone);
    let ask = |round: RoundName| {
        let template = device.template(&round)?;
        let (_, item) = template.items().next()?;
        let subject = SubjectId::station();
        let name = round_label(device, &round)?;
        let item = item.id.clone();
        matches!(template.subject, SubjectKind::Asset | SubjectKind::Vehicle)
            .then(|| (template.subject, AskedIn { round, name, subject, item }))
    };
    due.into_iter().filter_map(|due| ask(due.name)).collect()
}

fn asked_in(asking: &[(SubjectKind, AskedIn)], asset: &Asset) -> Vec<AskedIn> {
    let about = asking.iter().filter(|(kind, _)| *kind == SubjectKind::Asset || asset.kind == VEHICLE);
    about.map(|(_, asked)| AskedIn { subject: SubjectId::asset(&asset.id), ..asked.clone() }).collect()
}

/// What a line that collects scans has; `None` when this phone has no such line.
pub fn count(device: &mut Device, place: &CountPlace) -> Option<CountView> {
    let (name, subject, item) = place;
    let template = device.template(name)?;
    let line = template.item(item)?;
    let register = device.register(&name.station);
    let round = device.round(name);
    let about = |o: &&Observation| o.subject == *subject && o.item == *item;
    let observations: Vec<&Observation> = round.observations.iter().filter(about).collect();
    let reading = reading::read(Some(Asked::alone(line)), &observations);
    let mut scans: FlatMap<String, Vec<&Observation>> = FlatMap::new();
    for observation in observations.iter().filter(|o| reading.standing.contains(&o.key)) {
        if let Some(Answer::Scan(text)) = observation.answer() {
            scans.get_or_default(meant(&register, text)).push(observation);
        }
    }
    let mut counted: Vec<Counted> =
        scans.iter().map(|(answer, scans)| one_counted(device, place, &register, answer, scans)).collect();
    sort_by(&mut counted, |a, b| b.at.cmp(&a.at));
    let is_open = |asset: &&Asset| scans.get(&asset.id.to_string()).is_none();
    Some(CountView {
        round: name.clone(),
        subject: subject.clone(),
        item: item.clone(),
        name: line.name.clone(),
        open: register.values().filter(is_open).map(|asset| thing(device, &name.station, asset)).collect(),
        counted,
        may_answer: policy::may_answer(&device.identity().rights, name),
    })
}

/// What an answer means: the id of the thing that it names, whatever was scanned; otherwise itself.
fn meant(register: &Register, text: &str) -> String {
    if AssetId::parse(text).is_ok_and(|id| register.contains_key(&id)) {
        return text.to_owned();
    }
    let named = Named::parse(text);
    let things = named.map(|named| named.among(register.values())).unwrap_or_default();
    match things.as_slice() {
        [thing] => thing.id.to_string(),
        _ => text.to_owned(),
    }
}

fn one_counted(
    device: &Device,
    (name, ..): &CountPlace,
    register: &Register,
    answer: &str,
    scans: &[&Observation],
) -> Counted {
    let me = &device.identity().rights.officer;
    let document = name.document(&device.identity().bureau);
    let first = scans.iter().min_by_key(|scan| scan.corrected_at());
    let known = AssetId::parse(answer).ok().and_then(|id| register.get(&id));
    let is_at_centre = scans.iter().any(|scan| !device.is_only_here(document, &scan.key));
    Counted {
        answer: answer.to_owned(),
        thing: known.map(|asset| thing(device, &name.station, asset)),
        by: first.map(|scan| person_name(device.directory(), &scan.author)).unwrap_or_default(),
        at: first.map_or(Timestamp(0), |scan| scan.corrected_at()),
        times: u32::try_from(scans.len()).unwrap_or(u32::MAX),
        own: scans.iter().find(|scan| scan.author == *me).map(|scan| scan.key.clone()),
        place: if is_at_centre { Place::Centre } else { Place::Phone },
    }
}

/// The things of a station for its labels; `None` when this person may print none there.
pub fn labels(device: &mut Device, station: Option<StationCode>) -> Option<LabelsView> {
    let rights = &device.identity().rights;
    let all = device.directory().stations.iter();
    let stations: Vec<_> = all
        .filter(|(code, _)| rights.may_print_labels(code))
        .map(|(code, station)| (code.clone(), station.name.clone()))
        .collect();
    let station = station.or_else(|| rights.station.clone()).or_else(|| Some(stations.first()?.0.clone()))?;
    if !rights.may_print_labels(&station) {
        return None;
    }
    let register = device.register(&station);
    let mut things: Vec<ThingView> = register.values().map(|asset| thing(device, &station, asset)).collect();
    sort_by(&mut things, |a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    Some(LabelsView { station, things, stations })
}
