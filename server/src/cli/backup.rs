//! `muster backup`: a checked copy of everything, while the relay runs.

use std::path::PathBuf;

use anyhow::Context;

use super::Place;
use crate::photos;
use crate::store::sqlite;

/// What `muster backup` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Writes the copy.
///
/// The photos are copied behind the database: each that it speaks of and the relay has is then there.
///
/// # Errors
/// When it cannot be made, or is not sound.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = arguments.place.settings()?;
    let copied = sqlite::backup(&config.data, &arguments.to, |_, _| {}).context("there is no new backup")?;
    let beside = photos::beside(&arguments.to);
    let photos = photos::copy(&photos::folder(&config.data), &beside)
        .with_context(|| format!("the photos were not copied to {}", beside.display()))?;
    super::print(&format!(
        "{}: {} bytes, {} entries in {} collections, checked and on disk.\n{}: {} photos and voice memos{}.\nIt holds the relay's key: keep it where only \
         those come who may.\n",
        arguments.to.display(),
        copied.bytes,
        copied.entries,
        copied.collections,
        beside.display(),
        photos.photos,
        super::left_out(photos.damaged),
    ));
    Ok(())
}
