//! What follows an enrolment: every phone of the bureau learns of the new device through the directory, and the new
//! device learns who it is.

use data_encoding::BASE64URL_NOPAD;
use shared::api::enrolment::Enrolled;
use shared::document::{Document, read};
use shared::domain::directory::{Directory, DirectoryEntry};
use shared::ids::DocumentId;

use super::IdentityError;
use crate::publishing::{device_entry, publish_directory};
use crate::relay::Relay;
use crate::relay::author::PublishError;
use crate::store::{DeviceRecord, blocking};

/// Publishes a device that the directory does not have yet, and tells it who it is. Devices whose enrolment was cut
/// off before this point are published along.
///
/// # Errors
/// When the log cannot be read, or does not take the entry; then the phone asks again with the same code.
pub async fn welcome(relay: &Relay, device: &DeviceRecord) -> Result<Enrolled, IdentityError> {
    let directory = announce(relay).await?;
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
        relay_key: BASE64URL_NOPAD.encode(relay.public_key()),
        certificate: relay.certify(device)?.to_text(),
    })
}

/// Publishes the devices that the directory does not have yet; gives the directory as it was.
///
/// # Errors
/// When the log cannot be read, or does not take the entries.
pub async fn announce(relay: &Relay) -> Result<Directory, IdentityError> {
    let (directory, missing) = look_up(relay).await?;
    if !missing.is_empty() {
        publish_directory(relay, &missing).await?;
    }
    Ok(directory)
}

/// The directory, and the entries of the devices that it lacks.
async fn look_up(relay: &Relay) -> Result<(Directory, Vec<DirectoryEntry>), IdentityError> {
    let id = DocumentId::directory(&relay.bureau().id);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::domain::Label;
    use shared::domain::directory::{Bureau, Officer};
    use shared::ids::{BureauId, OfficerId};
    use shared::time::{Timestamp, Zone};
    use shared::trust::certificate::Certificate;
    use shared::trust::rights::Role;

    use super::*;
    use crate::clock::{Clock, SetClock};
    use crate::demo::phone::DemoPhone;
    use crate::identity::key;
    use crate::relay::author;
    use crate::store::sqlite::{Options, Sqlite};
    use crate::store::{Founding, Store};

    const NOW: Timestamp = Timestamp(1_795_449_600_000);

    fn directory(relay: &Relay) -> (usize, Directory) {
        let entries = relay.store().document(DocumentId::directory(&relay.bureau().id)).unwrap();
        let mut document = Document::new(DocumentId::directory(&relay.bureau().id));
        document.apply(entries.iter().map(|entry| entry.change.as_slice())).unwrap();
        (entries.len(), read::directory(&document))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_enrolled_device_is_published_once() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { folder: folder.path().to_owned(), ..Options::default() };
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(options).unwrap());
        let bureau = Bureau {
            id: BureauId::parse("chaohu").unwrap(),
            name: Label::new("巢湖市公安局", "Chaohu"),
            zone: Zone::CHINA,
        };
        let founding = Founding { bureau, epoch: 1, relay_key: author::generate_key().unwrap() };
        store.found(&founding).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SetClock::at(NOW));
        let relay = Relay::start(Arc::clone(&store), clock, founding).unwrap();
        let officer = Officer {
            id: OfficerId::parse("jb-01").unwrap(),
            name: "侯芳".to_owned(),
            badge: "013117".to_owned(),
            station: None,
            role: Role::Supervisor,
        };
        store.put_officer(&officer).unwrap();
        publish_directory(&relay, &[DirectoryEntry::Officer(officer.clone())]).await.unwrap();

        // One whose enrolment was cut off before it was published, and one who comes twice.
        let (cut_off, phone) =
            (DemoPhone::new(officer.id.clone()).unwrap(), DemoPhone::new(officer.id.clone()).unwrap());
        for phone in [&cut_off, &phone] {
            store.put_device(&phone.enrolled(NOW)).unwrap();
        }
        let record = store.device(phone.device()).unwrap().unwrap();
        let enrolled = welcome(&relay, &record).await.unwrap();
        assert_eq!((enrolled.name.as_str(), enrolled.device), ("侯芳", phone.device()));
        let certificate = Certificate::parse(&enrolled.certificate).unwrap();
        assert_eq!(certificate.check(&relay.bureau().id, record.id, NOW), Ok(()));
        assert!(key::verifies(
            certificate.suite,
            relay.public_key(),
            &certificate.claim(),
            &certificate.signature
        ));
        let again = welcome(&relay, &record).await.unwrap();
        assert_eq!(Enrolled { certificate: enrolled.certificate.clone(), ..again }, enrolled);
        let (entries, directory) = directory(&relay);
        assert_eq!(entries, 3);
        assert!(directory.devices.contains_key(&cut_off.device()));
        relay.close().await;
    }
}
