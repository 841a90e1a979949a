//! What rounds are read against: the directory, the calendar, the checklists and the registers, as the log has them.

use std::collections::BTreeMap;

use shared::document::read::Round;
use shared::document::{Document, read};
use shared::domain::asset::Asset;
use shared::domain::calendar::Calendar;
use shared::domain::directory::Directory;
use shared::domain::round::RoundName;
use shared::domain::template::{Addition, Template};
use shared::flat::FlatMap;
use shared::ids::{AssetId, CollectionId, DocumentId, DocumentKind, Shelf, StationCode, TemplateId};
use shared::projection::{self, Subject, expected_subjects};

use crate::relay::snapshot::{self, LoadError};
use crate::store::{Result, Store};

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
    pub registers: BTreeMap<StationCode, BTreeMap<AssetId, Asset>>,
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
        let mut assets = BTreeMap::new();
        for id in store.documents(&CollectionId::of(&Shelf::Live(station.clone())))? {
            if id.kind() == DocumentKind::Register
                && let Some(document) = load(store, id)?
            {
                assets.extend(read::register(&document));
            }
        }
        self.registers.insert(station.clone(), assets);
        Ok(())
    }

    /// The checklist of a round, as its station fills it.
    pub fn template(&self, name: &RoundName) -> Option<Template> {
        let addition = self.additions.get(&name.template).and_then(|additions| additions.get(&name.station));
        Some(self.templates.get(&name.template)?.clone().with(addition))
    }

    /// Whom or what a round asks about by a checklist.
    pub fn subjects(&self, name: &RoundName, template: &Template) -> Vec<Subject> {
        let none = BTreeMap::new();
        let register = self.registers.get(&name.station).unwrap_or(&none);
        expected_subjects(template, &name.station, &self.directory, register)
    }

    /// How many lines a round asks for that nobody has begun.
    pub fn total(&self, name: &RoundName) -> u32 {
        let Some(template) = self.template(name) else { return 0 };
        let subjects = self.subjects(name, &template);
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
