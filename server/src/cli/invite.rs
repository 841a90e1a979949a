//! `muster invite`: a one-time enrolment code for somebody whom the directory knows. Works beside a running relay.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use shared::ids::OfficerId;

use crate::clock::SystemClock;
use crate::identity::Identity;
use crate::store::sqlite::{Options, Sqlite};
use crate::store::{Log, People};

/// Prints a code.
///
/// # Errors
/// When there is no bureau in the folder, or no such person in it.
#[expect(clippy::print_stdout, reason = "the code is what the person at the terminal asked for")]
pub fn run(data: PathBuf, officer: &str) -> anyhow::Result<()> {
    let officer = OfficerId::parse(officer)?;
    let store = Arc::new(Sqlite::open(Options { folder: data, ..Options::default() })?);
    let founding = store
        .founding()?
        .context("there is no bureau in this data folder; run `muster serve --demo` first")?;
    if store.officer(&officer)?.is_none() {
        bail!("the directory has no {officer}");
    }
    let identity = Identity::new(store, Arc::new(SystemClock::default()), founding.bureau);
    println!("/enrol#{}", identity.issue(&officer)?.reveal());
    Ok(())
}
