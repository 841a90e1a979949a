//! What the demo bureau's people wrote: every work of the schedule as a real round document, one change an event,
//! signed by the phones that wrote it. Pushing it is `demo`'s.

use std::collections::BTreeMap;

use shared::document::write::Event;
use shared::document::{Document, Written};
use shared::domain::answer::{Answer, Condition, SafeSide};
use shared::domain::asset::Asset;
use shared::domain::directory::Directory;
use shared::domain::template::{Item, ItemKind, Template};
use shared::ids::{AssetId, BureauId, DocumentId, EventKey, SubjectId, TemplateId};
use shared::projection::expected_subjects;
use shared::protocol::Batch;
use shared::time::{Date, MINUTE_MS, Timestamp};

use super::DemoError;
use super::bureau::{bureau, dice};
use super::dice::Dice;
use super::findings::{self, Finding};
use super::phone::DemoPhone;
use super::schedule::Work;

/// A batch and when the relay got it.
#[derive(Debug)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub batch: Batch,
}

/// What all rounds of a station have in common.
pub struct Scene<'a> {
    /// The bureau's people.
    pub directory: &'a Directory,
    /// The station's assets.
    pub register: &'a BTreeMap<AssetId, Asset>,
    /// The checklists.
    pub templates: &'a BTreeMap<TemplateId, Template>,
    /// The station's phones: the lead's first, then two others'.
    pub phones: &'a [DemoPhone],
    /// When the third phone was last heard; what came later was written on the second alone.
    pub third_heard: Timestamp,
    /// The day on which the bureau is made: only its own rounds have the findings that are still open.
    pub today: Date,
}

/// One round while it is written.
struct Pen<'a> {
    bureau: BureauId,
    work: &'a Work,
    document: Document,
    sent: Vec<Sent>,
}

/// Writes one round; its batches in the order in which they were sent.
///
/// # Errors
/// When a document or a key fails, which the demo's own do not.
pub fn write(scene: &Scene<'_>, work: &Work) -> Result<Vec<Sent>, DemoError> {
    let template = &scene.templates[&work.name.template];
    let id = work.name.document(&bureau().id);
    let mut pen = Pen { bureau: bureau().id, work, document: Document::new(id), sent: Vec::new() };
    let [lead, first, second, ..] = scene.phones else { return Err(DemoError::Signing) };
    let second = if work.ended <= scene.third_heard { second } else { first };
    let lines = lines(scene, work, template);
    let (early, late) = lines.split_at(lines.len() / 2);
    let middle = Timestamp(work.begun.0.midpoint(work.ended.0));
    pen.answers(first, early, work.begun, middle)?;
    pen.answers(second, late, middle, work.ended)?;
    if work.is_disputed {
        pen.disagree(lead, first, id)?;
    }
    if work.is_signed {
        pen.sign_off(lead, work.ended)?;
    }
    Ok(pen.sent)
}

/// People of a team that goes out.
const TEAM: u32 = 6;

/// One answer to be written.
struct Line {
    subject: SubjectId,
    item: Item,
    answer: Answer,
    fault: String,
    note: String,
}

fn lines(scene: &Scene<'_>, work: &Work, template: &Template) -> Vec<Line> {
    let name = &work.name;
    let mut dice = dice(&["round", name.station.as_str(), name.template.as_str(), &name.period.to_string()]);
    let is_current = name.period.start() == scene.today || name.period.start() != name.period.end();
    let findings = if is_current { findings::of(&name.station, &name.template) } else { Vec::new() };
    let subjects = expected_subjects(template, &name.station, scene.directory, scene.register);
    let asked = subjects.len() * template.items().count();
    let wanted = asked * work.answered_permille as usize / 1_000;
    let mut lines = Vec::with_capacity(wanted);
    for (index, subject) in subjects.iter().enumerate() {
        for (_, item) in template.items() {
            let is_left_out = work.is_disputed && item.id.as_str() == findings::DISPUTED_ITEM;
            // What was found is always among what was answered.
            let finding = findings.iter().find(|found| found.item == item.id.as_str() && (index == 0));
            let is_next = lines.len() < wanted && is_asked(item, &subject.id, &lines);
            if !is_left_out && (is_next || finding.is_some()) {
                lines.push(line(&subject.id, item, finding, scene, &mut dice));
            }
        }
    }
    lines
}

/// Whether a line is asked, as what was said before decides.
fn is_asked(item: &Item, subject: &SubjectId, said: &[Line]) -> bool {
    let Some(show_if) = &item.show_if else { return true };
    let earlier = said.iter().filter(|line| line.subject == *subject && line.item.id == show_if.item);
    show_if.holds(earlier.map(|line| &line.answer))
}

fn line(
    subject: &SubjectId,
    item: &Item,
    finding: Option<&Finding>,
    scene: &Scene<'_>,
    dice: &mut Dice,
) -> Line {
    let said = |answer, fault: &str, note: &str| Line {
        subject: subject.clone(),
        item: item.clone(),
        answer,
        fault: fault.to_owned(),
        note: note.to_owned(),
    };
    if let Some(finding) = finding {
        return said(finding.answer.clone(), finding.fault, finding.note);
    }
    match &item.kind {
        ItemKind::Condition if dice.one_in(180) && !item.faults.is_empty() => {
            let fault = dice.pick(&item.faults).zh.clone();
            said(Answer::Condition(Condition::Watch), &fault, "")
        }
        ItemKind::Condition => said(Answer::Condition(Condition::Ok), "", ""),
        ItemKind::YesNo => said(Answer::YesNo(true), "", ""),
        ItemKind::Count { expected, .. } => {
            let count = match (&expected.of, expected.plus, item.safe_side) {
                (None, 0, SafeSide::Max) => TEAM,
                (None, 0, _) => 1,
                (None, plus, _) => plus,
                // There is enough for the team, whatever a thing is counted for.
                (Some(_), plus, _) => TEAM * expected.each + plus,
            };
            said(Answer::Number(i64::from(count) * 1_000), "", "")
        }
        ItemKind::Number { ok_min, ok_max, max, .. } => {
            let least = ok_min.or(*ok_max).unwrap_or_default() / 1_000;
            let most = max.map_or(least + 3, |max| max / 1_000).min(least + 20);
            said(
                Answer::Number(dice.between(least, if ok_min.is_some() { most } else { least }) * 1_000),
                "",
                "",
            )
        }
        ItemKind::Date => said(Answer::Date(printed_date(subject, item, scene, dice)), "", ""),
        ItemKind::Choice { options } => {
            let best = options.first().map(|option| Answer::Choice(option.code.clone()));
            said(best.unwrap_or(Answer::NotApplicable), "", "")
        }
        ItemKind::Text | ItemKind::Photo | ItemKind::Scan | ItemKind::Later => {
            said(Answer::NotApplicable, "", "")
        }
    }
}

/// The date that stands on the officer's own thing, where the register has it.
fn printed_date(subject: &SubjectId, item: &Item, scene: &Scene<'_>, dice: &mut Dice) -> Date {
    let kind = item.id.as_str().split('.').next().unwrap_or_default();
    let holder = subject.as_officer();
    let held = scene.register.values().find(|asset| asset.kind == kind && asset.holder == holder);
    held.and_then(|asset| asset.expires).unwrap_or_else(|| scene.today.plus_days(dice.between(60, 700)))
}

impl Pen<'_> {
    /// One phone's visit with its answers, spread evenly over a time, sent at its end.
    fn answers(
        &mut self,
        phone: &DemoPhone,
        lines: &[Line],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(), DemoError> {
        if lines.is_empty() {
            return Ok(());
        }
        let step = to.since(from) / i64::try_from(lines.len()).unwrap_or(1);
        let (visit, mut written) = self.visit(phone)?;
        for (line, n) in lines.iter().zip(0..) {
            written.push(self.document.write(phone.actor(), &answer(&visit, line, from.plus_ms(step * n)))?);
        }
        self.send(phone, &written, to)
    }

    fn visit(&mut self, phone: &DemoPhone) -> Result<(EventKey, Vec<Written>), DemoError> {
        let begun = self.document.write(phone.actor(), &visit(self.work, phone))?;
        Ok((begun.key.clone(), vec![begun]))
    }

    fn sign_off(&mut self, phone: &DemoPhone, at: Timestamp) -> Result<(), DemoError> {
        let heads = self.document.heads();
        let (visit, mut written) = self.visit(phone)?;
        written.push(self.document.write(phone.actor(), &Event::SignOff { visit, at, heads })?);
        self.send(phone, &written, at)
    }

    /// Two phones without a network answer the same line differently: neither sees the other's answer.
    fn disagree(&mut self, first: &DemoPhone, second: &DemoPhone, id: DocumentId) -> Result<(), DemoError> {
        let at = self.work.ended;
        let mine: Vec<Vec<u8>> = self
            .sent
            .iter()
            .flat_map(|sent| sent.batch.changes.iter().map(|change| change.to_vec()))
            .collect();
        let mut sent = Vec::new();
        for (phone, finding) in [first, second].into_iter().zip(findings::dispute()) {
            let mut apart = Document::new(id);
            apart.apply(mine.iter().map(Vec::as_slice))?;
            let begun = apart.write(phone.actor(), &visit(self.work, phone))?;
            let answer = Event::Answer {
                visit: begun.key.clone(),
                subject: SubjectId::station(),
                item: finding.item_id(),
                answer: finding.answer,
                fault: finding.fault.to_owned(),
                note: finding.note.to_owned(),
                at: at.plus_ms(-3 * MINUTE_MS),
                sees: Vec::new(),
                amends: None,
                attached: Default::default(),
            };
            let said = apart.write(phone.actor(), &answer)?;
            sent.push((phone, vec![begun, said]));
        }
        for (phone, written) in sent {
            self.send(phone, &written, at)?;
        }
        Ok(())
    }

    fn send(&mut self, phone: &DemoPhone, written: &[Written], at: Timestamp) -> Result<(), DemoError> {
        let batch = phone.sign(&self.bureau, &self.work.name.collection(), self.document.id(), written)?;
        self.sent.push(Sent { at, batch });
        Ok(())
    }
}

fn visit(work: &Work, phone: &DemoPhone) -> Event {
    Event::Visit {
        name: work.name.clone(),
        officer: phone.officer.clone(),
        template_version: 1,
        utc_offset_minutes: bureau().zone.0,
        clock_offset_ms: Some(0),
        register: Vec::new(),
    }
}

fn answer(visit: &EventKey, line: &Line, at: Timestamp) -> Event {
    Event::Answer {
        visit: visit.clone(),
        subject: line.subject.clone(),
        item: line.item.id.clone(),
        answer: line.answer.clone(),
        fault: line.fault.clone(),
        note: line.note.clone(),
        at,
        sees: Vec::new(),
        amends: None,
        attached: Default::default(),
    }
}
