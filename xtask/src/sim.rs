//! `cargo xtask sim`: builds the simulator quick but with every assertion on, and hands it its arguments.

use anyhow::Result;

use crate::commands;
use crate::workspace::Workspace;

/// Runs simulations.
///
/// # Errors
/// When the simulator does not build, or a promise is broken.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let mut cargo = commands::cargo(workspace);
    cargo.args(["run", "--profile", "sim", "--package", "muster-tests", "--bin", "sim", "--"]);
    commands::run(cargo.args(arguments))
}
