//! The slice about what a station adds to the bureau's checklists.

use link::slice::{ChecklistView, LineKind, LinesView, OwnLineView};
use shared::domain::template::{Addition, Item, ItemKind, Template};
use shared::sync::device::Device;

/// The checklists of the person's station; none for who has none.
pub fn view(device: &Device) -> Option<LinesView> {
    let station = device.identity().rights.station.as_ref()?;
    let checklist = |template: &Template| {
        let own = device.addition(&template.id, station).into_iter().flat_map(Addition::items);
        ChecklistView {
            template: template.id.clone(),
            name: template.name.clone(),
            core: u32::try_from(template.items().count()).unwrap_or(u32::MAX),
            own: own.map(line).collect(),
        }
    };
    Some(LinesView { checklists: device.templates().values().map(checklist).collect() })
}

fn line(item: &Item) -> OwnLineView {
    let kind = match item.kind {
        ItemKind::Condition => Some(LineKind::Condition),
        ItemKind::YesNo => Some(LineKind::YesNo),
        ItemKind::Photo => Some(LineKind::Photo),
        ItemKind::Text => Some(LineKind::Text),
        _ => None,
    };
    OwnLineView {
        item: item.id.clone(),
        name: item.name.clone(),
        standard: item.standard.clone(),
        kind,
        is_safety_critical: item.is_safety_critical,
    }
}
