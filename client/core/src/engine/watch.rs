//! View-model slices out of what is on this phone. Pure: no browser, so it is tested on the host. One file a slice.

pub mod handled;
pub mod inspection;
pub mod lines;
pub mod register;
pub mod round;
pub mod scan;
pub mod sync;
pub mod today;

use shared::domain::Label;
use shared::domain::directory::Directory;
use shared::domain::round::RoundName;
use shared::ids::{OfficerId, StationCode};
use shared::sync::device::Device;

#[cfg(test)]
mod tests;

/// A person's name; the bare id when the directory does not know them yet.
fn person_name(directory: &Directory, officer: &OfficerId) -> String {
    directory.officers.get(officer).map_or_else(|| officer.to_string(), |officer| officer.name.clone())
}

/// What a round is called: its checklist, with its shift or operation; `None` when the checklist is not here.
fn round_label(device: &Device, round: &RoundName) -> Option<Label> {
    let name = &device.templates().get(&round.template)?.name;
    let Some(part) = device.calendar().label(&round.period) else { return Some(name.clone()) };
    let with = |name: &str, part: &str| [name, " · ", part].concat();
    Some(Label { zh: with(&name.zh, &part.zh), en: with(name.text(true), part.text(true)) })
}

/// A station's name; the bare code when the directory does not know it yet.
fn station_name(directory: &Directory, station: &StationCode) -> Label {
    directory
        .stations
        .get(station)
        .map_or_else(|| Label::new(station.as_str(), ""), |station| station.name.clone())
}
