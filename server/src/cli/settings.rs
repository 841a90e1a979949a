//! `muster config`: every setting as it is in effect.

use std::path::PathBuf;

use crate::config::{Config, Given};

/// The settings, from the command line, the environment and a file.
#[derive(Debug, clap::Args)]
pub(super) struct Settings {
    #[command(flatten)]
    given: Given,
    /// A settings' file (muster.toml); flags and the environment win over it
    #[arg(long, env = "MUSTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Settings {
    /// The settings in effect.
    ///
    /// # Errors
    /// When the settings' file is wrong.
    pub(super) fn read(self) -> anyhow::Result<Config> {
        Ok(Config::of(self.given.or(super::read(self.config.as_ref())?)))
    }
}

/// Prints the settings as a file that would bring them about.
///
/// # Errors
/// When the settings' file is wrong.
pub(super) fn run(settings: Settings) -> anyhow::Result<()> {
    super::print(&settings.read()?.to_toml());
    Ok(())
}
