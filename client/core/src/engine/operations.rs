//! Operations, for supervisors: the relay writes them into the bureau's calendar, and every phone learns them from there.
//! They need a network, since what they ask of stations is due at once.

use std::rc::Rc;

use shared::domain::Label;
use shared::domain::calendar::Operation;
use shared::sync::device::{Device, Identity};
use shared::time::Date;

use super::state::{Engine, fail};
use crate::platform::clock;

/// Where operations are started and ended.
const ADDRESS: &str = "/api/operations";

impl Engine {
    /// Starts one today, at every station.
    pub(super) fn start_operation(self: &Rc<Self>, command: u32, label: String) {
        let Some((today, (operation, by))) = self.today(|device| {
            let Identity { device: phone, rights, .. } = device.identity();
            (device.calendar().next_operation(*phone), rights.officer.clone())
        }) else {
            return fail(command, "not-enrolled", String::new());
        };
        let label = Label { zh: label.clone(), en: label };
        let started = Operation { operation, label, from: today, to: None, stations: Vec::new(), by };
        self.order(command, ADDRESS, started);
    }

    /// Ends one: today is its last day.
    pub(super) fn end_operation(self: &Rc<Self>, command: u32, name: &str) {
        let found = self.today(|device| device.calendar().operations.get(name).cloned());
        let Some((today, Some(operation))) = found else {
            return fail(command, "not-found", String::new());
        };
        let to = Some(today.max(operation.from));
        self.order(command, ADDRESS, Operation { to, ..operation });
    }

    fn today<T>(&self, of: impl FnOnce(&Device) -> T) -> Option<(Date, T)> {
        let phone = self.phone.borrow();
        let device = &phone.as_ref()?.device;
        let today = device.identity().zone.date(device.corrected(clock::now()));
        Some((today, of(device)))
    }
}
