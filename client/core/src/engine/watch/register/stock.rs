//! What is between two stations, and what is to be bought: over every register that this phone holds.

use link::slice::{PurchaseRow, TransitView};
use shared::domain::asset::ExpiryBand;
use shared::domain::custody::Handing;
use shared::domain::register::{Fate, Holder, Register};
use shared::gather::sort_by;
use shared::ids::{AssetId, StationCode};
use shared::sync::device::Device;
use shared::time::Date;

use super::super::{person_name, station_name};

/// Days for which a station shows what it sent: whether it arrived stands in a register that it does not hold.
const SENT_DAYS: i64 = 30;

/// The registers that are looked at: all for who sees all, otherwise the own one.
fn stations(device: &Device, own: &StationCode) -> Vec<StationCode> {
    if device.identity().rights.station.is_some() {
        return vec![own.clone()];
    }
    device.directory().stations.keys().cloned().collect()
}

/// What was sent and not received, the latest first.
pub(super) fn transits(device: &mut Device, own: &StationCode, today: Date) -> Vec<TransitView> {
    let zone = device.identity().zone;
    let mut found = Vec::new();
    for station in stations(device, own) {
        let books = device.books(&station);
        for (id, asset) in &books.left {
            let Some(trail) = books.trails.get(id) else { continue };
            let sent =
                trail.steps.iter().rev().find(|step| {
                    step.fate == Fate::Standing && matches!(step.custody.act, Handing::Sent { .. })
                });
            let (Some(to), Some(sent)) = (trail.left_for(), sent) else { continue };
            let is_old = zone.date(sent.custody.at) < today.plus_days(-SENT_DAYS);
            let is_arrived = has_received(&device.books(to), id, &station);
            if is_arrived || (is_old && device.identity().rights.station.is_some()) {
                continue;
            }
            let directory = device.directory();
            found.push(TransitView {
                id: id.clone(),
                name: asset.name.clone(),
                from: station_name(directory, &station),
                to: station_name(directory, to),
                by: person_name(directory, &sent.custody.by),
                at: sent.custody.at,
            });
        }
    }
    sort_by(&mut found, |a, b| b.at.cmp(&a.at));
    found
}

/// Whether a register says that a thing came from a station.
fn has_received(books: &Register, id: &AssetId, from: &StationCode) -> bool {
    let Some(trail) = books.trails.get(id) else { return false };
    let came = trail.steps.iter().any(|step| {
        step.fate <= Fate::Replaced
            && matches!(&step.custody.act, Handing::Received { station, .. } if station == from)
    });
    came && trail.holders != [Holder::Station(from.clone())]
}

/// What expires within 30 days or has expired, by kind and model.
pub(super) fn purchases(device: &mut Device, own: &StationCode, today: Date) -> Vec<PurchaseRow> {
    let mut rows: Vec<PurchaseRow> = Vec::new();
    for station in stations(device, own) {
        let register = device.register(&station);
        let name = station_name(device.directory(), &station);
        for asset in register.values() {
            let band = asset.expiry_band(today);
            if band < ExpiryBand::Days30 {
                continue;
            }
            let place = rows.iter().position(|row| row.kind == asset.kind && row.model == asset.model);
            let place = place.unwrap_or_else(|| {
                rows.push(PurchaseRow {
                    kind: asset.kind.clone(),
                    name: asset.name.clone(),
                    model: asset.model.clone(),
                    expired: 0,
                    soon: 0,
                    stations: Vec::new(),
                });
                rows.len() - 1
            });
            let row = &mut rows[place];
            let is_expired = band == ExpiryBand::Expired;
            row.expired += u32::from(is_expired);
            row.soon += u32::from(!is_expired);
            match row.stations.last_mut() {
                Some((last, count)) if *last == name => *count += 1,
                _ => row.stations.push((name.clone(), 1)),
            }
        }
    }
    sort_by(&mut rows, |a, b| (&a.kind, &a.model).cmp(&(&b.kind, &b.model)));
    rows
}
