//! Deeds about defects and needs. A fault that is found in a round reports its defect in the same transaction as the
//! answer: either both are on the disk or neither is, so no report can get lost between the two. Step 4.

use std::sync::Arc;

use super::Device;
use super::port::Report;
use crate::document::Written;
use crate::document::write::Event;
use crate::domain::answer::{Answer, Condition};
use crate::domain::defect::{self, Defect, DefectAct, DefectEntry, DefectName, DefectState};
use crate::domain::history::Told;
use crate::domain::need::{Need, NeedAct, NeedEntry, NeedName};
use crate::domain::observation::Act;
use crate::domain::photo::Photo;
use crate::domain::policy::PolicyError;
use crate::domain::round::RoundName;
use crate::ids::{
    CollectionId, DocumentId, DocumentKind, EventKey, ItemId, NeedId, Shelf, StationCode, SubjectId,
};
use crate::time::Timestamp;

/// What was written, and where.
type Done = Vec<(DocumentId, Written)>;

/// An answer that may tell of a defect.
pub(super) struct Found {
    pub(super) subject: SubjectId,
    pub(super) item: ItemId,
    pub(super) answer: Answer,
    pub(super) fault: String,
    pub(super) note: String,
    pub(super) photos: Vec<Photo>,
    pub(super) is_urgent: bool,
}

impl Device {
    /// The defect of a subject and an item that a new report would go into: the open one, or the next. And how it stands,
    /// if anything is known of it.
    pub fn defect_of(
        &mut self,
        station: &StationCode,
        subject: &SubjectId,
        item: &ItemId,
    ) -> (DefectName, Option<Arc<Defect>>) {
        let (station, subject, item) = (station.clone(), subject.clone(), item.clone());
        let mut name = DefectName { station, subject, item, number: 1 };
        loop {
            match self.defect(&name) {
                Some(defect) if defect.state.is_closed() => name.number += 1,
                found => return (name, found),
            }
        }
    }

    /// A defect as it is on this phone.
    pub fn defect(&mut self, name: &DefectName) -> Option<Arc<Defect>> {
        let id = name.document(&self.identity.bureau);
        self.documents.defect(id, &self.identity.bureau)
    }

    /// The defect that a document is, as it is on this phone.
    pub fn defect_in(&mut self, document: DocumentId) -> Option<Arc<Defect>> {
        self.documents.defect(document, &self.identity.bureau)
    }

    /// The defects on this phone: of one station, or of all.
    pub fn defects(&mut self, of: Option<&StationCode>) -> Vec<Arc<Defect>> {
        let live = of.map(|station| CollectionId::of(&Shelf::Live(station.clone())));
        let ids = self.documents.of_kind(DocumentKind::Defect, live.as_ref());
        ids.into_iter().filter_map(|id| self.documents.defect(id, &self.identity.bureau)).collect()
    }

    /// A need as it is on this phone.
    pub fn need(&mut self, name: &NeedName) -> Option<Arc<Need>> {
        let id = name.document(&self.identity.bureau);
        self.documents.need(id, &self.identity.bureau)
    }

    /// The needs on this phone: of one station, or of all.
    pub fn needs(&mut self, of: Option<&StationCode>) -> Vec<Arc<Need>> {
        let live = of.map(|station| CollectionId::of(&Shelf::Live(station.clone())));
        let ids = self.documents.of_kind(DocumentKind::Need, live.as_ref());
        ids.into_iter().filter_map(|id| self.documents.need(id, &self.identity.bureau)).collect()
    }

    /// An answer's report, if it tells of a fault that nobody has reported; and what an answer that it replaces had
    /// reported is taken back, or stays when both tell of it.
    pub(super) fn report_found(
        &mut self,
        now: Timestamp,
        round: &RoundName,
        key: EventKey,
        replaced: Option<EventKey>,
        found: Found,
    ) -> Done {
        let is_defect = matches!(found.answer, Answer::Condition(Condition::Fault | Condition::Missing));
        let Found { subject, item, .. } = &found;
        let mut done = Done::new();
        // The same fault in other words, or with a photo, after somebody has acted on its report: it stays as it was acted on,
        // and its photos stay with it.
        if is_defect {
            let replaced = self.replaced_by(round, replaced.as_ref());
            if replaced.iter().any(|replaced| self.has_told(&round.station, subject, item, replaced)) {
                return done;
            }
        }
        if let Some(replaced) = replaced.or_else(|| self.corrected_by(round, &found, is_defect)) {
            done.extend(self.withdraw_found(now, &round.station, subject, item, &replaced));
        }
        let (name, known) = self.defect_of(&round.station, subject, item);
        // What is said to be mended and found as before is told again; so is what this person had told in other words.
        let is_open = known.as_ref().is_some_and(|defect| defect.state < DefectState::Done);
        if !is_defect || (is_open && done.is_empty()) {
            return done;
        }
        let mut entry = DefectEntry::new(name, DefectAct::Report, self.told(now, known.as_deref()));
        entry.template = Some(round.template.clone());
        entry.answer = Some(key);
        entry.is_missing = found.answer == Answer::Condition(Condition::Missing);
        entry.is_urgent = found.is_urgent;
        entry.fault = found.fault;
        entry.note = found.note;
        entry.take_photos(&found.photos);
        done.push(self.write_defect(&entry));
        done
    }

    /// An answer that is replaced, and those that it has replaced itself, however often the same was said in other words.
    fn replaced_by(&mut self, round: &RoundName, replaced: Option<&EventKey>) -> Vec<EventKey> {
        let said = self.round(round);
        let mut all: Vec<EventKey> = replaced.cloned().into_iter().collect();
        // Each has replaced one that was there before it, so no key comes twice; what claims otherwise is not followed.
        while let Some(observation) = said.observations.iter().find(|other| Some(&other.key) == all.last())
            && let Act::Answer { amends: Some(before), .. } = &observation.act
            && !all.contains(before)
        {
            all.push(before.clone());
        }
        all
    }

    /// Whether an answer was reported in a defect of its line that somebody has acted on since, be it closed or not.
    fn has_told(
        &mut self,
        station: &StationCode,
        subject: &SubjectId,
        item: &ItemId,
        answer: &EventKey,
    ) -> bool {
        let name = |number| DefectName {
            station: station.clone(),
            subject: subject.clone(),
            item: item.clone(),
            number,
        };
        let mut numbers = 1..;
        std::iter::from_fn(|| self.defect(&name(numbers.next()?))).any(|defect| {
            let history = &defect.history;
            defect.state != DefectState::Reported
                && history.live().any(|place| history.entries[place].said.answer.as_ref() == Some(answer))
        })
    }

    /// The own answer that a better one corrects, if nobody has acted on its report: a slip of the finger, or mended on the
    /// spot. On a safety-critical line two people must say so, and the report stays.
    fn corrected_by(&mut self, round: &RoundName, found: &Found, is_defect: bool) -> Option<EventKey> {
        if is_defect || found.is_urgent || found.answer != Answer::Condition(Condition::Ok) {
            return None;
        }
        let me = self.identity.rights.officer.clone();
        let (_, defect) = self.defect_of(&round.station, &found.subject, &found.item);
        let defect = defect.filter(|defect| defect.state == DefectState::Reported && !defect.is_reopened)?;
        let key = defect.history.own(&me, |entry| entry.act == DefectAct::Report)?.clone();
        let own = defect.history.entries.iter().find(|entry| entry.key == key)?;
        own.said.answer.clone()
    }

    /// Takes the report back that an own answer had made, if it made one.
    pub(super) fn withdraw_found(
        &mut self,
        now: Timestamp,
        station: &StationCode,
        subject: &SubjectId,
        item: &ItemId,
        answer: &EventKey,
    ) -> Done {
        let me = self.identity.rights.officer.clone();
        let (_, Some(defect)) = self.defect_of(station, subject, item) else { return Done::new() };
        let Some(target) = defect.history.own(&me, |entry| entry.answer.as_ref() == Some(answer)).cloned()
        else {
            return Done::new();
        };
        let mut entry =
            DefectEntry::new(defect.name.clone(), DefectAct::Withdraw, self.told(now, Some(&defect)));
        entry.target = Some(target);
        vec![self.write_defect(&entry)]
    }

    pub(super) fn report(&mut self, now: Timestamp, report: Report) -> Result<Done, PolicyError> {
        let station = self.own_station()?;
        let general = ItemId::parse(if report.is_expiry { defect::EXPIRY } else { defect::GENERAL });
        let item = general.expect("a plain word");
        let subject = match &report.asset {
            Some(asset) => SubjectId::asset(asset),
            None => defect::place(&self.code(now)).ok_or(PolicyError::NotWhole)?,
        };
        let (name, known) = self.defect_of(&station, &subject, &item);
        if known.as_ref().is_some_and(|defect| defect.state.is_open()) {
            return Err(PolicyError::GoneOn);
        }
        let mut entry = DefectEntry::new(name, DefectAct::Report, self.told(now, known.as_deref()));
        entry.place = report.place.trim().to_owned();
        entry.is_missing = report.is_missing;
        entry.is_urgent = report.is_urgent;
        entry.note = report.note.trim().to_owned();
        entry.take_photos(&report.photos);
        let is_told = !entry.note.is_empty() || !entry.photos.is_empty();
        if !is_told && !report.is_expiry && !report.is_missing {
            return Err(PolicyError::NotWhole);
        }
        entry.check().map_err(|_| PolicyError::NotWhole)?;
        Ok(vec![self.write_defect(&entry)])
    }

    pub(super) fn say_of_defect(
        &mut self,
        now: Timestamp,
        name: DefectName,
        act: DefectAct,
        note: String,
    ) -> Result<Done, PolicyError> {
        self.check_station(&name.station)?;
        let defect = self.defect(&name).ok_or(PolicyError::GoneOn)?;
        let is_said = matches!(act, DefectAct::Urgent | DefectAct::Verify | DefectAct::NotFixed);
        if !is_said || !defect.state.takes(act) {
            return Err(PolicyError::GoneOn);
        }
        let mut entry = DefectEntry::new(name, act, self.told(now, Some(&defect)));
        entry.note = note.trim().to_owned();
        entry.check().map_err(|_| PolicyError::NotWhole)?;
        Ok(vec![self.write_defect(&entry)])
    }

    pub(super) fn withdraw_from_defect(
        &mut self,
        now: Timestamp,
        name: DefectName,
        act: DefectAct,
    ) -> Result<Done, PolicyError> {
        self.check_station(&name.station)?;
        let me = self.identity.rights.officer.clone();
        let defect = self.defect(&name).ok_or(PolicyError::GoneOn)?;
        let target = defect.history.own(&me, |entry| entry.act == act).cloned().ok_or(PolicyError::GoneOn)?;
        let mut entry = DefectEntry::new(name, DefectAct::Withdraw, self.told(now, Some(&defect)));
        entry.target = Some(target);
        Ok(vec![self.write_defect(&entry)])
    }

    pub(super) fn raise_need(
        &mut self,
        now: Timestamp,
        wish: String,
        model: String,
    ) -> Result<Done, PolicyError> {
        let station = self.own_station()?;
        let id = NeedId::parse(&self.code(now)).map_err(|_| PolicyError::NotWhole)?;
        let told = self.told(now, None);
        let mut entry = NeedEntry::new(NeedName { station, id }, NeedAct::Raise, told);
        entry.note = wish.trim().to_owned();
        entry.model = model.trim().to_owned();
        entry.check().map_err(|_| PolicyError::NotWhole)?;
        Ok(vec![self.write_need(&entry)])
    }

    pub(super) fn rate_need(
        &mut self,
        now: Timestamp,
        name: NeedName,
        rating: u8,
    ) -> Result<Done, PolicyError> {
        let mut entry = self.of_need(now, name, NeedAct::Rate)?;
        entry.rating = Some(rating);
        entry.check().map_err(|_| PolicyError::NotWhole)?;
        Ok(vec![self.write_need(&entry)])
    }

    pub(super) fn withdraw_need(&mut self, now: Timestamp, name: NeedName) -> Result<Done, PolicyError> {
        let me = self.identity.rights.officer.clone();
        let mut entry = self.of_need(now, name, NeedAct::Withdraw)?;
        let need = self.need(&entry.need).ok_or(PolicyError::GoneOn)?;
        let raised = need.history.own(&me, |entry| entry.act == NeedAct::Raise).cloned();
        entry.target = Some(raised.ok_or(PolicyError::GoneOn)?);
        Ok(vec![self.write_need(&entry)])
    }

    fn of_need(&mut self, now: Timestamp, name: NeedName, act: NeedAct) -> Result<NeedEntry, PolicyError> {
        self.check_station(&name.station)?;
        let need = self.need(&name).filter(|need| need.state.takes(act)).ok_or(PolicyError::GoneOn)?;
        let sees = need.history.heads();
        Ok(NeedEntry::new(name, act, Told { sees, ..self.told(now, None) }))
    }

    fn told(&self, now: Timestamp, seen: Option<&Defect>) -> Told {
        let sees = seen.map(|defect| defect.history.heads()).unwrap_or_default();
        Told { by: self.identity.rights.officer.clone(), at: now, clock: self.clock_offset_ms, sees }
    }

    /// A name for something of its own: nobody else draws it.
    fn code(&self, now: Timestamp) -> String {
        let device = self.identity.device.to_string();
        let device = device.get(..12).unwrap_or_default();
        format!("{device}-{:x}-{:x}", now.0, self.drawn & 0xffff_ffff)
    }

    fn own_station(&self) -> Result<StationCode, PolicyError> {
        let station = self.identity.rights.station.clone();
        station.ok_or_else(|| PolicyError::NoRight { station: String::new() })
    }

    fn check_station(&self, station: &StationCode) -> Result<(), PolicyError> {
        let live = CollectionId::of(&Shelf::Live(station.clone()));
        match self.identity.rights.may_write(&live) {
            true => Ok(()),
            false => Err(PolicyError::NoRight { station: station.to_string() }),
        }
    }

    fn write_defect(&mut self, entry: &DefectEntry) -> (DocumentId, Written) {
        let id = entry.defect.document(&self.identity.bureau);
        self.write_entry(id, &entry.defect.collection(), entry.to_json())
    }

    fn write_need(&mut self, entry: &NeedEntry) -> (DocumentId, Written) {
        let id = entry.need.document(&self.identity.bureau);
        self.write_entry(id, &entry.need.collection(), entry.to_json())
    }

    fn write_entry(
        &mut self,
        id: DocumentId,
        collection: &CollectionId,
        body: String,
    ) -> (DocumentId, Written) {
        let written = self.documents.write(id, collection, self.actor, &Event::Entry { body });
        (id, written.expect("a document of entries has their map, and an entry is a plain text"))
    }
}
