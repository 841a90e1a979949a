//! Reading is total: an input is a little program that makes valid changes of any content, by several writers at once,
//! and everybody who reads documents reads the result.

use std::collections::BTreeSet;

use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, Change, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use shared::document::{Document, genesis, read};
use shared::domain::Label;
use shared::domain::answer::{Answer, Condition, SafeSide};
use shared::domain::template::{Asked, Expected, Group, Item, ItemKind, ShowIf, SubjectKind, Template};
use shared::ids::{Actor, DeviceId, ItemId};
use shared::projection;
use shared::trust::rights::Role;

use crate::seeds;

/// Operations in one program: enough to meet each other.
const OPERATIONS_MAX: usize = 96;

/// Keys that readers know, and some that they do not.
const FIELDS: &[&str] =
    &["o", "s", "t", "p", "n", "z", "c", "v", "i", "a", "f", "e", "m", "w", "h", "b", "x", ""];

/// Values that readers expect somewhere.
const WORDS: &[&str] = &[
    "S01",
    "t1",
    "2026-11-24",
    "week/2026-11-23",
    "o1",
    "i1",
    "i2",
    "ok",
    "fault",
    "na",
    "skip",
    "#79500",
    "@2027-01-31",
    "\"free",
    "=S",
    "asset:a1",
    "officer:o1",
    "",
];

pub fn run(input: &[u8]) {
    let Some((&choice, program)) = input.split_first() else { return };
    let id = seeds::document(choice);
    let mut begun = AutoCommit::new();
    let genesis = Change::from_bytes(genesis::bytes(id.kind())).expect("genesis is a change");
    begun.apply_changes([genesis]).expect("genesis applies");
    let mut writers: Vec<Writer> =
        (0..2).map(|n| Writer::new(begun.clone(), Actor::new(DeviceId::from([n + 1; 16]), 0))).collect();
    let mut bytes = Bytes(program);
    for _ in 0..OPERATIONS_MAX {
        let Some(operation) = bytes.next() else { break };
        let (one, other) = writers.split_at_mut(1);
        let (writer, other) =
            if operation & 0x80 == 0 { (&mut one[0], &mut other[0]) } else { (&mut other[0], &mut one[0]) };
        writer.perform(operation & 0x0f, &mut bytes, other);
    }
    let mut document = Document::new(id);
    for writer in &mut writers {
        let changes: Vec<Vec<u8>> =
            writer.doc.get_changes(&[]).into_iter().map(|change| change.raw_bytes().to_vec()).collect();
        document.apply(changes.iter().map(Vec::as_slice)).expect("valid changes apply");
    }
    everything(&document);
}

/// Everybody who reads documents.
pub fn everything(document: &Document) {
    let round = read::round(document, &seeds::bureau());
    let observations: Vec<_> = round.observations.iter().collect();
    let template = template();
    let asked = Asked::alone(&template.groups[0].items[0]);
    let reading = shared::domain::reading::read(Some(asked), &observations);
    assert!(reading.standing.len() <= observations.len());
    let sheet = projection::round(&template, Vec::new(), &round);
    assert!(sheet.answered <= sheet.total);
    read::template(document);
    read::additions(document);
    read::calendar(document);
    read::directory(document);
    read::register(document, &BTreeSet::new());
    read::defect(document, &seeds::bureau(), &BTreeSet::new());
    read::need(document, &seeds::bureau(), &BTreeSet::new());
}

/// A checklist of three lines that depend on each other.
pub fn template() -> Template {
    let item = |n: u8| Item {
        id: ItemId::parse(&format!("i{n}")).expect("an id"),
        name: Label::new("一", ""),
        standard: Label::default(),
        kind: match n {
            3 => {
                let of = Some(ItemId::parse("i2").expect("an id"));
                ItemKind::Count {
                    unit: Label::new("件", ""),
                    expected: Expected { plus: 2, of, each: 3 },
                    is_blind: true,
                }
            }
            _ => ItemKind::Condition,
        },
        safe_side: SafeSide::Worst,
        is_safety_critical: n == 1,
        is_required: n == 1,
        // The second is asked when the first is well; the third is held against what the second counted.
        show_if: (n == 2).then(|| ShowIf {
            item: ItemId::parse("i1").expect("an id"),
            is: vec![Answer::Condition(Condition::Ok), Answer::NotApplicable],
            at_least: Some(1),
        }),
        faults: Vec::new(),
    };
    Template {
        dropped: Vec::new(),
        id: seeds::round_name().template,
        version: 1,
        name: Label::new("一", ""),
        subject: SubjectKind::Station,
        signed_by: Role::Officer,
        inspects: None,
        groups: vec![Group { name: Label::new("一", ""), items: vec![item(1), item(2), item(3)] }],
    }
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn choose<'t, T>(&mut self, table: &'t [T]) -> &'t T {
        &table[usize::from(self.next().unwrap_or_default()) % table.len()]
    }

    fn number(&mut self) -> i64 {
        let (bytes, rest) = self.0.split_at(self.0.len().min(8));
        self.0 = rest;
        bytes.iter().fold(0, |number, byte| (number << 8) | i64::from(*byte))
    }

    fn text(&mut self) -> String {
        let length = usize::from(self.next().unwrap_or_default()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(bytes).into_owned()
    }
}

struct Writer {
    doc: AutoCommit,
    actor: Actor,
    objects: Vec<ObjId>,
}

impl Writer {
    fn new(mut doc: AutoCommit, actor: Actor) -> Self {
        doc.set_actor(ActorId::from(actor.as_bytes().as_slice()));
        let maps: Vec<String> = doc.keys(ROOT).collect();
        let maps = maps.iter().filter_map(|key| doc.get(ROOT, key.as_str()).ok()??.1.into());
        let objects = [ROOT].into_iter().chain(maps.collect::<Vec<ObjId>>()).collect();
        Self { doc, actor, objects }
    }

    /// One step; what automerge does not allow is left out.
    fn perform(&mut self, operation: u8, bytes: &mut Bytes<'_>, other: &mut Self) {
        let place = usize::from(bytes.next().unwrap_or_default()) % self.objects.len();
        let object = self.objects[place].clone();
        let key = match operation & 0x03 {
            0 => (*bytes.choose(FIELDS)).to_owned(),
            1 => format!("{}.{}", hex(self.actor), bytes.next().unwrap_or_default()),
            2 => format!("{}.{}", hex(other.actor), bytes.next().unwrap_or_default()),
            _ => bytes.text(),
        };
        let done = match operation >> 2 {
            0 => {
                let value = value(bytes);
                self.doc.put(&object, key, value)
            }
            1 => {
                let kind =
                    *bytes.choose(&[ObjType::Map, ObjType::Map, ObjType::Map, ObjType::List, ObjType::Text]);
                self.doc.put_object(&object, key, kind).map(|made| self.objects.push(made))
            }
            2 => self.doc.delete(&object, key),
            _ => {
                self.doc.commit();
                if bytes.next().unwrap_or_default() & 1 == 0 {
                    self.doc.merge(&mut other.doc).map(|_| ())
                } else {
                    Ok(())
                }
            }
        };
        // A list takes no keys, and so on.
        drop(done);
    }
}

fn hex(actor: Actor) -> String {
    shared::ids::EventKey::new(actor, 0).as_str().trim_end_matches(".0").to_owned()
}

fn value(bytes: &mut Bytes<'_>) -> ScalarValue {
    match bytes.next().unwrap_or_default() % 10 {
        0..=2 => ScalarValue::Str((*bytes.choose(WORDS)).into()),
        3 => ScalarValue::Str(bytes.text().into()),
        4 => ScalarValue::Int(bytes.number()),
        5 => ScalarValue::Uint(u64::from_be_bytes(bytes.number().to_be_bytes())),
        6 => ScalarValue::Bytes(bytes.text().into_bytes()),
        7 => ScalarValue::Int(i64::from(bytes.next().unwrap_or_default())),
        8 => ScalarValue::counter(bytes.number()),
        _ => ScalarValue::Null,
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut visit = vec![0, 0x05, 1, 1, 0];
    for (field, word) in [(0, 4), (1, 0), (2, 1), (3, 2), (4, 1)] {
        visit.extend([0x00, 4, field, 0, word]);
    }
    let mut both = visit.clone();
    both.extend([0x8d, 2, 2, 0, 0x00, 4, 7, 7, 1, 0x8c, 0, 0, 0]);
    vec![visit, both, vec![1, 0x05, 1, 1, 0, 0x00, 2, 15, 3, 2, b'{', b'}']]
}
