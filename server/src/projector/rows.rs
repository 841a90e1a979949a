//! One row for each round: how far it is and what in it calls for attention, derived from its document and from
//! nothing else but the directory, the checklist and the register. How documents are read is `shared::projection`'s.

use minicbor::{Decode, Encode};
use shared::api::board::AttentionKind;
use shared::document::Document;
use shared::document::read;
use shared::domain::Label;
use shared::domain::answer::{Answer, Condition};
use shared::domain::inspection::Tally;
use shared::domain::observation::{Act, Observation};
use shared::domain::round::RoundName;
use shared::ids::{BureauId, ItemId, SubjectId};
use shared::projection::{self, Line, RoundSheet, Stage, Subject};
use shared::time::{Month, Timestamp};

use super::reference::Reference;
use crate::store::{Row, Store};

/// The sheet of rounds.
pub const ROUNDS: &str = "round";

/// A round as the board needs it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RoundRow {
    /// Which.
    #[n(0)]
    pub name: RoundName,
    /// Lines that are asked and answered.
    #[n(1)]
    pub answered: u32,
    /// Lines that are asked.
    #[n(2)]
    pub total: u32,
    /// Readings that call for somebody to act.
    #[n(3)]
    pub faults: u32,
    /// Readings that are disputed.
    #[n(4)]
    pub disputes: u32,
    /// Observations that came after the sign-off.
    #[n(5)]
    pub late: u32,
    /// Whether it is signed.
    #[n(6)]
    pub is_signed: bool,
    /// What calls for attention.
    #[n(7)]
    pub attention: Vec<Attention>,
    /// Every answered line as a number, and when it was answered last, clock corrected: so that a later round can answer
    /// an earlier one's attention, on the same day, too.
    #[n(8)]
    pub lines: Vec<(u64, Timestamp)>,
    /// How many things were found how, when it is an inspection.
    #[n(9)]
    pub tally: Option<Tally>,
}

/// A reading that calls for attention.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Attention {
    /// What it is.
    #[n(0)]
    pub kind: AttentionKind,
    /// About what.
    #[n(1)]
    pub subject: SubjectId,
    /// About what, by name; empty for the station itself.
    #[n(2)]
    pub subject_name: String,
    /// Which line.
    #[n(3)]
    pub item: ItemId,
    /// Which line, by name.
    #[n(4)]
    pub item_name: Label,
    /// The answer that stands.
    #[n(5)]
    pub answer: Answer,
    /// Fault chip and note of the report that stands.
    #[n(6)]
    pub note: String,
    /// Names of those whose answers stand.
    #[n(7)]
    pub authors: Vec<String>,
    /// When the report that stands was made, clock corrected.
    #[n(8)]
    pub at: Timestamp,
    /// Whether the line is safety-critical.
    #[n(9)]
    pub is_safety_critical: bool,
}

/// The key of a round's row; rows of one month are together.
pub fn key(name: &RoundName) -> String {
    format!("{}/{}/{}/{}", name.period.start(), name.station, name.template, name.period)
}

/// The beginning of the keys of a month's rows.
pub fn prefix(month: Month) -> String {
    format!("{month}-")
}

/// A line of a round as a number: FNV-1a over its subject and item.
pub fn line_number(subject: &SubjectId, item: &ItemId) -> u64 {
    let bytes = subject.as_str().bytes().chain(std::iter::once(0x1f)).chain(item.as_str().bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl RoundRow {
    /// The row as it is stored.
    pub fn encode(&self) -> Row {
        let body = minicbor::to_vec(self).expect("writing into memory cannot fail");
        Row { key: key(&self.name), body }
    }

    /// Reads a stored row; `None` when another version wrote it.
    pub fn decode(row: &Row) -> Option<Self> {
        minicbor::decode(&row.body).ok()
    }
}

/// Projects one round's document; `None` while nobody says what it is, or its checklist is not here.
pub fn project(
    document: &Document,
    bureau: &BureauId,
    reference: &Reference,
    store: &dyn Store,
) -> Option<RoundRow> {
    let mut round = read::round(document, bureau);
    read::hold(&mut round, document, &reference.directory.held_in(document.id()));
    let name = round.name.clone()?;
    round.until = Some(reference.calendar.last_day(&name.period));
    let template = reference.template(&name)?;
    let expected = reference.expected(store, bureau, (&name, &template), &round);
    let subjects = reference.subjects(&name, &template, &expected);
    let sheet = projection::round(&template, subjects, &round);
    let answered_lines = sheet.lines.iter().filter(|line| line.reading.is_answered());
    let answered = |line: &Line<'_>| {
        let at = projection::standing(line).iter().map(|observation| observation.corrected_at()).max();
        (line_number(&sheet.subjects[line.subject].id, &line.item), at.unwrap_or_default())
    };
    let lines = answered_lines.map(answered).collect();
    Some(RoundRow {
        answered: sheet.answered,
        total: sheet.total,
        faults: sheet.faults,
        disputes: sheet.disputes,
        late: sheet.late,
        is_signed: matches!(sheet.stage, Stage::Signed | Stage::NeedsReview),
        attention: attention(&sheet, reference),
        lines,
        tally: sheet.tally,
        name,
    })
}

fn attention(sheet: &RoundSheet<'_>, reference: &Reference) -> Vec<Attention> {
    let calls = |line: &&Line<'_>| line.reading.is_disputed() || line.is_adverse();
    let lines = sheet.lines.iter().filter(calls);
    lines.filter_map(|line| attention_of(line, &sheet.subjects[line.subject], reference)).collect()
}

fn attention_of(line: &Line<'_>, subject: &Subject, reference: &Reference) -> Option<Attention> {
    let answer = line.reading.answer()?;
    let standing = projection::standing(line);
    let report = standing.iter().find(|observation| observation.answer() == Some(answer))?;
    let kind = match answer {
        _ if line.reading.is_disputed() => AttentionKind::Dispute,
        Answer::Condition(Condition::Missing) => AttentionKind::Missing,
        _ => AttentionKind::Fault,
    };
    let name = |o: &&Observation| {
        let officer = reference.directory.officers.get(&o.author);
        officer.map_or_else(|| o.author.to_string(), |officer| officer.name.clone())
    };
    let mut authors: Vec<String> = standing.iter().map(name).collect();
    authors.dedup();
    Some(Attention {
        kind,
        subject: subject.id.clone(),
        subject_name: subject_name(subject),
        item: line.item.clone(),
        item_name: line.definition.map(|asked| asked.item.name.clone()).unwrap_or_default(),
        answer: answer.clone(),
        note: note(report),
        authors,
        at: report.corrected_at(),
        is_safety_critical: line.definition.is_some_and(|asked| asked.item.is_safety_critical),
    })
}

fn subject_name(subject: &Subject) -> String {
    match subject.id.as_asset() {
        Some(asset) => format!("{} {asset}", subject.name.zh),
        None if subject.id == SubjectId::station() => String::new(),
        None => subject.name.zh.clone(),
    }
}

fn note(report: &Observation) -> String {
    match &report.act {
        Act::Answer { fault, note, .. } if !fault.is_empty() && !note.is_empty() => {
            format!("{fault} · {note}")
        }
        Act::Answer { fault, note, .. } => format!("{fault}{note}"),
        Act::Withdraw(_) => String::new(),
    }
}
