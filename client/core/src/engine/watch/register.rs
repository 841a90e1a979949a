//! The slices about a register: its list, and one thing of it, as the events, the rounds and the bureau's dates say.

use std::collections::BTreeMap;

use link::slice::{AssetRow, AssetView, EventState, Place, RegisterView, StepView, StepWhat};
use shared::domain::Label;
use shared::domain::asset::Asset;
use shared::domain::custody::{Custody, Handing};
use shared::domain::directory::Directory;
use shared::domain::register::{self, Fate, Holder, Register, Seen, Step};
use shared::domain::round::RoundName;
use shared::domain::template::SubjectKind;
use shared::flat::FlatSet;
use shared::gather::{Gather, sort_by};
use shared::ids::{AssetId, CollectionId, DocumentId, EventKey, Shelf, StationCode};
use shared::sync::device::Device;
use shared::time::{Date, Timestamp};

use super::{person_name, station_name};

mod sightings;
mod stock;

pub use sightings::Sightings;

/// Events of a thing that are shown.
const STEPS_SHOWN: usize = 5;

/// The station whose register is shown: the own one, or, for who has none, the first.
fn whose(device: &Device, asked: Option<&StationCode>) -> Option<StationCode> {
    let rights = &device.identity().rights;
    let first = || device.directory().stations.keys().next().cloned();
    let station = asked.cloned().or_else(|| rights.station.clone()).or_else(first)?;
    rights.may_read(&live(&station)).then_some(station)
}

fn live(station: &StationCode) -> CollectionId {
    CollectionId::of(&Shelf::Live(station.clone()))
}

/// The list; `None` when there is no station, or another's.
pub fn list(
    device: &mut Device,
    sightings: &mut Sightings,
    now: Timestamp,
    station: Option<&StationCode>,
) -> Option<RegisterView> {
    let station = whose(device, station)?;
    let today = device.identity().zone.date(device.corrected(now));
    let books = device.books(&station);
    let seen = sightings.at(device, &station, now);
    let builder = Builder::new(device, &books, &seen, today);
    let mut assets: Vec<AssetRow> = books.assets.values().map(|asset| builder.row(asset)).collect();
    sort_by(&mut assets, |a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    let rights = &device.identity().rights;
    let may_hand = rights.may_write(&live(&station));
    let stations = device.directory().stations.values();
    let stations = stations.map(|it| (it.code.clone(), it.name.clone())).collect();
    Some(RegisterView {
        station_name: station_name(device.directory(), &station),
        today,
        is_loaded: device.is_caught_up(&live(&station)) && device.is_caught_up(&CollectionId::bureau()),
        may_hand,
        assets,
        stations,
        transits: stock::transits(device, &station, today),
        purchases: stock::purchases(device, &station, today),
        station,
    })
}

/// One thing; `None` when the register does not know it.
pub fn asset(
    device: &mut Device,
    sightings: &mut Sightings,
    now: Timestamp,
    station: &StationCode,
    id: &AssetId,
) -> Option<AssetView> {
    let station = whose(device, Some(station))?;
    let today = device.identity().zone.date(device.corrected(now));
    let books = device.books(&station);
    let asset = books.assets.get(id).or_else(|| books.left.get(id))?;
    let seen = sightings.at(device, &station, now);
    let check = check(device, &station, asset, now);
    let trail = books.trails.get(id);
    let builder = Builder::new(device, &books, &seen, today);
    let directory = device.directory();
    let document = DocumentId::register(&device.identity().bureau, &station);
    let steps = trail.into_iter().flat_map(|trail| trail.steps.iter().rev().take(STEPS_SHOWN));
    let places: FlatSet<String> =
        books.assets.values().map(|it| it.place.clone()).filter(|place| !place.is_empty()).into_flat_set();
    Some(AssetView {
        row: builder.row(asset),
        made: asset.made,
        life: asset.life(),
        today,
        places: trail.map(|trail| trail.places.clone()).unwrap_or_default(),
        left_for: trail.and_then(|trail| trail.left_for()).map(|to| station_name(directory, to)),
        standing: books.standing(id).to_vec(),
        steps: steps.map(|step| step_view(device, document, step)).collect(),
        may_hand: device.identity().rights.may_write(&live(&station)),
        check,
        officers: directory
            .roster(&station)
            .map(|officer| (officer.id.clone(), officer.name.clone()))
            .collect(),
        holder: asset.holder.clone(),
        others: directory
            .stations
            .values()
            .filter(|other| other.code != station)
            .map(|other| (other.code.clone(), other.name.clone()))
            .collect(),
        known_places: places.iter().cloned().collect(),
        station,
    })
}

/// What is needed for every row.
struct Builder<'a> {
    device: &'a Device,
    books: &'a Register,
    seen: &'a BTreeMap<AssetId, Seen>,
    today: Date,
}

impl<'a> Builder<'a> {
    fn new(device: &'a Device, books: &'a Register, seen: &'a BTreeMap<AssetId, Seen>, today: Date) -> Self {
        Self { device, books, seen, today }
    }

    fn row(&self, asset: &Asset) -> AssetRow {
        let directory = self.device.directory();
        let me = &self.device.identity().rights.officer;
        let disputed = self.books.trails.get(&asset.id).filter(|trail| trail.holders.len() > 1);
        let (holders, is_mine) = match disputed {
            Some(trail) => (
                trail.holders.iter().map(|holder| holder_name(directory, holder)).collect(),
                trail.holders.contains(&Holder::Officer(me.clone())),
            ),
            None => {
                let holder = asset.holder.iter().map(|officer| person_name(directory, officer));
                (holder.collect(), asset.holder.as_ref() == Some(me))
            }
        };
        let seen = self.seen.get(&asset.id).copied().unwrap_or_default();
        let is_disputed = self.books.is_disputed(&asset.id);
        AssetRow {
            id: asset.id.clone(),
            kind: asset.kind.clone(),
            name: asset.name.clone(),
            model: asset.model.clone(),
            serial: asset.serial.clone(),
            holders,
            is_mine,
            place: asset.place.clone(),
            expires: asset.expires,
            band: asset.expiry_band(self.today),
            shortfall: register::shortfall(asset, is_disputed, seen, self.today),
            is_hard_stop: asset.is_hard_stop(self.today),
            condition: seen.condition,
        }
    }
}

/// Who has a thing, as people say it; empty for the station's own keeping.
fn holder_name(directory: &Directory, holder: &Holder) -> String {
    match holder {
        Holder::Store => String::new(),
        Holder::Officer(officer) => person_name(directory, officer),
        Holder::Station(station) => station_name(directory, station).zh,
    }
}

fn step_view(device: &Device, document: DocumentId, step: &Step) -> StepView {
    StepView {
        state: match step.fate {
            Fate::Standing => EventState::Standing,
            Fate::Replaced => EventState::Replaced,
            Fate::Withdrawn => EventState::Withdrawn,
            Fate::Held => EventState::Held,
        },
        place: if device.is_only_here(document, &step.key) { Place::Phone } else { Place::Centre },
        ..told(device, step.key.clone(), &step.custody)
    }
}

/// What somebody did with a thing, before anything is known of it.
pub fn told(device: &Device, key: EventKey, custody: &Custody) -> StepView {
    let directory = device.directory();
    let person =
        |officer: Option<&_>| officer.map(|officer| person_name(directory, officer)).unwrap_or_default();
    let (what, whom, where_to) = match &custody.act {
        Handing::Issued { to } => (StepWhat::Issued, person(Some(to)), Label::default()),
        Handing::Returned { from, place } => {
            (StepWhat::Returned, person(from.as_ref()), Label::new(place, ""))
        }
        Handing::Moved { place } => (StepWhat::Moved, String::new(), Label::new(place, "")),
        Handing::Sent { station, to } => {
            (StepWhat::Sent, person(to.as_ref()), station_name(directory, station))
        }
        Handing::Received { station, from, .. } => {
            (StepWhat::Received, person(from.as_ref()), station_name(directory, station))
        }
        // It is no step of its own: what it takes back says so.
        Handing::Withdrawn { .. } => (StepWhat::Moved, String::new(), Label::default()),
    };
    StepView {
        key,
        what,
        whom,
        where_to,
        by: person_name(directory, &custody.by),
        at: custody.at,
        note: custody.note.clone(),
        state: EventState::Standing,
        place: Place::Phone,
        is_mine: custody.by == device.identity().rights.officer,
    }
}

/// The round that asks about a thing now.
fn check(device: &Device, station: &StationCode, asset: &Asset, now: Timestamp) -> Option<RoundName> {
    let rights = &device.identity().rights;
    if rights.station.as_ref() != Some(station) {
        return None;
    }
    let due = device.calendar().due(station, device.corrected(now), device.identity().zone);
    let asks = |name: &RoundName| {
        let Some(template) = device.templates().get(&name.template) else { return false };
        match template.subject {
            SubjectKind::Officer => {
                let is_mine = asset.holder.as_ref() == Some(&rights.officer);
                is_mine && template.items().any(|(_, item)| item.id.as_str() == asset.kind)
            }
            SubjectKind::Asset => true,
            SubjectKind::Vehicle => asset.kind == shared::domain::asset::VEHICLE,
            SubjectKind::Station => false,
        }
    };
    due.into_iter().map(|due| due.name).find(asks)
}
