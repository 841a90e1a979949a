//! What the bureau does about defects and needs, for supervisors: the relay writes it, and every phone of the station learns
//! it from there. It needs a network, since nobody may believe that something is done of which the station hears nothing.

use std::rc::Rc;

use shared::api::handling::{DefectMove, NeedMove};

use super::state::Engine;

impl Engine {
    /// Moves defects.
    pub(super) fn move_defects(self: &Rc<Self>, command: u32, asked: DefectMove) {
        self.order(command, "/api/defects", asked);
    }

    /// Moves a need.
    pub(super) fn move_need(self: &Rc<Self>, command: u32, asked: NeedMove) {
        self.order(command, "/api/needs", asked);
    }
}
