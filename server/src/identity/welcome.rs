//! What follows an enrolment: every phone of the bureau learns of the new device through the directory, and the new
//! device learns who it is.

use shared::api::enrolment::Enrolled;
use shared::document::{Document, read};
use shared::domain::directory::{Directory, DirectoryEntry};

use super::IdentityError;
use crate::publishing::{device_entry, directory_id, publish_directory};
use crate::relay::Relay;
use crate::relay::author::PublishError;
use crate::store::{DeviceRecord, blocking};

/// Publishes a device that the directory does not have yet, and tells it who it is. Devices whose enrolment was cut
/// off before this point are published along.
///
/// # Errors
/// When the log cannot be read, or does not take the entry; then the phone asks again with the same code.
pub async fn welcome(relay: &Relay, device: &DeviceRecord) -> Result<Enrolled, IdentityError> {
    let (directory, missing) = look_up(relay).await?;
    if !missing.is_empty() {
        publish_directory(relay, &missing).await?;
    }
    let rights = device.rights.clone();
    let officer = directory.officers.get(&rights.officer).ok_or(IdentityError::DeviceUnknown)?;
    let station = rights.station.as_ref().and_then(|code| directory.stations.get(code));
    Ok(Enrolled {
        bureau: relay.bureau().clone(),
        device: device.id,
        name: officer.name.clone(),
        badge: officer.badge.clone(),
        station_name: station.map(|station| station.name.clone()),
        rights,
    })
}

/// The directory, and the entries of the devices that it lacks.
async fn look_up(relay: &Relay) -> Result<(Directory, Vec<DirectoryEntry>), IdentityError> {
    let id = directory_id(&relay.bureau().id);
    let (entries, devices) =
        blocking(relay.store(), move |store| Ok((store.document(id)?, store.devices()?))).await?;
    let mut document = Document::new(id);
    document.apply(entries.iter().map(|entry| entry.change.as_slice())).map_err(PublishError::Document)?;
    let directory = read::directory(&document);
    let missing =
        devices.iter().filter(|device| !directory.devices.contains_key(&device.id)).map(device_entry);
    let missing = missing.collect();
    Ok((directory, missing))
}
