//! `cargo xtask bench`: runs the benchmark programs on release builds and writes their tables into docs/BENCHMARKS.md.
//!
//! A program prints a table between the lines `<!-- bench:NAME begin -->` and `<!-- bench:NAME end -->`; the same lines
//! mark its place in the page. What stands outside the marks is written by people and stays. Nothing is measured here
//! but the assets' sizes.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::commands;
use crate::product;
use crate::progress::Steps;
use crate::pwa::{self, Profile};
use crate::stages::with_product;
use crate::tools;
use crate::workspace::Workspace;

/// Measures everything and rewrites the page's tables.
///
/// # Errors
/// When something does not build, a program fails, or a program prints no table.
pub fn run(workspace: &Workspace) -> Result<()> {
    tools::browser_tools(workspace)?;
    product::build(workspace)?;
    let mut steps = Steps::new("bench", 3);
    let mut tables =
        vec![Table { name: "sizes".to_owned(), lines: pwa::size_table(workspace, Profile::Release)? }];
    tables.extend(steps.step("relay and documents", || {
        let mut program = commands::cargo(workspace);
        program.args(["run", "--release", "--package", "muster-tests", "--bin", "bench"]);
        measured(&mut program, workspace)
    })?);
    tables.extend(steps.step("browser", || {
        let mut program = commands::program("node", &workspace.root);
        measured(program.arg("tests/bench/browser.mjs"), workspace)
    })?);
    steps.step("write docs/BENCHMARKS.md", || {
        let path = workspace.root.join("docs/BENCHMARKS.md");
        let page = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let page = tables.iter().fold(page, |page, table| placed(&page, table));
        fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
    })
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
