//! One story for every store: what the relay relies on, told once and run against each of them. A store's own file of
//! tests only adds what is peculiar to it. Stores outside this crate reach it through the feature `conformance`.
#![allow(clippy::unwrap_used, reason = "a store that does not do it should fail where it is")]

use shared::domain::Label;
use shared::domain::directory::{Bureau, Officer};
use shared::ids::{
    Actor, BureauId, Chain, ChangeHash, CollectionId, DeviceId, DocumentId, DocumentKind, OfficerId,
    StationCode,
};
use shared::limits::{QUARANTINE_BYTES_MAX, QUARANTINE_ROWS_MAX};
use shared::time::{Timestamp, Zone};
use shared::trust::rights::Role;

use super::{
    Append, Enrolment, Founding, NewBatch, NewDevice, NewEntry, NewRejected, Page, Redemption, Result, Row,
    RowChange, Store, Tip,
};

mod documents;

const NOON: Timestamp = Timestamp(1_800_000_000_000);

/// Tells the whole story to one empty store.
///
/// # Panics
/// Where the store does something else.
pub fn tell(store: &dyn Store) {
    a_bureau_is_founded_once(store);
    the_log_grows_without_gaps(store);
    a_page_ends_where_it_must(store);
    documents::tell(store);
    a_transaction_that_fails_leaves_nothing(store);
    a_code_works_once_and_for_one_device(store);
    a_session_ends(store);
    rows_and_position_move_together(store);
    what_is_rejected_is_kept_for_a_while(store);
    what_is_held_is_listed(store);
}

/// Appends `count` changes of one writer to a document, as one batch.
pub(crate) fn append(store: &dyn Store, collection: &str, document: DocumentId, count: u8) -> Result<Tip> {
    let collection = CollectionId::parse(collection).expect("a collection");
    let actor = Actor::new(DeviceId::from([7; 16]), 0);
    let mut end = Tip::START;
    store.write(&mut |tx: &mut dyn Append| {
        let tip = tx.tip(&collection)?;
        let before = tx.actor_seq(document, actor)?;
        let entries: Vec<_> = (1..=u64::from(count))
            .map(|n| NewEntry {
                seq: tip.seq + n,
                hash: hash(document, before + n),
                change: b"change",
                last_op: 10 * (before + n),
                chain: Chain([u8::try_from((tip.seq + n) % 251).expect("below 251"); 32]),
            })
            .collect();
        let Some(last) = entries.last() else { return Ok(()) };
        (end.seq, end.chain, end.digest) = (last.seq, last.chain, tip.digest);
        entries.iter().for_each(|entry| end.digest.toggle(document, entry.hash));
        let batch = NewBatch {
            collection: &collection,
            document,
            actor,
            head: last.hash,
            count: count.into(),
            suite: 1,
            signature: b"signature",
            receipt_time: NOON,
            held: false,
            actor_seq: before + u64::from(count),
        };
        tx.append(&batch, &entries)
    })?;
    Ok(end)
}

/// A document to write into.
pub(crate) fn document(name: &str) -> DocumentId {
    DocumentId::derive(DocumentKind::Round, &[name])
}

fn hash(document: DocumentId, n: u64) -> ChangeHash {
    let mut bytes = [0; 32];
    bytes[..17].copy_from_slice(&document.to_bytes());
    bytes[24..].copy_from_slice(&n.to_be_bytes());
    ChangeHash(bytes)
}

fn a_bureau_is_founded_once(store: &dyn Store) {
    assert_eq!(store.founding().unwrap(), None);
    let bureau = Bureau {
        id: BureauId::parse("chaohu").unwrap(),
        name: Label::new("巢湖市公安局", "Chaohu bureau"),
        zone: Zone::CHINA,
    };
    let founding = Founding { bureau, epoch: u64::MAX - 1, relay_key: vec![1, 2, 3] };
    store.found(&founding).unwrap();
    store.found(&Founding { epoch: 5, ..founding.clone() }).unwrap();
    assert_eq!(store.founding().unwrap(), Some(founding.clone()));
    store.begin_life(7).unwrap();
    assert_eq!(store.founding().unwrap(), Some(Founding { epoch: 7, ..founding }));
}

fn the_log_grows_without_gaps(store: &dyn Store) {
    let (name, a, b) = ("station/zhongmiao/2026-11", document("a"), document("b"));
    let collection = CollectionId::parse(name).unwrap();
    assert_eq!(store.end(&collection).unwrap(), Tip::START);
    append(store, name, a, 3).unwrap();
    append(store, name, b, 2).unwrap();
    let end = append(store, name, a, 1).unwrap();
    assert_eq!((end.seq, store.end(&collection).unwrap()), (6, end));
    assert_eq!(store.collections().unwrap(), vec![(collection.clone(), end)]);
    let page = store.page(&collection, 0, usize::MAX, 100).unwrap();
    assert_eq!(page.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(page.entries.iter().filter(|entry| entry.batch == page.entries[0].batch).count(), 3);
    assert_eq!(page.tip, end);
    assert_eq!(page.entries[0].device, DeviceId::from([7; 16]));
    assert_eq!(store.chain_at(&collection, 6).unwrap(), Some(end.chain));
    assert_eq!(store.chain_at(&collection, 0).unwrap(), Some(Chain::START));
    assert_eq!(store.chain_at(&collection, 7).unwrap(), None);
    assert_eq!(store.chain_at(&collection, u64::MAX).unwrap(), None);
    assert_eq!(store.document(a).unwrap().len(), 4);
    assert_eq!(store.documents(&collection).unwrap(), [a, b]);
    let mut written = store.written_by(DeviceId::from([7; 16])).unwrap();
    written.sort_by_key(|id| *id != a);
    assert_eq!(written, [a, b]);
    assert_eq!(store.written_by(DeviceId::from([8; 16])).unwrap(), []);
    store
        .write(&mut |tx: &mut dyn Append| {
            assert_eq!(tx.home(a)?, Some(collection.clone()));
            assert_eq!(tx.home(document("unknown"))?, None);
            assert_eq!(tx.place(a, hash(a, 4))?.map(|place| (place.seq, place.last_op)), Some((6, 40)));
            assert_eq!(tx.place(b, hash(a, 4))?, None, "a change is known by document and hash");
            assert_eq!(tx.actor_seq(a, Actor::new(DeviceId::from([7; 16]), 0))?, 4);
            assert_eq!(tx.actor_seq(a, Actor::new(DeviceId::from([7; 16]), 1))?, 0);
            Ok(())
        })
        .unwrap();
}

fn a_page_ends_where_it_must(store: &dyn Store) {
    let collection = CollectionId::parse("station/zhongmiao/2026-11").unwrap();
    let places = |page: Page| (page.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), page.more);
    for (behind, bytes_max, count_max, expected) in [
        (0, 12, 100, (vec![1, 2], true)),
        (0, 0, 100, (vec![1], true)),
        (4, 100, 100, (vec![5, 6], false)),
        (3, 100, 2, (vec![4, 5], true)),
        (6, 100, 100, (vec![], false)),
        (u64::MAX, 100, 100, (vec![], false)),
    ] {
        let page = store.page(&collection, behind, bytes_max, count_max).unwrap();
        assert_eq!(places(page), expected, "behind {behind}, {bytes_max} bytes, {count_max} entries");
    }
    let unknown = CollectionId::parse("station/nowhere/live").unwrap();
    assert_eq!(store.page(&unknown, 0, 100, 100).unwrap(), Page::default());
}

fn a_transaction_that_fails_leaves_nothing(store: &dyn Store) {
    let collection = CollectionId::parse("station/huailin/live").unwrap();
    let failed = store.write(&mut |tx: &mut dyn Append| {
        let entry = NewEntry {
            seq: 1,
            hash: hash(document("c"), 1),
            change: b"x",
            last_op: 1,
            chain: Chain([1; 32]),
        };
        let batch = NewBatch {
            collection: &collection,
            document: document("c"),
            actor: Actor::new(DeviceId::from([7; 16]), 0),
            head: entry.hash,
            count: 1,
            suite: 1,
            signature: b"s",
            receipt_time: NOON,
            held: true,
            actor_seq: 1,
        };
        tx.append(&batch, &[entry])?;
        assert_eq!(tx.tip(&collection)?.seq, 1, "it reads what it appended");
        Err(super::StoreError::Corrupt { what: "test" })
    });
    assert!(failed.is_err());
    assert_eq!(store.end(&collection).unwrap(), Tip::START);
    assert_eq!(store.document(document("c")).unwrap(), []);
    assert_eq!(append(store, collection.as_str(), document("c"), 1).unwrap().seq, 1);
}

fn officer(store: &dyn Store, id: &str) -> OfficerId {
    let officer = Officer {
        id: OfficerId::parse(id).unwrap(),
        name: "陈建国".to_owned(),
        badge: "034521".to_owned(),
        station: Some(StationCode::parse("zhongmiao").unwrap()),
        role: Role::Lead,
    };
    store.put_officer(&officer).unwrap();
    assert_eq!(store.officer(&officer.id).unwrap().as_ref(), Some(&officer));
    assert!(store.officers().unwrap().contains(&officer));
    officer.id
}

fn device(n: u8, officer: &OfficerId, enrolled: Timestamp) -> NewDevice {
    NewDevice { id: DeviceId::from([n; 16]), public_key: vec![4; 65], officer: officer.clone(), enrolled }
}

fn a_code_works_once_and_for_one_device(store: &dyn Store) {
    let officer = officer(store, "chen");
    let (code, late, expires) = ([1; 32], [2; 32], NOON.plus_ms(10));
    for code_hash in [code, late] {
        store
            .put_enrolment(&Enrolment { code_hash, officer: officer.clone(), expires, used_by: None })
            .unwrap();
    }
    assert_eq!(store.redeem(&[9; 32], &device(1, &officer, NOON)).unwrap(), Redemption::Unknown);
    assert_eq!(store.redeem(&late, &device(1, &officer, expires)).unwrap(), Redemption::Expired);
    let Redemption::Enrolled(first) = store.redeem(&code, &device(1, &officer, NOON)).unwrap() else {
        panic!("a fresh code enrols")
    };
    assert_eq!((first.rights.role, first.heard, first.revoked), (Role::Lead, None, None));
    let again = store.redeem(&code, &device(1, &officer, expires.plus_ms(1))).unwrap();
    assert_eq!(again, Redemption::Enrolled(first.clone()), "the answer was lost, the phone asks again");
    assert_eq!(store.redeem(&code, &device(2, &officer, NOON)).unwrap(), Redemption::Used);
    assert_eq!(store.enrolment(&code).unwrap().and_then(|code| code.used_by), Some(first.id));
    let other = self::officer(store, "wu");
    let code = [3; 32];
    store
        .put_enrolment(&Enrolment { code_hash: code, officer: other.clone(), expires, used_by: None })
        .unwrap();
    assert_eq!(
        store.redeem(&code, &device(1, &other, NOON)).unwrap(),
        Redemption::Other,
        "it is chen's device"
    );
    assert_eq!(
        store.enrolment(&code).unwrap().and_then(|code| code.used_by),
        None,
        "and the code is still good"
    );
    assert_eq!(store.devices().unwrap(), [first]);
}

fn a_session_ends(store: &dyn Store) {
    let officer = officer(store, "chen");
    let one = device(3, &officer, NOON);
    store.put_device(&one).unwrap();
    store.put_device(&one).unwrap();
    let token = [3; 32];
    store.put_session(&token, one.id, NOON.plus_ms(5), NOON).unwrap();
    assert_eq!(store.session(&token, NOON).unwrap().map(|session| session.device.id), Some(one.id));
    assert_eq!(store.session(&token, NOON.plus_ms(5)).unwrap(), None, "expired");
    assert_eq!(store.session(&[4; 32], NOON).unwrap(), None, "never opened");
    store.put_heard(&[(one.id, NOON), (one.id, NOON.plus_ms(-1))]).unwrap();
    assert_eq!(store.device(one.id).unwrap().and_then(|device| device.heard), Some(NOON));
    store.revoke(one.id, NOON).unwrap();
    assert_eq!(store.session(&token, NOON).unwrap(), None, "revoked");
    assert_eq!(store.device(one.id).unwrap().and_then(|device| device.revoked), Some(NOON));
}

fn rows_and_position_move_together(store: &dyn Store) {
    let collection = CollectionId::parse("station/zhongmiao/2026-11").unwrap();
    let row = |key: &str| Row { key: key.to_owned(), body: key.as_bytes().to_vec() };
    let put = |key: &str| ("rounds", RowChange::Put(row(key)));
    assert_eq!(store.projected(&collection).unwrap(), 0);
    store.project(&collection, 4, &[put("b/1"), put("a/1"), put("a/2"), put("a_2")]).unwrap();
    store
        .project(&collection, 6, &[put("a/2"), ("rounds", RowChange::Remove { key: "a/1".to_owned() })])
        .unwrap();
    assert_eq!(store.projected(&collection).unwrap(), 6);
    assert_eq!(store.rows("rounds", "").unwrap(), [row("a/2"), row("a_2"), row("b/1")]);
    assert_eq!(store.rows("rounds", "a/").unwrap(), [row("a/2")]);
    assert_eq!(store.rows("others", "").unwrap(), []);
    store.unproject().unwrap();
    assert_eq!((store.projected(&collection).unwrap(), store.rows("rounds", "").unwrap()), (0, vec![]));
}

fn what_is_rejected_is_kept_for_a_while(store: &dyn Store) {
    let rejected = |n: u64, bytes: usize| NewRejected {
        at: NOON.plus_ms(i64::try_from(n).expect("small")),
        code: "policy",
        detail: "a visit in another person's name".to_owned(),
        collection: CollectionId::parse("station/zhongmiao/2026-11").expect("a collection"),
        document: document("r"),
        head: hash(document("r"), n),
        author: DeviceId::from([7; 16]),
        carrier: DeviceId::from([8; 16]),
        changes: 3,
        body: vec![1; bytes],
    };
    let keep = |all: &[NewRejected]| store.write(&mut |tx: &mut dyn Append| tx.set_aside(all)).unwrap();
    keep(&[rejected(1, 10), rejected(2, 10)]);
    keep(&[NewRejected { at: NOON.plus_ms(9), code: "no-right", ..rejected(1, 10) }]);
    let found = store.rejected().unwrap();
    let seen: Vec<_> =
        found.iter().map(|one| (one.code.as_str(), one.times, one.bytes, one.changes)).collect();
    assert_eq!(seen, [("no-right", 2, 10, 3), ("policy", 1, 10, 3)], "the same batch again is counted");
    assert_eq!((found[0].author, found[0].carrier), (DeviceId::from([7; 16]), DeviceId::from([8; 16])));
    assert_eq!(store.rejected_body(document("r"), hash(document("r"), 2)).unwrap(), Some(vec![1; 10]));
    keep(&[rejected(3, usize::try_from(QUARANTINE_BYTES_MAX).unwrap() - 5)]);
    assert_eq!(store.rejected().unwrap().len(), 1, "the oldest go first when there are too many bytes");
    let rows_max = usize::try_from(QUARANTINE_ROWS_MAX).unwrap();
    let many: Vec<_> = (10..).take(rows_max + 7).map(|n| rejected(n, 1)).collect();
    keep(&many);
    let found = store.rejected().unwrap();
    assert_eq!(found.len(), rows_max, "and when there are too many batches");
    assert_eq!(found[0].at, many[many.len() - 1].at, "the latest first");
}

fn what_is_held_is_listed(store: &dyn Store) {
    let collection = CollectionId::parse("station/huailin/2026-11").unwrap();
    let (actor, id) = (Actor::new(DeviceId::from([6; 16]), 2), document("h"));
    let before = store.held().unwrap().len();
    store
        .write(&mut |tx: &mut dyn Append| {
            let entry = |n: u8| NewEntry {
                seq: n.into(),
                hash: hash(id, n.into()),
                change: b"x",
                last_op: 1,
                chain: Chain([n; 32]),
            };
            let batch = NewBatch {
                collection: &collection,
                document: id,
                actor,
                head: hash(id, 2),
                count: 2,
                suite: 1,
                signature: b"s",
                receipt_time: NOON,
                held: true,
                actor_seq: 2,
            };
            tx.append(&batch, &[entry(1), entry(2)])
        })
        .unwrap();
    assert!(store.document(id).unwrap().iter().all(|entry| entry.held));
    let held = store.held().unwrap();
    let found = held.iter().find(|held| held.document == id).unwrap();
    assert_eq!(held.len(), before + 1);
    assert_eq!((&found.collection, found.author, found.at), (&collection, actor.device(), NOON));
    assert_eq!(found.changes, [hash(id, 1), hash(id, 2)]);
}
