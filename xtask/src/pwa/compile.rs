//! Runs cargo for wasm32 on one of the client crates. The crates are built one by one, so that the features of one
//! never leak into the other.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::Profile;
use crate::commands;
use crate::workspace::Workspace;

/// One client crate: its package, its library, and its release profile.
#[derive(Clone, Copy)]
pub struct Module {
    package: &'static str,
    library: &'static str,
    release: &'static str,
}

/// The interface, on the main thread.
pub const UI: Module = Module { package: "muster-ui", library: "ui", release: "wasm-ui" };
/// The core, in its worker.
pub const CORE: Module = Module { package: "muster-core", library: "core_worker", release: "wasm-core" };
/// The decoder, in the scanner's worker.
pub const SCAN: Module = Module { package: "muster-scan", library: "scan", release: "wasm-scan" };

/// Compiles a crate and returns the path of its wasm file.
///
/// # Errors
/// When cargo fails, or the crate is not a `cdylib`.
pub fn module(workspace: &Workspace, module: Module, profile: Profile) -> Result<PathBuf> {
    let profile = match profile {
        Profile::Test => "wasm-test",
        Profile::Release => module.release,
    };
    let mut cargo = commands::cargo(workspace);
    cargo.args([
        "build",
        "--target",
        "wasm32-unknown-unknown",
        "--package",
        module.package,
        "--profile",
        profile,
    ]);
    commands::run(&mut cargo)?;
    let file = format!("{}.wasm", module.library);
    let path = workspace.target.join("wasm32-unknown-unknown").join(profile).join(file);
    ensure!(
        path.is_file(),
        "{} made no {}: its [lib] needs crate-type = [\"cdylib\", \"rlib\"]",
        module.package,
        path.display()
    );
    Ok(path)
}
