//! What phones may say of defects and needs, and what they may not.

use shared::domain::defect::{DefectAct, DefectEntry, DefectName};
use shared::domain::history::Told;
use shared::domain::need::{NeedAct, NeedEntry, NeedName};
use shared::ids::{ItemId, NeedId, Shelf, SubjectId};

use super::*;

fn station(code: &str) -> StationCode {
    StationCode::parse(code).unwrap()
}

fn bureau() -> BureauId {
    BureauId::parse("chaohu").unwrap()
}

fn defect(of: &str) -> DefectName {
    let (subject, item) = (SubjectId::station(), ItemId::parse("F06").unwrap());
    DefectName { station: station(of), subject, item, number: 1 }
}

fn told(by: &str) -> Told {
    Told { by: OfficerId::parse(by).unwrap(), at: NOON, clock: None, sees: Vec::new() }
}

fn said(act: DefectAct, by: &str) -> DefectEntry {
    DefectEntry::new(defect("zhongmiao"), act, told(by))
}

/// A phone's batch of one entry in a document, whatever that says of itself.
fn entry_batch(phone: &DemoPhone, id: DocumentId, of: &str, body: String) -> Batch {
    let written = [Document::new(id).write(phone.actor(), &Event::Entry { body }).unwrap()];
    let live = CollectionId::of(&Shelf::Live(station(of)));
    phone.sign(&bureau(), &live, id, &written).unwrap()
}

#[tokio::test]
async fn a_phone_speaks_in_its_persons_name_of_its_stations_defects_and_of_what_is_the_stations() {
    let desk = Desk::new();
    let chen = desk.phone("chen", "zhongmiao");
    let id = defect("zhongmiao").document(&bureau());
    let mut long = said(DefectAct::Report, "chen");
    long.note = "字".repeat(shared::limits::NOTE_CHARS_MAX + 1);
    let elsewhere = DefectEntry::new(defect("huailin"), DefectAct::Report, told("chen"));
    let other =
        DefectEntry::new(DefectName { number: 2, ..defect("zhongmiao") }, DefectAct::Report, told("chen"));
    for (what, body) in [
        ("another's name", said(DefectAct::Report, "li").to_json()),
        ("the bureau's act", said(DefectAct::Done, "chen").to_json()),
        ("a withdrawal of nothing", said(DefectAct::Withdraw, "chen").to_json()),
        ("a long note", long.to_json()),
        ("another station's defect", elsewhere.to_json()),
        ("another defect", other.to_json()),
        ("something else", "{}".to_owned()),
    ] {
        let batch = entry_batch(&chen, id, "zhongmiao", body);
        assert_eq!(code(&desk.push(&[&batch]).await[0]), Some(RejectCode::Policy), "{what}");
    }
    let foreign = defect("huailin").document(&bureau());
    let batch = entry_batch(&chen, foreign, "huailin", elsewhere.to_json());
    assert_eq!(code(&desk.push(&[&batch]).await[0]), Some(RejectCode::NoRight), "another station's shelf");
    let good = entry_batch(&chen, id, "zhongmiao", said(DefectAct::Report, "chen").to_json());
    assert_eq!(desk.push(&[&good]).await, [accepted(1)]);
}

#[tokio::test]
async fn a_phone_raises_and_rates_needs_and_answers_none() {
    let desk = Desk::new();
    let chen = desk.phone("chen", "zhongmiao");
    let need = NeedName { station: station("zhongmiao"), id: NeedId::parse("n1").unwrap() };
    let id = need.document(&bureau());
    let said = |act, by| NeedEntry::new(need.clone(), act, told(by));
    let mut raised = said(NeedAct::Raise, "chen");
    raised.note = "背心太重".to_owned();
    let mut rated = said(NeedAct::Rate, "chen");
    rated.rating = Some(6);
    let foreign = NeedEntry { told: told("li"), ..raised.clone() };
    for (what, body) in [
        ("the bureau's act", said(NeedAct::RollOut, "chen").to_json()),
        ("a wish without words", said(NeedAct::Raise, "chen").to_json()),
        ("six of five", rated.to_json()),
        ("another's name", foreign.to_json()),
    ] {
        let batch = entry_batch(&chen, id, "zhongmiao", body);
        assert_eq!(code(&desk.push(&[&batch]).await[0]), Some(RejectCode::Policy), "{what}");
    }
    assert_eq!(desk.push(&[&entry_batch(&chen, id, "zhongmiao", raised.to_json())]).await, [accepted(1)]);
}
