//! What is on the relay's disk. Cheap to copy: parts that a transaction leaves alone are shared.

use std::collections::BTreeMap;
use std::sync::Arc;

use server::store::{BatchRecord, DeviceRecord, Enrolment, Entry, Founding, NewDevice, Rejected, Tip};
use shared::domain::directory::Officer;
use shared::ids::{Actor, ChangeHash, CollectionId, DeviceId, DocumentId, OfficerId};
use shared::time::Timestamp;
use shared::trust::rights::Rights;

/// Rejected batches, as they came.
pub(super) type SetAside = BTreeMap<(DocumentId, ChangeHash), (Rejected, Vec<u8>)>;

/// Everything that the relay keeps.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    pub(super) founding: Option<Founding>,
    pub(super) logs: BTreeMap<CollectionId, Arc<Vec<Arc<Entry>>>>,
    pub(super) documents: BTreeMap<DocumentId, Arc<Home>>,
    pub(super) batches: Arc<BTreeMap<u64, BatchRecord>>,
    pub(super) officers: BTreeMap<OfficerId, Officer>,
    pub(super) devices: BTreeMap<DeviceId, DeviceRow>,
    pub(super) enrolments: BTreeMap<[u8; 32], Enrolment>,
    pub(super) sessions: BTreeMap<[u8; 32], (DeviceId, Timestamp)>,
    pub(super) projected: BTreeMap<CollectionId, u64>,
    /// Rejected batches by document and head, with when they came and their bytes.
    pub(super) rejected: Arc<SetAside>,
    pub(super) rows: Arc<BTreeMap<(String, String), Vec<u8>>>,
}

/// What is known of one document.
#[derive(Debug, Clone)]
pub(super) struct Home {
    pub(super) collection: CollectionId,
    /// Documents are listed in the order they came.
    pub(super) number: usize,
    /// Positions in the collection's log, and the counters of the last operations.
    pub(super) places: BTreeMap<ChangeHash, (u64, u64)>,
    pub(super) actors: BTreeMap<Actor, u64>,
}

/// An enrolled device.
#[derive(Debug, Clone)]
pub(super) struct DeviceRow {
    pub(super) new: NewDevice,
    pub(super) heard: Option<Timestamp>,
    pub(super) revoked: Option<Timestamp>,
}

impl Tables {
    /// The entries of a collection's log.
    pub fn log(&self, collection: &CollectionId) -> &[Arc<Entry>] {
        self.logs.get(collection).map_or(&[], |log| log.as_slice())
    }

    /// Every collection that has entries.
    pub fn collections(&self) -> impl Iterator<Item = &CollectionId> {
        self.logs.keys()
    }

    /// The collection that a document is in.
    pub fn home(&self, document: DocumentId) -> Option<&CollectionId> {
        self.documents.get(&document).map(|home| &home.collection)
    }

    /// Whether a change is in the log.
    pub fn contains(&self, document: DocumentId, change: ChangeHash) -> bool {
        self.documents.get(&document).is_some_and(|home| home.places.contains_key(&change))
    }

    pub(super) fn tip(&self, collection: &CollectionId) -> Tip {
        self.log(collection).last().map_or(Tip::START, |last| Tip { seq: last.seq, chain: last.chain })
    }

    /// The entry at a position.
    pub(super) fn at(&self, collection: &CollectionId, seq: u64) -> Option<&Arc<Entry>> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.log(collection).get(index)
    }

    /// A device with its owner's rights as of now.
    pub fn device(&self, id: DeviceId) -> Option<DeviceRecord> {
        let row = self.devices.get(&id)?;
        let officer = self.officers.get(&row.new.officer)?;
        Some(DeviceRecord {
            id,
            public_key: row.new.public_key.clone(),
            rights: Rights {
                officer: officer.id.clone(),
                role: officer.role,
                station: officer.station.clone(),
            },
            enrolled: row.new.enrolled,
            heard: row.heard,
            revoked: row.revoked,
        })
    }
}
