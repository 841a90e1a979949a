//! Defects and needs as read from their documents, kept until a change comes.

use std::sync::Arc;

use super::Documents;
use crate::document::read;
use crate::domain::defect::Defect;
use crate::domain::need::Need;
use crate::ids::{BureauId, CollectionId, DocumentId, DocumentKind};

/// What a document of that kind says.
#[derive(Debug, Clone)]
pub(super) enum Handled {
    Defect(Option<Arc<Defect>>),
    Need(Option<Arc<Need>>),
}

impl Documents {
    /// A defect; `None` when nothing on this phone says what it is.
    pub(in super::super) fn defect(&mut self, id: DocumentId, bureau: &BureauId) -> Option<Arc<Defect>> {
        match self.handled(id, bureau)? {
            Handled::Defect(defect) => defect,
            Handled::Need(_) => None,
        }
    }

    /// A need; `None` when nothing on this phone says what it is.
    pub(in super::super) fn need(&mut self, id: DocumentId, bureau: &BureauId) -> Option<Arc<Need>> {
        match self.handled(id, bureau)? {
            Handled::Need(need) => need,
            Handled::Defect(_) => None,
        }
    }

    /// The documents of a kind on this phone: of one collection, or of all.
    pub(in super::super) fn of_kind(&self, kind: DocumentKind, of: Option<&CollectionId>) -> Vec<DocumentId> {
        let held = self.held.iter().filter(|(id, _)| id.kind() == kind);
        held.filter(|(_, held)| of.is_none_or(|of| held.collection == *of)).map(|(id, _)| *id).collect()
    }

    fn handled(&mut self, id: DocumentId, bureau: &BureauId) -> Option<Handled> {
        let held = self.held.get_mut(&id)?;
        if let Some(handled) = &held.handled {
            return Some(handled.clone());
        }
        let changes = self.library.directory.held_in(id);
        let document = held.load(id, &mut self.guard);
        let handled = match id.kind() {
            DocumentKind::Defect => Handled::Defect(read::defect(document, bureau, &changes).map(Arc::new)),
            DocumentKind::Need => Handled::Need(read::need(document, bureau, &changes).map(Arc::new)),
            _ => return None,
        };
        self.guard.close();
        held.handled = Some(handled.clone());
        Some(handled)
    }
}
