//! `POST /api/defects` and `POST /api/needs`: what the bureau does about them. The relay writes it, in the visitor's name.

use minicbor::Encode;
use serde::{Deserialize, Serialize};

use crate::domain::defect::{DefectAct, DefectName, DefectState, Disposition};
use crate::domain::need::{NeedAct, NeedName};
use crate::ids::EventKey;

/// One thing done about several defects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode)]
pub struct DefectMove {
    /// About which, each as it was on the screen.
    #[n(0)]
    pub defects: Vec<SeenDefect>,
    /// What; [`DefectAct::Withdraw`] takes back the visitor's own moves that are named with the defects.
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
    /// The move that is taken back, when that is what is done: the visitor may have made another since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[n(2)]
    pub takes_back: Option<EventKey>,
}

crate::read_record!(SeenDefect { defect, sees, takes_back });

/// What became of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Encode)]
pub struct Moved {
    /// Those that were moved.
    #[n(0)]
    pub moved: Vec<MovedDefect>,
    /// Those that were left as they are.
    #[n(1)]
    pub left: Vec<LeftDefect>,
}

crate::read_record!(Moved { moved, left });

/// A defect that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode)]
pub struct MovedDefect {
    /// Which.
    #[n(0)]
    pub defect: DefectName,
    /// The entry that says so: what takes it back names it.
    #[n(1)]
    pub entry: EventKey,
}

crate::read_record!(MovedDefect { defect, entry });

/// A defect that was not moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode)]
pub struct LeftDefect {
    /// Which.
    #[n(0)]
    pub defect: DefectName,
    /// How far it is: others had gone on meanwhile. None when the relay could not do it now, and it can be asked again.
    #[n(1)]
    pub state: Option<DefectState>,
}

crate::read_record!(LeftDefect { defect, state });

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
