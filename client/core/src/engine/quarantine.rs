//! What does not count, for supervisors: fetched when somebody looks, and released on their word. Nothing of it is kept.

use std::rc::Rc;

use link::ToUi;
use link::slice::Slice;
use shared::api::quarantine::{QuarantineView, ReleaseRequest};
use shared::ids::{DeviceId, DocumentId};

use super::line::{SessionError, answer, get_json, send_json};
use super::state::{Engine, post};
use crate::platform::spawn;

impl Engine {
    /// Fetches it and shows it.
    pub(super) fn load_quarantine(self: &Rc<Self>, command: u32) {
        let engine = Rc::clone(self);
        spawn(async move { answer(command, engine.fetch_quarantine().await) });
    }

    /// Releases what is held of a device in a document, and shows what is left.
    pub(super) fn release(self: &Rc<Self>, command: u32, document: DocumentId, device: DeviceId) {
        let engine = Rc::clone(self);
        spawn(async move {
            let released = match engine.ensure_session().await {
                Ok(()) => send_json("/api/held/release", &ReleaseRequest { document, device }).await,
                Err(error) => Err(error),
            };
            let shown = match released {
                Ok(_) => engine.fetch_quarantine().await,
                Err(error) => Err(error),
            };
            answer(command, shown);
        });
    }

    async fn fetch_quarantine(self: &Rc<Self>) -> Result<(), SessionError> {
        self.ensure_session().await?;
        let view: QuarantineView = get_json("/api/quarantine").await?;
        post(&ToUi::Slice(Box::new(Slice::Quarantine(view))));
        Ok(())
    }
}
