//! `cargo xtask pwa`: from the three client crates and `client/web` to the folder that the relay serves.
//!
//! Every asset is named by its content, and whoever refers to it names it by that: `index.html` is the root from which
//! all others follow, so a page never mixes two builds. Work is kept by content under `target/pwa/cache`; what did not
//! change is not done again. Compiling is cargo's; serving is `server/src/http/assets.rs`'s.

mod asset;
mod bind;
mod compile;
mod compress;
mod css;
mod link;
mod publish;
mod split;

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;

use self::bind::Form;
use crate::progress::{Steps, say};
use crate::tools;
use crate::workspace::Workspace;

/// How the wasm modules are compiled and how hard the assets are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Quick to build; function names kept
    Test,
    /// Small
    Release,
}

impl Profile {
    /// The folder's name under `target/pwa`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Release => "release",
        }
    }

    fn brotli_quality(self) -> u32 {
        match self {
            Self::Test => 4,
            Self::Release => 11,
        }
    }
}

/// Builds the interface and returns its folder.
///
/// # Errors
/// When a crate does not compile, a reference has no target, or a file cannot be written.
pub fn build(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    tools::wasm_target(workspace)?;
    let mut steps = Steps::new("pwa", 6);
    let ui = steps.step("compile the ui", || compile::module(workspace, compile::UI, profile))?;
    let core = steps.step("compile the core", || compile::module(workspace, compile::CORE, profile))?;
    let scan = steps.step("compile the decoder", || compile::module(workspace, compile::SCAN, profile))?;
    let modules = steps.step("make the glue", || {
        std::thread::scope(|scope| {
            let core = scope.spawn(|| bind::bind(workspace, "core", &core, Form::Whole, profile));
            let ui = bind::bind(workspace, "ui", &ui, Form::Cut, profile)?;
            let scan = bind::bind(workspace, "scan", &scan, Form::Whole, profile)?;
            let core = core.join().expect("bind answers with an error, never with a panic")?;
            Ok(link::Modules { ui, core, scan })
        })
    })?;
    let site = steps.step("name and link the assets", || link::link(&workspace.web(), modules))?;
    let folder = workspace.target.join("pwa").join(profile.name());
    let sizes = steps.step("compress and write", || {
        let compressed =
            compress::all(&workspace.target.join("pwa/cache"), &site.files, profile.brotli_quality())?;
        publish::publish(&folder, &site, &compressed)
    })?;
    for line in publish::table(&sizes) {
        say(line);
    }
    say(format!("build {} in {}", site.build, folder.display()));
    Ok(folder)
}

/// The markdown lines of the last build's sizes, for the benchmarks' page.
///
/// # Errors
/// When the folder was not built.
pub fn size_table(workspace: &Workspace, profile: Profile) -> Result<Vec<String>> {
    let folder = workspace.target.join("pwa").join(profile.name());
    Ok(publish::table(&publish::measure(&folder)?))
}
