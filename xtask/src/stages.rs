//! `cargo xtask test`: every check and every test, in stages from the quickest answer to the slowest.
//!
//! A stage that fails ends the run. The tests themselves belong to their crates and to `tests/`; this counts them.
//! All host stages share one profile and one set of packages, so that nothing is compiled twice.

mod count;

use std::ffi::OsString;
use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use self::count::{Tally, cargo_line, tap_line};
use crate::commands;
use crate::progress::say;
use crate::pwa::{self, Profile};
use crate::tools;
use crate::workspace::Workspace;

/// The packages that exist on the host: all but the two that are wasm modules.
const HOST: [&str; 5] = ["--workspace", "--exclude", "muster-ui", "--exclude", "muster-core"];

/// xtask itself, alone as `cargo xtask` builds it: among the others its dependencies would be compiled a second time.
const NOT_XTASK: [&str; 2] = ["--exclude", "xtask"];

struct Stage {
    name: &'static str,
    what: &'static str,
    run: fn(&Workspace) -> Result<Tally>,
}

const STAGES: [Stage; 8] = [
    Stage { name: "tools", what: "what the tests need is installed", run: tools },
    Stage { name: "fmt", what: "rustfmt agrees", run: fmt },
    Stage { name: "clippy", what: "clippy, host, warnings denied", run: clippy_host },
    Stage { name: "clippy-wasm", what: "clippy, wasm32, warnings denied", run: clippy_wasm },
    Stage { name: "relay", what: "the relay's binary", run: relay },
    Stage { name: "rust", what: "unit, property and integration tests", run: rust },
    Stage { name: "pwa", what: "the interface, test profile", run: interface },
    Stage { name: "e2e", what: "browser tests in Chromium", run: browser },
];

/// Runs all stages, or those named in `only`.
///
/// # Errors
/// When a stage fails or a name is unknown.
pub fn run(workspace: &Workspace, only: &[String]) -> Result<()> {
    let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("no stage is named {unknown}; the stages are {}", names.join(", "));
    }
    let chosen: Vec<&Stage> =
        STAGES.iter().filter(|stage| only.is_empty() || only.iter().any(|name| name == stage.name)).collect();

    let mut rows = Vec::new();
    let mut total = Tally::default();
    let mut failure = None;
    for (index, stage) in chosen.iter().enumerate() {
        say(format!("\n=== stage {} of {}: {} ({}) ===", index + 1, chosen.len(), stage.name, stage.what));
        let start = Instant::now();
        let (tally, error) = match (stage.run)(workspace) {
            Ok(tally) => (tally.clone(), tally.require_success().err()),
            Err(error) => (Tally::default(), Some(error)),
        };
        let seconds = start.elapsed().as_secs_f64();
        total.add(&tally);
        rows.push((stage.name, if error.is_none() { "ok" } else { "FAILED" }, seconds, tally));
        if let Some(error) = error {
            failure = Some((stage.name, error));
            break;
        }
    }

    say("\nstage          result    seconds   passed   failed");
    for (name, result, seconds, tally) in rows {
        say(format!("{name:<14} {result:<8} {seconds:>8.1} {:>8} {:>8}", tally.passed, tally.failed));
    }
    if let Some((name, error)) = &failure {
        say(format!("\nstage {name} failed: {error:#}"));
        say(format!("again: cargo xtask test --only {name}"));
    }
    say(format!("{} passed, {} failed", total.passed, total.failed));
    if failure.is_some() {
        std::process::exit(1);
    }
    Ok(())
}

fn tools(workspace: &Workspace) -> Result<Tally> {
    tools::wasm_target(workspace)?;
    tools::browser_tools(workspace)?;
    Ok(Tally::default())
}

fn fmt(workspace: &Workspace) -> Result<Tally> {
    check(commands::cargo(workspace).args(["fmt", "--all", "--check"]))
}

fn clippy_host(workspace: &Workspace) -> Result<Tally> {
    check(commands::cargo(workspace).arg("clippy").args(HOST).args(["--all-targets", "--", "-D", "warnings"]))
}

fn clippy_wasm(workspace: &Workspace) -> Result<Tally> {
    let interface: &[&str] =
        &["--package", "muster-ui", "--package", "muster-link", "--package", "muster-scan"];
    let core: &[&str] = &[
        "--package",
        "muster-core",
        "--package",
        "muster-shared",
        "--features",
        "muster-shared/documents,muster-shared/sync",
    ];
    for packages in [interface, core] {
        let mut cargo = commands::cargo(workspace);
        cargo.arg("clippy").args(packages).args([
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            "wasm-test",
        ]);
        check(cargo.args(["--", "-D", "warnings"]))?;
    }
    Ok(Tally::default())
}

fn relay(workspace: &Workspace) -> Result<Tally> {
    check(commands::cargo(workspace).arg("build").args(HOST).args(NOT_XTASK).arg("--bins"))
}

fn rust(workspace: &Workspace) -> Result<Tally> {
    let mut tally = Tally::default();
    let product = [&HOST[..], &NOT_XTASK[..]].concat();
    // What of the interface and the core needs no browser is tested on the host.
    let app = ["--package", "muster-ui", "--package", "muster-core"];
    for packages in [&["--package", "xtask"][..], &product, &app] {
        let mut cargo = commands::cargo(workspace);
        cargo.arg("test").args(packages).arg("--no-fail-fast").env("MUSTER_BIN", workspace.binary("debug"));
        tally.ended_well &= commands::run_seeing(&mut cargo, |line| cargo_line(&mut tally, line))?;
    }
    ensure!(tally.passed + tally.failed > 0 || !tally.ended_well, "no Rust test ran");
    Ok(tally)
}

fn interface(workspace: &Workspace) -> Result<Tally> {
    pwa::build(workspace, Profile::Test)?;
    Ok(Tally::default())
}

fn browser(workspace: &Workspace) -> Result<Tally> {
    let folder = workspace.e2e();
    let mut files: Vec<OsString> = fs::read_dir(&folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.file_name()))
        .filter(|name| name.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    ensure!(!files.is_empty(), "{} holds no *.test.mjs", folder.display());

    let report = workspace.target.join("e2e.tap");
    let mut node = commands::program("node", &folder);
    with_product(&mut node, workspace, "debug", "test")?;
    // A handle that somebody forgot must not hold up all that comes after it.
    node.args(["--test", "--test-concurrency=1", "--test-force-exit"]);
    node.args(["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"]);
    node.arg(format!("--test-reporter-destination={}", report.display())).args(files);
    let ended_well = commands::run_seeing(&mut node, |_| ())?;
    let mut tally = Tally { ended_well, ..Tally::default() };
    let tap = fs::read_to_string(&report).context("node wrote no report")?;
    tap.lines().for_each(|line| tap_line(&mut tally, line));
    ensure!(tally.passed + tally.failed > 0 || !ended_well, "no browser test ran");
    Ok(tally)
}

/// Tells a program where the relay's binary, the interface and the browser are.
///
/// # Errors
/// When there is no browser.
pub fn with_product(command: &mut Command, workspace: &Workspace, profile: &str, assets: &str) -> Result<()> {
    let chromium = tools::chromium().context("missing: chromium (as root: apt-get install chromium)")?;
    command
        .env("MUSTER_BIN", workspace.binary(profile))
        .env("MUSTER_ASSETS", workspace.target.join("pwa").join(assets))
        .env("CHROMIUM", chromium);
    Ok(())
}

fn check(command: &mut Command) -> Result<Tally> {
    commands::run(command).map(|()| Tally::default())
}
