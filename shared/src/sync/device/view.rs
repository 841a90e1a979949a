//! What the shell reads of the phone's end: documents, the outbox, the link. Nothing here changes anything but what is
//! kept of earlier readings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Device;
use super::port::{Identity, Rejected, Status, Why};
use crate::document::decode;
use crate::document::read::Round;
use crate::domain::asset::Asset;
use crate::domain::calendar::Calendar;
use crate::domain::directory::Directory;
use crate::domain::inspection;
use crate::domain::register::Register;
use crate::domain::round::RoundName;
use crate::domain::template::{Addition, Item, Template};
use crate::flat::FlatMap;
use crate::gather::{Gather, sort_by};
use crate::ids::{
    AssetId, ChangeHash, CollectionId, DocumentId, DocumentKind, EventKey, ItemId, StationCode, TemplateId,
};
use crate::time::Timestamp;

impl Device {
    /// Who this phone is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How the phone stands.
    pub fn status(&self) -> Status {
        Status {
            pending: self.outbox.len(),
            oldest_pending: self.outbox.oldest(),
            link: self.link_state(),
            last_contact: self.link.last_contact,
            clock_offset_ms: self.clock_offset_ms,
            rejected: self
                .rejected
                .iter()
                .filter(|rejected| !self.has_come_back(rejected))
                .cloned()
                .collect(),
            aside: self.documents.aside().collect(),
            refused: self.documents.refused().collect(),
            problem: self.link.problem.clone(),
        }
    }

    /// Whether the relay had lost it and has it again.
    fn has_come_back(&self, rejected: &Rejected) -> bool {
        rejected.why == Why::Unproven && self.documents.contains(rejected.document, rejected.hash)
    }

    /// A moment of the phone's clock, corrected by what the relay's said at the last contact.
    pub fn corrected(&self, now: Timestamp) -> Timestamp {
        now.plus_ms(self.clock_offset_ms.unwrap_or_default())
    }

    /// People, stations and devices.
    pub fn directory(&self) -> &Directory {
        self.documents.directory()
    }

    /// What is due when.
    pub fn calendar(&self) -> &Calendar {
        self.documents.calendar()
    }

    /// The template of a round, as its station fills it; `None` when it is not on this phone.
    pub fn template(&self, round: &RoundName) -> Option<Template> {
        self.documents.template(&round.template, &round.station)
    }

    /// The templates on this phone, without what stations add.
    pub fn templates(&self) -> &FlatMap<TemplateId, Template> {
        self.documents.templates()
    }

    /// A line of a checklist as a station fills it, asked or dropped.
    pub fn line(&self, template: &TemplateId, station: &StationCode, item: &ItemId) -> Option<&Item> {
        self.templates().get(template)?.line(self.addition(template, station), item)
    }

    /// What a station adds to a checklist.
    pub fn addition(&self, template: &TemplateId, station: &StationCode) -> Option<&Addition> {
        self.documents.addition(template, station)
    }

    /// A station's assets.
    pub fn register(&mut self, station: &StationCode) -> Arc<BTreeMap<AssetId, Asset>> {
        Arc::clone(&self.books(station).assets)
    }

    /// A station's register with how things went from hand to hand.
    pub fn books(&mut self, station: &StationCode) -> Arc<Register> {
        self.documents.register(DocumentId::register(&self.identity.bureau, station))
    }

    /// The things that a round asks about. An inspection is held against the register as its visits pinned it; pins that
    /// were made apart are united. While a pinned one is not here yet, what is here stands in for it.
    pub fn expected(&mut self, round: &RoundName, template: &Template) -> Arc<BTreeMap<AssetId, Asset>> {
        if template.inspects.is_none() {
            return self.register(&round.station);
        }
        let read = self.round(round);
        let id = DocumentId::register(&self.identity.bureau, &round.station);
        let mut pins: Vec<&[ChangeHash]> = read
            .visits
            .values()
            .map(|visit| visit.register.as_slice())
            .filter(|pin| !pin.is_empty())
            .collect();
        sort_by(&mut pins, Ord::cmp);
        pins.dedup();
        let mut lists: Vec<Arc<BTreeMap<AssetId, Asset>>> =
            pins.iter().map(|pin| self.documents.register_at(id, pin)).collect();
        match lists.len() {
            0 => self.register(&round.station),
            1 => lists.remove(0),
            _ => Arc::new(inspection::united(lists.iter().map(AsRef::as_ref))),
        }
    }

    /// The epoch of the relay's logs, which a restore begins anew; 0 while none is known.
    pub fn epoch(&self) -> u64 {
        self.cursor(&CollectionId::bureau()).epoch
    }

    /// A round as it is on this phone; empty when nobody has started it.
    pub fn round(&mut self, name: &RoundName) -> Arc<Round> {
        self.documents.round(name.document(&self.identity.bureau), &self.identity.bureau)
    }

    /// What a document's derived id stands for; `None` when it is no round, or no visit of it can be read.
    pub fn name_of(&mut self, document: DocumentId) -> Option<RoundName> {
        self.documents.round(document, &self.identity.bureau).name.clone()
    }

    /// Whether anybody has started a round, as far as this phone knows.
    pub fn has_round(&self, name: &RoundName) -> bool {
        self.documents.has(self.document_of(name))
    }

    /// The heads of a round's document.
    pub fn heads(&mut self, name: &RoundName) -> Vec<ChangeHash> {
        let id = self.document_of(name);
        self.documents.heads(id)
    }

    /// Whether an event is only on this phone: because it waits for the relay, or because the relay rejected it.
    pub fn is_only_here(&self, document: DocumentId, key: &EventKey) -> bool {
        let is_it = |rejected: &Rejected| {
            rejected.document == document
                && !self.has_come_back(rejected)
                && decode::key(&rejected.change).as_ref() == Some(key)
        };
        self.outbox.is_waiting(document, key) || self.rejected.iter().any(is_it)
    }

    /// Documents of a kind of which anything is only on this phone.
    pub fn only_here(&self, kind: DocumentKind) -> BTreeSet<DocumentId> {
        let rejected = self.rejected.iter().filter(|rejected| !self.has_come_back(rejected));
        let documents = self.outbox.marked().map(|(document, _)| document);
        let documents = documents.chain(rejected.map(|rejected| rejected.document));
        documents.filter(|document| document.kind() == kind).into_set()
    }

    /// Whether a collection was read to its end at least once.
    pub fn is_caught_up(&self, collection: &CollectionId) -> bool {
        self.caught_up.contains(collection)
    }

    /// The collections this phone holds: by right, and those that were opened.
    pub fn wanted(&self, now: Timestamp) -> BTreeSet<CollectionId> {
        let today = self.identity.zone.date(self.corrected(now));
        let stations = self.directory().stations.keys();
        let held = self.identity.rights.held_collections(stations, today);
        held.into_iter().chain(self.opened.iter().cloned()).into_set()
    }
}
