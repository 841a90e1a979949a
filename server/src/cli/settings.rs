//! `muster config`: every setting as it is in effect.

use std::path::PathBuf;

use crate::config::{Config, Given};

/// What `muster config` takes: all that `muster serve` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    given: Given,
    /// A settings' file (muster.toml); flags and the environment win over it
    #[arg(long, env = "MUSTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Prints the settings as a file that would bring them about.
///
/// # Errors
/// When the settings' file is wrong.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let config = Config::of(arguments.given.or(super::read(arguments.config.as_ref())?));
    super::print(&config.to_toml());
    Ok(())
}
