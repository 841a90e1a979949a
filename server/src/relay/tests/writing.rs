//! What is accepted: order, repetition, groups, a full disk, the relay's own documents, and the end.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::*;
use crate::relay::writer::Candidate;

#[tokio::test]
async fn what_is_pushed_is_pulled_in_order_with_its_chain() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let written = write(&phone, &mut Document::new(round()), 30);
    let (first, second) = (batch(&phone, &written[..10]), batch(&phone, &written[10..]));
    let mut news = desk.relay.news();
    assert_eq!(desk.push(&[&first, &second]).await, [accepted(10), accepted(30)]);
    assert_eq!(news.try_recv().unwrap(), News::Grown { collection: month(), seq: 30 });

    let expected: Vec<_> = written.iter().map(|written| written.change.clone()).collect();
    let whole = desk.pull(Cursor::START, usize::MAX).await;
    assert_eq!((follow(Cursor::START, &whole), whole.more, whole.runs.len()), (expected.clone(), false, 2));

    let (mut cursor, mut pulled) = (Cursor::START, Vec::new());
    loop {
        let part = desk.pull(cursor, 500).await;
        pulled.extend(follow(cursor, &part));
        cursor = part.cursor;
        if !part.more {
            break;
        }
    }
    assert_eq!(pulled, expected, "page by page");
    assert_eq!(desk.pull(cursor, 500).await.runs, [], "nothing is behind the end");
}

#[tokio::test]
async fn a_push_may_be_repeated_and_may_overlap() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let mut document = Document::new(round());
    let mut written = write(&phone, &mut document, 4);
    let first = batch(&phone, &written);
    assert_eq!(desk.push(&[&first, &first]).await, [accepted(4), duplicate(4)]);
    desk.clock.set(NOON.plus_ms(60_000));
    assert_eq!(desk.push(&[&first]).await, [duplicate(4)], "with the receipt it had");
    desk.clock.set(NOON);
    written.extend(write(&phone, &mut document, 2));
    assert_eq!(desk.push(&[&batch(&phone, &written)]).await, [accepted(6)], "only the new part is appended");
    assert_eq!(follow(Cursor::START, &desk.pull(Cursor::START, usize::MAX).await).len(), 6);
}

#[tokio::test]
async fn a_cursor_that_is_no_place_in_the_log_starts_over() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    desk.push(&[&batch(&phone, &write(&phone, &mut Document::new(round()), 3))]).await;
    let end = desk.pull(Cursor::START, usize::MAX).await.cursor;
    let other = chain::signature_hash(b"other");
    for (what, cursor, diverged) in [
        ("the end", end, false),
        ("another epoch", Cursor { epoch: 7, ..end }, true),
        ("another chain", Cursor { chain: shared::ids::Chain(other), ..end }, true),
        ("ahead", Cursor { seq: 4, ..end }, true),
        ("far ahead", Cursor { seq: u64::MAX, ..end }, true),
    ] {
        let pull = desk.pull(cursor, usize::MAX).await;
        assert_eq!(pull.diverged, diverged, "{what}");
        assert_eq!(
            follow(if diverged { Cursor::START } else { cursor }, &pull).len(),
            if diverged { 3 } else { 0 }
        );
    }
}

#[tokio::test]
async fn a_full_disk_defers_reads_on_and_recovers() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let mut document = Document::new(round());
    let before = batch(&phone, &write(&phone, &mut document, 2));
    let during = batch(&phone, &write(&phone, &mut document, 2));
    assert_eq!(desk.push(&[&before]).await, [accepted(2)]);
    let mut news = desk.relay.news();
    desk.faults.set_full(true);
    assert_eq!(desk.push(&[&during]).await, [deferred(RefusalCode::StorageFull)]);
    assert!(news.try_recv().is_err(), "nothing is told that is not on disk");
    assert_eq!(follow(Cursor::START, &desk.pull(Cursor::START, usize::MAX).await).len(), 2);
    desk.faults.set_full(false);
    assert_eq!(desk.push(&[&during]).await, [accepted(4)]);
    assert!(desk.relay.is_writing());
}

/// Holds the writer at the beginning of a group until it is opened, and tells each group another time.
struct Gate {
    closed: Mutex<()>,
    groups: AtomicI64,
}

impl Clock for Gate {
    fn now(&self) -> Timestamp {
        let group = self.groups.fetch_add(1, Ordering::AcqRel);
        drop(self.closed.lock().unwrap());
        NOON.plus_ms(group)
    }
}

#[tokio::test]
async fn pushes_that_wait_are_committed_as_one_group() {
    let gate = Arc::new(Gate { closed: Mutex::new(()), groups: AtomicI64::new(0) });
    let desk = Desk::with_clock(gate.clone(), Arc::new(SetClock::at(NOON)));
    let phones: Vec<_> = (0..9).map(|n| desk.phone(&format!("officer-{n}"), "zhongmiao")).collect();
    let authors: HashMap<_, _> = phones
        .iter()
        .map(|phone| (phone.device(), desk.relay.store().device(phone.device()).unwrap().unwrap()))
        .collect();
    let writer = &desk.relay.inner.writer;
    let bureau = &desk.relay.bureau().id;
    let mut pushes: Vec<_> = phones
        .iter()
        .map(|phone| {
            let batch = batch(phone, &write(phone, &mut Document::new(round()), 3));
            let inspected = admission::inspect(batch, bureau, &authors).unwrap();
            let candidate = Candidate::Good(Arc::new(inspected));
            Box::pin(writer.commit(carrier(), vec![candidate], writer.permits(1).unwrap()))
        })
        .collect();
    let closed = gate.closed.lock().unwrap();
    // Polled once, a push is in the queue. The first one's group begins and is held; the others wait behind it.
    assert!((&mut pushes[0]).now_or_never().is_none());
    while gate.groups.load(Ordering::Acquire) == 0 {
        std::thread::yield_now();
    }
    for push in &mut pushes[1..] {
        assert!(push.now_or_never().is_none());
    }
    drop(closed);
    let outcomes = join_all(pushes).await;
    for (n, outcome) in (0..).zip(&outcomes) {
        let receipt_time = NOON.plus_ms(i64::from(n > 0));
        let seq = (n + 1) * 3;
        assert_eq!(outcome.outcomes, [AckOutcome::Accepted { seq, receipt_time }], "push {n}");
    }
    assert_eq!(gate.groups.load(Ordering::Acquire), 2, "two groups, two transactions");
}

#[tokio::test]
async fn a_queue_that_is_full_answers_busy() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let one = batch(&phone, &write(&phone, &mut Document::new(round()), 1));
    let all = desk.relay.inner.writer.permits(shared::limits::WRITER_BATCHES_MAX).unwrap();
    assert_eq!(desk.push(&[&one]).await, [deferred(RefusalCode::Busy)]);
    drop(all);
    assert_eq!(desk.push(&[&one]).await, [accepted(1)]);
}

#[tokio::test]
async fn the_relay_writes_documents_of_its_own() {
    let desk = Desk::new();
    let (bureau, id) = (CollectionId::bureau(), DocumentId::derive(DocumentKind::Calendar, &["chaohu"]));
    let many: Vec<_> = (0..shared::limits::BATCH_CHANGES_MAX + 5).map(entry).collect();
    let first = desk.relay.publish(&bureau, id, &many).await.unwrap();
    assert_eq!((first.written.len(), first.seq), (many.len(), many.len() as u64));

    desk.faults.set_full(true);
    let full = desk.relay.publish(&bureau, id, &[entry(0)]).await;
    assert!(matches!(full, Err(PublishError::Deferred(RefusalCode::StorageFull))), "{full:?}");
    desk.faults.set_full(false);
    let second = desk.relay.publish(&bureau, id, &[entry(0)]).await.unwrap();
    assert_eq!(second.seq, first.seq + 1, "what was not taken left no trace");

    let wrong =
        desk.relay.publish(&bureau, DocumentId::derive(DocumentKind::Round, &["x"]), &[entry(0)]).await;
    assert!(matches!(wrong, Err(PublishError::Document(_))), "{wrong:?}");
}

#[tokio::test]
async fn who_was_heard_is_written_down_later_and_survives_a_full_disk() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let heard = || desk.relay.store().device(phone.device()).unwrap().unwrap().heard;
    let Inner { heard: waiting, store, news, .. } = desk.relay.inner.as_ref();
    let mut told = desk.relay.news();
    desk.relay.heard(phone.device());
    desk.faults.set_full(true);
    waiting.write(store, news).await;
    assert_eq!((heard(), told.try_recv().is_err()), (None, true));
    desk.faults.set_full(false);
    waiting.write(store, news).await;
    assert_eq!((heard(), told.try_recv()), (Some(NOON), Ok(News::Heard)));
}

#[tokio::test]
async fn a_relay_that_closes_commits_what_waits_and_takes_no_more() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let mut document = Document::new(round());
    let before = batch(&phone, &write(&phone, &mut document, 1));
    let after = batch(&phone, &write(&phone, &mut document, 1));
    desk.relay.heard(phone.device());
    let relay = desk.relay.clone();
    let waiting = tokio::spawn(async move { relay.push(carrier(), vec![before]).await });
    let mut news = desk.relay.news();
    assert!(news.recv().await.is_ok());
    desk.relay.close().await;
    assert_eq!(waiting.await.unwrap().acks[0].outcome, accepted(1));
    assert_eq!(desk.push(&[&after]).await, [deferred(RefusalCode::Busy)]);
    assert!(!desk.relay.is_writing());
    assert_eq!(desk.relay.store().device(phone.device()).unwrap().unwrap().heard, Some(NOON));
}
