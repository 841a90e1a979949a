//! One row for each defect and each need: how far it is and since when, derived from its document and from nothing else
//! but what the directory holds back. Names of things and people are put in when somebody looks.

use minicbor::{Decode, Encode};
use shared::document::{Document, read};
use shared::domain::defect::{DefectName, DefectState};
use shared::domain::need::{NeedName, NeedState};
use shared::ids::{BureauId, DocumentId, DocumentKind, OfficerId, TemplateId};
use shared::time::Timestamp;

use super::reference::Reference;
use crate::store::Row;

/// The sheet of defects.
pub const DEFECTS: &str = "defect";
/// The sheet of needs.
pub const NEEDS: &str = "need";

/// A defect as the board needs it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct DefectRow {
    /// Which.
    #[n(0)]
    pub name: DefectName,
    /// How far it is.
    #[n(1)]
    pub state: DefectState,
    /// Whether it cannot wait.
    #[n(2)]
    pub is_urgent: bool,
    /// Whether the thing is not there.
    #[n(3)]
    pub is_missing: bool,
    /// The checklist of the line.
    #[n(4)]
    pub template: Option<TemplateId>,
    /// The place in words.
    #[n(5)]
    pub place: String,
    /// What the first report says.
    #[n(6)]
    pub remark: String,
    /// Who reported it.
    #[n(7)]
    pub by: Vec<OfficerId>,
    /// When it was first reported.
    #[n(8)]
    pub reported_at: Timestamp,
    /// When the bureau first did anything about it.
    #[n(9)]
    pub acknowledged_at: Option<Timestamp>,
    /// When it was over.
    #[n(10)]
    pub closed_at: Option<Timestamp>,
}

/// A need as the board needs it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct NeedRow {
    /// Which.
    #[n(0)]
    pub name: NeedName,
    /// How far it is.
    #[n(1)]
    pub state: NeedState,
    /// When it was raised.
    #[n(2)]
    pub raised_at: Timestamp,
}

/// What a document of either kind comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandledRow {
    /// A defect.
    Defect(DefectRow),
    /// A need.
    Need(NeedRow),
}

impl HandledRow {
    /// The sheet it stands in.
    pub fn sheet(&self) -> &'static str {
        match self {
            Self::Defect(_) => DEFECTS,
            Self::Need(_) => NEEDS,
        }
    }

    /// The row as it is stored: its key is the document's id.
    pub fn encode(&self, id: DocumentId) -> Row {
        let body = match self {
            Self::Defect(row) => minicbor::to_vec(row),
            Self::Need(row) => minicbor::to_vec(row),
        };
        Row { key: id.to_string(), body: body.expect("writing into memory cannot fail") }
    }
}

/// Projects one document; `None` while nothing in it says what it is.
pub fn project(document: &Document, bureau: &BureauId, reference: &Reference) -> Option<HandledRow> {
    let held = reference.directory.held_in(document.id());
    match document.id().kind() {
        DocumentKind::Defect => {
            let defect = read::defect(document, bureau, &held)?;
            let first = defect.reports().next().map(|report| report.said.clone());
            let mut by: Vec<OfficerId> = Vec::new();
            for report in defect.reports() {
                if !by.contains(&report.said.told.by) {
                    by.push(report.said.told.by.clone());
                }
            }
            Some(HandledRow::Defect(DefectRow {
                state: defect.state,
                is_urgent: defect.is_urgent,
                is_missing: defect.is_missing,
                template: first.as_ref().and_then(|first| first.template.clone()),
                place: first.as_ref().map(|first| first.place.clone()).unwrap_or_default(),
                remark: first.as_ref().map(|first| first.remark()).unwrap_or_default(),
                by,
                reported_at: defect.reported_at,
                acknowledged_at: defect.acknowledged_at,
                closed_at: defect.closed_at,
                name: defect.name,
            }))
        }
        DocumentKind::Need => {
            let need = read::need(document, bureau, &held)?;
            Some(HandledRow::Need(NeedRow { state: need.state, raised_at: need.raised_at, name: need.name }))
        }
        _ => None,
    }
}
