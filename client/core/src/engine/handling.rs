//! What the bureau does about defects and needs, for supervisors: the relay writes it, and every phone of the station learns
//! it from there. It needs a network, since nobody may believe that something is done of which the station hears nothing.

use std::rc::Rc;

use link::ToUi;
use link::slice::Slice;
use shared::api::handling::{DefectMove, NeedMove};

use super::line::{SessionError, answer, send_json};
use super::state::{Engine, post};
use crate::platform::spawn;

impl Engine {
    /// Moves defects. What became of each comes before the answer.
    pub(super) fn move_defects(self: &Rc<Self>, command: u32, asked: DefectMove) {
        let engine = Rc::clone(self);
        spawn(async move {
            let outcome = match engine.ensure_session().await {
                Ok(()) => send_json("/api/defects", &asked).await,
                Err(error) => Err(error),
            };
            let told = outcome.and_then(|reply| {
                let moved = serde_json::from_slice(&reply.body);
                moved.map_err(|_| SessionError::Problem("internal"))
            });
            answer(command, told.map(|moved| post(&ToUi::Slice(Box::new(Slice::Moved(moved))))));
        });
    }

    /// Moves a need.
    pub(super) fn move_need(self: &Rc<Self>, command: u32, asked: NeedMove) {
        self.order(command, "/api/needs", asked);
    }
}
