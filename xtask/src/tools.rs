//! What the tests need beside Rust: found, else installed where this machine allows it, else named exactly.
//! It installs from Debian's packages, rustup and the npm lock file only; nothing is skipped in silence.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::commands;
use crate::progress::say;
use crate::workspace::Workspace;

const WASM: &str = "wasm32-unknown-unknown";
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// playwright-core's own lower bound.
const NODE_MAJOR_MIN: u32 = 20;

/// Makes sure that the toolchain can compile for wasm32.
///
/// # Errors
/// When the target is neither installed nor installable.
pub fn wasm_target(workspace: &Workspace) -> Result<()> {
    let installed = || {
        let mut rustc = commands::program("rustc", &workspace.root);
        rustc.args(["--print", "target-libdir", "--target", WASM]);
        commands::answer(&mut rustc).is_some_and(|folder| Path::new(folder.trim()).is_dir())
    };
    if installed() {
        return Ok(());
    }
    say(format!("installing the target {WASM}"));
    let added = commands::run(commands::program("rustup", &workspace.root).args(["target", "add", WASM]));
    ensure!(added.is_ok() && installed(), "missing: Rust's target {WASM} (rustup target add {WASM})");
    Ok(())
}

/// Makes sure that the browser tests can run.
///
/// # Errors
/// When something is missing and may not be installed; the error names all of it.
pub fn browser_tools(workspace: &Workspace) -> Result<()> {
    let missing = missing_packages();
    if !missing.is_empty() && may_install(workspace) {
        say(format!("installing {} from Debian's packages", missing.join(", ")));
        let apt = |arguments: &[&str]| {
            let mut apt = commands::program("apt-get", &workspace.root);
            commands::run(apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
        };
        apt(&["update"])?;
        apt(&[&["install", "--yes", "--no-install-recommends"], missing.as_slice()].concat())?;
    }
    let missing = missing_packages();
    if !missing.is_empty() {
        bail!("missing: {0} (as root: apt-get install {0})", missing.join(" "));
    }
    let version = commands::answer(Command::new("node").arg("--version")).context("node does not answer")?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    ensure!(
        major.is_some_and(|major: u32| major >= NODE_MAJOR_MIN),
        "node is {}, the browser tests need {NODE_MAJOR_MIN} or newer",
        version.trim()
    );
    node_modules(workspace)
}

/// The Chromium to drive: the variable `CHROMIUM`, else the first of the usual names.
pub fn chromium() -> Option<PathBuf> {
    env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| BROWSERS.iter().find_map(|name| in_path(name)))
}

/// Installs what the lock file names, unless the folder holds exactly that already.
fn node_modules(workspace: &Workspace) -> Result<()> {
    let folder = workspace.e2e();
    let modified = |name: &str| folder.join(name).metadata().and_then(|meta| meta.modified()).ok();
    // npm writes this record last
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    commands::run(commands::program("npm", &folder).args(["ci", "--no-audit", "--no-fund"]))
}

fn missing_packages() -> Vec<&'static str> {
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push("chromium");
    }
    if !has_chinese_fonts() {
        missing.push("fonts-noto-cjk");
    }
    if in_path("node").is_none() {
        missing.push("nodejs");
    }
    if in_path("npm").is_none() {
        missing.push("npm");
    }
    // a browser is made to trust a local network's authority with it
    if in_path("certutil").is_none() {
        missing.push("libnss3-tools");
    }
    missing
}

fn has_chinese_fonts() -> bool {
    let listed = commands::answer(Command::new("fc-list").args([":lang=zh-cn", "family"]));
    listed.is_some_and(|fonts| !fonts.trim().is_empty())
        || Path::new("/usr/share/fonts/opentype/noto").is_dir()
}

fn may_install(workspace: &Workspace) -> bool {
    let user = commands::answer(commands::program("id", &workspace.root).arg("-u"));
    user.is_some_and(|user| user.trim() == "0") && in_path("apt-get").is_some()
}

fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}
