//! Runs other programs: their output stays visible, and a failure names the command. What they do is theirs.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::progress::say;
use crate::workspace::Workspace;

/// Cargo of this toolchain, in the repository's root.
///
/// The variables with which cargo described xtask are removed: build scripts that watch them would run again each time.
pub fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&workspace.root).env_remove("MUSTER_ASSETS").env_remove("OUT_DIR");
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let about_xtask = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"];
        if about_xtask.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// A program, run in a folder.
pub fn program(name: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    command
}

/// Runs to the end with the output shown as it comes.
///
/// # Errors
/// When the program cannot be started or ends with a failure.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs to the end, shows each line of standard output and hands it to `see`; returns whether the program succeeded.
///
/// # Errors
/// When the program cannot be started or its output cannot be read.
pub fn run_seeing(command: &mut Command, mut see: impl FnMut(&str)) -> Result<bool> {
    let what = shown(command);
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {what}"))?;
    let output = child.stdout.take().context("the output was piped")?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line.with_context(|| format!("cannot read the output of {what}"))?;
        let line = String::from_utf8_lossy(&line);
        say(&line);
        see(&line);
    }
    Ok(child.wait().with_context(|| format!("cannot wait for {what}"))?.success())
}

/// What a program prints, when it succeeds.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
