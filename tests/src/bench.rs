//! Measurements; `tests/src/bin/bench.rs` prints them. `wire` and `admission` need no relay, `exchange` and `writers`
//! run one in this process, the others run the real binary in a process of its own (`MUSTER_BIN`).

pub mod admission;
pub mod exchange;
pub mod filled;
pub mod load;
mod ours;
pub mod peers;
mod proxy;
pub mod signed;
pub mod stored;
pub mod storm;
pub mod wire;
pub mod writers;

use std::time::Duration;

use load::{Size, Table};

/// A part of the benchmark that can be run alone.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// Measures.
    pub run: fn(Size) -> Vec<Table>,
}

/// Every part, in the order of the page.
pub const SECTIONS: &[Section] = &[
    Section { name: "wire", run: |_| vec![table("wire", wire::HEAD, wire::rows())] },
    Section {
        name: "reconnect",
        run: |size| vec![table("reconnect", exchange::RECONNECT, exchange::reconnect(size))],
    },
    Section { name: "upload", run: |size| vec![table("upload", exchange::UPLOAD, exchange::upload(size))] },
    Section { name: "writers", run: |size| vec![table("writers", writers::HEAD, writers::rows(size))] },
    Section { name: "admission", run: |_| vec![table("admission", admission::HEAD, admission::rows())] },
    Section { name: "signed", run: |_| vec![table("signed", signed::HEAD, signed::rows())] },
    Section {
        name: "storm",
        run: |size| {
            let (count, documents) = size.pick((50, 50), (1_000, 500));
            vec![table(
                "storm",
                storm::HEAD,
                vec![storm::row(count, documents, Duration::from_secs(size.pick(1, 10)))],
            )]
        },
    },
    Section {
        name: "stored",
        run: |size| vec![table("stored", stored::HEAD, vec![stored::row(size.pick(20_000, 1_000_000))])],
    },
    Section { name: "peers", run: peers::tables },
];

fn table(name: &'static str, head: &str, rows: Vec<String>) -> Table {
    Table { name, head: head.to_owned(), rows }
}
