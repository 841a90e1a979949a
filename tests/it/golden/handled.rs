//! Defects and needs: their documents' ids, their entries' texts, and a change that carries one.

use data_encoding::HEXLOWER;
use shared::document::Document;
use shared::document::write::Event;
use shared::domain::defect::{DefectAct, DefectEntry, DefectName};
use shared::domain::history::Told;
use shared::domain::need::{NeedAct, NeedEntry, NeedName};
use shared::domain::photo::Photo;
use shared::ids::{
    BureauId, EventKey, ItemId, NeedId, OfficerId, PhotoHash, StationCode, SubjectId, TemplateId,
};
use shared::time::Timestamp;

use super::{actor, check};

fn told() -> Told {
    let (by, at) = (OfficerId::parse("li").unwrap(), Timestamp(1_795_400_000_000));
    Told { by, at, clock: Some(-5), sees: vec![EventKey::new(actor(), 1)] }
}

fn station() -> StationCode {
    StationCode::parse("zhongmiao").unwrap()
}

fn report() -> DefectEntry {
    let subject = SubjectId::parse("asset:ZM-P04-01").unwrap();
    let name = DefectName { station: station(), subject, item: ItemId::parse("P04").unwrap(), number: 2 };
    let mut entry = DefectEntry::new(name, DefectAct::Report, told());
    entry.template = Some(TemplateId::parse("kit-maintenance").unwrap());
    entry.answer = Some(EventKey::new(actor(), 7));
    (entry.is_missing, entry.is_urgent) = (true, true);
    (entry.fault, entry.note) = ("灯不亮".into(), "换电池也不亮".into());
    entry.photos = vec![PhotoHash([7; 32])];
    entry
}

#[test]
fn a_defect_and_its_report_are_what_they_were() {
    let (bureau, entry) = (BureauId::parse("chaohu").unwrap(), report());
    let id = entry.defect.document(&bureau);
    check("defect", &id.to_bytes(), DEFECT);
    assert_eq!(entry.to_json(), REPORT);
    assert_eq!(DefectEntry::from_json(REPORT.as_bytes()), Some(entry));
    let written = Document::new(id).write(actor(), &Event::Entry { body: REPORT.into() }).unwrap();
    let golden = HEXLOWER.decode(CHANGE.as_bytes()).unwrap();
    assert_eq!(written.change, golden);
}

#[test]
fn a_report_with_small_photos_is_what_it_was_and_more() {
    let mut entry = report();
    let photo = Photo { original: PhotoHash([7; 32]), thumbnail: PhotoHash([8; 32]) };
    entry.take_photos(&[photo]);
    let text = entry.to_json();
    assert_eq!(text, [REPORT.trim_end_matches('}'), SMALL].concat());
    assert_eq!(DefectEntry::from_json(text.as_bytes()), Some(entry));
    let before = DefectEntry::from_json(REPORT.as_bytes()).unwrap();
    assert_eq!(
        before.shown_photos(),
        [Photo { thumbnail: photo.original, ..photo }],
        "one without is its own"
    );
}

#[test]
fn a_need_and_its_rating_are_what_they_were() {
    let bureau = BureauId::parse("chaohu").unwrap();
    let need = NeedName { station: station(), id: NeedId::parse("d1d1-1").unwrap() };
    check("need", &need.document(&bureau).to_bytes(), NEED);
    let mut entry = NeedEntry::new(need, NeedAct::Rate, Told { clock: None, sees: Vec::new(), ..told() });
    entry.rating = Some(4);
    assert_eq!(entry.to_json(), RATING);
    assert_eq!(NeedEntry::from_json(RATING.as_bytes()), Some(entry));
}

const DEFECT: &str = "0643e7a08624d75aeeba9458407a8f68c2";
const REPORT: &str = r#"{"defect":{"station":"zhongmiao","subject":"asset:ZM-P04-01","item":"P04","number":2},"act":"report","told":{"by":"li","at":1795400000000,"clock":-5,"sees":["0dHR0dHR0dHR0dHR0dHR0QAAAAM.1"]},"template":"kit-maintenance","answer":"0dHR0dHR0dHR0dHR0dHR0QAAAAM.7","is_missing":true,"is_urgent":true,"fault":"灯不亮","note":"换电池也不亮","photos":["0707070707070707070707070707070707070707070707070707070707070707"]}"#;
const SMALL: &str = r#","thumbnails":["0808080808080808080808080808080808080808080808080808080808080808"]}"#;
const CHANGE: &str = "856f4a83304a100d01a60401b2c71208669d59c05f6ed93dfc061a8fd92d8401fed79cffd27ce86a35cebcfd14d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000003010200000101670801030203152134014203560457a60370027e01007e01027e1d30644852306448523064485230644852306448523051414141414d2e310162027e00017e00e6347b22646566656374223a7b2273746174696f6e223a227a686f6e676d69616f222c227375626a656374223a2261737365743a5a4d2d5030342d3031222c226974656d223a22503034222c226e756d626572223a327d2c22616374223a227265706f7274222c22746f6c64223a7b226279223a226c69222c226174223a313739353430303030303030302c22636c6f636b223a2d352c2273656573223a5b2230644852306448523064485230644852306448523051414141414d2e31225d7d2c2274656d706c617465223a226b69742d6d61696e74656e616e6365222c22616e73776572223a2230644852306448523064485230644852306448523051414141414d2e37222c2269735f6d697373696e67223a747275652c2269735f757267656e74223a747275652c226661756c74223a22e781afe4b88de4baae222c226e6f7465223a22e68da2e794b5e6b1a0e4b99fe4b88de4baae222c2270686f746f73223a5b2230373037303730373037303730373037303730373037303730373037303730373037303730373037303730373037303730373037303730373037303730373037225d7d0200";
const NEED: &str = "07a382a96504325423aedcb563f0efc49f";
const RATING: &str = r#"{"need":{"station":"zhongmiao","id":"d1d1-1"},"act":"rate","told":{"by":"li","at":1795400000000},"rating":4}"#;
