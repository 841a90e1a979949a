//! Registers: what phones may write into them, and what becomes of it when they were apart.

use shared::document::write::Event;
use shared::document::{Document, chunk};
use shared::domain::answer::Answer;
use shared::domain::asset::{Asset, RegisterEntry};
use shared::domain::custody::{Custody, Handing};
use shared::domain::inspection::{Finding, IN_PLACE};
use shared::domain::register::{Fate, Holder};
use shared::ids::{Actor, AssetId, CollectionId, DocumentId, OfficerId, Shelf, StationCode, SubjectId};
use shared::projection;
use shared::protocol::{self, Ack, AckOutcome, Batch, Frame, RejectCode, Request};
use shared::sync::device::Deed;
use shared::time::Timestamp;
use shared::trust::signing::{BatchClaim, SUITE_P256};
use tests::kit::phone::Phone;
use tests::kit::relay::Relay;

fn home() -> StationCode {
    StationCode::parse("zhongmiao").unwrap()
}

/// Something that the station keeps.
fn stored(phone: &mut Phone) -> AssetId {
    let register = phone.device.register(&home());
    register.values().find(|asset| asset.kind == "P13").map(|asset| asset.id.clone()).unwrap()
}

fn hand(phone: &mut Phone, asset: &AssetId, act: Handing) -> u32 {
    let sees = phone.device.books(&home()).standing(asset).to_vec();
    phone.deed(Deed::Hand { station: home(), asset: asset.clone(), act, note: String::new(), sees })
}

fn holders(phone: &mut Phone, asset: &AssetId) -> Vec<Holder> {
    phone.device.books(&home()).trails.get(asset).map(|trail| trail.holders.clone()).unwrap_or_default()
}

#[test]
fn an_issue_made_without_a_network_arrives_and_two_made_apart_are_both_shown() {
    let relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync() && b.sync());
    a.go_offline();
    b.go_offline();
    let asset = stored(&mut a);
    let (to_a, to_b) = (a.enrolled.rights.officer.clone(), b.enrolled.rights.officer.clone());
    let first = hand(&mut a, &asset, Handing::Issued { to: to_a.clone() });
    hand(&mut b, &asset, Handing::Issued { to: to_b.clone() });
    assert!(a.done.contains(&first));
    assert!(a.sync() && b.sync());
    a.go_offline();
    assert!(a.sync());
    let mut both = vec![Holder::Officer(to_a), Holder::Officer(to_b.clone())];
    both.sort();
    assert_eq!(holders(&mut a, &asset), both);
    assert_eq!(holders(&mut b, &asset), both);
    assert_eq!(a.device.register(&home())[&asset].holder, None, "nobody's until it is settled");

    hand(&mut a, &asset, Handing::Issued { to: to_b.clone() });
    assert!(a.sync());
    assert_eq!(holders(&mut a, &asset), [Holder::Officer(to_b.clone())]);
    assert_eq!(a.device.register(&home())[&asset].holder, Some(to_b));

    // What somebody else did nobody takes back; one's own may be.
    let of_b = {
        let books = b.device.books(&home());
        books.trails[&asset]
            .steps
            .iter()
            .find(|step| step.custody.by == b.enrolled.rights.officer)
            .unwrap()
            .key
            .clone()
    };
    let refused = hand(&mut a, &asset, Handing::Withdrawn { event: of_b });
    assert_eq!(a.failed[&refused], "not-yours");
    let own = a.device.books(&home()).standing(&asset)[0].clone();
    hand(&mut a, &asset, Handing::Withdrawn { event: own });
    assert_eq!(holders(&mut a, &asset), both, "what it had replaced is back");
    let steps = &a.device.books(&home()).trails[&asset].steps;
    assert_eq!(steps.iter().filter(|step| step.fate == Fate::Withdrawn).count(), 1);
}

fn push(phone: &mut Phone, push: Vec<Batch>) -> Vec<Ack> {
    let request = Request { exchange: 1, push, wants: Vec::new(), bytes_max: 0 };
    let bytes = protocol::encode(&Frame::Request(request));
    let reply = phone.client.post("/api/sync", "application/cbor", &bytes).unwrap();
    match protocol::decode(&reply.body).unwrap() {
        Frame::Response(response) => response.acks,
        other => panic!("{other:?}"),
    }
}

fn signed(phone: &Phone, station: &StationCode, document: DocumentId, slot: u32, body: String) -> Batch {
    let actor = Actor::new(phone.enrolled.device, slot);
    let change = Document::new(document).write(actor, &Event::Entry { body }).unwrap().change;
    let collection = CollectionId::of(&Shelf::Live(station.clone()));
    let (head, bureau) = (chunk::hash(&change).unwrap(), &phone.enrolled.bureau.id);
    let claim = BatchClaim { bureau, collection: &collection, document, actor, head, count: 1 };
    let signature = phone.sign(&claim.to_bytes(SUITE_P256));
    Batch { collection, document, actor, changes: vec![change.into()], head, suite: SUITE_P256, signature }
}

#[test]
fn what_no_phone_may_enter_is_kept_out_and_the_rest_beside_it_is_taken() {
    let relay = Relay::start();
    let [mut a, b, _] = relay.guests();
    assert!(a.sync());
    let asset = stored(&mut a);
    let listed: Asset = a.device.register(&home())[&asset].clone();
    let (me, other) = (a.enrolled.rights.officer.clone(), b.enrolled.rights.officer.clone());
    let issue = |by: &OfficerId, note: &str| {
        RegisterEntry::Custody(Custody {
            asset: asset.clone(),
            act: Handing::Issued { to: me.clone() },
            by: by.clone(),
            at: Timestamp(1_795_400_000_000),
            sees: Vec::new(),
            note: note.to_owned(),
        })
        .to_json()
    };
    let bureau = a.enrolled.bureau.id.clone();
    let elsewhere = StationCode::parse("huailin").unwrap();
    let own = DocumentId::register(&bureau, &home());
    let cases = vec![
        (
            "on the books",
            signed(&a, &home(), own, 1, RegisterEntry::Asset(listed).to_json()),
            RejectCode::Policy,
        ),
        ("another's name", signed(&a, &home(), own, 2, issue(&other, "")), RejectCode::Policy),
        ("a book for a note", signed(&a, &home(), own, 3, issue(&me, &"长".repeat(501))), RejectCode::Policy),
        ("no words", signed(&a, &home(), own, 4, r#"{"type":"lend"}"#.to_owned()), RejectCode::Policy),
        (
            "another document",
            signed(&a, &home(), DocumentId::register(&bureau, &elsewhere), 5, issue(&me, "")),
            RejectCode::Policy,
        ),
        (
            "another station",
            signed(&a, &elsewhere, DocumentId::register(&bureau, &elsewhere), 6, issue(&me, "")),
            RejectCode::NoRight,
        ),
    ];
    let live = CollectionId::of(&Shelf::Live(home()));
    let before = relay.end_of(&live);
    let mut batches: Vec<Batch> = cases.iter().map(|(_, batch, _)| batch.clone()).collect();
    batches.push(signed(&a, &home(), own, 7, issue(&me, "")));
    let acks = push(&mut a, batches);
    for (ack, (what, _, code)) in acks.iter().zip(&cases) {
        assert!(
            matches!(&ack.outcome, AckOutcome::Rejected { code: given, .. } if given == code),
            "{what}: {ack:?}"
        );
    }
    assert!(matches!(acks.last().unwrap().outcome, AckOutcome::Accepted { .. }), "{acks:?}");
    assert_eq!(relay.end_of(&live), before + 1, "nothing else is stored");
}

#[test]
fn an_inspection_is_held_against_the_list_as_it_was_when_it_began_and_scans_are_united() {
    let relay = Relay::start();
    let [mut a, mut b, _] = relay.guests();
    assert!(a.sync() && b.sync());
    a.go_offline();
    b.go_offline();
    let round = a.round_today("inspection");
    let ids: Vec<AssetId> = a.device.register(&home()).keys().cloned().collect();
    let there = Answer::Choice(IN_PLACE.to_owned());
    for id in &ids[..20] {
        a.answer_seeing(&round, &SubjectId::asset(id), "found", there.clone(), Vec::new());
    }
    for id in &ids[14..30] {
        b.answer_seeing(&round, &SubjectId::asset(id), "found", there.clone(), Vec::new());
    }
    // After it began, one thing leaves for another station: it is expected all the same.
    let left = ids[29].clone();
    let to = StationCode::parse("huailin").unwrap();
    hand(&mut a, &left, Handing::Sent { station: to, to: None });
    assert!(!a.device.register(&home()).contains_key(&left));
    assert!(a.sync() && b.sync());
    a.go_offline();
    assert!(a.sync());
    for phone in [&mut a, &mut b] {
        let template = phone.device.template(&round).unwrap();
        let (expected, read) = (phone.device.expected(&round, &template), phone.device.round(&round));
        assert_eq!(expected.len(), ids.len());
        let subjects = projection::expected_subjects(&template, &home(), phone.device.directory(), &expected);
        let sheet = projection::round(&template, subjects, &read);
        let found =
            sheet.lines.iter().filter(|line| Finding::of(line.reading.answer(), true) != Finding::Open);
        assert_eq!(found.count(), 30, "a union: six of them twice, which is harmless");
        assert_eq!((sheet.disputes, sheet.tally.unwrap().unexpected), (0, 0));
    }
}
