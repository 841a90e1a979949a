//! Deeds into events: checks the rules, makes sure that the person's visit is in the round, and writes. Step 4.

use super::handling::Found;
use super::port::Deed;
use super::{Device, Visiting};
use crate::document::Written;
use crate::document::write::Event;
use crate::domain::asset::RegisterEntry;
use crate::domain::custody::{Custody, Handing};
use crate::domain::policy::{self, PolicyError};
use crate::domain::round::RoundName;
use crate::domain::template::Template;
use crate::ids::{ChangeHash, CollectionId, DocumentId, EventKey, Shelf, StationCode};
use crate::projection;
use crate::time::{MINUTE_MS, Timestamp};

impl Device {
    /// Writes what a deed says into its document; gives the document and the changes.
    pub(super) fn perform(
        &mut self,
        now: Timestamp,
        utc_offset_minutes: i16,
        deed: Deed,
    ) -> Result<Vec<(DocumentId, Written)>, PolicyError> {
        let rights = self.identity.rights.clone();
        let in_round = |device: &Self, round: &RoundName, written: Vec<Written>| {
            let id = device.document_of(round);
            written.into_iter().map(|written| (id, written)).collect::<Vec<_>>()
        };
        match deed {
            Deed::Answer { round, subject, item, answer, fault, note, sees, amends, attached } => {
                let template = self.template_of(&round)?;
                policy::check_answer(&rights, &round, &template, &item, &answer, &[&fault, &note], &sees)?;
                policy::check_attached(&attached)?;
                if let Some(amended) = &amends {
                    policy::check_own(&rights, &round, &self.round(&round).observations, amended)?;
                }
                let mut written = self.visit(utc_offset_minutes, &round, &template);
                let visit = self.visit_key(&round);
                let found = Found {
                    is_urgent: template.item(&item).is_some_and(|item| item.is_safety_critical),
                    answer: answer.clone(),
                    subject: subject.clone(),
                    item: item.clone(),
                    fault: fault.clone(),
                    note: note.clone(),
                    photos: attached.photos.clone(),
                };
                let replaced = amends.clone();
                let event = Event::Answer {
                    visit,
                    subject,
                    item,
                    answer,
                    fault,
                    note,
                    at: now,
                    sees,
                    amends,
                    attached,
                };
                written.push(self.write(&round, &event));
                let key = written.last().map(|written| written.key.clone()).expect("it was just written");
                let mut written = in_round(self, &round, written);
                written.extend(self.report_found(now, &round, key, replaced, found));
                Ok(written)
            }
            Deed::Withdraw { round, event } => {
                let template = self.template_of(&round)?;
                let read = self.round(&round);
                let own = policy::check_own(&rights, &round, &read.observations, &event)?.clone();
                let mut written = self.visit(utc_offset_minutes, &round, &template);
                let visit = self.visit_key(&round);
                let (subject, item, target) = (own.subject, own.item, event);
                let event = Event::Withdraw {
                    visit,
                    subject: subject.clone(),
                    item: item.clone(),
                    target: target.clone(),
                    at: now,
                };
                written.push(self.write(&round, &event));
                let mut written = in_round(self, &round, written);
                written.extend(self.withdraw_found(now, &round.station, &subject, &item, &target));
                Ok(written)
            }
            Deed::SignOff { round } => {
                let template = self.template_of(&round)?;
                let required_open = self.required_open(&round, &template);
                policy::check_sign_off(&rights, &round, &template, required_open)?;
                let mut written = self.visit(utc_offset_minutes, &round, &template);
                let visit = self.visit_key(&round);
                let heads = self.documents.heads(self.document_of(&round));
                written.push(self.write(&round, &Event::SignOff { visit, at: now, heads }));
                Ok(in_round(self, &round, written))
            }
            Deed::Hand { station, asset, act, note, sees } => {
                let (by, at) = (rights.officer.clone(), self.corrected(now));
                let custody = Custody { asset, act, by, at, sees, note };
                policy::check_custody(&rights, &station, &custody)?;
                self.check_withdrawal(&station, &custody)?;
                Ok(vec![self.write_custody(&station, custody)])
            }
            Deed::Report(report) => self.report(now, report),
            Deed::SayOfDefect { defect, act, note } => self.say_of_defect(now, defect, act, note),
            Deed::WithdrawFromDefect { defect, act } => self.withdraw_from_defect(now, defect, act),
            Deed::RaiseNeed { wish, model } => self.raise_need(now, wish, model),
            Deed::RateNeed { need, rating } => self.rate_need(now, need, rating),
            Deed::WithdrawNeed { need } => self.withdraw_need(now, need),
        }
    }

    /// Only an own event is taken back.
    fn check_withdrawal(&mut self, station: &StationCode, custody: &Custody) -> Result<(), PolicyError> {
        let Handing::Withdrawn { event } = &custody.act else { return Ok(()) };
        let trails = &self.books(station).trails;
        let mut steps = trails.get(&custody.asset).into_iter().flat_map(|trail| &trail.steps);
        if steps.any(|step| step.key == *event && step.custody.by == custody.by) {
            Ok(())
        } else {
            Err(PolicyError::NotYours { key: event.clone() })
        }
    }

    fn write_custody(&mut self, station: &StationCode, custody: Custody) -> (DocumentId, Written) {
        let id = DocumentId::register(&self.identity.bureau, station);
        let live = CollectionId::of(&Shelf::Live(station.clone()));
        let event = Event::Entry { body: RegisterEntry::Custody(custody).to_json() };
        let written = self.documents.write(id, &live, self.actor, &event);
        (id, written.expect("a register has the map of its genesis, and an entry is a plain value"))
    }

    fn template_of(&self, round: &RoundName) -> Result<Template, PolicyError> {
        let unknown = || PolicyError::TemplateUnknown { template: round.template.to_string() };
        self.template(round).ok_or_else(unknown)
    }

    /// How many lines of a round must be answered before it is signed, and are not on this phone.
    fn required_open(&mut self, round: &RoundName, template: &Template) -> u32 {
        let (register, read) = (self.expected(round, template), self.round(round));
        let subjects = projection::expected_subjects(template, &round.station, self.directory(), &register);
        projection::round(template, subjects, &read).required_open
    }

    /// Begins a visit unless one stands that still describes this phone.
    fn visit(&mut self, utc_offset_minutes: i16, round: &RoundName, template: &Template) -> Vec<Written> {
        let id = self.document_of(round);
        let fits = |visit: &Visiting| {
            visit.template_version == template.version
                && visit.utc_offset_minutes == utc_offset_minutes
                && is_near(visit.clock_offset_ms, self.clock_offset_ms)
        };
        if self.visits.get(&id).is_some_and(fits) {
            return Vec::new();
        }
        let event = Event::Visit {
            name: round.clone(),
            officer: self.identity.rights.officer.clone(),
            template_version: template.version,
            utc_offset_minutes,
            clock_offset_ms: self.clock_offset_ms,
            register: self.pin(round, template),
        };
        let written = self.write(round, &event);
        let visiting = Visiting {
            key: written.key.clone(),
            template_version: template.version,
            utc_offset_minutes,
            clock_offset_ms: self.clock_offset_ms,
        };
        self.visits.insert(id, visiting);
        vec![written]
    }

    /// What an inspection is held against: what it was held against before, as far as this phone knows; otherwise the
    /// register as it is now.
    fn pin(&mut self, round: &RoundName, template: &Template) -> Vec<ChangeHash> {
        if template.inspects.is_none() {
            return Vec::new();
        }
        let read = self.round(round);
        let mut pins = read.visits.values().map(|visit| &visit.register);
        if let Some(pinned) = pins.find(|register| !register.is_empty()) {
            return pinned.clone();
        }
        self.documents.heads(DocumentId::register(&self.identity.bureau, &round.station))
    }

    fn visit_key(&self, round: &RoundName) -> EventKey {
        self.visits
            .get(&self.document_of(round))
            .map(|visit| visit.key.clone())
            .expect("the visit was just begun")
    }

    fn write(&mut self, round: &RoundName, event: &Event) -> Written {
        let id = self.document_of(round);
        let written = self.documents.write(id, &round.collection(), self.actor, event);
        written.expect("a round has the maps of its genesis, and events insert plain values")
    }

    pub(super) fn document_of(&self, round: &RoundName) -> DocumentId {
        round.document(&self.identity.bureau)
    }
}

/// Whether two clock offsets are the same within a minute.
fn is_near(a: Option<i64>, b: Option<i64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.abs_diff(b) < MINUTE_MS.unsigned_abs(),
        (a, b) => a == b,
    }
}
