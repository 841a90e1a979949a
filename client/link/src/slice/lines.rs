//! The slice about what a station adds to the bureau's checklists.

use minicbor::Encode;
use shared::domain::Label;
use shared::ids::{ItemId, TemplateId};

/// The station's checklists, each with the lines that are its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode)]
pub struct LinesView {
    /// In the order of their names.
    #[n(0)]
    pub checklists: Vec<ChecklistView>,
}

shared::read_record!(LinesView { checklists });

/// A checklist.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct ChecklistView {
    /// Which.
    #[n(0)]
    pub template: TemplateId,
    /// Its name.
    #[n(1)]
    pub name: Label,
    /// How many lines the bureau's core has.
    #[n(2)]
    pub core: u32,
    /// The station's own.
    #[n(3)]
    pub own: Vec<OwnLineView>,
}

shared::read_record!(ChecklistView { template, name, core, own });

/// A line that a station has added.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct OwnLineView {
    /// Its id.
    #[n(0)]
    pub item: ItemId,
    /// What is looked at.
    #[n(1)]
    pub name: Label,
    /// When it is fine.
    #[n(2)]
    pub standard: Label,
    /// How it is answered; none for a way that is not offered here.
    #[n(3)]
    pub kind: Option<LineKind>,
    /// Whether a fault stands until two officers have seen it.
    #[n(4)]
    pub is_safety_critical: bool,
}

shared::read_record!(OwnLineView { item, name, standard, kind, is_safety_critical });

/// How a line of a station's own can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode)]
pub enum LineKind {
    /// 完好 / 需关注 / 故障停用 / 缺失.
    #[n(0)]
    Condition,
    /// Yes or no.
    #[n(1)]
    YesNo,
    /// Photos.
    #[n(2)]
    Photo,
    /// In words.
    #[n(3)]
    Text,
}

shared::read_choice!(LineKind {
    0 => Condition {},
    1 => YesNo {},
    2 => Photo {},
    3 => Text {},
});
