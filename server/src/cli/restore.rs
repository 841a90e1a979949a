//! `muster restore`: a new data folder from a backup.

use std::path::PathBuf;

use anyhow::Context;

use super::Place;
use crate::restoring;

/// What `muster restore` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The backup, as `muster backup` wrote it
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

/// Makes the folder.
///
/// # Errors
/// When the folder is not empty, or the backup is not whole.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = arguments.place.settings()?.data;
    let restored = restoring::restore(&arguments.from, &folder).context("nothing was restored")?;
    super::print(&format!(
        "{} is restored in {}: {} entries in {} collections, every chain followed to its end; {} photos \
         and voice memos{}.\nStart the relay on it; the \
         phones see that it was restored and give back what the backup does not have.\n",
        restored.founding.bureau.name.zh,
        folder.display(),
        restored.entries,
        restored.collections,
        restored.photos.photos,
        super::left_out(restored.photos.damaged),
    ));
    Ok(())
}
