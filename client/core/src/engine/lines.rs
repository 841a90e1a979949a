//! A station's own lines: its lead adds and drops them; the relay writes them into the checklist's document, and every phone
//! learns them from there. What the bureau's core asks is not touched.

use std::rc::Rc;

use link::slice::LineKind;
use shared::domain::Label;
use shared::domain::answer::SafeSide;
use shared::domain::template::{Addition, Item, ItemKind};
use shared::ids::{ItemId, TemplateId};

use super::state::{Engine, fail};

/// Where they are published.
const ADDRESS: &str = "/api/additions";

/// A line as its lead wrote it.
pub struct NewLine {
    /// What is looked at.
    pub name: String,
    /// When it is fine; empty for nothing said.
    pub standard: String,
    /// How it is answered.
    pub kind: LineKind,
    /// Whether a fault stands until two officers have seen it.
    pub is_safety_critical: bool,
}

impl Engine {
    /// Adds one, at the end of the station's own group.
    pub(super) fn add_line(self: &Rc<Self>, command: u32, template: TemplateId, line: NewLine) {
        self.change_lines(command, template, |addition| {
            let id = addition.free_id();
            addition.add(&Label::new("本所加项", "The station's own"), item(id, line));
            true
        });
    }

    /// Drops one.
    pub(super) fn drop_line(self: &Rc<Self>, command: u32, template: TemplateId, item: &ItemId) {
        self.change_lines(command, template, |addition| addition.drop_line(item));
    }

    /// What is not sound is not sent: the relay would say the same.
    fn change_lines(
        self: &Rc<Self>,
        command: u32,
        template: TemplateId,
        change: impl FnOnce(&mut Addition) -> bool,
    ) {
        let changed = {
            let phone = self.phone.borrow();
            let Some(device) = phone.as_ref().map(|phone| &phone.device) else {
                return fail(command, "not-enrolled", String::new());
            };
            let rights = &device.identity().rights;
            let Some(station) = rights.station.clone().filter(|station| rights.may_add_lines(station)) else {
                return fail(command, "no-right", String::new());
            };
            let before = device.addition(&template, &station);
            let Some(core) = device.templates().get(&template) else {
                return fail(command, "round-unknown", String::new());
            };
            let mut next = Addition::next(before, station, template);
            if !change(&mut next) {
                return fail(command, "item-unknown", String::new());
            }
            next.check(core, before).map(|()| next)
        };
        match changed {
            Ok(addition) => self.order(command, ADDRESS, addition),
            Err(error) => fail(command, "line-unfit", error.to_string()),
        }
    }
}

fn item(id: ItemId, line: NewLine) -> Item {
    let NewLine { name, standard, kind, is_safety_critical } = line;
    let (kind, safe_side) = match kind {
        LineKind::Condition => (ItemKind::Condition, SafeSide::Worst),
        LineKind::YesNo => (ItemKind::YesNo, SafeSide::Worst),
        LineKind::Photo => (ItemKind::Photo, SafeSide::All),
        LineKind::Text => (ItemKind::Text, SafeSide::All),
    };
    Item {
        id,
        // In the language in which it was written.
        name: Label { zh: name.clone(), en: name },
        standard: Label { zh: standard.clone(), en: standard },
        kind,
        safe_side,
        is_safety_critical,
        is_required: false,
        show_if: None,
        faults: Vec::new(),
    }
}
