//! The product: the release interface, the binary that carries it, and starting the two on this machine.
//! What the relay does with its arguments is `server/src/cli`'s.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::commands;
use crate::progress::{Steps, say};
use crate::pwa::{self, Profile};
use crate::workspace::Workspace;

/// Builds `target/release/muster` with the interface embedded, and returns its path.
///
/// # Errors
/// When a part does not build.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let mut steps = Steps::new("product", 2);
    let assets = steps.step("the interface, release", || pwa::build(workspace, Profile::Release))?;
    steps.step("the relay, release (the first time takes minutes)", || {
        let mut cargo = commands::cargo(workspace);
        cargo.args(["build", "--release", "--package", "muster"]).env("MUSTER_ASSETS", &assets);
        commands::run(&mut cargo)
    })?;
    let binary = workspace.binary("release");
    say(format!("built {}", binary.display()));
    Ok(binary)
}

/// Builds everything and becomes the relay.
///
/// # Errors
/// When a part does not build, or the relay cannot be started or fails.
pub fn serve(workspace: &Workspace, demo: bool, lan: bool, port: u16, data: &Path) -> Result<()> {
    let binary = build(workspace)?;
    let mut relay = Command::new(binary);
    relay.arg("serve").arg("--data").arg(data).arg("--listen").arg(format!("127.0.0.1:{port}"));
    if demo {
        relay.arg("--demo");
    }
    if lan {
        relay.arg("--lan");
    }
    become_program(&mut relay)
}

/// Replaces this process, so that signals reach the relay itself.
#[cfg(unix)]
fn become_program(program: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(program.exec().into())
}

#[cfg(not(unix))]
fn become_program(program: &mut Command) -> Result<()> {
    commands::run(program)
}
