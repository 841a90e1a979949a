//! The counts as Prometheus reads them (text exposition format 0.0.4). Source:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::Write as _;

use super::{ByCode, Distribution, Metrics};

/// What is looked up at the moment of reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Now {
    /// Batches that wait for the log writer, and how many may.
    pub queue_batches: (u64, u64),
    /// Bytes of requests that are being handled.
    pub inflight_bytes: u64,
    /// Entries of all logs.
    pub log_entries: u64,
    /// Collections that the rows are behind, and entries that they are behind.
    pub projector_behind: (u64, u64),
    /// Bytes of the database and of its write-ahead log.
    pub database_bytes: (u64, u64),
    /// Free bytes of the data folder's disk, where the system tells.
    pub disk_free_bytes: Option<u64>,
    /// Bytes of memory that the process has, where the system tells.
    pub resident_bytes: Option<u64>,
    /// Files and sockets that it has open, where the system tells.
    pub open_files: Option<u64>,
    /// Whether the log writer is at work.
    pub is_writing: bool,
}

/// The page.
#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a text cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.head(name, kind, help);
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.one(name, "counter", help, value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Into<Option<u64>>) {
        if let Some(value) = value.into() {
            self.one(name, "gauge", help, value);
        }
    }

    fn by_code(&mut self, name: &str, help: &str, counted: &ByCode) {
        self.head(name, "counter", help);
        for (code, count) in counted.all() {
            let _ = writeln!(self.0, "{name}{{code=\"{code}\"}} {count}");
        }
    }

    /// `scale` is how many of the histogram's units make one of the page's.
    fn histogram(&mut self, name: &str, help: &str, read: &Distribution, scale: u64) {
        self.head(name, "histogram", help);
        for (bound, count) in &read.within {
            let _ = writeln!(self.0, "{name}_bucket{{le=\"{}\"}} {count}", decimal(*bound, scale));
        }
        let Distribution { count, sum, .. } = read;
        let _ = writeln!(self.0, "{name}_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(self.0, "{name}_sum {}\n{name}_count {count}", decimal(*sum, scale));
    }
}

/// `value / scale` in decimals; `scale` is a power of ten.
fn decimal(value: u64, scale: u64) -> String {
    if scale == 1 {
        return value.to_string();
    }
    let digits = usize::try_from(scale.ilog10()).unwrap_or_default();
    let text = format!("{}.{:0digits$}", value / scale, value % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Writes everything.
pub fn write(metrics: &Metrics, now: &Now) -> String {
    let mut page = Page::default();
    exchange(&mut page, metrics);
    log(&mut page, metrics, now);
    links(&mut page, metrics, now);
    machine(&mut page, now);
    page.0
}

fn exchange(page: &mut Page, metrics: &Metrics) {
    page.counter("muster_requests_total", "Frames that came in.", metrics.requests.get());
    page.counter("muster_pushes_total", "Requests that brought batches.", metrics.pushes.get());
    page.counter(
        "muster_batches_accepted_total",
        "Batches on disk for the first time.",
        metrics.batches_accepted.get(),
    );
    page.counter(
        "muster_batches_duplicate_total",
        "Batches that were on disk already.",
        metrics.batches_duplicate.get(),
    );
    page.by_code(
        "muster_batches_rejected_total",
        "Batches kept off the log for good, by reason.",
        &metrics.batches_rejected,
    );
    page.by_code(
        "muster_batches_deferred_total",
        "Batches not stored now, by reason.",
        &metrics.batches_deferred,
    );
    page.counter("muster_changes_total", "Changes in accepted batches.", metrics.changes.get());
    page.by_code("muster_refusals_total", "Requests not handled, by reason.", &metrics.refusals);
    page.counter("muster_received_bytes_total", "Bytes of frames that came in.", metrics.bytes_in.get());
    page.counter("muster_sent_bytes_total", "Bytes of frames that went out.", metrics.bytes_out.get());
    page.counter("muster_pulls_total", "Readings of the log for a phone.", metrics.pulls.get());
    page.counter(
        "muster_bootstrap_pulls_total",
        "Readings from the beginning, or from one full page to the next.",
        metrics.bootstraps.get(),
    );
    page.counter("muster_sessions_total", "Sessions opened.", metrics.sessions.get());
    page.counter("muster_enrolments_total", "Devices enrolled.", metrics.enrolments.get());
}

fn log(page: &mut Page, metrics: &Metrics, now: &Now) {
    page.histogram(
        "muster_commit_seconds",
        "Time of a group's transaction with its fsync.",
        &metrics.commit_micros.read(),
        1_000_000,
    );
    page.histogram(
        "muster_commit_pushes",
        "Pushes that one transaction made durable together.",
        &metrics.group_pushes.read(),
        1,
    );
    page.counter(
        "muster_commits_failed_total",
        "Groups that the disk did not take.",
        metrics.commits_failed.get(),
    );
    page.gauge("muster_writer_up", "1 while the log writer is at work.", u64::from(now.is_writing));
    page.gauge("muster_writer_queue_batches", "Batches that wait for the log writer.", now.queue_batches.0);
    page.gauge(
        "muster_writer_queue_batches_max",
        "Batches that may wait; more are deferred.",
        now.queue_batches.1,
    );
    page.gauge("muster_log_entries", "Entries of all logs.", now.log_entries);
    page.gauge(
        "muster_projector_collections_behind",
        "Collections whose rows are behind their log.",
        now.projector_behind.0,
    );
    page.gauge(
        "muster_projector_entries_behind",
        "Entries that the rows are behind, over all collections.",
        now.projector_behind.1,
    );
    page.counter(
        "muster_projector_failures_total",
        "Times that the projector failed.",
        metrics.projector_failures.get(),
    );
}

fn links(page: &mut Page, metrics: &Metrics, now: &Now) {
    let (opened, closed) = (metrics.connections_opened.get(), metrics.connections_closed.get());
    page.gauge("muster_connections", "WebSockets that are open.", opened.saturating_sub(closed));
    page.counter("muster_connections_opened_total", "WebSockets opened.", opened);
    page.counter("muster_live_deliveries_total", "Frames that went out unasked.", metrics.deliveries.get());
    page.counter(
        "muster_slow_readers_closed_total",
        "Connections let go because they did not take their frames.",
        metrics.slow_readers.get(),
    );
    page.gauge("muster_inflight_bytes", "Bytes of requests that are being handled.", now.inflight_bytes);
}

fn machine(page: &mut Page, now: &Now) {
    page.gauge("muster_database_bytes", "Bytes of the database.", now.database_bytes.0);
    page.gauge("muster_database_wal_bytes", "Bytes of its write-ahead log.", now.database_bytes.1);
    page.gauge("muster_disk_free_bytes", "Free bytes of the data folder's disk.", now.disk_free_bytes);
    page.gauge("process_resident_memory_bytes", "Resident memory.", now.resident_bytes);
    page.gauge("process_open_fds", "Open files and sockets.", now.open_files);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn page() -> String {
        let metrics = Metrics::default();
        metrics.committed(3, Duration::from_micros(1_500), true);
        metrics.committed(1, Duration::from_secs(9), false);
        metrics.refusals.count("busy");
        metrics.batches_rejected.count("checksum");
        metrics.batches_deferred.count("busy");
        let now =
            Now { disk_free_bytes: Some(7), resident_bytes: Some(8), open_files: Some(9), ..Now::default() };
        write(&metrics, &now)
    }

    #[test]
    fn the_page_is_what_prometheus_reads() {
        let page = page();
        for line in [
            "# TYPE muster_commit_seconds histogram",
            "muster_commit_seconds_bucket{le=\"0.0005\"} 0",
            "muster_commit_seconds_bucket{le=\"0.002\"} 1",
            "muster_commit_seconds_bucket{le=\"+Inf\"} 2",
            "muster_commit_seconds_sum 9.0015",
            "muster_commit_pushes_bucket{le=\"4\"} 2",
            "muster_commits_failed_total 1",
            "muster_refusals_total{code=\"busy\"} 1",
            "muster_connections 0",
            "process_open_fds 9",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
        }
        let mut told = std::collections::BTreeSet::new();
        for line in page.lines().filter(|line| line.starts_with("# TYPE")) {
            assert!(told.insert(line.split(' ').nth(2)), "{line} twice");
        }
    }

    #[test]
    fn the_documentation_has_every_metric() {
        let documentation = include_str!("../../../docs/OPERATIONS.md");
        for line in page().lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
            let name = line.split(' ').next().unwrap();
            assert!(documentation.contains(&format!("| `{name}` |")), "docs/OPERATIONS.md lacks {name}");
        }
    }

    #[test]
    fn decimals_are_exact() {
        for (value, text) in
            [(0, "0"), (500, "0.0005"), (1_000_000, "1"), (2_500_000, "2.5"), (1, "0.000001")]
        {
            assert_eq!(decimal(value, 1_000_000), text);
        }
    }
}
