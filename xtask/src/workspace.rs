//! Where things lie: the repository's root and cargo's target folder. It creates nothing.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository that is being worked on.
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds the repository from the manifest folder that cargo states when it runs xtask.
    ///
    /// # Errors
    /// When xtask was not started by cargo.
    pub fn locate() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("start xtask as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask's folder has no parent")?.to_owned();
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// The source files of the interface that are not Rust.
    pub fn web(&self) -> PathBuf {
        self.root.join("client/web")
    }

    /// The browser tests.
    pub fn e2e(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    /// The relay's binary of one of cargo's profile folders (`debug`, `release`).
    pub fn binary(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join("muster")
    }
}
