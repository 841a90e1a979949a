//! The real binary, in a process of its own that can be killed without warning.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use server::clock::SystemClock;
use server::identity::Identity;
use server::store::Log;
use server::store::sqlite::{Options, Sqlite};
use shared::ids::OfficerId;
use tempfile::TempDir;

use super::http::Client;
use super::phone::Phone;
use super::relay::demo_folder;
use super::wait_for;

/// The file of its log, in its data folder.
const LOG: &str = "log.jsonl";

/// A relay in a process of its own.
pub struct Process {
    child: Child,
    folder: TempDir,
    port: u16,
    codes: Vec<String>,
}

/// The binary: `MUSTER_BIN`, or where cargo puts it.
pub fn binary() -> PathBuf {
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

    /// SIGTERM, and waits for its end; whether it ended well.
    pub fn terminate(&mut self) -> bool {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        told.success() && self.child.wait().unwrap().success()
    }

    /// Bytes of memory that it has.
    pub fn resident_bytes(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1_024
    }

    /// What it logged, one JSON object a line, since it was first started.
    pub fn log(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.folder.path().join(LOG)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Its data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it keeps, read and written beside it.
    pub fn open_store(&self) -> Sqlite {
        Sqlite::open(Options { folder: self.folder.path().into(), ..Options::default() }).unwrap()
    }

    /// Fresh enrolment codes for a person.
    pub fn codes_for(&self, officer: &OfficerId, count: usize) -> Vec<String> {
        let store = Arc::new(self.open_store());
        let bureau = store.founding().unwrap().unwrap().bureau;
        let identity = Identity::new(store, Arc::new(SystemClock::default()), bureau);
        (0..count).map(|_| identity.issue(officer).unwrap().reveal()).collect()
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
        .env("MUSTER_LOG_FORMAT", "json")
        .stderr(File::options().create(true).append(true).open(folder.path().join(LOG)).unwrap())
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
