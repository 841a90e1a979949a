//! `POST /api/defects` and `POST /api/needs`: what the bureau does about them. The relay writes it, in the visitor's name.

use minicbor::Encode;
use serde::{Deserialize, Serialize};

use crate::domain::defect::{DefectAct, DefectName, Disposition};
use crate::domain::need::{NeedAct, NeedName};
use crate::ids::EventKey;

/// One thing done about several defects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode)]
pub struct DefectMove {
    /// About which, each as it was on the screen.
    #[n(0)]
    pub defects: Vec<SeenDefect>,
    /// What; [`DefectAct::Withdraw`] takes the visitor's own latest move back.
    #[n(1)]
    pub act: DefectAct,
    /// What was decided, when that is what was done.
    #[serde(default)]
    #[n(2)]
    pub disposition: Option<Disposition>,
    /// In the visitor's words.
    #[serde(default)]
    #[n(3)]
    pub note: String,
}

crate::read_record!(DefectMove { defects, act, disposition, note });

/// A defect as somebody saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode)]
pub struct SeenDefect {
    /// Which.
    #[n(0)]
    pub defect: DefectName,
    /// What nothing else had answered.
    #[n(1)]
    pub sees: Vec<EventKey>,
}

crate::read_record!(SeenDefect { defect, sees });

/// How many of them were still to be moved: others had gone on meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Defects that were moved.
    pub moved: u32,
    /// Defects that had gone on and were left as they are.
    pub gone_on: u32,
}

/// One thing done about a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode)]
pub struct NeedMove {
    /// About which.
    #[n(0)]
    pub need: NeedName,
    /// What nothing else had answered on the screen.
    #[n(1)]
    pub sees: Vec<EventKey>,
    /// What; [`NeedAct::Withdraw`] takes the visitor's own latest move back.
    #[n(2)]
    pub act: NeedAct,
    /// In the visitor's words.
    #[serde(default)]
    #[n(3)]
    pub note: String,
}

crate::read_record!(NeedMove { need, sees, act, note });
