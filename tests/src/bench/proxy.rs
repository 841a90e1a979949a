//! The proxy that counts bytes, the same as before the peers: `tests/bench/peers/proxy.mjs`.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

/// A running proxy before one port.
pub struct Proxy {
    child: Child,
    ask: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    /// `http://127.0.0.1:port` of the proxy.
    pub base: String,
}

/// What crossed the wire.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Wire {
    /// Bytes to the relay.
    pub up: u64,
    /// Bytes from it.
    pub down: u64,
    /// Messages in both directions.
    pub messages: u64,
}

#[derive(Deserialize)]
struct Opened {
    port: u16,
}

impl Proxy {
    /// Before a server of this machine, given as `http://127.0.0.1:port`.
    pub fn before(base: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/peers/proxy.mjs");
        let mut child =
            Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let ask = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut proxy = Self { child, ask, answers, base: String::new() };
        let port = base.rsplit(':').next().unwrap();
        let Opened { port } = serde_json::from_str(&proxy.asked(&format!("open {port}"))).unwrap();
        proxy.base = format!("http://127.0.0.1:{port}");
        proxy
    }

    /// What crossed the wire since the last time.
    pub fn take(&mut self) -> Wire {
        serde_json::from_str(&self.asked("take")).unwrap()
    }

    fn asked(&mut self, line: &str) -> String {
        writeln!(self.ask, "{line}").unwrap();
        self.answers.next().unwrap().unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
