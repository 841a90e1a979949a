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

/// How the modules that people download are compiled, beside their cargo profile. A panic ends a module in any case, so
/// the text of it, the place of it and what `{:?}` would print are left out, in the standard library too, which is
/// therefore compiled with them. The options are not stable yet: the toolchain's version is pinned, and a later one that
/// lacks them says so. The modules of the tests keep all of it.
const RELEASE: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// Compiles a crate and returns the path of its wasm file.
///
/// # Errors
/// When cargo fails, or the crate is not a `cdylib`.
pub fn module(workspace: &Workspace, module: Module, profile: Profile) -> Result<PathBuf> {
    let is_release = profile == Profile::Release;
    let profile = if is_release { module.release } else { "wasm-test" };
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
    if is_release {
        cargo.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", RELEASE);
    }
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
