//! What stands in registers: the entries of phones and of the relay, and the visit that pins a register.

use data_encoding::HEXLOWER;
use shared::document::write::Event;
use shared::document::{Document, read};
use shared::domain::asset::RegisterEntry;
use shared::domain::round::{Period, RoundName};
use shared::ids::{Actor, BureauId, ChangeHash, DeviceId, OfficerId, StationCode, TemplateId};

/// Every entry that was ever written, in its spelling.
const ENTRIES: [&str; 7] = [
    r#"{"type":"asset","id":"ZM-P13-01","kind":"P13","name":{"zh":"防刺服","en":"Stab vest"},"model":"FC-A2 型","serial":"FCA2600001","holder":null,"place":"装备室 2 号柜","made":"2026-01-31","expires":"2031-01-31","life":"maker"}"#,
    r#"{"type":"issue","asset":"ZM-P13-01","by":"zm-02","at":1795400000000,"to":"zm-03"}"#,
    r#"{"type":"return","asset":"ZM-P13-01","by":"zm-02","at":1795400000000,"from":"zm-03","place":"装备室 2 号柜","sees":["0dHR0dHR0dHR0dHR0dHR0QAAAAM.1"],"note":"扣具松"}"#,
    r#"{"type":"move","asset":"ZM-P13-01","by":"zm-02","at":1795400000000,"place":"1 号车"}"#,
    r#"{"type":"sent","asset":"ZM-P13-01","by":"zm-02","at":1795400000000,"to":"zm-03","station":"huailin"}"#,
    r#"{"type":"received","asset":"ZM-P13-01","by":"hl-02","at":1795400000000,"station":"zhongmiao","what":{"kind":"P13","name":{"zh":"防刺服","en":"Stab vest"},"expires":"2031-01-31"}}"#,
    r#"{"type":"withdraw","asset":"ZM-P13-01","by":"zm-02","at":1795400000000,"event":"0dHR0dHR0dHR0dHR0dHR0QAAAAM.1"}"#,
];

#[test]
fn entries_of_a_register_are_what_they_were() {
    for entry in ENTRIES {
        let read = RegisterEntry::from_json(entry.as_bytes()).unwrap_or_else(|| panic!("{entry}"));
        assert_eq!(read.to_json(), entry);
    }
    let before_lives = r#"{"type":"asset","id":"a","kind":"P13","name":{"zh":"x"}}"#;
    assert!(RegisterEntry::from_json(before_lives.as_bytes()).is_some(), "what has no life yet is read");
}

#[test]
fn a_visit_that_pins_a_register_is_what_it_was() {
    let actor = Actor::new(DeviceId::from([0xd1; 16]), 3);
    let name = RoundName {
        station: StationCode::parse("zhongmiao").unwrap(),
        template: TemplateId::parse("inspection").unwrap(),
        period: Period::parse("2026-11-27").unwrap(),
    };
    let bureau = BureauId::parse("chaohu").unwrap();
    let mut document = Document::new(name.document(&bureau));
    let visit = Event::Visit {
        name,
        officer: OfficerId::parse("zm-02").unwrap(),
        template_version: 1,
        utc_offset_minutes: 480,
        clock_offset_ms: Some(0),
        register: vec![ChangeHash([0xab; 32])],
    };
    let written = document.write(actor, &visit).unwrap();
    assert_eq!(HEXLOWER.encode(&written.change), VISIT);
    let read = read::round(&document, &bureau);
    assert_eq!(read.visits[&written.key].register, [ChangeHash([0xab; 32])]);
}

const VISIT: &str = "856f4a83ec1720ac01e00101e02d9ebb2ef6a7087f3fe93fc9b13f0d83293773ed2c23655c11f063ff21b44f14d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000003010400000101670801040204152f34014204560e574670027f0108007f010804771d30644852306448523064485230644852306448523051414141414d2e31017301740170016f016e017a01630172097f0008017e00960102a6017b5614241487047a686f6e676d69616f696e7370656374696f6e323032362d31312d32377a6d2d303201e00300abababababababababababababababababababababababababababababababab0900";
