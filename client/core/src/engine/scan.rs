//! What a code names, and what labels can be printed for: asked once, answered from this phone alone.

use std::rc::Rc;

use link::ToUi;
use link::slice::Slice;
use shared::ids::StationCode;

use super::line::SessionError;
use super::state::{Engine, Phone, fail, post};
use super::watch;
use crate::platform::{clock, spawn};

impl Engine {
    /// Looks for what a text names. What is found comes before the answer.
    pub(super) fn find(self: &Rc<Self>, command: u32, text: &str) {
        let mut phone = self.phone.borrow_mut();
        let Some(Phone { device, .. }) = phone.as_mut() else {
            return fail(command, "not-enrolled", String::new());
        };
        let view = watch::scan::found(device, text, clock::now());
        post(&ToUi::Slice(Box::new(Slice::Found(view))));
        post(&ToUi::Done(command));
    }

    /// Sends the things of a station, then opens a session if there is a network: the relay draws the labels, and the
    /// page that shows them cannot sign a challenge.
    pub(super) fn load_labels(self: &Rc<Self>, command: u32, station: Option<StationCode>) {
        {
            let mut phone = self.phone.borrow_mut();
            let Some(Phone { device, .. }) = phone.as_mut() else {
                return fail(command, "not-enrolled", String::new());
            };
            let Some(view) = watch::scan::labels(device, station) else {
                return fail(command, "no-right", String::new());
            };
            post(&ToUi::Slice(Box::new(Slice::Labels(view))));
        }
        let engine = Rc::clone(self);
        spawn(async move {
            match engine.ensure_session().await {
                Ok(()) => post(&ToUi::Done(command)),
                Err(SessionError::Unreachable) => fail(command, "offline", String::new()),
                Err(SessionError::Problem(code)) => fail(command, code, String::new()),
            }
        });
    }
}
