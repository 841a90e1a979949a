//! What rounds are read against: the directory, the calendar, the checklists and the registers, as the log has them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::document::read::Round;
use shared::document::{Document, read};
use shared::domain::asset::Asset;
use shared::domain::calendar::Calendar;
use shared::domain::directory::Directory;
use shared::domain::inspection;
use shared::domain::register::Register;
use shared::domain::round::RoundName;
use shared::domain::template::{Addition, Item, Template};
use shared::flat::FlatMap;
use shared::ids::{
    AssetId, BureauId, ChangeHash, CollectionId, DocumentId, DocumentKind, ItemId, Shelf, StationCode,
    TemplateId,
};
use shared::projection::{self, Subject, expected_subjects};

use crate::relay::snapshot::{self, LoadError};
use crate::store::{Result, Store};

/// A station's assets, by id.
pub type Assets = Arc<BTreeMap<AssetId, Asset>>;

/// What rounds are read against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// People and stations.
    pub directory: Directory,
    /// Duties.
    pub calendar: Calendar,
    /// Checklists by id, without what stations add.
    pub templates: BTreeMap<TemplateId, Template>,
    /// What stations add to them.
    pub additions: BTreeMap<TemplateId, FlatMap<StationCode, Addition>>,
    /// Assets by station.
    pub registers: BTreeMap<StationCode, Assets>,
    /// The heads of the registers that list them.
    pub register_heads: BTreeMap<StationCode, Vec<ChangeHash>>,
}

impl Reference {
    /// Reads the bureau's own documents anew.
    ///
    /// # Errors
    /// When the database fails.
    pub fn load_bureau(&mut self, store: &dyn Store) -> Result<()> {
        self.templates.clear();
        self.additions.clear();
        for id in store.documents(&CollectionId::bureau())? {
            let Some(document) = load(store, id)? else { continue };
            match id.kind() {
                DocumentKind::Directory => self.directory = read::directory(&document),
                DocumentKind::Calendar => self.calendar = read::calendar(&document).unwrap_or_default(),
                DocumentKind::Template => {
                    if let Some(template) = read::template(&document) {
                        self.additions.insert(template.id.clone(), read::additions(&document));
                        self.templates.insert(template.id.clone(), template);
                    }
                }
                DocumentKind::Round | DocumentKind::Register | DocumentKind::Defect | DocumentKind::Need => {}
            }
        }
        // Devices come and go with every enrolment and change nothing in a round.
        self.directory.devices.clear();
        Ok(())
    }

    /// Reads a station's register anew.
    ///
    /// # Errors
    /// When the database fails.
    pub fn load_register(&mut self, store: &dyn Store, station: &StationCode) -> Result<()> {
        let (mut register, mut heads) = (Register::default(), Vec::new());
        for id in store.documents(&CollectionId::of(&Shelf::Live(station.clone())))? {
            if id.kind() == DocumentKind::Register
                && let Some(document) = load(store, id)?
            {
                register = read::register(&document, &self.directory.held_in(id));
                heads = document.heads();
            }
        }
        self.registers.insert(station.clone(), register.assets);
        self.register_heads.insert(station.clone(), heads);
        Ok(())
    }

    /// The checklist of a round, as its station fills it.
    pub fn template(&self, name: &RoundName) -> Option<Template> {
        let addition = self.addition(&name.template, &name.station);
        Some(self.templates.get(&name.template)?.clone().with(addition))
    }

    fn addition(&self, template: &TemplateId, station: &StationCode) -> Option<&Addition> {
        self.additions.get(template)?.get(station)
    }

    /// A line of a checklist as a station fills it, asked or dropped.
    pub fn line(&self, template: &TemplateId, station: &StationCode, item: &ItemId) -> Option<&Item> {
        self.templates.get(template)?.line(self.addition(template, station), item)
    }

    /// Whom or what a round asks about by a checklist.
    pub fn subjects(&self, name: &RoundName, template: &Template, expected: &Assets) -> Vec<Subject> {
        expected_subjects(template, &name.station, &self.directory, expected)
    }

    fn assets(&self, station: &StationCode) -> Assets {
        self.registers.get(station).map(Arc::clone).unwrap_or_default()
    }

    /// The things that a round asks about: an inspection is held against the register as its visits pinned it. A pinned
    /// one that cannot be had is stood in for by what there is now.
    pub fn expected(
        &self,
        store: &dyn Store,
        bureau: &BureauId,
        (name, template): (&RoundName, &Template),
        round: &Round,
    ) -> Assets {
        let pins: BTreeSet<&[ChangeHash]> =
            round.visits.values().map(|visit| visit.register.as_slice()).collect();
        let now = self.assets(&name.station);
        if template.inspects.is_none() || pins.iter().all(|pin| pin.is_empty()) {
            return now;
        }
        let heads = self.register_heads.get(&name.station).map_or(&[][..], Vec::as_slice);
        let id = DocumentId::register(bureau, &name.station);
        let mut document = None;
        let mut lists: Vec<Assets> = Vec::new();
        for pin in pins.into_iter().filter(|pin| !pin.is_empty()) {
            if pin == heads {
                lists.push(Arc::clone(&now));
                continue;
            }
            let document = document.get_or_insert_with(|| load(store, id).ok().flatten());
            let held = self.directory.held_in(id);
            let pinned = document.as_ref().and_then(|document| read::register_at(document, &held, pin));
            lists.push(pinned.map_or_else(|| Arc::clone(&now), |register| register.assets));
        }
        match lists.as_slice() {
            [only] => Arc::clone(only),
            _ => Arc::new(inspection::united(lists.iter().map(AsRef::as_ref))),
        }
    }

    /// How many lines a round asks for that nobody has begun.
    pub fn total(&self, name: &RoundName) -> u32 {
        let Some(template) = self.template(name) else { return 0 };
        let subjects = self.subjects(name, &template, &self.assets(&name.station));
        projection::round(&template, subjects, &Round::default()).total
    }
}

/// A document from the log; `None` when it does not load, which is written down.
///
/// # Errors
/// When the database fails.
pub fn load(store: &dyn Store, id: DocumentId) -> Result<Option<Document>> {
    match snapshot::load(store, id) {
        Ok(document) => Ok(Some(document)),
        Err(LoadError::Store(error)) => Err(error),
        Err(error) => {
            tracing::error!(%id, error = &error as &dyn std::error::Error, "a document does not load");
            Ok(None)
        }
    }
}
