//! `muster doctor`: is everything that the relay keeps as it must be?

use std::process::ExitCode;

use anyhow::Context;

use super::Place;
use crate::clock::{Clock, SystemClock};
use crate::doctor;
use crate::machine;
use crate::photos;
use crate::store::sqlite::Sqlite;

/// What `muster doctor` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
}

/// Prints the report; success only when nothing is wrong.
///
/// # Errors
/// When there is nothing to examine.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = arguments.place.settings()?;
    super::must_exist(&config)?;
    let store = Sqlite::open_to_examine(&config.data)
        .with_context(|| format!("the database in {} does not open", config.data.display()))?;
    let mut report = doctor::examine(&store, SystemClock::default().now())?;
    let photos = photos::examine(&config.data).context("the photos cannot be read")?;
    let damaged = photos.damaged.iter().map(|path| doctor::Finding::Photo(path.display().to_string()));
    report.findings.extend(damaged);
    let mut text = report.text();
    let mut is_well = report.findings.is_empty();
    text.push_str(&format!("  {} photos and voice memos, {} MB.\n", photos.photos, photos.bytes / 1_000_000));
    if let Some(free) = machine::disk_free_bytes(&config.data) {
        let (free, least) = (free / 1_000_000, config.disk_free_bytes_min / 1_000_000);
        if free < least {
            is_well = false;
            text.push_str(&format!("  WRONG  {free} MB are free on the disk; {least} MB should be\n"));
        } else {
            text.push_str(&format!("  {free} MB are free on the disk.\n"));
        }
    }
    super::print(&format!("\n{text}\n"));
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
