//! `muster backup`: a checked copy of everything, while the relay runs.

use std::path::PathBuf;

use anyhow::Context;

use super::Place;
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
/// # Errors
/// When it cannot be made, or is not sound.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = arguments.place.settings()?;
    let copied = sqlite::backup(&config.data, &arguments.to, |_, _| {}).context("there is no new backup")?;
    super::print(&format!(
        "{}: {} bytes, {} entries in {} collections, checked and on disk.\nIt holds the relay's key: keep it where only \
         those come who may.\n",
        arguments.to.display(),
        copied.bytes,
        copied.entries,
        copied.collections,
    ));
    Ok(())
}
