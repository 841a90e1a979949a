//! Snapshots, and answers by document.

use std::collections::BTreeMap;

use shared::ids::Digest;
use shared::protocol::{Bootstrap, Holding, Whole};

use super::*;

const LATER: Timestamp = Timestamp(i64::MAX);

/// A round of this month by its checklist, and its document.
struct Filled {
    name: RoundName,
    document: Document,
}

/// Pushes a round of some visits, one change each.
async fn fill(desk: &Desk, phone: &DemoPhone, template: &str, count: usize) -> Filled {
    let name = RoundName { template: TemplateId::parse(template).unwrap(), ..name() };
    let document = Document::new(name.document(&desk.relay.bureau().id));
    let mut filled = Filled { name, document };
    more(desk, phone, &mut filled, count).await;
    filled
}

async fn more(desk: &Desk, phone: &DemoPhone, filled: &mut Filled, count: usize) {
    let event = Event::Visit {
        name: filled.name.clone(),
        officer: phone.officer.clone(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: None,
        register: Vec::new(),
    };
    let written: Vec<_> = (0..count).map(|_| filled.document.write(phone.actor(), &event).unwrap()).collect();
    let batch = phone.sign(&desk.relay.bureau().id, &month(), filled.document.id(), &written).unwrap();
    let outcomes = desk.push(&[&batch]).await;
    assert!(matches!(outcomes[..], [AckOutcome::Accepted { .. }]), "{outcomes:?}");
}

async fn want(desk: &Desk, cursor: Cursor, holdings: Option<Vec<Holding>>, bytes_max: usize) -> Pull {
    desk.relay.pull(Want { collection: month(), cursor, holdings }, bytes_max).await.unwrap()
}

fn begin() -> Cursor {
    let bootstrap = Some(Bootstrap { target_seq: 0, after_document: None });
    Cursor { bootstrap, ..Cursor::START }
}

/// A whole document as a phone reads it.
fn document(whole: &Whole) -> Document {
    let snapshot = whole.snapshot.as_ref();
    let mut document = snapshot.map_or_else(
        || Document::new(whole.document),
        |snapshot| Document::load(whole.document, &snapshot.bytes, snapshot.digest).unwrap(),
    );
    let changes = whole.runs.iter().flat_map(|run| &run.changes).map(|carried| match carried {
        Carried::Change(change) => change.as_slice(),
        Carried::Known(_) => panic!("the relay reads whole changes"),
    });
    document.apply(changes).unwrap();
    assert_eq!(document.digest(), whole.digest);
    document
}

#[tokio::test]
async fn a_document_is_saved_when_it_has_grown_and_is_quiet() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let mut big = fill(&desk, &phone, "big", 20).await;
    fill(&desk, &phone, "small", 3).await;
    assert_eq!(desk.relay.save_snapshots(NOON).await.unwrap(), 0, "not quiet yet");
    assert_eq!(desk.relay.save_snapshots(LATER).await.unwrap(), 1);
    assert_eq!(desk.relay.save_snapshots(LATER).await.unwrap(), 0, "not again");
    more(&desk, &phone, &mut big, 2).await;
    let loaded = snapshot::load(desk.relay.store().as_ref(), big.document.id()).unwrap();
    assert_eq!(
        (loaded.heads(), loaded.digest()),
        (big.document.heads(), big.document.digest()),
        "snapshot and what came after"
    );
}

#[tokio::test]
async fn a_snapshot_that_does_not_read_back_is_dropped_and_made_again() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let round = fill(&desk, &phone, "x", 20).await.document;
    let store = desk.relay.store();
    for is_loaded in [true, false] {
        desk.relay.save_snapshots(LATER).await.unwrap();
        let mut damaged = store.snapshot(round.id()).unwrap().unwrap();
        let middle = damaged.bytes.len() / 2;
        damaged.bytes[middle] ^= 1;
        store.put_snapshots(&[(round.id(), damaged)]).unwrap();
        if is_loaded {
            assert_eq!(snapshot::load(store.as_ref(), round.id()).unwrap().heads(), round.heads());
        } else {
            let pull = want(&desk, begin(), Some(Vec::new()), usize::MAX).await;
            assert_eq!(pull.documents[0].snapshot, None, "never sent");
            assert_eq!(document(&pull.documents[0]).heads(), round.heads());
        }
        assert_eq!(store.snapshot(round.id()).unwrap(), None);
    }
}

#[tokio::test]
async fn a_new_phone_is_answered_by_document_when_the_log_is_long_and_saved() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let mut filled = BTreeMap::new();
    for n in 0..15 {
        let round = fill(&desk, &phone, &format!("t{n}"), 20).await;
        filled.insert(round.document.id(), round);
    }
    assert_eq!(want(&desk, Cursor::START, None, usize::MAX).await.documents, [], "nothing is saved");
    desk.relay.save_snapshots(LATER).await.unwrap();
    let unsaved = fill(&desk, &phone, "unsaved", 2).await;
    filled.insert(unsaved.document.id(), unsaved);

    let (mut cursor, mut got, mut answers) = (Cursor::START, BTreeMap::new(), 0);
    loop {
        let pull = want(&desk, cursor, None, 2_000).await;
        assert_eq!((pull.runs.len(), pull.missing.len(), pull.diverged), (0, 0, false));
        got.extend(pull.documents.iter().map(|whole| (whole.document, document(whole).heads())));
        answers += 1;
        if answers == 2 {
            // What comes meanwhile is not among the documents.
            more(&desk, &phone, filled.values_mut().next_back().unwrap(), 1).await;
        }
        cursor = pull.cursor;
        if cursor.bootstrap.is_none() {
            assert_eq!((pull.more, pull.digest), (true, None), "there is something behind the target");
            break;
        }
    }
    assert!(answers > 3, "{answers}");
    assert_eq!((got.len(), cursor.seq), (filled.len(), 302));
    let tail = want(&desk, cursor, None, usize::MAX).await;
    assert_eq!((tail.runs.len(), tail.more, tail.cursor.seq), (1, false, 303));
    let mut whole = Digest::default();
    filled.values().for_each(|round| whole.merge(round.document.digest()));
    assert_eq!(tail.digest, Some(whole));
}

#[tokio::test]
async fn a_phone_gets_what_differs_and_hears_what_is_missing() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let (same, mut differs) = (fill(&desk, &phone, "same", 3).await, fill(&desk, &phone, "differs", 3).await);
    let held = |document: &Document| Holding { document: document.id(), digest: document.digest() };
    let unknown =
        Holding { document: DocumentId::derive(DocumentKind::Round, &["lost"]), digest: Digest([1; 32]) };
    let holdings = vec![held(&same.document), held(&differs.document), unknown];
    more(&desk, &phone, &mut differs, 1).await;
    let pull = want(&desk, begin(), Some(holdings.clone()), usize::MAX).await;
    assert_eq!(
        pull.documents.iter().map(|whole| whole.document).collect::<Vec<_>>(),
        [differs.document.id()]
    );
    assert_eq!((pull.missing, pull.more), (vec![unknown.document], false));
    let end = want(&desk, Cursor::START, None, usize::MAX).await;
    assert_eq!((pull.cursor, pull.digest), (end.cursor, end.digest));
    // One document an answer: what is missing is told once, with the part of the ids that it is in.
    let (mut cursor, mut missing) = (begin(), Vec::new());
    loop {
        let after = cursor.bootstrap.unwrap().after_document;
        let left = holdings.iter().filter(|holding| Some(holding.document) > after);
        let left = left.map(|holding| Holding { digest: Digest([9; 32]), ..*holding }).collect();
        let pull = want(&desk, cursor, Some(left), 1).await;
        assert_eq!(pull.documents.len(), 1);
        missing.extend(pull.missing);
        cursor = pull.cursor;
        if cursor.bootstrap.is_none() {
            break;
        }
    }
    assert_eq!(missing, [unknown.document]);
}

#[tokio::test]
async fn a_catch_up_that_does_not_fit_this_log_begins_again() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    fill(&desk, &phone, "x", 3).await;
    let at = |target_seq| Some(Bootstrap { target_seq, after_document: None });
    let good = Cursor { epoch: EPOCH, bootstrap: at(2), ..Cursor::START };
    assert!(!want(&desk, good, None, usize::MAX).await.diverged);
    for cursor in [
        Cursor { epoch: EPOCH + 1, ..good },
        Cursor { bootstrap: at(4), ..good },
        Cursor { bootstrap: at(u64::MAX), ..good },
    ] {
        let pull = want(&desk, cursor, None, usize::MAX).await;
        assert!(pull.diverged && pull.more && pull.documents.is_empty(), "{cursor:?}");
    }
}
