//! Yesterday's bytes: what phones in the field have sent and stored must be read for ever, and written the same. These
//! constants are never rewritten; a new version gets new ones beside them.

use data_encoding::HEXLOWER;
use shared::document::Document;
use shared::document::write::Event;
use shared::domain::answer::{Answer, Condition};
use shared::domain::photo::{Attached, Photo};
use shared::ids::{
    Actor, BureauId, Chain, ChangeHash, CollectionId, DeviceId, DocumentId, DocumentKind, EventKey, ItemId,
    PhotoHash, SubjectId,
};
use shared::protocol::{
    Ack, AckOutcome, Batch, Carried, Cursor, Frame, Pull, Refusal, RefusalCode, RejectCode, Request,
    Response, Run, Want, decode, encode_as,
};
use shared::time::Timestamp;
use shared::trust::chain::{self, Link};
use shared::trust::signing::{BatchClaim, SUITE_P256, session_claim};

mod bundle;
mod compact;
mod handled;
mod register;

#[track_caller]
fn check(what: &str, bytes: &[u8], golden: &str) {
    assert_eq!(HEXLOWER.encode(bytes), golden.split_whitespace().collect::<String>(), "{what}");
}

fn device() -> DeviceId {
    DeviceId::from([0xd1; 16])
}

fn actor() -> Actor {
    Actor::new(device(), 3)
}

fn document() -> DocumentId {
    DocumentId::derive(DocumentKind::Round, &["chaohu", "zhongmiao", "flood-departure", "2026-11-23", "1"])
}

fn request() -> Frame {
    let cursor = Cursor::at(7, 42, Chain([0xc5; 32]));
    let batch = Batch {
        collection: CollectionId::bureau(),
        document: document(),
        actor: actor(),
        changes: vec![vec![1, 2, 3].into()],
        head: ChangeHash([0xab; 32]),
        suite: SUITE_P256,
        signature: vec![0x51; 64],
    };
    let wants = vec![Want::at(CollectionId::bureau(), cursor)];
    Frame::Request(Request { exchange: 5, push: vec![batch], wants, bytes_max: 1_000 })
}

fn response() -> Frame {
    let run = Run {
        seq_first: 43,
        document: document(),
        device: device(),
        signature_hash: [0x5a; 32],
        receipt_time: Timestamp(1_795_400_000_000),
        changes: vec![Carried::Change(vec![9]), Carried::Known(ChangeHash([0xcd; 32]))],
        seal: None,
        held: false,
        before: 0,
    };
    let cursor = Cursor::at(7, 44, Chain([0xc6; 32]));
    let outcome = AckOutcome::Rejected { code: RejectCode::NoRight, detail: "no".into(), change: None };
    Frame::Response(Response {
        exchange: 5,
        acks: vec![Ack { document: document(), head: ChangeHash([0xab; 32]), outcome }],
        pulls: vec![Pull::entries(CollectionId::bureau(), vec![run], cursor, true, false)],
        relay_time: Timestamp(1_795_400_000_001),
        retry_after_ms: Some(5_000),
        receipts: Vec::new(),
    })
}

fn refusal() -> Frame {
    Frame::Refusal(Refusal { code: RefusalCode::Busy, detail: "later".into(), retry_after_ms: None })
}

#[test]
fn frames_are_what_they_were() {
    for (what, frame, golden) in
        [("request", request(), REQUEST), ("response", response(), RESPONSE), ("refusal", refusal(), REFUSAL)]
    {
        check(what, &encode_as(&frame, 1), golden);
        let bytes = HEXLOWER.decode(golden.as_bytes()).unwrap();
        assert_eq!(decode(&bytes).unwrap(), frame, "{what}");
    }
}

#[test]
fn names_claims_and_the_chain_are_what_they_were() {
    let bureau = BureauId::parse("chaohu").unwrap();
    check("document id", &document().to_bytes(), DOCUMENT);
    assert_eq!(EventKey::new(actor(), 71).as_str(), "0dHR0dHR0dHR0dHR0dHR0QAAAAM.1z");
    let claim = BatchClaim {
        bureau: &bureau,
        collection: &CollectionId::bureau(),
        document: document(),
        actor: actor(),
        head: ChangeHash([0xab; 32]),
        count: 2,
    };
    check("batch claim", &claim.to_bytes(SUITE_P256), BATCH_CLAIM);
    check("session claim", &session_claim(SUITE_P256, &bureau, device(), &[7; 32]), SESSION_CLAIM);
    let link = Link {
        seq: 1,
        document: document(),
        change: ChangeHash([0xab; 32]),
        device: device(),
        signature_hash: &[0x5a; 32],
        receipt_time: Timestamp(1_795_400_000_000),
    };
    check("chain", &chain::extend(Chain::START, link).0, CHAIN);
}

#[test]
fn a_written_change_is_what_it_was() {
    let mut register = Document::new(DocumentId::derive(DocumentKind::Register, &["chaohu", "zhongmiao"]));
    let written = register.write(actor(), &Event::Entry { body: "{}".into() }).unwrap();
    check("change", &written.change, CHANGE);
}

#[test]
fn an_answer_with_a_photo_and_a_memo_is_what_it_was() {
    let answer = Event::Answer {
        visit: EventKey::new(actor(), 1),
        subject: SubjectId::station(),
        item: ItemId::parse("F02").unwrap(),
        answer: Answer::Condition(Condition::Fault),
        fault: String::new(),
        note: String::new(),
        at: Timestamp(1_795_400_000_000),
        sees: Vec::new(),
        amends: None,
        attached: Attached {
            photos: vec![Photo { original: PhotoHash([0xa1; 32]), thumbnail: PhotoHash([0xa2; 32]) }],
            memo: Some(PhotoHash([0xa3; 32])),
        },
    };
    let written = Document::new(document()).write(actor(), &answer).unwrap();
    check("answer with a photo", &written.change, PHOTO);
}

const REQUEST: &str = "01008200818405818766627572656175510176d4bda4bf4658558dc4ad83f7b6836554d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d10000000381430102035820abababababababababababababababababababababababababababababababab015840515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151518182666275726561758307182a5820c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c51903e8";
const RESPONSE: &str = "010082018185058183510176d4bda4bf4658558dc4ad83f7b683655820abababababababababababababababababababababababababababababababab82028203626e6f8185666275726561758186182b510176d4bda4bf4658558dc4ad83f7b6836550d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d158205a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a1b000001a2062de2008282008141098201815820cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd8307182c5820c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6f5f41b000001a2062de201191388";
const REFUSAL: &str = "01008202818205656c61746572";
const DOCUMENT: &str = "0176d4bda4bf4658558dc4ad83f7b68365";
const BATCH_CLAIM: &str = "886c6d75737465722f626174636801666368616f687566627572656175510176d4bda4bf4658558dc4ad83f7b6836554d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1000000035820abababababababababababababababababababababababababababababababab02";
const SESSION_CLAIM: &str = "856e6d75737465722f73657373696f6e01666368616f687550d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d158200707070707070707070707070707070707070707070707070707070707070707";
const CHAIN: &str = "749c998d9a63ef03e35b777ba26f9b5e33685c066c36a92ccc43f067810cfcee";
const CHANGE: &str = "856f4a83b637a39001800101b2c71208669d59c05f6ed93dfc061a8fd92d8401fed79cffd27ce86a35cebcfd14d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1000000030102000001016708010302031521340142035603570270027e01007e01027e1d30644852306448523064485230644852306448523051414141414d2e310162027e00017e00267b7d0200";
const PHOTO: &str = "856f4a835ba1317401810201e02d9ebb2ef6a7087f3fe93fc9b13f0d83293773ed2c23655c11f063ff21b44f14d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000003010400000101670801040204152b34014204560a576f70027f0106007f020604791d30644852306448523064485230644852306448523051414141414d2e31017601740169016101700172077f000601790014643656870887040180c4b7b1a0344630326661756c74a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a30700";
