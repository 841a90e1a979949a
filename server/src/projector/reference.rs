//! What rounds are read against: the directory, the calendar, the checklists and the registers, as the log has them.

use std::collections::BTreeMap;

use shared::document::{Document, read};
use shared::domain::asset::Asset;
use shared::domain::calendar::Calendar;
use shared::domain::directory::Directory;
use shared::domain::round::RoundName;
use shared::domain::template::Template;
use shared::ids::{AssetId, CollectionId, DocumentId, DocumentKind, Shelf, StationCode, TemplateId};
use shared::projection::{Subject, expected_subjects};

use crate::relay::snapshot::{self, LoadError};
use crate::store::{Result, Store};

/// What rounds are read against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// People and stations.
    pub directory: Directory,
    /// Duties.
    pub calendar: Calendar,
    /// Checklists by id.
    pub templates: BTreeMap<TemplateId, Template>,
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
        for id in store.documents(&CollectionId::bureau())? {
            let Some(document) = load(store, id)? else { continue };
            match id.kind() {
                DocumentKind::Directory => self.directory = read::directory(&document),
                DocumentKind::Calendar => self.calendar = read::calendar(&document).unwrap_or_default(),
                DocumentKind::Template => {
                    self.templates
                        .extend(read::template(&document).map(|template| (template.id.clone(), template)));
                }
                DocumentKind::Round | DocumentKind::Register => {}
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

    /// Whom or what a round asks about.
    pub fn subjects(&self, name: &RoundName) -> Vec<Subject> {
        let none = BTreeMap::new();
        let register = self.registers.get(&name.station).unwrap_or(&none);
        let template = self.templates.get(&name.template);
        template.map(|t| expected_subjects(t, &name.station, &self.directory, register)).unwrap_or_default()
    }

    /// How many lines a round asks for.
    pub fn total(&self, name: &RoundName) -> u32 {
        let items = self.templates.get(&name.template).map_or(0, |template| template.items().count());
        u32::try_from(self.subjects(name).len() * items).unwrap_or(u32::MAX)
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
