//! `cargo xtask bench`: runs the benchmark programs on release builds and writes their tables into docs/BENCHMARKS.md.
//!
//! A program prints a table between the lines `<!-- bench:NAME begin -->` and `<!-- bench:NAME end -->`; the same lines
//! mark its place in the page. What stands outside the marks is written by people and stays. Nothing is measured here
//! but the assets' sizes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::commands;
use crate::product;
use crate::progress::Steps;
use crate::pwa::{self, Profile};
use crate::stages::with_product;
use crate::tools;
use crate::workspace::Workspace;

/// Parts that are measured here and by node; every other is a section of the program `bench`.
const OTHERS: [&str; 3] = ["sizes", "browser", "bootstrap"];
/// Small documents of a bureau that a phone joins; quickly measured, fewer.
const JOINED: [&str; 2] = ["10000", "500"];

/// Measures everything, or the parts named in `only`, and rewrites the page's tables. What is measured quickly is
/// printed and not written.
///
/// # Errors
/// When something does not build, a program fails, or a program prints no table.
pub fn run(workspace: &Workspace, only: &[String], is_quick: bool) -> Result<()> {
    let is_chosen = |part: &str| only.is_empty() || only.iter().any(|name| name == part);
    let sections: Vec<&str> = only.iter().map(String::as_str).filter(|name| !OTHERS.contains(name)).collect();
    tools::browser_tools(workspace)?;
    product::build(workspace)?;
    let mut steps = Steps::new("bench", 5);
    let mut tables = Vec::new();
    if is_chosen("sizes") {
        tables.push(Table { name: "sizes".to_owned(), lines: pwa::size_table(workspace, Profile::Release)? });
    }
    if is_chosen("peers") {
        steps.step("install the peers", || install_peers(workspace))?;
    }
    if only.is_empty() || !sections.is_empty() {
        tables.extend(steps.step("relay, documents, peers", || {
            let mut program = commands::cargo(workspace);
            program.args(["run", "--release", "--package", "muster-tests", "--bin", "bench", "--"]);
            if is_quick {
                program.arg("--quick");
            }
            if !sections.is_empty() {
                program.arg("--only").arg(sections.join(","));
            }
            measured(program.env("MUSTER_PEERS", peers(workspace)), workspace)
        })?);
    }
    if is_chosen("browser") {
        tables.extend(steps.step("browser", || {
            let mut tables = Vec::new();
            for file in ["tests/bench/browser.mjs", "tests/bench/work.mjs", "tests/bench/year.mjs"] {
                let mut program = commands::program("node", &workspace.root);
                tables.extend(measured(program.arg(file), workspace)?);
            }
            Ok(tables)
        })?);
    }
    if is_chosen("bootstrap") {
        tables.extend(steps.step("a phone joins a full bureau", || bootstrap(workspace, is_quick))?);
    }
    if is_quick {
        return Ok(());
    }
    steps.step("write docs/BENCHMARKS.md", || {
        let path = workspace.root.join("docs/BENCHMARKS.md");
        let page = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let page = tables.iter().fold(page, |page, table| placed(&page, table));
        fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
    })
}

/// Fills a bureau and lets a slowed browser join it.
fn bootstrap(workspace: &Workspace, is_quick: bool) -> Result<Vec<Table>> {
    let (folder, documents) = (workspace.target.join("bench/filled"), JOINED[usize::from(is_quick)]);
    let mut fill = commands::cargo(workspace);
    fill.args(["run", "--release", "--package", "muster-tests", "--bin", "bench", "--", "--fill"]);
    fill.arg(&folder).arg(documents);
    with_product(&mut fill, workspace, "release", "release")?;
    commands::run(&mut fill)?;
    let mut program = commands::program("node", &workspace.root);
    program
        .arg("tests/bench/bootstrap.mjs")
        .env("MUSTER_FILLED", &folder)
        .env("MUSTER_FILLED_WITH", documents);
    measured(&mut program, workspace)
}

/// Where the peers are installed: beside what cargo makes, never in the repository.
fn peers(workspace: &Workspace) -> PathBuf {
    workspace.target.join("peers")
}

/// Copies the peers' adapters and installs what their lock file names, unless all of it is there already.
fn install_peers(workspace: &Workspace) -> Result<()> {
    let (from, to) = (workspace.root.join("tests/bench/peers"), peers(workspace));
    let lock = fs::read(from.join("package-lock.json")).context("the peers have no lock file")?;
    // npm removes the folder first; this is written when it is done
    let done = to.join("node_modules/.installed-lock.json");
    copy(&from, &to)?;
    if fs::read(&done).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    commands::run(commands::program("npm", &to).args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&done, lock).with_context(|| format!("cannot write {}", done.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let (from, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if name == "node_modules" {
            continue;
        }
        if from.is_dir() {
            copy(&from, &to.join(name))?;
        } else {
            fs::copy(&from, to.join(name)).with_context(|| format!("cannot copy {}", from.display()))?;
        }
    }
    Ok(())
}

struct Table {
    name: String,
    lines: Vec<String>,
}

fn measured(program: &mut std::process::Command, workspace: &Workspace) -> Result<Vec<Table>> {
    with_product(program, workspace, "release", "release")?;
    let mut lines = Vec::new();
    let succeeded = commands::run_seeing(program, |line| lines.push(line.to_owned()))?;
    ensure!(succeeded, "the benchmark failed");
    let tables = tables(&lines);
    ensure!(!tables.is_empty(), "the benchmark printed no table between <!-- bench:NAME begin/end -->");
    Ok(tables)
}

fn tables(lines: &[String]) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut open = false;
    for line in lines {
        let mark = line.trim().strip_prefix("<!-- bench:").and_then(|rest| rest.strip_suffix(" -->"));
        match mark.and_then(|mark| mark.rsplit_once(' ')) {
            Some((name, "begin")) => {
                tables.push(Table { name: name.to_owned(), lines: Vec::new() });
                open = true;
            }
            Some((_, "end")) => open = false,
            _ if open => tables.iter_mut().last().expect("opened above").lines.push(line.clone()),
            _ => {}
        }
    }
    tables
}

/// The page with the table in its place; a table that has none yet goes to the end.
fn placed(page: &str, table: &Table) -> String {
    let (begin, end) =
        (format!("<!-- bench:{} begin -->", table.name), format!("<!-- bench:{} end -->", table.name));
    let block = format!("{begin}\n{}\n{end}", table.lines.join("\n"));
    let marks = page.find(&begin).zip(page.find(&end)).filter(|(begin, end)| begin < end);
    match marks {
        Some((from, to)) => format!("{}{block}{}", &page[..from], &page[to + end.len()..]),
        None => format!("{}\n\n## {}\n\n{block}\n", page.trim_end(), table.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_table_replaces_the_old_one_and_nothing_else() {
        let printed =
            ["noise", "<!-- bench:reconnect begin -->", "| 2 |", "<!-- bench:reconnect end -->", "noise"];
        let tables = tables(&printed.map(str::to_owned));
        let page =
            "# B\nkept\n<!-- bench:reconnect begin -->\n| 1 |\n<!-- bench:reconnect end -->\nkept too\n";
        let expected =
            "# B\nkept\n<!-- bench:reconnect begin -->\n| 2 |\n<!-- bench:reconnect end -->\nkept too\n";
        assert_eq!(placed(page, &tables[0]), expected);
        assert_eq!(placed(expected, &tables[0]), expected);
    }

    #[test]
    fn a_new_table_is_appended_with_its_marks() {
        let table = Table { name: "sizes".to_owned(), lines: vec!["| 1 |".to_owned()] };
        let page = placed("# B\n", &table);
        assert!(page.ends_with("<!-- bench:sizes begin -->\n| 1 |\n<!-- bench:sizes end -->\n"));
    }
}
