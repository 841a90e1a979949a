//! `cargo xtask fuzz`: runs the targets of `fuzz/` under cargo-fuzz, from real inputs and those that were kept. What is
//! done with an input is `tests/fuzz`; the tests replay what is kept in `fuzz/corpus-kept`.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::commands;
use crate::progress::say;
use crate::workspace::Workspace;

/// Fuzzes one target or all of them, each for some seconds.
///
/// # Errors
/// When cargo-fuzz is missing, something does not build, or a target found an input.
pub fn run(workspace: &Workspace, target: Option<&str>, seconds: u32) -> Result<()> {
    let installed = commands::answer(commands::cargo(workspace).args(["fuzz", "--version"]));
    ensure!(installed.is_some(), "missing: cargo-fuzz (cargo install cargo-fuzz --locked)");
    let known = targets(workspace)?;
    let chosen = match target {
        Some(name) if !known.iter().any(|target| target == name) => {
            bail!("no target is named {name}; the targets are {}", known.join(", "))
        }
        Some(name) => vec![name.to_owned()],
        None => known,
    };
    let mut seeds = commands::cargo(workspace);
    seeds.args([
        "run",
        "--quiet",
        "--package",
        "muster-fuzz-targets",
        "--features",
        "relay",
        "--bin",
        "seeds",
    ]);
    commands::run(seeds.arg("fuzz/corpus"))?;
    let mut found = Vec::new();
    for name in chosen {
        say(format!("\n=== {name}, {seconds} s ==="));
        let kept = workspace.root.join("fuzz/corpus-kept").join(&name);
        let mut fuzz = commands::cargo(workspace);
        // The coverage flags are unstable; the sanitizers need another standard library than the one that is installed.
        fuzz.env("RUSTC_BOOTSTRAP", "1");
        fuzz.args(["fuzz", "run", "--sanitizer", "none", "--features", "relay", &name]);
        fuzz.arg(format!("fuzz/corpus/{name}"));
        if kept.is_dir() {
            fuzz.arg(kept);
        }
        fuzz.args(["--", &format!("-max_total_time={seconds}"), "-timeout=20", "-print_final_stats=1"]);
        if commands::run(&mut fuzz).is_err() {
            found.push(name);
        }
    }
    ensure!(found.is_empty(), "{} found something; it is in fuzz/artifacts", found.join(", "));
    Ok(())
}

fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.root.join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut names: Vec<String> = files
        .filter_map(|file| Some(file.ok()?.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}
