//! A little of everything real, to start from: a phone's round, its frames, a bureau's entries.

use minicbor::bytes::ByteVec;
use shared::document::write::Event;
use shared::document::{Document, Written};
use shared::domain::answer::{Answer, Condition};
use shared::domain::round::{Period, RoundName};
use shared::ids::{
    Actor, BureauId, Chain, CollectionId, DeviceId, DocumentId, DocumentKind, ItemId, OfficerId, StationCode,
    SubjectId, TemplateId,
};
use shared::protocol::{
    Ack, AckOutcome, Batch, Carried, Cursor, Frame, Pull, Refusal, RefusalCode, RejectCode, Request,
    Response, Run, Want,
};
use shared::time::{Date, Timestamp};
use shared::trust::chain::{self, Link};
use shared::trust::rights::{Rights, Role};
use shared::trust::signing::SUITE_P256;

/// The moment at which everything happens.
pub const NOW: Timestamp = Timestamp(1_795_000_000_000);

pub fn bureau() -> BureauId {
    BureauId::parse("b1").expect("an id")
}

pub fn station() -> StationCode {
    StationCode::parse("S01").expect("a code")
}

pub fn rights() -> Rights {
    let officer = OfficerId::parse("o1").expect("an id");
    Rights { officer, role: Role::Officer, station: Some(station()) }
}

pub fn device() -> DeviceId {
    DeviceId::from([7; 16])
}

pub fn round_name() -> RoundName {
    let day = Date::parse("2026-11-24").expect("a date");
    RoundName {
        station: station(),
        template: TemplateId::parse("t1").expect("an id"),
        period: Period::Day(day),
    }
}

pub fn round() -> DocumentId {
    round_name().document(&bureau())
}

/// A document of each kind that an input's byte can choose.
pub fn document(choice: u8) -> DocumentId {
    match DocumentKind::ALL[usize::from(choice) % DocumentKind::ALL.len()] {
        DocumentKind::Round => round(),
        kind => DocumentId::derive(kind, &["x"]),
    }
}

/// A round as one phone fills it: a visit, answers of all sorts, one taken back, a signature.
pub fn filled(actor: Actor) -> (Document, Vec<Written>) {
    let mut document = Document::new(round());
    let mut written = Vec::new();
    let mut write = |document: &mut Document, event: &Event| {
        written.push(document.write(actor, event).expect("a round takes it"));
        written.last().expect("just written").key.clone()
    };
    let visit = write(
        &mut document,
        &Event::Visit {
            name: round_name(),
            officer: rights().officer,
            template_version: 1,
            utc_offset_minutes: 480,
            clock_offset_ms: Some(-40),
            register: Vec::new(),
        },
    );
    let answers = [
        Answer::Condition(Condition::Ok),
        Answer::Condition(Condition::Fault),
        Answer::NotChecked,
        Answer::Number(79_500),
        Answer::Date(Date::parse("2027-01-31").expect("a date")),
        Answer::Text("字".to_owned()),
    ];
    let mut last = None;
    for (n, answer) in answers.into_iter().enumerate() {
        last = Some(write(
            &mut document,
            &Event::Answer {
                visit: visit.clone(),
                subject: SubjectId::station(),
                item: ItemId::parse(&format!("i{}", n % 3)).expect("an id"),
                answer,
                fault: "漏水".to_owned(),
                note: String::new(),
                at: NOW,
                sees: last.iter().cloned().collect(),
                amends: None,
                attached: Default::default(),
            },
        ));
    }
    write(
        &mut document,
        &Event::Withdraw {
            visit: visit.clone(),
            subject: SubjectId::station(),
            item: ItemId::parse("i2").expect("an id"),
            target: last.expect("answers were given"),
            at: NOW,
        },
    );
    let heads = document.heads();
    write(&mut document, &Event::SignOff { visit, at: NOW, heads });
    (document, written)
}

/// JSON entries of the bureau's and the stations' documents.
pub const ENTRIES: &[&str] = &[
    r#"{"type":"bureau","id":"b1","name":{"zh":"一","en":"one"},"zone":"Asia/Shanghai"}"#,
    r#"{"type":"station","code":"S01","name":{"zh":"一","en":"one"}}"#,
    r#"{"type":"officer","id":"o1","name":"n","badge":"1","station":"S01","role":"officer"}"#,
    r#"{"duties":[{"template":"t1","stations":["S01"],"on":{"type":"monthly","weekday":1,"nth":3},"due_minute":480}]}"#,
    r#"{"duties":[{"template":"t1","on":{"type":"event","name":"e","from":"2026-01-01","to":"2026-12-31"},"due_minute":0}]}"#,
    r#"{"type":"asset","id":"a1","kind":"k","name":{"zh":"一"},"expires":"2027-01-31"}"#,
    r#"{"id":"t1","version":2,"name":{"zh":"一"},"subject":"station","signed_by":"lead","groups":[{"name":{"zh":"一"},"items":[{"id":"i1","name":{"zh":"一"},"kind":{"type":"number","unit":{"zh":"%"},"ok_min":3},"safe_side":"min"}]}]}"#,
];

pub fn batch(actor: Actor) -> Batch {
    let (_, written) = filled(actor);
    Batch {
        collection: round_name().collection(),
        document: round(),
        actor,
        head: written.last().expect("not empty").hash,
        changes: written.iter().map(|written| ByteVec::from(written.change.clone())).collect(),
        suite: SUITE_P256,
        signature: vec![1; 64],
    }
}

/// A pull whose places and chain fit its runs, from the beginning of the log.
pub fn chained(mut pull: Pull, hash: impl Fn(&Carried) -> Option<shared::ids::ChangeHash>) -> Option<Pull> {
    let mut place = Cursor { seq: 0, chain: Chain::START, ..pull.cursor };
    for run in &mut pull.runs {
        run.seq_first = place.seq + 1;
        for carried in &run.changes {
            place.seq += 1;
            place.chain = chain::extend(
                place.chain,
                Link {
                    seq: place.seq,
                    document: run.document,
                    change: hash(carried)?,
                    device: run.device,
                    signature_hash: &run.signature_hash,
                    receipt_time: run.receipt_time,
                },
            );
        }
    }
    pull.cursor = place;
    Some(pull)
}

pub fn response() -> Response {
    let actor = Actor::new(DeviceId::from([9; 16]), 0);
    let (_, written) = filled(actor);
    let run = Run {
        document: round(),
        device: actor.device(),
        signature_hash: [3; 32],
        receipt_time: NOW,
        changes: written.iter().map(|written| Carried::Change(written.change.clone())).collect(),
        seq_first: 1,
        seal: None,
        held: false,
        before: 0,
    };
    let cursor = Cursor::at(5, 0, Chain::START);
    let pull = Pull::entries(round_name().collection(), vec![run], cursor, false, false);
    let ack = |outcome| Ack { document: round(), head: written[0].hash, outcome };
    Response {
        exchange: 1,
        acks: vec![
            ack(AckOutcome::Accepted { seq: 1, receipt_time: NOW }),
            ack(AckOutcome::Rejected { code: RejectCode::ActorForked, detail: "d".to_owned(), change: None }),
            ack(AckOutcome::Deferred { code: RefusalCode::Busy }),
        ],
        pulls: vec![pull],
        relay_time: NOW,
        ..Response::default()
    }
}

/// One frame of each sort.
pub fn frames() -> Vec<Frame> {
    let wants = vec![
        Want::at(CollectionId::bureau(), Cursor::START),
        Want::at(round_name().collection(), Cursor::at(5, 3, Chain::START)),
    ];
    let push = vec![batch(Actor::new(device(), 0))];
    vec![
        Frame::Request(Request { exchange: 1, push, wants, bytes_max: 1_000 }),
        Frame::Response(response()),
        Frame::Refusal(Refusal { code: RefusalCode::Busy, detail: "d".to_owned(), retry_after_ms: Some(5) }),
    ]
}
