//! The relay's benchmarks: `cargo run -p muster-tests --release --bin bench -- [--quick] [--only SECTION,SECTION]`. A
//! real relay over HTTP on loopback, on SQLite with an fsync before every ack, and phones without a browser. Prints
//! tables between the marks that `cargo xtask bench` copies into docs/BENCHMARKS.md; what a browser costs is measured
//! in `tests/bench`, with a bureau that `bench -- --fill FOLDER DOCUMENTS` makes.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on should stop where it is")]
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]

use tests::bench::load::{Size, Table};
use tests::bench::{SECTIONS, filled};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, folder, documents] = &arguments[..]
        && command == "--fill"
    {
        return filled::make(folder.as_ref(), documents.parse().unwrap());
    }
    let size = if arguments.iter().any(|argument| argument == "--quick") { Size::Quick } else { Size::Full };
    let only = arguments.iter().skip_while(|argument| *argument != "--only").nth(1);
    let chosen: Option<Vec<&str>> = only.map(|only| only.split(',').collect());
    for name in chosen.iter().flatten() {
        assert!(SECTIONS.iter().any(|section| section.name == *name), "no section is named {name}");
    }
    machine();
    for section in SECTIONS {
        if chosen.as_ref().is_none_or(|chosen| chosen.contains(&section.name)) {
            (section.run)(size).iter().for_each(print);
        }
    }
}

fn print(table: &Table) {
    let Table { name, head, rows } = table;
    let columns = head.matches('|').count() - 1;
    println!("<!-- bench:{name} begin -->");
    println!("{head}\n|{}", " --- |".repeat(columns));
    rows.iter().for_each(|row| println!("{row}"));
    println!("<!-- bench:{name} end -->\n");
}

fn node() -> String {
    let version = std::process::Command::new("node").arg("--version").output();
    version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn machine() {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
        line.split_once([':', '=']).map(|(_, value)| value.trim().replace('"', "")).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rows = [
        format!("| processor | {} ({cores} cores) |", value(&read("/proc/cpuinfo"), "model name")),
        format!("| memory | {} |", value(&read("/proc/meminfo"), "MemTotal")),
        format!("| Rust | {} |", value(include_str!("../../../rust-toolchain.toml"), "channel")),
        format!("| Muster | {} |", env!("CARGO_PKG_VERSION")),
        format!("| node, for the peers | {} |", node()),
        "| relay | on this machine, HTTP on loopback; phones and peers share its cores |".to_owned(),
        "| durability | every ack after a SQLite commit: WAL, synchronous=FULL, fsync |".to_owned(),
    ];
    print(&Table { name: "machine", head: "| what | which |".to_owned(), rows: rows.into() });
}
