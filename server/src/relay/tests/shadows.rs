//! What shadow documents stop, and what a worker that panics or never comes back costs: its batch, and nothing else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use shared::document::ApplyError;
use shared::domain::template::Template;

use super::*;

/// A desk whose shadow documents do with a change what the test says.
fn desk_with(
    apply: impl Fn(&mut Document, &[&[u8]]) -> Result<(), ApplyError> + Send + Sync + 'static,
) -> Desk {
    let options = shadow::Options {
        workers: 1,
        patience: Duration::from_secs(1),
        lost_max: 2,
        apply: Arc::new(apply),
        ..shadow::Options::default()
    };
    let clock = Arc::new(SetClock::at(NOON));
    Desk::with_shadows(clock.clone(), clock, options)
}

fn honest(document: &mut Document, changes: &[&[u8]]) -> Result<(), ApplyError> {
    document.apply(changes.iter().copied())
}

/// A door that whoever comes waits behind, until the test ends.
#[derive(Default)]
struct Door {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Door {
    fn wait(&self) {
        drop(self.opened.wait_while(self.is_open.lock().unwrap(), |is_open| !*is_open).unwrap());
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

#[tokio::test]
async fn a_panic_in_a_document_costs_its_batch_and_nothing_else() {
    let is_wild = Arc::new(AtomicBool::new(true));
    let wild = Arc::clone(&is_wild);
    let desk = desk_with(move |document, changes| {
        assert!(!wild.load(Ordering::Acquire), "a bug in automerge");
        honest(document, changes)
    });
    let phone = desk.phone("chen", "zhongmiao");
    let good = batch(&phone, &write(&phone, &mut Document::new(round()), 2));
    let outcome = desk.push(&[&good]).await.remove(0);
    assert_eq!(code(&outcome), Some(RejectCode::NotApplied), "{outcome:?}");
    is_wild.store(false, Ordering::Release);
    assert_eq!(desk.push(&[&good]).await, [accepted(2)], "the worker goes on, from the log as it is");
    assert!(desk.relay.is_writing());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_does_not_come_back_is_given_up_with_its_batch() {
    let door = Arc::new(Door::default());
    let behind = Arc::clone(&door);
    let desk = desk_with(move |document, changes| {
        if changes.len() == 3 {
            behind.wait();
        }
        honest(document, changes)
    });
    let (a, b) = (desk.phone("chen", "zhongmiao"), desk.phone("li", "zhongmiao"));
    let spins = batch(&a, &write(&a, &mut Document::new(round()), 3));
    let waits = batch(&b, &write(&b, &mut Document::new(round()), 1));
    // One document, one queue: the second batch waits behind the first, and is served by the worker's successor.
    let outcomes = desk.push(&[&spins, &waits]).await;
    assert_eq!(code(&outcomes[0]), Some(RejectCode::NotApplied), "{outcomes:?}");
    assert_eq!(outcomes[1], accepted(1));
    let again = desk.push(&[&spins]).await.remove(0);
    assert_eq!(code(&again), Some(RejectCode::NotApplied), "no second worker is lost to it");
    assert!(desk.relay.is_writing());

    let c = desk.phone("wang", "zhongmiao");
    let spins = batch(&c, &write(&c, &mut Document::new(round()), 3));
    let after = batch(&a, &write(&a, &mut Document::new(round()), 1));
    let outcomes = desk.push(&[&spins, &after]).await;
    assert_eq!(code(&outcomes[0]), Some(RejectCode::NotApplied), "{outcomes:?}");
    assert_eq!(outcomes[1], deferred(RefusalCode::Internal), "two are lost: the phone keeps it");
    assert!(!desk.relay.is_writing(), "and the relay says that it is not well");
    door.open();
}

#[tokio::test]
async fn what_the_document_refuses_is_named_and_leaves_no_trace() {
    let desk = desk_with(|document, changes| {
        if changes.len() == 2 {
            return Err(ApplyError::NotAChange("it does not like two".to_owned()));
        }
        // It says yes and takes nothing.
        if changes.len() == 3 { Ok(()) } else { honest(document, changes) }
    });
    let phone = desk.phone("chen", "zhongmiao");
    for count in [2, 3] {
        let refused = batch(&phone, &write(&phone, &mut Document::new(round()), count));
        let outcome = desk.push(&[&refused]).await.remove(0);
        assert_eq!(code(&outcome), Some(RejectCode::NotApplied), "{count}: {outcome:?}");
    }
    assert_eq!(
        desk.push(&[&batch(&phone, &write(&phone, &mut Document::new(round()), 1))]).await,
        [accepted(1)]
    );
}

#[tokio::test]
async fn shadows_follow_the_log_through_a_full_disk_and_a_small_memory() {
    let options = shadow::Options { bytes_max: 1, ..shadow::Options::default() };
    for options in [options, shadow::Options::default()] {
        let clock = Arc::new(SetClock::at(NOON));
        let desk = Desk::with_shadows(clock.clone(), clock, options);
        let phone = desk.phone("chen", "zhongmiao");
        let written = write(&phone, &mut Document::new(round()), 6);
        let [first, second] = [&written[..3], &written[3..]].map(|part| batch(&phone, part));
        desk.faults.set_full(true);
        let deferred = deferred(RefusalCode::StorageFull);
        assert_eq!(desk.push(&[&first, &second]).await, [deferred.clone(), deferred]);
        desk.faults.set_full(false);
        let alone = desk.push(&[&second]).await.remove(0);
        assert_eq!(code(&alone), Some(RejectCode::Actor), "the first is not in the log: {alone:?}");
        assert_eq!(desk.push(&[&first, &second]).await, [accepted(3), accepted(6)]);
    }
}

#[tokio::test]
async fn who_may_not_sign_a_round_does_not() {
    let desk = Desk::new();
    let template: Template = serde_json::from_value(serde_json::json!({
        "id": "flood-departure", "version": 1, "name": {"zh": "x", "en": "x"}, "subject": "station",
        "signed_by": "lead", "groups": [],
    }))
    .unwrap();
    let id = DocumentId::template(&desk.relay.bureau().id, &template.id);
    let body = serde_json::to_string(&template).unwrap();
    desk.relay.publish(&CollectionId::bureau(), id, &[Event::Entry { body }]).await.unwrap();
    for (role, expected) in [(Role::Officer, Some(RejectCode::NoRight)), (Role::Lead, None)] {
        let phone = desk.phone_of("chen", "zhongmiao", role);
        let mut document = Document::new(round());
        let visit = document.write(phone.actor(), &visit(&phone.officer, 1)).unwrap();
        let sign = Event::SignOff { visit: visit.key.clone(), at: NOON, heads: document.heads() };
        let sign = document.write(phone.actor(), &sign).unwrap();
        let outcome = desk.push(&[&batch(&phone, &[visit, sign])]).await.remove(0);
        assert_eq!(code(&outcome), expected, "{role:?}: {outcome:?}");
    }
}
