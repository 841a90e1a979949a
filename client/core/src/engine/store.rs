//! What lies where on the phone's disk: writes of the phone's end as records, and records as what it starts from.

use link::slice::{Person, Seat, SessionView};
use minicbor::{Decode, Encode};
use shared::api::enrolment::Enrolled;
use shared::digits::BASE64URL;
use shared::domain::Label;
use shared::ids::{ChangeHash, CollectionId, DocumentId};
use shared::protocol::Cursor;
use shared::sync::device::{
    Aside, Identity, Mark, Rejected, Stored, StoredChange, StoredReceipt, StoredSeal, StoredSnapshot, Write,
};
use shared::time::{DAY_MS, Timestamp};
use shared::trust::certificate::Certificate;

/// The folders of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Who this phone is, its key, its clock.
    Meta,
    /// Changes.
    Chunks,
    /// Marks of own changes that the relay has not acknowledged.
    Outbox,
    /// Places in the logs.
    Cursors,
    /// Own changes that the relay rejected for good.
    Rejected,
    /// What the screen showed last.
    Snapshot,
    /// Documents' beginnings, each in one piece.
    Bases,
    /// Authors' signatures of the last weeks.
    Seals,
    /// The relay's latest receipt of each collection.
    Receipts,
    /// Entries that are kept and not applied.
    Aside,
    /// The number of each tab's last transaction.
    Tabs,
    /// Bytes of photos and voice memos, by their hashes. Read by the service worker too.
    Photos,
    /// What is known of each of them, as JSON. Read by the service worker too.
    Uploads,
    /// Colleagues' bundles, by their hashes.
    Carried,
}

/// One record to put, or to delete when there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where.
    pub shelf: Shelf,
    /// Under which key.
    pub key: String,
    /// The bytes.
    pub value: Option<Vec<u8>>,
}

/// Under this key in `Shelf::Meta` lies the profile.
pub const PROFILE: &str = "profile";
/// Under this key in `Shelf::Meta` lies the key pair.
pub const KEY_PAIR: &str = "key-pair";
/// Under this key in `Shelf::Meta` lies the hash of the code that the key pair was made for.
pub const KEY_CODE: &str = "key-code";
/// Under this key in `Shelf::Meta` lies the clock's offset.
pub const CLOCK_OFFSET: &str = "clock-offset";
/// Under this key in `Shelf::Meta` lies where the slots begin.
pub const SLOT_BASE: &str = "slot-base";
/// Under this key in `Shelf::Snapshot` lies the message with the last list of today, ready to be posted. It is named
/// by `LINK_VERSION`, so that no interface gets one that it cannot read.
pub const TODAY: &str = "today-4";
/// Under this key in `Shelf::Snapshot` lies the last board, as the relay's JSON.
pub const BOARD: &str = "board";

/// Who this phone is, with the names that the screen shows before the directory has come.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Profile {
    /// The identity.
    #[n(0)]
    pub identity: Identity,
    /// The person's name.
    #[n(1)]
    pub name: String,
    /// The person's badge number.
    #[n(2)]
    pub badge: String,
    /// The station's name.
    #[n(3)]
    pub station_name: Label,
    /// The bureau's name.
    #[n(4)]
    pub bureau_name: Label,
    /// The device's certificate, which lets this phone in again where a restored relay has forgotten it.
    #[n(5)]
    pub certificate: Option<Certificate>,
    /// The relay's key that bundles are sealed to, an uncompressed P-256 point.
    #[n(6)]
    pub sealing_key: Option<minicbor::bytes::ByteVec>,
}

shared::read_record!(Profile {
    identity,
    name,
    badge,
    station_name,
    bureau_name,
    certificate,
    sealing_key as default
});

impl Profile {
    /// The profile of a phone that was just enrolled, without its certificate, which must be verified first; `None` when
    /// the relay's key does not read.
    pub fn new(enrolled: Enrolled) -> Option<Self> {
        let Enrolled { bureau, device, rights, name, badge, station_name, relay_key, certificate: _ } =
            enrolled;
        let relay_key = BASE64URL.decode(&relay_key)?;
        Some(Self {
            identity: Identity {
                bureau: bureau.id,
                zone: bureau.zone,
                device,
                rights,
                relay_key: Some(relay_key.into()),
            },
            name,
            badge,
            station_name: station_name.unwrap_or_default(),
            bureau_name: bureau.name,
            certificate: None,
            sealing_key: None,
        })
    }

    /// The session's slice, for a person in this seat.
    pub fn session(&self, seat: Seat) -> SessionView {
        SessionView::Officer(Person {
            name: self.name.clone(),
            badge: self.badge.clone(),
            role: self.identity.rights.role,
            station: self.identity.rights.station.clone(),
            station_name: self.station_name.clone(),
            bureau_name: self.bureau_name.clone(),
            zone: self.identity.zone,
            device: self.identity.device.to_string().chars().take(6).collect(),
            seat,
        })
    }
}

/// How long the number of a tab's last transaction is kept: longer than a dead tab's last words can be on their way.
const TAB_KEPT_MS: i64 = DAY_MS;

/// The number of a tab's transaction, which is written with it.
pub fn transaction(tab: u64, number: u32, at: Timestamp) -> Record {
    Record { shelf: Shelf::Tabs, key: tab.to_string(), value: Some(bytes((tab, number, at))) }
}

/// Whether the record of a tab's last transaction says that it was this one.
pub fn is_transaction(record: &[u8], number: u32) -> bool {
    minicbor::decode::<(u64, u32, Timestamp)>(record).is_ok_and(|(_, last, _)| last == number)
}

/// Drops what is kept of tabs that are long gone.
pub fn forget_tabs(records: &[Vec<u8>], now: Timestamp) -> Vec<Record> {
    let kept = records.iter().filter_map(|bytes| minicbor::decode::<(u64, u32, Timestamp)>(bytes).ok());
    let old = kept.filter(|(_, _, at)| now.since(*at).abs() > TAB_KEPT_MS);
    old.map(|(tab, ..)| Record { shelf: Shelf::Tabs, key: tab.to_string(), value: None }).collect()
}

/// A write as a record.
pub fn record(write: &Write) -> Record {
    let (shelf, key, value) = match write {
        Write::Change(change) => (Shelf::Chunks, key(change.document, change.hash), Some(bytes(change))),
        Write::Mark(mark) => (Shelf::Outbox, key(mark.document, mark.hash), Some(bytes(mark))),
        Write::DropMark { document, hash } => (Shelf::Outbox, key(*document, *hash), None),
        Write::Cursor { collection, cursor } => {
            (Shelf::Cursors, collection.to_string(), Some(bytes((collection, cursor))))
        }
        Write::Rejected(rejected) => {
            (Shelf::Rejected, key(rejected.document, rejected.hash), Some(bytes(rejected)))
        }
        Write::ClockOffset(ms) => (Shelf::Meta, CLOCK_OFFSET.to_owned(), Some(bytes(ms))),
        Write::Snapshot(snapshot) => (Shelf::Bases, snapshot.document.to_string(), Some(bytes(snapshot))),
        Write::DropSnapshot { document } => (Shelf::Bases, document.to_string(), None),
        Write::Seal(seal) => (Shelf::Seals, key(seal.document, seal.head), Some(bytes(seal))),
        Write::DropSeal { document, head } => (Shelf::Seals, key(*document, *head), None),
        Write::Receipt(receipt) => {
            (Shelf::Receipts, receipt.receipt.collection.to_string(), Some(bytes(receipt)))
        }
        Write::SetAside(aside) => (Shelf::Aside, key(aside.document, aside.hash), Some(bytes(aside))),
        Write::TakeBack(aside) => (Shelf::Aside, key(aside.document, aside.hash), None),
        Write::SlotBase(base) => (Shelf::Meta, SLOT_BASE.to_owned(), Some(bytes(base))),
        Write::DropChange { document, hash } => (Shelf::Chunks, key(*document, *hash), None),
    };
    Record { shelf, key, value }
}

/// What the phone's end starts from: everything on some of the shelves, the clock's offset, and where the slots begin.
/// Records that do not read back are left out; the relay has them, or they never were ours.
pub fn stored(
    records: &[(Shelf, Vec<Vec<u8>>)],
    clock_offset: Option<&[u8]>,
    slot_base: Option<&[u8]>,
) -> Stored {
    let on = |shelf: Shelf| records.iter().find(|(of, _)| *of == shelf).map_or(&[][..], |(_, all)| all);
    Stored {
        snapshots: all::<StoredSnapshot>(on(Shelf::Bases)),
        changes: all::<StoredChange>(on(Shelf::Chunks)),
        marks: all::<Mark>(on(Shelf::Outbox)),
        cursors: all::<(CollectionId, Cursor)>(on(Shelf::Cursors)),
        rejected: all::<Rejected>(on(Shelf::Rejected)),
        clock_offset_ms: one(clock_offset),
        seals: all::<StoredSeal>(on(Shelf::Seals)),
        receipts: all::<StoredReceipt>(on(Shelf::Receipts)),
        slot_base: one(slot_base).unwrap_or_default(),
        aside: all::<Aside>(on(Shelf::Aside)),
        interrupted: None,
    }
}

/// The shelves that the phone's end starts from.
pub const STORED: [Shelf; 8] = [
    Shelf::Bases,
    Shelf::Chunks,
    Shelf::Outbox,
    Shelf::Cursors,
    Shelf::Rejected,
    Shelf::Seals,
    Shelf::Receipts,
    Shelf::Aside,
];

/// A value's bytes.
pub fn bytes(value: impl Encode<()>) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing into memory cannot fail")
}

fn all<T: for<'b> Decode<'b, ()>>(records: &[Vec<u8>]) -> Vec<T> {
    records.iter().filter_map(|bytes| minicbor::decode(bytes).ok()).collect()
}

fn one<T: for<'b> Decode<'b, ()>>(record: Option<&[u8]>) -> Option<T> {
    minicbor::decode(record?).ok()
}

fn key(document: DocumentId, hash: ChangeHash) -> String {
    format!("{document}/{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::{Chain, Digest, DocumentKind};
    use shared::protocol::{Receipt, RejectCode};
    use shared::sync::device::Why;

    #[test]
    fn a_kept_message_is_named_by_the_links_version() {
        assert!(TODAY.ends_with(&format!("-{}", link::LINK_VERSION)));
    }

    #[test]
    fn a_tabs_last_transaction_is_kept_for_a_day() {
        let (then, now) = (Timestamp(5), Timestamp(5 + DAY_MS));
        let record = transaction(9, 3, then);
        let value = record.value.expect("it is put");
        assert!(is_transaction(&value, 3) && !is_transaction(&value, 2) && !is_transaction(&[], 3));
        let value = [value];
        assert_eq!(forget_tabs(&value, now), []);
        let dropped = Record { shelf: Shelf::Tabs, key: record.key, value: None };
        assert_eq!(forget_tabs(&value, now.plus_ms(1)), [dropped]);
    }

    #[test]
    fn what_is_written_is_what_the_next_start_reads() {
        let document = DocumentId::derive(DocumentKind::Round, &["x"]);
        let (hash, collection) = (ChangeHash([7; 32]), CollectionId::bureau());
        let change = StoredChange { collection: collection.clone(), document, hash, change: vec![1, 2, 3] };
        let mark = Mark { remade: 2, is_alone: true, ..Mark::new(document, hash, Timestamp(5)) };
        let rejected = Rejected {
            document,
            hash,
            code: RejectCode::Signature,
            why: Why::ToBlame,
            at: Timestamp(5),
            round: None,
            change: vec![1],
        };
        let aside = Aside { document, hash };
        let cursor = Cursor { epoch: 9, seq: 4, ..Cursor::START };
        let seal = StoredSeal {
            document,
            head: hash,
            count: 2,
            suite: 1,
            signature: vec![6; 64],
            receipt_time: Timestamp(7),
        };
        let receipt = StoredReceipt {
            receipt: Receipt {
                collection: collection.clone(),
                epoch: 9,
                seq: 4,
                chain: Chain([1; 32]),
                receipt_time: Timestamp(7),
                suite: 1,
                signature: vec![5; 64],
            },
            acked: vec![(document, hash, 4)],
        };
        let snapshot = StoredSnapshot {
            collection: collection.clone(),
            document,
            digest: Digest([3; 32]),
            bytes: vec![4, 5, 6],
        };
        let writes = [
            Write::Snapshot(snapshot.clone()),
            Write::Change(change.clone()),
            Write::Mark(mark.clone()),
            Write::Cursor { collection: collection.clone(), cursor },
            Write::Rejected(rejected.clone()),
            Write::Seal(seal.clone()),
            Write::Receipt(receipt.clone()),
            Write::SetAside(aside.clone()),
        ];
        let value = |write: &Write| record(write).value.expect("puts have values");
        let records: Vec<_> = writes.iter().map(|write| (record(write).shelf, vec![value(write)])).collect();
        assert!(STORED.iter().all(|shelf| records.iter().any(|(of, _)| of == shelf)));
        assert!(records.iter().all(|(shelf, _)| STORED.contains(shelf)), "all of it is read again");
        let (offset, base) = (value(&Write::ClockOffset(-77)), value(&Write::SlotBase(65_536)));
        let stored = stored(&records, Some(&offset), Some(&base));
        let expected = Stored {
            snapshots: vec![snapshot.clone()],
            changes: vec![change.clone()],
            marks: vec![mark.clone()],
            cursors: vec![(collection, cursor)],
            rejected: vec![rejected],
            clock_offset_ms: Some(-77),
            seals: vec![seal.clone()],
            receipts: vec![receipt],
            slot_base: 65_536,
            aside: vec![aside.clone()],
            interrupted: None,
        };
        assert_eq!(stored, expected);
        let dropped = record(&Write::DropSeal { document, head: hash });
        assert_eq!((dropped.key, dropped.value), (record(&Write::Seal(seal)).key, None));
        let dropped = record(&Write::DropChange { document, hash });
        assert_eq!((dropped.key, dropped.value), (record(&Write::Change(change)).key, None));
        let dropped = record(&Write::TakeBack(aside.clone()));
        assert_eq!((dropped.key, dropped.value), (record(&Write::SetAside(aside)).key, None));
        let dropped = record(&Write::DropMark { document, hash });
        assert_eq!((dropped.key, dropped.value), (record(&Write::Mark(mark)).key, None));
        let dropped = record(&Write::DropSnapshot { document });
        assert_eq!((dropped.key, dropped.value), (record(&Write::Snapshot(snapshot)).key, None));
    }
}
