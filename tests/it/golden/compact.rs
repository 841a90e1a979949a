//! Frames of version 2: changes in their compact form, as they stand and deflated. How well something deflates may
//! change with the library, so deflated bytes are held to be read, not to be written.

use data_encoding::HEXLOWER;
use shared::document::write::Event;
use shared::document::{Document, Written};
use shared::domain::answer::{Answer, Condition};
use shared::ids::{
    Actor, Chain, ChangeHash, CollectionId, DeviceId, Digest, DocumentId, DocumentKind, EventKey, ItemId,
    SubjectId,
};
use shared::protocol::{
    Ack, AckOutcome, Batch, Carried, Cursor, Frame, Pull, Request, Response, Run, Seal, Whole, decode, encode,
};
use shared::time::Timestamp;
use shared::trust::chain;
use shared::trust::signing::SUITE_P256;

fn actor(slot: u32) -> Actor {
    Actor::new(DeviceId::from([0xd1; 16]), slot)
}

fn collection() -> CollectionId {
    CollectionId::parse("station/zhongmiao/2026-11").unwrap()
}

fn document() -> Document {
    Document::new(DocumentId::derive(DocumentKind::Round, &["golden"]))
}

/// Two answers, one of which sees the other, and a sign-off, by three slots of one device.
fn written() -> Vec<Written> {
    let mut document = document();
    let visit = EventKey::new(actor(0), 1);
    let answer = |at, sees| Event::Answer {
        visit: visit.clone(),
        subject: SubjectId::station(),
        item: ItemId::parse("life-jackets").unwrap(),
        answer: Answer::Condition(Condition::Ok),
        fault: String::new(),
        note: "两件".to_owned(),
        at: Timestamp(at),
        sees,
        amends: None,
        attached: Default::default(),
    };
    let first = document.write(actor(0), &answer(1_795_400_000_000, Vec::new())).unwrap();
    let second = document.write(actor(1), &answer(1_795_399_999_000, vec![first.key.clone()])).unwrap();
    let heads = document.heads();
    let sign_off = Event::SignOff { visit, at: Timestamp(1_795_400_005_000), heads };
    let third = document.write(actor(0), &sign_off).unwrap();
    vec![first, second, third]
}

fn request() -> Frame {
    let mut changes: Vec<Vec<u8>> = written().into_iter().map(|written| written.change).collect();
    // One that is a change and no event, and one that is no change.
    let mut longer = changes[0].clone();
    longer.push(7);
    longer[9] += 1;
    let hash = ring::digest::digest(&ring::digest::SHA256, &longer[8..]);
    longer[4..8].copy_from_slice(&hash.as_ref()[..4]);
    changes.push(longer);
    changes.push(vec![1, 2, 3]);
    let batch = |changes: &[Vec<u8>], head| Batch {
        collection: collection(),
        document: document().id(),
        actor: actor(0),
        changes: changes.iter().cloned().map(Into::into).collect(),
        head,
        suite: SUITE_P256,
        signature: vec![0x51; 64],
    };
    let push = vec![batch(&changes[..3], written()[2].hash), batch(&changes[3..], ChangeHash([0xab; 32]))];
    Frame::Request(Request { exchange: 5, push, wants: Vec::new(), bytes_max: 0 })
}

fn response() -> Frame {
    let written = written();
    let run = |changes| Run {
        seq_first: 43,
        document: document().id(),
        device: actor(0).device(),
        signature_hash: chain::signature_hash(&[0x51; 64]),
        receipt_time: Timestamp(1_795_400_000_000),
        changes,
        seal: Some(Seal { suite: SUITE_P256, signature: vec![0x51; 64], head: None, count: None }),
        held: false,
        before: 0,
    };
    let change = |n: usize| Carried::Change(written[n].change.clone());
    let known = [Carried::Known(written[0].hash), Carried::Known(ChangeHash([0xcd; 32]))];
    let cursor = Cursor::at(7, 44, Chain([0xc6; 32]));
    let mut pull =
        Pull::entries(collection(), vec![run(known.to_vec()), run(vec![change(1)])], cursor, true, false);
    pull.documents.push(Whole {
        document: document().id(),
        digest: Digest([0xd2; 32]),
        snapshot: None,
        runs: vec![run(vec![change(2)])],
    });
    let outcome = AckOutcome::Accepted { seq: 43, receipt_time: Timestamp(1_795_400_000_000) };
    let acks = vec![Ack { document: document().id(), head: written[0].hash, outcome }];
    Frame::Response(Response { exchange: 5, acks, pulls: vec![pull], ..Response::default() })
}

#[test]
fn compact_frames_are_what_they_were() {
    for (what, frame, golden, deflated) in [
        ("request", request(), REQUEST, REQUEST_DEFLATED),
        ("response", response(), RESPONSE, RESPONSE_DEFLATED),
    ] {
        for golden in [golden, deflated] {
            let bytes = HEXLOWER.decode(golden.as_bytes()).unwrap();
            assert_eq!(decode(&bytes).unwrap(), frame, "{what}");
        }
        assert_eq!(decode(&encode(&frame)).unwrap(), frame, "{what}");
    }
}

const REQUEST: &str = "020282008184058287781973746174696f6e2f7a686f6e676d69616f2f323032362d3131510188fd17cd3658597dacdb02f1c968181054d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d10000000080582000000000000000000000000000000000000000000000000000000000000000000158405151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515187781973746174696f6e2f7a686f6e676d69616f2f323032362d3131510188fd17cd3658597dacdb02f1c968181054d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000000805820abababababababababababababababababababababababababababababababab01584051515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151800003020504017604017406016906016106016e0102068088efe2c0680d0c6c6966652d6a61636b65747303026f6b0706e4b8a4e4bbb6020604017604017406016906016106016e060165010206b0f8eee2c0680d0c6c6966652d6a61636b65747303026f6b0706e4b8a4e4bbb61e1d3064485230644852306448523064485230644852305141414141412e31030304017604017407016801020690d6efe2c0682121c3919f6080a49f7ce81b01e833d896fe10b1d85f54c454911b7565e7eedeac369d01d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000001d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000000000001016708010402041529340142045608571b70027f0105007f0205047a1d3064485230644852306448523064485230644852305141414141412e310176017401690161016e067f0005017a001464c60126660180c4b7b1a0346c6966652d6a61636b6574736f6be4b8a4e4bbb60600070102030302000a14010e02020114020102350104010472000300";
const REQUEST_DEFLATED: &str = "02036b62686c616d6aaf902c2e492cc9cccfd3afcac8cf4bcfcd4cccd737323032d335340c64ecf82b7ed62c22b276cd6da68f27332404422ea2010606068686080506028031c2219042401d87ae2600a8e0d0060666265616c63216c61236c64c36c64436c63c4626b6868ef78f0e64f0f2e464a6a5ea66252667a796143333e567b3b33dd9b1e4c9ee6d4c6c687ad818531999d836fc7887579b9cac418a4710060e7404013d43666688a9ec8c198c4c6c13ae81dca0a87878e2fc848625f36b5e4833be30be31ed9fc0c61bf1214742264a97a63e7f776f8dd95c462cc1874d0c24cc98cec1c8c2c422aa69c2e8c412c6112e5dc054cfc8ca50cfc4ca5285df718c658c258c998c898c796cf50cac8c550c2229c718d5d2181b8e6cdfb8c004d9c7f9d910dfb231b0333231333331708930f23131318a3031329932b230b2143130330000";
const RESPONSE: &str = "020282018184058183510188fd17cd3658597dacdb02f1c9681810582031731f853824ffdf0ef0a0526cbf71bf29527e2bcf028b78ef1dd0bcf0e46bcf820082182b1b000001a2062de2008186781973746174696f6e2f7a686f6e676d69616f2f323032362d31318287182b510188fd17cd3658597dacdb02f1c968181050d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1582000000000000000000000000000000000000000000000000000000000000000001b000001a2062de20080820158405151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515187182b510188fd17cd3658597dacdb02f1c968181050d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1582000000000000000000000000000000000000000000000000000000000000000001b000001a2062de2008082015840515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151518307182c5820c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6c6f5f48184510188fd17cd3658597dacdb02f1c96818105820d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2f68187182b510188fd17cd3658597dacdb02f1c968181050d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1582000000000000000000000000000000000000000000000000000000000000000001b000001a2062de2008082015840515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151510002020604017604017406016906016106016e060165010206b0f8eee2c0680d0c6c6966652d6a61636b65747303026f6b0706e4b8a4e4bbb61e1d3064485230644852306448523064485230644852305141414141412e31030304017604017407016801020690d6efe2c0682121c3919f6080a49f7ce81b01e833d896fe10b1d85f54c454911b7565e7eedeac3634cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000001020301030001012e0102140a00010116020301020101";
const RESPONSE_DEFLATED: &str = "02036b626c6c616d6c0e64ecf82b7ed62c22b276cd6da68f2733240422140c8be55b2d54fedfe7fbb02028677fe17ecda03aedf34cdd15ef652fecf9f024fb7c13439384b6340303e32236dd470c8d6d1592c525892599f979fa5519f979e9b99989f9fa46064666ba86864ded12da9856045c4403110a0c0400dcba8626c60887400ac1e0745533bb844e84c23102e0eb97c6166cb1768900f8d638387dcdc0c4c4c6c258c6c258c2c698c9c698c8c698c7c698cac8c4b6e1c7bb47073278797232d35275b31293b3534b8a9999f2b3d9d99eec58f264f736395983148f200c1ce808027a86cccc1053d919331899d8265c7bffe84086a2e2e189f3131a96ccaf7921cdf8c2f8c6b47f021b6fc4871c0999285d9afafcddbd356626670900f4e06260606064626664666064d4636412e1626064146362666462640400";
