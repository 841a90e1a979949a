//! The peers beside our relay, in one run on the same work: `tests/bench/peers/driver.mjs` measures them, `ours`
//! measures us. Ratios are ours divided by the peer's, also where a peer wins.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use super::load::{Size, Table};
use super::ours;

/// What is compared: work, value, what it is called, and by how much it is multiplied.
const ROWS: &[(&str, &str, &str, f64)] = &[
    ("upload", "acked_s", "upload of {n} offline rounds of 24 items: acknowledged, s", 1.0),
    ("upload", "disk_s", "... until written to disk, s", 1.0),
    ("upload", "up_bytes", "... kB up", 1e-3),
    ("reconnect", "s", "reconnect, nothing new, {n} documents: s", 1.0),
    ("reconnect", "up_bytes", "... kB up", 1e-3),
    ("reconnect", "down_bytes", "... kB down", 1e-3),
    ("reconnect", "messages", "... messages", 1.0),
    ("catch_up", "s", "catch-up, 30 edits in 10 of {n} documents: s", 1.0),
    ("catch_up", "up_bytes", "... kB up", 1e-3),
    ("catch_up", "down_bytes", "... kB down", 1e-3),
    ("catch_up", "messages", "... messages", 1.0),
    ("writers", "acked_per_s", "{n} writers, single edits: acknowledged/s", 1.0),
    ("writers", "durable_per_s", "... written to disk/s", 1.0),
    ("writers", "ack_p50_ms", "... ack p50, ms", 1.0),
    ("writers", "ack_p99_ms", "... ack p99, ms", 1.0),
    ("fan_out", "p50_ms", "fan-out to {n}: p50, ms", 1.0),
    ("fan_out", "p99_ms", "... p99, ms", 1.0),
    ("idle", "bytes", "an idle connection, kB", 1e-3),
    ("kill", "acked", "kill -9 under load: edits acknowledged", 1.0),
    ("kill", "missing", "... of these missing on the disk", 1.0),
    (
        "storm",
        "all_s",
        "{n} phones with {documents} documents each come back at once: the last is through, s",
        1.0,
    ),
];

#[derive(Debug, Clone, Deserialize)]
struct Record {
    peer: String,
    work: String,
    size: Option<usize>,
    values: Value,
}

/// The comparison, and what each system's acknowledgement means.
pub fn tables(size: Size) -> Vec<Table> {
    let ours: Vec<Record> = ours::all(size)
        .into_iter()
        .map(|(work, size, values)| Record {
            peer: "Muster".to_owned(),
            work: work.to_owned(),
            size: Some(size),
            values,
        })
        .collect();
    let theirs = measured(size);
    let mut peers: Vec<&str> = theirs.iter().map(|record| record.peer.as_str()).collect();
    peers.dedup();
    let about = theirs.iter().filter(|record| record.work == "about").map(|record| {
        let versions = record.values["versions"].as_object().into_iter().flatten();
        let versions: Vec<String> =
            versions.map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or("?"))).collect();
        format!(
            "| {} | {} | {} |",
            record.peer,
            versions.join(", "),
            record.values["ack"].as_str().unwrap_or("?")
        )
    });
    let us = format!(
        "| Muster | {} | on disk: the SQLite transaction (WAL, synchronous=FULL) is fsynced, with its place in the chain |",
        env!("CARGO_PKG_VERSION")
    );
    let means = Table {
        name: "acks",
        head: "| system | version | what its acknowledgement means |".to_owned(),
        rows: [us].into_iter().chain(about).collect(),
    };
    let head = format!(
        "| work | Muster |{}",
        peers.iter().map(|peer| format!(" {peer} | ours / theirs |")).collect::<String>()
    );
    vec![means, Table { name: "peers", head, rows: rows(&ours, &theirs, &peers) }]
}

fn rows(ours: &[Record], theirs: &[Record], peers: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    let mut begin = 0;
    while begin < ROWS.len() {
        let work = ROWS[begin].0;
        let end = begin + ROWS[begin..].iter().take_while(|row| row.0 == work).count();
        for our in ours.iter().filter(|record| record.work == work) {
            for (_, value, name, factor) in &ROWS[begin..end] {
                let name = name
                    .replace("{n}", &our.size.unwrap_or_default().to_string())
                    .replace("{documents}", &our.values["documents"].to_string());
                let us = our.values[value].as_f64().map(|number| number * factor);
                let cells = peers.iter().map(|peer| {
                    // A connection's memory is a mean of fewer at a peer.
                    let is_it = |record: &&Record| {
                        record.peer == *peer
                            && record.work == work
                            && (record.size == our.size || work == "idle")
                    };
                    cell(us, theirs.iter().find(is_it), value, *factor)
                });
                let cells = cells.collect::<String>();
                let us = our.values["failure"].as_str().map_or_else(|| shown(us), str::to_owned);
                rows.push(format!("| {name} | {us} |{cells}"));
            }
        }
        begin = end;
    }
    rows
}

fn cell(us: Option<f64>, record: Option<&Record>, value: &str, factor: f64) -> String {
    let Some(record) = record else { return " - | - |".to_owned() };
    if let Some(failure) = record.values["failure"].as_str() {
        return format!(" {failure} | - |");
    }
    let them = record.values[value].as_f64().map(|number| number * factor);
    let ratio = us.zip(them).filter(|(_, them)| *them != 0.0).map(|(us, them)| us / them);
    format!(" {} | {} |", shown(them), shown(ratio))
}

fn shown(number: Option<f64>) -> String {
    match number {
        None => "-".to_owned(),
        Some(0.0) => "0".to_owned(),
        Some(number) if number.abs() >= 100.0 => format!("{number:.0}"),
        Some(number) if number.abs() >= 1.0 => format!("{number:.1}"),
        Some(number) => format!("{number:.3}"),
    }
}

/// Where `cargo xtask bench` has installed the peers.
fn folder() -> PathBuf {
    let folder = std::env::var_os("MUSTER_PEERS").map(PathBuf::from);
    folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/peers"))
}

fn measured(size: Size) -> Vec<Record> {
    let mut driver = Command::new("node");
    driver.arg("driver.mjs").current_dir(folder()).stdout(Stdio::piped());
    if size == Size::Quick {
        driver.arg("--quick");
    }
    let output = driver.spawn().unwrap().wait_with_output().unwrap();
    assert!(output.status.success(), "the peers' driver failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
