//! People, stations and devices of the bureau, as the relay's directory document tells them. Stored about a person:
//! name, badge number, station, role; nothing else.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Label;
use crate::flat::FlatMap;
use crate::ids::{BureauId, ChangeHash, DeviceId, DocumentId, OfficerId, StationCode};
use crate::time::{Timestamp, Zone};
use crate::trust::rights::Role;

/// One entry of the directory; a later entry about the same thing replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "type")]
pub enum DirectoryEntry {
    /// The bureau itself.
    Bureau(Bureau),
    /// A station.
    Station(Station),
    /// A person.
    Officer(Officer),
    /// An enrolled phone or browser.
    Device(Device),
    /// A device that no longer belongs to anybody.
    Revoked(Revocation),
    /// Changes that came from a device after it was revoked: authentic, but they do not count.
    Held(Held),
    /// Held changes that count from now on.
    Released(Release),
}

impl DirectoryEntry {
    /// Reads an entry: by its word, then as that. `None` for what this version cannot read.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        Some(match super::type_of(json)?.as_str() {
            "bureau" => Self::Bureau(serde_json::from_slice(json).ok()?),
            "station" => Self::Station(serde_json::from_slice(json).ok()?),
            "officer" => Self::Officer(serde_json::from_slice(json).ok()?),
            "device" => Self::Device(serde_json::from_slice(json).ok()?),
            "revoked" => Self::Revoked(serde_json::from_slice(json).ok()?),
            "held" => Self::Held(serde_json::from_slice(json).ok()?),
            "released" => Self::Released(serde_json::from_slice(json).ok()?),
            _ => return None,
        })
    }
}

/// The tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bureau {
    /// Its id.
    pub id: BureauId,
    /// Its name.
    pub name: Label,
    /// Its time zone.
    pub zone: Zone,
}

crate::read_object!(Bureau { id, name, zone });

/// A unit that holds equipment and people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Station {
    /// Its code.
    pub code: StationCode,
    /// Its name.
    pub name: Label,
}

crate::read_object!(Station { code, name });

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Officer {
    /// Who.
    pub id: OfficerId,
    /// Name.
    pub name: String,
    /// Badge number.
    pub badge: String,
    /// Station; none for people of the bureau itself.
    pub station: Option<StationCode>,
    /// Role.
    pub role: Role,
}

crate::read_object!(Officer { id, name, badge, station, role });

/// One enrolled phone or browser of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// The id, which is the hash of the key.
    pub id: DeviceId,
    /// Whose.
    pub officer: OfficerId,
    /// Public key, base64url of the uncompressed point.
    pub public_key: String,
}

crate::read_object!(Device { id, officer, public_key });

/// The end of a device's membership. What it sent before stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// Which.
    pub device: DeviceId,
    /// When, by the relay's clock.
    pub at: Timestamp,
    /// Who revoked it.
    pub by: OfficerId,
}

crate::read_object!(Revocation { device, at, by });

/// Changes of one device in one document that are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// In which document.
    pub document: DocumentId,
    /// Who wrote them.
    pub device: DeviceId,
    /// Which.
    pub changes: Vec<ChangeHash>,
}

crate::read_object!(Held { document, device, changes });

/// A supervisor's word that held changes are good. By name of each change: what comes later is held again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Release {
    /// In which document.
    pub document: DocumentId,
    /// Who wrote them.
    pub device: DeviceId,
    /// Which.
    pub changes: Vec<ChangeHash>,
    /// Whose word.
    pub by: OfficerId,
    /// When, by the relay's clock.
    pub at: Timestamp,
}

crate::read_object!(Release { document, device, changes, by, at });

/// The directory, folded from its entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// The bureau, once its entry is here.
    pub bureau: Option<Bureau>,
    /// Stations by code.
    pub stations: FlatMap<StationCode, Station>,
    /// People by id.
    pub officers: FlatMap<OfficerId, Officer>,
    /// Devices by id.
    pub devices: FlatMap<DeviceId, Device>,
    /// Revoked devices by id; the first revocation counts.
    pub revoked: FlatMap<DeviceId, Revocation>,
    /// Changes that came held, by document; also those that were released.
    pub held: FlatMap<DocumentId, BTreeSet<ChangeHash>>,
    /// Changes that were released: for good, should a restored relay hold them once more.
    pub released: FlatMap<DocumentId, BTreeSet<ChangeHash>>,
}

impl Directory {
    /// Takes one entry in; entries must come in the order they were written.
    pub fn take(&mut self, entry: DirectoryEntry) {
        match entry {
            DirectoryEntry::Bureau(bureau) => self.bureau = Some(bureau),
            DirectoryEntry::Station(station) => {
                self.stations.insert(station.code.clone(), station);
            }
            DirectoryEntry::Officer(officer) => {
                self.officers.insert(officer.id.clone(), officer);
            }
            DirectoryEntry::Device(device) => {
                self.devices.insert(device.id, device);
            }
            DirectoryEntry::Revoked(revocation) => {
                self.revoked.get_or_insert_with(revocation.device, || revocation);
            }
            DirectoryEntry::Held(held) => self.held.get_or_default(held.document).extend(held.changes),
            DirectoryEntry::Released(release) => {
                self.released.get_or_default(release.document).extend(release.changes);
            }
        }
    }

    /// The changes of a document that do not count.
    pub fn held_in(&self, document: DocumentId) -> BTreeSet<ChangeHash> {
        let Some(held) = self.held.get(&document) else { return BTreeSet::new() };
        match self.released.get(&document) {
            Some(released) => held.difference(released).copied().collect(),
            None => held.clone(),
        }
    }

    /// The people of a station, in the order of their ids.
    pub fn roster(&self, station: &StationCode) -> impl Iterator<Item = &Officer> {
        self.officers.values().filter(move |officer| officer.station.as_ref() == Some(station))
    }
}
