//! Everything that we write passes; what lies about itself does not; and whatever passes, automerge reads as the same
//! operations.

use std::sync::LazyLock;

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{Change, ScalarValue};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::document::write::Event;
use crate::document::{Document, chunk, genesis, inspect};
use crate::domain::answer::{Answer, Condition};
use crate::domain::round::{Period, RoundName};
use crate::ids::{
    Actor, BureauId, DeviceId, DocumentId, DocumentKind, EventKey, ItemId, OfficerId, StationCode, SubjectId,
    TemplateId,
};
use crate::time::Timestamp;

/// One change of each kind of event, in one round, and an entry.
fn samples() -> &'static [Vec<u8>] {
    static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(write_samples);
    &SAMPLES
}

fn write_samples() -> Vec<Vec<u8>> {
    let name = RoundName {
        station: StationCode::parse("zhongmiao").unwrap(),
        template: TemplateId::parse("flood-departure").unwrap(),
        period: Period::parse("2026-11-23").unwrap(),
    };
    let mut round = Document::new(name.document(&BureauId::parse("chaohu").unwrap()));
    let actor = |n: u8| Actor::new(DeviceId::from([n; 16]), u32::from(n));
    let visit = Event::Visit {
        name,
        officer: OfficerId::parse("chen").unwrap(),
        template_version: 3,
        utc_offset_minutes: -480,
        clock_offset_ms: Some(-70_000),
        register: Vec::new(),
    };
    let written = round.write(actor(1), &visit).unwrap();
    let (stay, subject) = (written.key.clone(), SubjectId::station());
    let mut samples = vec![written.change];
    let item = ItemId::parse("boat-hull").unwrap();
    for (answer, note, sees) in [
        (Answer::Condition(Condition::Ok), "", vec![]),
        (Answer::Text("说明".repeat(100)), "漆面有裂纹", vec![EventKey::new(actor(2), 7); 5]),
        (Answer::Number(i64::MIN), "x", vec![EventKey::new(actor(2), u32::MAX)]),
    ] {
        let event = Event::Answer {
            visit: stay.clone(),
            subject: SubjectId::officer(&OfficerId::parse("li").unwrap()),
            item: item.clone(),
            answer,
            fault: "裂纹".to_owned(),
            note: note.to_owned(),
            at: Timestamp(1_795_500_000_000),
            sees,
            amends: Some(stay.clone()),
            attached: Default::default(),
        };
        samples.push(round.write(actor(1), &event).unwrap().change);
    }
    let withdraw =
        Event::Withdraw { visit: stay.clone(), subject, item, target: stay.clone(), at: Timestamp(-5) };
    samples.push(round.write(actor(2), &withdraw).unwrap().change);
    let heads = round.heads();
    let sign = Event::SignOff { visit: stay, at: Timestamp(0), heads };
    samples.push(round.write(actor(1), &sign).unwrap().change);
    let mut calendar = Document::new(DocumentId::derive(DocumentKind::Calendar, &["x"]));
    let body = "{\"note\":\"".to_owned() + &"长".repeat(3_000) + "\"}";
    samples.push(calendar.write(actor(3), &Event::Entry { body }).unwrap().change);
    samples
}

/// The body of a chunk.
fn body(chunk: &[u8]) -> Vec<u8> {
    let length = chunk[9..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    chunk[9 + length..].to_vec()
}

/// A body as a chunk with the checksum that it should have.
fn sealed(body: &[u8]) -> Vec<u8> {
    let mut summed = vec![1];
    unsigned(&mut summed, body.len() as u64);
    summed.extend(body);
    let mut chunk = vec![0x85, 0x6f, 0x4a, 0x83];
    chunk.extend(&Sha256::digest(&summed)[..4]);
    chunk.extend(summed);
    chunk
}

fn unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

/// A change with these columns; the head is that of somebody's first change.
fn with_columns(columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![0, 20];
    body.extend([7; 20]);
    body.extend([1, 4, 0, 0, 1, 1, b'g']);
    unsigned(&mut body, columns.len() as u64);
    for (spec, bytes) in columns {
        unsigned(&mut body, *spec);
        unsigned(&mut body, bytes.len() as u64);
    }
    body.extend(columns.iter().flat_map(|(_, bytes)| bytes.clone()));
    body
}

/// The columns of one operation that makes a map `k` in the genesis's first.
fn good() -> Vec<(u64, Vec<u8>)> {
    vec![
        (0x01, vec![0x7f, 1]),
        (0x02, vec![0x7f, 1]),
        (0x15, vec![0x7f, 1, b'k']),
        (0x34, vec![1]),
        (0x42, vec![0x7f, 0]),
        (0x56, vec![0x7f, 0]),
        (0x70, vec![0x7f, 0]),
    ]
}

/// An operation: its object by actor and counter, key, action, and value.
type Row = (Option<(Vec<u8>, u64)>, String, u64, ScalarValue);

/// What automerge reads, in this module's words; `None` when it is nothing that an event of ours could have.
fn by_automerge(change: &Change) -> Option<Vec<Row>> {
    let decoded = change.decode();
    let operations = decoded.operations.iter().map(|op| {
        let object = match &op.obj {
            ObjectId::Root => None,
            ObjectId::Id(id) => Some((id.actor().to_bytes().to_vec(), id.counter())),
        };
        let Key::Map(key) = &op.key else { return None };
        let (action, value) = match &op.action {
            OpType::Make(automerge::ObjType::Map) => (0, ScalarValue::Null),
            OpType::Put(value) => (1, value.clone()),
            _ => return None,
        };
        (!op.insert && op.pred.is_empty()).then(|| (object, key.to_string(), action, value))
    });
    operations.collect()
}

fn by_us(walked: &Walked<'_>) -> Vec<Row> {
    let actors: Vec<_> = walked.actors().collect();
    let operations = walked.operations().map(|op| {
        let op = op.unwrap();
        let object =
            op.object.map(|(actor, counter)| (actors[usize::try_from(actor).unwrap()].to_vec(), counter));
        let value = match op.value {
            Value::Null => ScalarValue::Null,
            Value::Bool(value) => ScalarValue::Boolean(value),
            Value::Uint(value) => ScalarValue::Uint(value),
            Value::Int(value) => ScalarValue::Int(value),
            Value::Text(text) => ScalarValue::Str(text.into()),
            Value::Bytes(bytes) => ScalarValue::Bytes(bytes.to_vec()),
            Value::Other(_) => panic!("an inspected change has none"),
        };
        (object, op.key.unwrap().to_owned(), op.action, value)
    });
    operations.collect()
}

/// A chunk that passes the walk and the inspection must be the same to automerge.
fn check_against_automerge(chunk: &[u8], kind: DocumentKind) -> bool {
    let Ok(opened) = chunk::open(chunk) else { return false };
    let Ok(walked) = opened.walk() else { return false };
    if inspect::added(&walked, kind).is_err() {
        return false;
    }
    let change = Change::from_bytes(chunk.to_vec()).expect("what is inspected, automerge parses");
    assert_eq!(Some(by_us(&walked)), by_automerge(&change));
    let deps: Vec<_> = change.deps().iter().map(|dep| ChangeHash(dep.0)).collect();
    assert_eq!(walked.deps().collect::<Vec<_>>(), deps);
    assert_eq!(
        (walked.seq, walked.start_op, walked.last_op(), walked.actor),
        (change.seq(), change.start_op().get(), change.max_op(), change.actor_id().to_bytes())
    );
    true
}

#[test]
fn what_we_write_passes_and_reads_as_automerge_reads_it() {
    for (place, sample) in samples().iter().enumerate() {
        let kind = if place == 6 { DocumentKind::Calendar } else { DocumentKind::Round };
        assert!(check_against_automerge(sample, kind), "sample {place}");
        assert_eq!(chunk::hash(&sealed(&body(sample))), chunk::hash(sample));
    }
    for kind in DocumentKind::ALL {
        let genesis = genesis::bytes(kind);
        assert_eq!(chunk::open(&genesis).unwrap().walk().unwrap().last_op() + 1, genesis::next_op(kind));
    }
}

#[test]
fn what_lies_about_itself_is_refused_by_its_kind() {
    let count = |what, count, count_max: usize| WalkError::Count { what, count, count_max: count_max as u64 };
    let changed = |spec: u64, bytes: &[u8]| {
        let mut columns = good();
        columns.iter_mut().filter(|(of, _)| *of == spec).for_each(|(_, old)| *old = bytes.to_vec());
        with_columns(&columns)
    };
    assert!(walk(&with_columns(&good())).is_ok());
    let huge = 1u64 << 60;
    let mut run = Vec::new();
    unsigned(&mut run, huge);
    run.push(0);
    let gigabyte = [0x7f, 0x80, 0x80, 0x80, 0x80, 0x04, b'k'];
    let mut unknown = good();
    unknown.push((0xc2, vec![0x7f, 0]));
    let deflated = good().into_iter().map(|(spec, bytes)| (if spec == 0x56 { 0x5e } else { spec }, bytes));
    let mut twice = good();
    twice.insert(4, (0x34, vec![1]));
    let mut message = with_columns(&good());
    message.splice(25..26, [2, b'h', b'i']);
    let mut behind = with_columns(&good());
    behind.push(0);
    let mut actors = with_columns(&good());
    actors[26] = 9;
    let mut preds = good();
    preds[6].1 = [vec![0x7f], vec![0xff, 0xff, 0xff, 0x7f]].concat();
    let mut orders = vec![2];
    orders.extend([9; 64]);
    let mut depends = vec![0x81, 0x02];
    depends.extend([0; 64]);
    for (what, body, expected) in [
        ("2^60 operations in a run", changed(0x42, &run), count("operations", huge, CHANGE_OPERATIONS_MAX)),
        ("no operations", changed(0x42, &[]), count("operations", 0, CHANGE_OPERATIONS_MAX)),
        ("a text of a gigabyte", changed(0x15, &gigabyte), WalkError::Cut("runs")),
        ("more rows than operations", changed(0x15, &[2, 1, b'k']), WalkError::Rows(0x15)),
        ("2^60 keys", changed(0x15, &[&run[..9], &[1, b'k']].concat()), WalkError::Rows(0x15)),
        ("2^60 empty rows", changed(0x01, &[&[0], &run[..9]].concat()), WalkError::Rows(0x01)),
        ("an actor that is not there", changed(0x01, &[0x7f, 2]), WalkError::Value(0x01)),
        ("text that is none", changed(0x15, &[0x7f, 1, 0xff]), WalkError::Number("texts")),
        ("a run of no rows", changed(0x15, &[0, 0, 0x7f, 1, b'k']), WalkError::Number("runs")),
        ("a value that is longer than there is", changed(0x56, &[0x7f, 0x16]), WalkError::Rows(0x57)),
        ("no value", changed(0x56, &[0, 1]), WalkError::Value(0x56)),
        ("2^28 predecessors", with_columns(&preds), count("predecessors", 0xfff_ffff, CHANGE_OPERATIONS_MAX)),
        ("a column that nobody knows", with_columns(&unknown), WalkError::Column(0xc2)),
        ("a compressed column", with_columns(&deflated.collect::<Vec<_>>()), WalkError::Column(0x5e)),
        ("a column twice", with_columns(&twice), WalkError::Column(0x34)),
        ("a message", message, count("bytes of message", 2, 0)),
        ("bytes behind the end", behind, WalkError::Trailing),
        ("many actors", actors, count("actors", 9, CHANGE_ACTORS_MAX)),
        ("dependencies out of order", orders, WalkError::DependencyOrder),
        ("many dependencies", depends, count("dependencies", 257, CHANGE_DEPENDENCIES_MAX)),
        ("an overlong number", vec![0x80, 0], WalkError::Number("header")),
        ("nothing", Vec::new(), WalkError::Cut("header")),
    ] {
        assert_eq!(walk(&body).map(drop), Err(expected), "{what}");
    }
    let counters = |start_op: &[u8]| {
        let mut body = with_columns(&good());
        body.splice(23..24, start_op.iter().copied());
        body
    };
    assert_eq!(walk(&counters(&[0])).map(drop), Err(WalkError::Counter));
    assert_eq!(walk(&counters(&[0xff, 0xff, 0xff, 0xff, 0x0f])).map(drop), Err(WalkError::Counter));
    assert!(walk(&counters(&[0xfe, 0xff, 0xff, 0xff, 0x0f])).is_ok());
}

/// What is done to a body: a byte replaced, put in, or taken out.
#[derive(Debug, Clone)]
enum Edit {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<prop::sample::Index>;
    // Small numbers are counts and lengths, and 0x7f is the run of one value: these find more than any bytes do.
    let byte = prop_oneof![0u8..6, Just(0x7fu8), any::<u8>()];
    prop_oneof![
        3 => (at(), byte.clone()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        1 => (at(), byte).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        1 => at().prop_map(Edit::Remove),
    ]
}

fn edited(mut body: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        match edit {
            Edit::Replace(at, byte) if !body.is_empty() => {
                let at = at.index(body.len());
                body[at] = *byte;
            }
            Edit::Insert(at, byte) => body.insert(at.index(body.len() + 1), *byte),
            Edit::Remove(at) if !body.is_empty() => drop(body.remove(at.index(body.len()))),
            Edit::Replace(..) | Edit::Remove(_) => {}
        }
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_walked_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(walked) = walk(&bytes) {
            prop_assert!(walked.operations().count() as u64 <= walked.operations);
        }
    }

    #[test]
    fn an_edited_change_is_refused_or_means_the_same_to_both(
        sample in 0usize..7,
        edits in prop::collection::vec(edit(), 1..4),
    ) {
        let chunk = sealed(&edited(body(&samples()[sample]), &edits));
        for kind in [DocumentKind::Round, DocumentKind::Calendar] {
            check_against_automerge(&chunk, kind);
        }
    }
}
