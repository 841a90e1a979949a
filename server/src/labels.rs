//! Labels for things: a page that prints at its exact size on a sheet of stickers or on a roll. What stands on a label is
//! decided here; its sizes are `format`'s, drawing it `draw`'s, who may ask `http::labels`'s. What its code means is
//! `shared::domain::label`'s.

use std::collections::BTreeMap;

use shared::domain::Label;
use shared::domain::asset::Asset;
use shared::domain::label::{ShortCode, label_text};
use shared::ids::{AssetId, StationCode};
use shared::limits::LABELS_MAX;

mod draw;
mod format;

pub use draw::{page, sorry, style};
pub use format::{Format, Offset};

/// Prints the page when its button is pressed: the only script of the page, from this origin as the policy asks.
pub const SCRIPT: &str =
    "document.querySelector('#print').addEventListener('click', () => window.print());\n";

/// What stands on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sticker {
    /// The text in its QR code.
    pub text: String,
    /// Its short code, in groups.
    pub code: String,
    /// What the thing is called.
    pub name: Label,
    /// Its serial; its id where it has none.
    pub serial: String,
    /// Whose it is.
    pub station: Label,
}

/// What is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// On what.
    pub format: Format,
    /// Moved by so much.
    pub offset: Offset,
    /// Places of the first sheet that are used already.
    pub skipped: u32,
    /// The labels; none for a test print.
    pub stickers: Vec<Sticker>,
    /// Whether only frames and rulers are printed, to see how the printer is off.
    pub is_test: bool,
}

/// The labels of a station's things: those that are named, in that order, or all by kind.
pub fn stickers(
    station: &StationCode,
    name: &Label,
    register: &BTreeMap<AssetId, Asset>,
    named: Option<&[AssetId]>,
) -> Vec<Sticker> {
    let mut assets: Vec<&Asset> = match named {
        Some(named) => named.iter().filter_map(|id| register.get(id)).collect(),
        None => register.values().collect(),
    };
    if named.is_none() {
        assets.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    }
    assets.truncate(LABELS_MAX);
    assets.into_iter().map(|asset| sticker(station, name, asset)).collect()
}

fn sticker(station: &StationCode, name: &Label, asset: &Asset) -> Sticker {
    let serial = if asset.serial.is_empty() { asset.id.to_string() } else { asset.serial.clone() };
    Sticker {
        text: label_text(station, &asset.id),
        code: ShortCode::of(&asset.id).to_string(),
        name: asset.name.clone(),
        serial,
        station: name.clone(),
    }
}
