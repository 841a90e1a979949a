//! `muster invite`: a one-time enrolment link for somebody whom the directory knows. Works beside a running relay.

use std::sync::Arc;

use anyhow::{Context, bail};
use shared::ids::OfficerId;

use super::Place;
use crate::clock::SystemClock;
use crate::identity::Identity;
use crate::store::{Log, People};

/// What `muster invite` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The person's id
    #[arg(long)]
    officer: String,
    /// Where people reach the relay, as in https://muster.example [default: the settings' `origin`]
    #[arg(long, env = "MUSTER_ORIGIN")]
    origin: Option<String>,
}

/// Prints a link.
///
/// # Errors
/// When there is no bureau in the folder, or no such person in it.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let officer = OfficerId::parse(&arguments.officer)?;
    let mut config = arguments.place.settings()?;
    config.origin = arguments.origin.clone().or(config.origin);
    let store = Arc::new(super::open(&config)?);
    let founding =
        store.founding()?.context("there is no bureau in this data folder; found one with `muster init`")?;
    let Some(person) = store.officer(&officer)? else {
        bail!("the directory has no {officer}");
    };
    let identity = Identity::new(store, Arc::new(SystemClock::default()), founding.bureau);
    let code = identity.issue(&officer)?;
    super::print(&format!(
        "\nOne-time link for {} ({}), good for 72 hours and one phone:\n\n{}",
        person.name,
        person.badge,
        super::pictured(&super::enrolment(&config, &code.reveal())),
    ));
    Ok(())
}
