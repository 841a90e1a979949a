//! A phone in the simulation: a disk with transactions, a clock that may be wrong, and tabs that run the real phone's
//! end. What the core's engine does around it in a browser is `shell`'s.

use std::collections::{BTreeMap, VecDeque};

use shared::ids::{ChangeHash, CollectionId, DocumentId};
use shared::protocol::Cursor;
use shared::sync::device::{
    Aside, Claimed, Device, Hearsay, Identity, Mark, Rejected, Saying, Stored, StoredChange, StoredReceipt,
    StoredSeal, StoredSnapshot, Write,
};
use shared::time::Timestamp;

use super::bureau;
use super::keys::Key;

/// A change by its document and hash.
pub type ChangeName = (DocumentId, ChangeHash);

/// A phone.
pub struct Phone {
    /// Its key pair.
    pub key: Key,
    /// Who it is.
    pub identity: Identity,
    /// What is on its disk.
    pub disk: PhoneDisk,
    /// Older copies of its disk.
    pub copies: Vec<PhoneDisk>,
    /// Whether the disk has no room.
    pub is_full: bool,
    /// Milliseconds that its clock is ahead.
    pub clock_ms: i64,
    /// Its tabs, in the order they were opened.
    pub tabs: Vec<Tab>,
}

/// What a phone keeps.
#[derive(Debug, Clone, Default)]
pub struct PhoneDisk {
    /// Every change.
    pub changes: BTreeMap<ChangeName, StoredChange>,
    /// Own changes that the relay has not acknowledged.
    pub marks: BTreeMap<ChangeName, Mark>,
    /// Own changes that the relay rejected.
    pub rejected: BTreeMap<ChangeName, Rejected>,
    /// Documents' beginnings, each in one piece.
    pub snapshots: BTreeMap<DocumentId, StoredSnapshot>,
    /// The number of each tab's last transaction.
    pub tabs: BTreeMap<u64, u32>,
    cursors: BTreeMap<CollectionId, Cursor>,
    aside: BTreeMap<ChangeName, Aside>,
    slot_base: u32,
    seals: BTreeMap<ChangeName, StoredSeal>,
    receipts: BTreeMap<CollectionId, StoredReceipt>,
    clock_offset_ms: Option<i64>,
}

/// A tab: one core, one writer, and a line to the relay if it is the one that syncs.
pub struct Tab {
    /// Names it in the whole simulation.
    pub number: u64,
    /// The writer's slot that it has leased.
    pub slot: u32,
    /// The phone's end.
    pub device: Device,
    /// When it wants to be woken.
    pub timer: Option<Timestamp>,
    /// A transaction under way.
    pub persist: Option<Vec<Write>>,
    /// Its number, or the last one's.
    pub transaction: u32,
    /// Claims at the key, and the line that they are for.
    pub signing: Option<(u64, Vec<Vec<u8>>)>,
    /// Signatures to be verified, and the line that they came on.
    pub verifying: Option<(u64, Vec<Claimed>)>,
    /// A line that is being made.
    pub connecting: Option<u64>,
    /// A line that is gone, of which the phone's end is still to be told.
    pub lost: Option<u64>,
    /// Counts lines: what a given-up line reports counts no longer.
    pub line: u64,
    /// The connection that the line goes over.
    pub connection: Option<usize>,
    /// What other tabs have said.
    pub inbox: VecDeque<Saying>,
    /// What they began and were not heard to end.
    pub hearsay: Hearsay,
    /// Whether it holds the lock of the tab that syncs.
    pub is_syncing: bool,
    /// The last command.
    pub commands: u32,
}

impl Phone {
    /// A phone that has just enrolled.
    pub fn new(key: usize) -> Self {
        Self {
            key: Key::new(key),
            identity: bureau::identity(key),
            disk: PhoneDisk::default(),
            copies: Vec::new(),
            is_full: false,
            clock_ms: 0,
            tabs: Vec::new(),
        }
    }

    /// Opens a tab: leases the lowest free slot, and reads what is on the disk.
    pub fn open_tab(&mut self, number: u64) {
        let is_free = |slot: &u32| self.tabs.iter().all(|tab| tab.slot != *slot);
        let slot = (0..).find(is_free).expect("tabs are few");
        let begun = self.tabs.iter().filter_map(|tab| {
            Some(Saying::Begun { tab: tab.number, number: tab.transaction, writes: tab.persist.clone()? })
        });
        let inbox = begun.collect();
        self.tabs.push(Tab {
            number,
            slot,
            device: Device::boot(self.identity.clone(), slot, self.disk.stored()),
            timer: None,
            persist: None,
            transaction: 0,
            signing: None,
            verifying: None,
            connecting: None,
            lost: None,
            line: 0,
            connection: None,
            inbox,
            hearsay: Hearsay::default(),
            is_syncing: false,
            commands: 0,
        });
    }

    /// A tab by its number.
    pub fn tab(&mut self, number: u64) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.number == number)
    }
}

impl PhoneDisk {
    /// What a starting tab reads, in the order of the keys.
    pub fn stored(&self) -> Stored {
        Stored {
            snapshots: self.snapshots.values().cloned().collect(),
            changes: self.changes.values().cloned().collect(),
            marks: self.marks.values().cloned().collect(),
            cursors: self.cursors.iter().map(|(collection, cursor)| (collection.clone(), *cursor)).collect(),
            rejected: self.rejected.values().cloned().collect(),
            clock_offset_ms: self.clock_offset_ms,
            slot_base: self.slot_base,
            aside: self.aside.values().cloned().collect(),
            interrupted: None,
            seals: self.seals.values().cloned().collect(),
            receipts: self.receipts.values().cloned().collect(),
        }
    }

    /// One transaction of a tab.
    pub fn commit(&mut self, tab: u64, number: u32, writes: &[Write]) {
        self.tabs.insert(tab, number);
        for write in writes {
            match write {
                Write::Change(change) => {
                    self.changes.insert((change.document, change.hash), change.clone());
                }
                Write::Mark(mark) => {
                    self.marks.insert((mark.document, mark.hash), mark.clone());
                }
                Write::DropMark { document, hash } => {
                    self.marks.remove(&(*document, *hash));
                }
                Write::Cursor { collection, cursor } => {
                    self.cursors.insert(collection.clone(), *cursor);
                }
                Write::Rejected(rejected) => {
                    self.rejected.insert((rejected.document, rejected.hash), rejected.clone());
                }
                Write::DropChange { document, hash } => {
                    self.changes.remove(&(*document, *hash));
                }
                Write::SlotBase(base) => self.slot_base = *base,
                Write::SetAside(aside) => {
                    self.aside.insert((aside.document, aside.hash), aside.clone());
                }
                Write::TakeBack(aside) => {
                    self.aside.remove(&(aside.document, aside.hash));
                }
                Write::Seal(seal) => {
                    self.seals.insert((seal.document, seal.head), seal.clone());
                }
                Write::DropSeal { document, head } => {
                    self.seals.remove(&(*document, *head));
                }
                Write::Receipt(receipt) => {
                    self.receipts.insert(receipt.receipt.collection.clone(), receipt.clone());
                }
                Write::Snapshot(snapshot) => {
                    self.snapshots.insert(snapshot.document, snapshot.clone());
                }
                Write::DropSnapshot { document } => {
                    self.snapshots.remove(document);
                }
                Write::ClockOffset(ms) => self.clock_offset_ms = Some(*ms),
            }
        }
    }
}
