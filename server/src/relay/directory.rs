//! The directory as the log has it, and what follows when entries of it come from outside: a relay that was restored
//! from a backup gets its own entries back from the phones, and then knows the people and devices again that came after
//! the backup, and those that went.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::BASE64URL_NOPAD;
use shared::document::{Document, read};
use shared::domain::directory::{Device, Directory, Officer};
use shared::ids::{BureauId, CollectionId, DeviceId, DocumentId, OfficerId, StationCode};
use shared::time::Timestamp;
use tokio::sync::broadcast;

use super::News;
use crate::store::{NewDevice, Result, Store, blocking};

/// The directory as the log has it now. Entries that do not read are left out, which is written down.
///
/// # Errors
/// When the store cannot be read.
pub fn directory(store: &dyn Store, bureau: &BureauId) -> Result<Directory> {
    let id = DocumentId::directory(bureau);
    let entries = store.document(id)?;
    let mut document = Document::new(id);
    if let Err(error) = document.apply(entries.iter().map(|entry| entry.change.as_slice())) {
        tracing::error!(error = &error as &dyn std::error::Error, "the directory does not read back");
    }
    Ok(read::directory(&document))
}

/// The directory's stations, read anew when the bureau's collection has grown: every upload asks for one.
#[derive(Default)]
pub(super) struct Stations(Mutex<(u64, Arc<BTreeSet<StationCode>>)>);

impl Stations {
    /// Those that there are now.
    pub(super) fn known(&self, store: &dyn Store, bureau: &BureauId) -> Result<Arc<BTreeSet<StationCode>>> {
        let collections = store.collections()?;
        let tip = collections.iter().find(|(collection, _)| *collection == CollectionId::bureau());
        let seq = tip.map_or(0, |(_, tip)| tip.seq);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != seq {
            *known = (seq, Arc::new(directory(store, bureau)?.stations.keys().cloned().collect()));
        }
        Ok(Arc::clone(&known.1))
    }
}

/// Brings people, devices and revocations from the directory to where sessions and admission look them up. Doing it
/// again changes nothing. Devices that are revoked by it are told as [`News::Revoked`], people who may do something else
/// from now on as [`News::Moved`].
pub(super) async fn adopt(
    store: &Arc<dyn Store>,
    bureau: &BureauId,
    now: Timestamp,
    news: &broadcast::Sender<News>,
) -> Result<()> {
    let bureau = bureau.clone();
    let (moved, revoked) = blocking(store, move |store| {
        let directory = directory(store, &bureau)?;
        let (officers, moved) = changed_officers(store, &directory)?;
        let known: BTreeMap<_, _> =
            store.devices()?.into_iter().map(|device| (device.id, device.revoked)).collect();
        let is_gone = |device: &DeviceId| known.get(device).copied().flatten().is_some();
        let revoked = directory.revoked.values().filter(|gone| !is_gone(&gone.device));
        let revoked: Vec<_> = revoked.map(|gone| (gone.device, gone.at)).collect();
        let is_new = |device: &&Device| {
            !known.contains_key(&device.id) && directory.officers.contains_key(&device.officer)
        };
        let devices = directory.devices.values().filter(is_new).filter_map(|new| new_device(new, now));
        let revoked = store.put_members(&officers, &devices.collect::<Vec<_>>(), &revoked)?;
        Ok((moved, revoked))
    })
    .await?;
    for officer in moved {
        let _ = news.send(News::Moved(officer));
    }
    for device in revoked {
        tracing::info!(target: "audit", %device, "a device is revoked, as the directory says");
        // Nobody listening is no failure.
        let _ = news.send(News::Revoked(device));
    }
    Ok(())
}

/// People whom the store does not know so, and those of them who may do something else than it says.
fn changed_officers(store: &dyn Store, directory: &Directory) -> Result<(Vec<Officer>, Vec<OfficerId>)> {
    let known: BTreeMap<_, _> =
        store.officers()?.into_iter().map(|officer| (officer.id.clone(), officer)).collect();
    let officers = directory.officers.values();
    let changed: Vec<_> =
        officers.filter(|officer| known.get(&officer.id) != Some(officer)).cloned().collect();
    let has_moved = |officer: &&Officer| {
        let before = known.get(&officer.id);
        before.is_some_and(|known| (&known.station, known.role) != (&officer.station, officer.role))
    };
    let moved = changed.iter().filter(has_moved).map(|officer| officer.id.clone()).collect();
    Ok((changed, moved))
}

/// `None` for an entry whose key does not give its id.
fn new_device(device: &Device, enrolled: Timestamp) -> Option<NewDevice> {
    let public_key = BASE64URL_NOPAD.decode(device.public_key.as_bytes()).ok()?;
    let is_its = DeviceId::of_public_key(&public_key) == device.id;
    is_its.then(|| NewDevice { id: device.id, public_key, officer: device.officer.clone(), enrolled })
}
