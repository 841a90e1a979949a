//! The documents that the relay itself writes: the directory, the checklists, the calendar and the registers. Here is
//! what goes into them and where they are kept; signing and committing is `relay::author`'s.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use shared::document::write::Event;
use shared::domain::asset::{Asset, RegisterEntry};
use shared::domain::calendar::{Calendar, Operation};
use shared::domain::directory::{Device, Directory, DirectoryEntry};
use shared::domain::template::{Addition, Template};
use shared::ids::{CollectionId, DocumentId, Shelf, StationCode};

use crate::relay::Relay;
use crate::relay::author::PublishError;
use crate::relay::directory::directory as relay_directory;
use crate::store::{self, DeviceRecord, StoreError};

/// The directory's entry about a device.
pub fn device_entry(device: &DeviceRecord) -> DirectoryEntry {
    DirectoryEntry::Device(Device {
        id: device.id,
        officer: device.rights.officer.clone(),
        public_key: BASE64URL_NOPAD.encode(&device.public_key),
    })
}

/// Adds entries to the directory; when it returns, they are on disk.
///
/// # Errors
/// When the log does not take them.
pub async fn publish_directory(relay: &Relay, entries: &[DirectoryEntry]) -> Result<(), PublishError> {
    let id = DocumentId::directory(&relay.bureau().id);
    publish(relay, &CollectionId::bureau(), id, entries.iter()).await
}

/// Publishes a version of a checklist.
///
/// # Errors
/// When the log does not take it.
pub async fn publish_template(relay: &Relay, template: &Template) -> Result<(), PublishError> {
    let id = DocumentId::template(&relay.bureau().id, &template.id);
    publish(relay, &CollectionId::bureau(), id, std::iter::once(template)).await
}

/// Publishes what a station adds to a checklist.
///
/// # Errors
/// When the log does not take it.
pub async fn publish_addition(relay: &Relay, addition: &Addition) -> Result<(), PublishError> {
    let id = DocumentId::template(&relay.bureau().id, &addition.template);
    publish(relay, &CollectionId::bureau(), id, std::iter::once(addition)).await
}

/// Publishes the start of an operation, or its end.
///
/// # Errors
/// When the log does not take it.
pub async fn publish_operation(relay: &Relay, operation: &Operation) -> Result<(), PublishError> {
    let id = DocumentId::calendar(&relay.bureau().id);
    publish(relay, &CollectionId::bureau(), id, std::iter::once(operation)).await
}

/// Publishes the duty calendar as it is from now on.
///
/// # Errors
/// When the log does not take it.
pub async fn publish_calendar(relay: &Relay, calendar: &Calendar) -> Result<(), PublishError> {
    let id = DocumentId::calendar(&relay.bureau().id);
    publish(relay, &CollectionId::bureau(), id, std::iter::once(calendar)).await
}

/// Adds assets to a station's register.
///
/// # Errors
/// When the log does not take them.
pub async fn publish_assets(
    relay: &Relay,
    station: &StationCode,
    assets: &[Asset],
) -> Result<(), PublishError> {
    let id = DocumentId::register(&relay.bureau().id, station);
    let shelf = CollectionId::of(&Shelf::Live(station.clone()));
    publish(relay, &shelf, id, assets.iter().cloned().map(RegisterEntry::Asset)).await
}

async fn publish(
    relay: &Relay,
    collection: &CollectionId,
    document: DocumentId,
    entries: impl Iterator<Item = impl Serialize>,
) -> Result<(), PublishError> {
    let body = |entry| serde_json::to_string(&entry).expect("the domain's values have string keys only");
    let events: Vec<Event> = entries.map(|entry| Event::Entry { body: body(entry) }).collect();
    relay.publish(collection, document, &events).await.map(|_| ())
}

/// The directory as the log has it now.
///
/// # Errors
/// When the store cannot be read.
pub async fn directory(relay: &Relay) -> Result<Directory, StoreError> {
    let bureau = relay.bureau().id.clone();
    store::blocking(relay.store(), move |store| relay_directory(store, &bureau)).await
}
