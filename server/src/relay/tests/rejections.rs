//! Each thing that can be wrong with a batch, and the code that it is refused by; nothing of it enters the log.

use shared::ids::ChangeHash;
use shared::limits::{BATCH_CHANGES_MAX, CHANGE_BYTES_MAX};

use shared::domain::directory::DirectoryEntry;

use super::*;
use crate::publishing;

#[tokio::test]
async fn what_is_wrong_with_a_batch_is_named_and_kept_off_the_log() {
    let desk = Desk::new();
    let (phone, other) = (desk.phone("chen", "zhongmiao"), desk.phone("li", "zhongmiao"));
    let mut document = Document::new(round());
    let written = write(&phone, &mut document, 3);
    let good = batch(&phone, &written);
    let changed = |change: &dyn Fn(&mut Batch)| {
        let mut batch = good.clone();
        change(&mut batch);
        batch
    };
    let bureau = BureauId::parse("chaohu").unwrap();
    let elsewhere = CollectionId::parse("station/huailin/2026-11").unwrap();
    let live = CollectionId::parse("station/zhongmiao/live").unwrap();
    let register = DocumentId::derive(DocumentKind::Register, &["x"]);
    let gap = [written[0].clone(), written[2].clone()];
    for (what, wrong, expected) in [
        ("no changes", changed(&|b| b.changes.clear()), RejectCode::TooLarge),
        (
            "too many",
            changed(&|b| b.changes = vec![b.changes[0].clone(); BATCH_CHANGES_MAX + 1]),
            RejectCode::TooLarge,
        ),
        (
            "too large",
            changed(&|b| b.changes[0] = vec![0; CHANGE_BYTES_MAX + 1].into()),
            RejectCode::TooLarge,
        ),
        ("not a change", changed(&|b| b.changes[1] = vec![7; 90].into()), RejectCode::NotAChange),
        ("cut", changed(&|b| b.changes[1].truncate(40)), RejectCode::NotAChange),
        ("a document", changed(&|b| b.changes[2][8] = 0), RejectCode::NotAChange),
        ("a flipped bit", changed(&|b| b.changes[2][30] ^= 1), RejectCode::Checksum),
        ("another head", changed(&|b| b.head = written[1].hash), RejectCode::Checksum),
        ("another writer", changed(&|b| b.actor = other.actor()), RejectCode::Actor),
        ("a gap inside", batch(&phone, &gap), RejectCode::Actor),
        ("a gap before", batch(&phone, &written[1..]), RejectCode::Actor),
        ("another suite", changed(&|b| b.suite = 2), RejectCode::Signature),
        ("no signature", changed(&|b| b.signature.clear()), RejectCode::Signature),
        ("a shorter claim", changed(&|b| drop(b.changes.remove(0))), RejectCode::Signature),
        (
            "another document",
            changed(&|b| b.document = DocumentId::derive(DocumentKind::Round, &["other"])),
            RejectCode::Signature,
        ),
        ("another station", phone.sign(&bureau, &elsewhere, round(), &written).unwrap(), RejectCode::NoRight),
        ("the wrong shelf", phone.sign(&bureau, &live, round(), &written).unwrap(), RejectCode::Collection),
        (
            "a register among rounds",
            phone.sign(&bureau, &month(), register, &written).unwrap(),
            RejectCode::Collection,
        ),
    ] {
        let outcome = desk.push(&[&wrong]).await.remove(0);
        assert_eq!(code(&outcome), Some(expected), "{what}: {outcome:?}");
    }
    assert_eq!(desk.pull(Cursor::START, 1_000).await.runs, []);
    assert_eq!(desk.push(&[&good]).await, [accepted(3)]);
}

#[tokio::test]
async fn only_enrolled_devices_are_authors_and_what_a_revoked_one_signed_is_held() {
    let desk = Desk::new();
    let stranger = DemoPhone::new(OfficerId::parse("nobody").unwrap()).unwrap();
    let written = write(&stranger, &mut Document::new(round()), 1);
    assert_eq!(code(&desk.push(&[&batch(&stranger, &written)]).await[0]), Some(RejectCode::NoRight));

    let phone = desk.phone("chen", "zhongmiao");
    let mut document = Document::new(round());
    let before = batch(&phone, &write(&phone, &mut document, 1));
    assert_eq!(desk.push(&[&before]).await, [accepted(1)]);
    desk.relay.store().revoke(phone.device(), NOON).unwrap();
    let after = batch(&phone, &write(&phone, &mut document, 1));
    let other = desk.phone("li", "zhongmiao");
    let depends = batch(&other, &write(&other, &mut document, 1));
    assert_eq!(desk.push(&[&after, &depends]).await, [accepted(2), accepted(3)]);
    let pull = desk.pull(Cursor::START, usize::MAX).await;
    assert_eq!(pull.runs.iter().map(|run| run.held).collect::<Vec<_>>(), [false, true, false]);
    let held = desk.relay.store().held().unwrap();
    assert_eq!(
        (held.len(), held[0].author, held[0].changes.as_slice()),
        (1, phone.device(), &[after.head][..])
    );

    // Everybody who reads goes by the directory, in which it stood before it stood in the log.
    let directory = || async { crate::publishing::directory(&desk.relay).await.unwrap().held_in(round()) };
    assert_eq!(directory().await.into_iter().collect::<Vec<_>>(), [after.head]);
    assert_eq!(desk.push(&[&after]).await, [duplicate(2)]);
    let by = OfficerId::parse("supervisor").unwrap();
    assert_eq!(desk.relay.release(round(), other.device(), &by).await.unwrap(), 0);
    assert_eq!(desk.relay.release(round(), phone.device(), &by).await.unwrap(), 1);
    assert_eq!((directory().await.len(), desk.relay.held().await.unwrap().len()), (0, 0));

    let mut forged = batch(&phone, &write(&phone, &mut document, 1));
    forged.signature[7] ^= 1;
    assert_eq!(code(&desk.push(&[&forged]).await[0]), Some(RejectCode::Signature), "only what is authentic");
}

#[tokio::test]
async fn what_somebody_wrote_before_a_move_is_told_again_and_held_when_it_is_given_back() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let mut document = Document::new(round());
    let sent = batch(&phone, &write(&phone, &mut document, 1));
    let unsent = batch(&phone, &write(&phone, &mut document, 1));
    assert_eq!(desk.push(&[&sent]).await, [accepted(1)]);
    let moved = Officer {
        id: phone.officer.clone(),
        name: "chen".to_owned(),
        badge: "1".to_owned(),
        station: Some(StationCode::parse("tianhe").unwrap()),
        role: Role::Officer,
    };
    desk.relay.store().put_officer(&moved).unwrap();
    let push = async |carrier: DeviceId, batch: &Batch| {
        desk.relay.push(carrier, vec![batch.clone()]).await.acks.remove(0).outcome
    };
    assert_eq!(push(phone.device(), &sent).await, duplicate(1));
    assert_eq!(code(&push(phone.device(), &unsent).await), Some(RejectCode::NoRight), "it was never there");

    // Another phone gives back what a relay may have lost: the directory must know the author at that station.
    assert_eq!(code(&push(carrier(), &unsent).await), Some(RejectCode::NoRight));
    let before = Officer { station: Some(name().station), ..moved };
    publishing::publish_directory(&desk.relay, &[DirectoryEntry::Officer(before)]).await.unwrap();
    let mut forged = unsent.clone();
    forged.signature[7] ^= 1;
    assert_eq!(code(&push(carrier(), &forged).await), Some(RejectCode::NoRight));
    assert_eq!(push(carrier(), &unsent).await, accepted(2));
    let held: Vec<bool> =
        desk.relay.store().document(round()).unwrap().iter().map(|entry| entry.held).collect();
    assert_eq!(held, [false, true], "a supervisor says whether it counts");
}

#[tokio::test]
async fn the_bureaus_own_documents_are_not_written_by_phones() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let directory = DocumentId::derive(DocumentKind::Directory, &["chaohu"]);
    let written = [Document::new(directory).write(phone.actor(), &entry(1)).unwrap()];
    let forged = phone
        .sign(&BureauId::parse("chaohu").unwrap(), &CollectionId::bureau(), directory, &written)
        .unwrap();
    assert_eq!(code(&desk.push(&[&forged]).await[0]), Some(RejectCode::NoRight));
}

#[tokio::test]
async fn a_change_waits_for_what_it_depends_on_by_being_sent_after_it() {
    let desk = Desk::new();
    let (a, b) = (desk.phone("chen", "zhongmiao"), desk.phone("li", "zhongmiao"));
    let mut document = Document::new(round());
    let first = batch(&a, &write(&a, &mut document, 1));
    let second = batch(&b, &write(&b, &mut document, 1));
    let third = batch(&a, &write(&a, &mut document, 1));
    let alone = desk.push(&[&second]).await;
    assert_eq!(code(&alone[0]), Some(RejectCode::MissingDependency));
    // What hangs on a batch that is refused is refused with it; the rest of the push is not.
    let mut broken = first.clone();
    broken.signature[5] ^= 1;
    let refused = desk.push(&[&broken, &second, &third]).await;
    assert_eq!(
        refused.iter().map(code).collect::<Vec<_>>(),
        [Some(RejectCode::Signature), Some(RejectCode::MissingDependency), Some(RejectCode::Actor)]
    );
    assert_eq!(desk.push(&[&first, &second, &third]).await, [accepted(1), accepted(2), accepted(3)]);
}

#[tokio::test]
async fn a_writers_number_is_never_used_twice() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let mut document = Document::new(round());
    let good = batch(&phone, &write(&phone, &mut document, 2));
    assert_eq!(desk.push(&[&good]).await, [accepted(2)]);
    let mut restored = Document::new(round());
    let forked = restored.write(phone.actor(), &visit(&phone.officer, 9)).unwrap();
    assert_eq!(code(&desk.push(&[&batch(&phone, &[forked])]).await[0]), Some(RejectCode::ActorForked));
    assert_eq!(desk.push(&[&good]).await, [duplicate(2)], "what is in the log stays");
}

#[tokio::test]
async fn a_dependency_that_nobody_has_is_named() {
    let desk = Desk::new();
    let phone = desk.phone("chen", "zhongmiao");
    let other = DemoPhone::new(OfficerId::parse("li").unwrap()).unwrap();
    let mut document = Document::new(round());
    let unseen: ChangeHash = write(&other, &mut document, 1)[0].hash;
    let outcome = desk.push(&[&batch(&phone, &write(&phone, &mut document, 1))]).await.remove(0);
    assert!(
        matches!(&outcome, AckOutcome::Rejected { code: RejectCode::MissingDependency, detail, .. }
            if detail.contains(&unseen.to_string())),
        "{outcome:?}"
    );
}
