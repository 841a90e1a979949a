//! The program's log: to standard error, by level, as text or as JSON lines; never contents, codes or keys.
//! docs/OPERATIONS.md says what its lines mean.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Starts logging what a filter lets through. A filter that does not parse is told, and `info` taken.
pub fn start(filter: &str, format: LogFormat) {
    let (levels, wrong) = match EnvFilter::try_new(filter) {
        Ok(levels) => (levels, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let lines = tracing_subscriber::fmt().with_env_filter(levels).with_writer(std::io::stderr);
    // A second start in one process (tests) changes nothing.
    drop(match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).try_init(),
    });
    if let Some(error) = wrong {
        tracing::warn!(error = &error as &dyn std::error::Error, filter, "not a log filter; `info` is taken");
    }
}
