//! The program's log: to standard error, by level; never contents, codes or keys.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging; `MUSTER_LOG` sets levels (default `info`).
pub fn start() {
    let filter = EnvFilter::try_from_env("MUSTER_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) changes nothing.
    drop(lines.with_ansi(std::io::stderr().is_terminal()).try_init());
}
