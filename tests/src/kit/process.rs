//! The real binary, in a process of its own that can be killed without warning.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::http::Client;
use super::phone::Phone;
use super::relay::demo_folder;
use super::wait_for;

/// A relay in a process of its own.
pub struct Process {
    child: Child,
    folder: TempDir,
    port: u16,
    codes: Vec<String>,
}

/// The binary: `MUSTER_BIN`, or where cargo puts it.
fn binary() -> PathBuf {
    let path = std::env::var_os("MUSTER_BIN").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/debug/muster"),
        PathBuf::from,
    );
    assert!(
        path.is_file(),
        "{} is not there: run `cargo build -p muster`, or set MUSTER_BIN",
        path.display()
    );
    path
}

impl Default for Process {
    fn default() -> Self {
        Self::start()
    }
}

impl Process {
    /// Starts one on a free port, with a demo bureau.
    pub fn start() -> Self {
        let folder = demo_folder();
        let (child, port, codes) = spawn(&folder, 0);
        Self { child, folder, port, codes }
    }

    /// SIGKILL: no warning, no clean end.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on the same data and port.
    pub fn start_again(&mut self) {
        let (child, port, codes) = spawn(&self.folder, self.port);
        (self.child, self.codes) = (child, codes);
        assert_eq!(port, self.port);
    }

    /// `http://127.0.0.1:port`.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Phones of the demo's guests, by the codes that the last start printed.
    pub fn guests(&self) -> [Phone; 3] {
        [0, 1, 2].map(|guest| Phone::enrol(&self.base(), &self.codes[guest]).unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be dead already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(folder: &TempDir, port: u16) -> (Child, u16, Vec<String>) {
    let mut child = Command::new(binary())
        .args(["serve", "--demo", "--data"])
        .arg(folder.path())
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut codes = Vec::new();
    let mut port = 0;
    for line in lines.map_while(Result::ok) {
        if let Some((origin, code)) = line.trim().split_once("/enrol#") {
            codes.push(code.to_owned());
            port = origin.rsplit(':').next().unwrap().parse().unwrap();
        }
        if codes.len() == 3 {
            break;
        }
    }
    let client = Client::new(&format!("http://127.0.0.1:{port}"));
    wait_for("the relay's answer", || client.get("/api/health").filter(|reply| reply.status == 204));
    (child, port, codes)
}
