//! Documents one by one: digests as of a position, entries between two, snapshots. Told after the log of zhongmiao's
//! November has three entries of `a`, two of `b`, and one more of `a`.

use shared::ids::{ChangeHash, CollectionId, Digest, DocumentId};
use shared::time::Timestamp;

use super::super::{FRESH_MIN, Snapshot, Store};
use super::{NOON, append, document, hash};

const COLLECTION: &str = "station/zhongmiao/2026-11";

/// Tells this part of the story.
pub(super) fn tell(store: &dyn Store) {
    digests_are_as_of_a_position(store);
    entries_lie_between_positions(store);
    a_snapshot_takes_the_place_of_the_last(store);
    what_has_grown_and_is_quiet_is_found(store);
}

fn collection() -> CollectionId {
    CollectionId::parse(COLLECTION).unwrap()
}

fn digest(document: DocumentId, numbers: impl IntoIterator<Item = u64>) -> Digest {
    Digest::of(document, numbers.into_iter().map(|n| hash(document, n)))
}

fn digests_are_as_of_a_position(store: &dyn Store) {
    let (a, b) = (document("a"), document("b"));
    let at = |after, seq, count_max| {
        let mut extents = store.extents(&collection(), after, seq, count_max).unwrap();
        assert!(extents.is_sorted(), "in the order of the ids");
        extents.sort_by_key(|(id, _)| *id != a);
        extents
    };
    let whole = [(a, digest(a, 1..=4)), (b, digest(b, 1..=2))];
    assert_eq!(at(None, 6, 10), whole);
    assert_eq!(at(None, u64::MAX, 10), whole);
    assert_eq!(at(None, 5, 10), [(a, digest(a, 1..=3)), (b, digest(b, 1..=2))]);
    assert_eq!(at(None, 2, 10), [(a, digest(a, 1..=2))]);
    assert_eq!(at(None, 0, 10), []);
    let (first, second) = if a < b { (a, b) } else { (b, a) };
    assert_eq!(at(None, 6, 1).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [first]);
    assert_eq!(at(Some(first), 6, 10).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [second]);
    assert_eq!(at(Some(second), 6, 10), []);
    let mut both = digest(a, 1..=4);
    both.merge(digest(b, 1..=2));
    assert_eq!(store.end(&collection()).unwrap().digest, both);
}

fn entries_lie_between_positions(store: &dyn Store) {
    let seqs = |document, behind, seq| {
        let entries = store.entries(document, behind, seq).unwrap();
        entries.into_iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(document("a"), 0, u64::MAX), [1, 2, 3, 6]);
    assert_eq!(seqs(document("a"), 1, 3), [2, 3]);
    assert_eq!(seqs(document("b"), 5, 6), [0; 0]);
    assert_eq!(store.entries(document("unknown"), 0, 6).unwrap(), []);
}

fn snapshot(document: DocumentId, seq: u64, count: u64, held: Vec<ChangeHash>) -> Snapshot {
    Snapshot { seq, count, digest: digest(document, 1..=count), held, bytes: vec![1; 40] }
}

fn a_snapshot_takes_the_place_of_the_last(store: &dyn Store) {
    let (a, b) = (document("a"), document("b"));
    assert_eq!((store.snapshot(a).unwrap(), store.saved(&collection()).unwrap()), (None, 0));
    let first = snapshot(a, 2, 2, vec![hash(a, 1), hash(a, 2)]);
    let second = snapshot(a, 3, 3, Vec::new());
    store.put_snapshots(&[(a, first.clone()), (b, snapshot(b, 5, 2, Vec::new()))]).unwrap();
    assert_eq!((store.snapshot(a).unwrap(), store.saved(&collection()).unwrap()), (Some(first), 4));
    store.put_snapshots(&[(a, second.clone())]).unwrap();
    assert_eq!((store.snapshot(a).unwrap(), store.saved(&collection()).unwrap()), (Some(second), 5));
    for document in [a, b] {
        store.drop_snapshot(document).unwrap();
        assert_eq!(store.snapshot(document).unwrap(), None);
    }
    assert_eq!(store.saved(&collection()).unwrap(), 0);
}

fn what_has_grown_and_is_quiet_is_found(store: &dyn Store) {
    let (name, c) = ("station/zhongmiao/2026-10", document("grows"));
    let grown = |quiet_since| store.grown(quiet_since, 10).unwrap();
    let fresh_min = u8::try_from(FRESH_MIN).unwrap();
    append(store, name, c, fresh_min - 1).unwrap();
    assert_eq!(grown(NOON.plus_ms(1)), [], "too few");
    append(store, name, c, 1).unwrap();
    assert_eq!(grown(NOON), [], "not quiet");
    assert_eq!(grown(NOON.plus_ms(1)), [c]);
    let count = u64::from(FRESH_MIN);
    store.put_snapshots(&[(c, snapshot(c, count, count, Vec::new()))]).unwrap();
    assert_eq!(grown(Timestamp(i64::MAX)), [], "saved");
    append(store, name, c, 200).unwrap();
    assert_eq!(grown(Timestamp(i64::MAX)), [c]);
    let count = count + 200;
    store.put_snapshots(&[(c, snapshot(c, count, count, Vec::new()))]).unwrap();
    append(store, name, c, fresh_min).unwrap();
    assert_eq!(grown(Timestamp(i64::MAX)), [], "few, for what it has");
}
