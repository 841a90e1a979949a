//! What the bureau does about defects and needs, for supervisors: the relay writes it, and every phone of the station learns
//! it from there. It needs a network, since nobody may believe that something is done of which the station hears nothing.

use std::rc::Rc;

use shared::api::handling::{DefectMove, NeedMove};

use super::line::{answer, send_json};
use super::state::Engine;
use crate::platform::spawn;

impl Engine {
    /// Moves defects.
    pub(super) fn move_defects(self: &Rc<Self>, command: u32, asked: DefectMove) {
        let engine = Rc::clone(self);
        spawn(async move {
            let outcome = match engine.ensure_session().await {
                Ok(()) => send_json("/api/defects", &asked).await.map(drop),
                Err(error) => Err(error),
            };
            answer(command, outcome);
        });
    }

    /// Moves a need.
    pub(super) fn move_need(self: &Rc<Self>, command: u32, asked: NeedMove) {
        let engine = Rc::clone(self);
        spawn(async move {
            let outcome = match engine.ensure_session().await {
                Ok(()) => send_json("/api/needs", &asked).await.map(drop),
                Err(error) => Err(error),
            };
            answer(command, outcome);
        });
    }
}
