//! A relay inside this process, on a free port, with a demo bureau of its own.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use server::config::Config;
use server::store::{Entry, Faults, Store};
use server::{Running, serve};
use shared::ids::{CollectionId, DocumentId, OfficerId};
use shared::time::Timestamp;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::clock::MovedClock;
use super::http::Client;
use super::phone::Phone;

/// The demo bureau is founded once and copied for each relay.
static DEMO: OnceLock<TempDir> = OnceLock::new();

/// A running relay.
pub struct Relay {
    runtime: Runtime,
    running: Option<Running>,
    config: Config,
    /// Faults of its disk.
    pub faults: Faults,
    /// Its clock.
    pub clock: MovedClock,
    folder: TempDir,
}

/// Copies a data folder with the demo bureau.
pub fn demo_folder() -> TempDir {
    let founded = DEMO.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let runtime = Runtime::new().unwrap();
        let config =
            Config { is_demo: true, listen: ([127, 0, 0, 1], 0).into(), ..Config::new(folder.path().into()) };
        runtime.block_on(async { serve(config).await.unwrap().stop().await });
        wait_until_closed(folder.path());
        folder
    });
    let folder = TempDir::new().unwrap();
    copy(founded.path(), folder.path());
    folder
}

/// Waits until a stopped relay's last thread has let go of the database: the log beside it goes with the last connection.
fn wait_until_closed(folder: &Path) {
    let begun = std::time::Instant::now();
    let is_open = || {
        let mut names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        names.any(|name| name.to_string_lossy().ends_with("-wal"))
    };
    while is_open() {
        assert!(begun.elapsed() < super::PATIENCE, "the database stays open");
        std::thread::yield_now();
    }
}

/// Copies the files of a folder.
pub fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

impl Default for Relay {
    fn default() -> Self {
        Self::start()
    }
}

impl Relay {
    /// Starts one.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts one with other settings.
    pub fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = demo_folder();
        let (clock, faults) = (MovedClock::default(), Faults::default());
        let mut config = Config {
            is_demo: true,
            listen: ([127, 0, 0, 1], 0).into(),
            clock: Arc::new(clock.clone()),
            faults: faults.clone(),
            ..Config::new(folder.path().into())
        };
        change(&mut config);
        let runtime = Runtime::new().unwrap();
        let running = runtime.block_on(serve(config.clone())).unwrap();
        Self { runtime, running: Some(running), config, faults, clock, folder }
    }

    /// Stops it and starts it again on the same data and port.
    pub fn restart(&mut self) {
        let running = self.running.take().unwrap();
        self.config.listen = running.address();
        self.runtime.block_on(running.stop());
        let config = self.config.clone();
        self.running = Some(self.runtime.block_on(serve(config)).unwrap());
    }

    /// Stops it and starts it again with other settings, on the same data and port.
    pub fn change(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut self.config);
        self.restart();
    }

    /// Stops it.
    pub fn stop(&mut self) {
        let running = self.running.take().unwrap();
        self.config.listen = running.address();
        self.runtime.block_on(running.stop());
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.config.data
    }

    /// Starts it again after `stop`, on another data folder.
    pub fn start_on(&mut self, data: &Path) {
        self.config.data = data.to_owned();
        self.start_again();
    }

    /// Makes snapshots of documents without an entry since a moment; says how many.
    pub fn save_snapshots(&self, quiet_since: Timestamp) -> usize {
        self.runtime.block_on(self.running().relay().save_snapshots(quiet_since)).unwrap()
    }

    /// Starts it again after `stop`.
    pub fn start_again(&mut self) {
        let config = self.config.clone();
        self.running = Some(self.runtime.block_on(serve(config)).unwrap());
    }

    /// Stops it, copies its folder away, and starts it again.
    pub fn back_up(&mut self) -> TempDir {
        self.stop();
        wait_until_closed(self.folder.path());
        let backup = TempDir::new().unwrap();
        copy(self.folder.path(), backup.path());
        self.start_again();
        backup
    }

    /// Stops it, and starts it again on what a backup holds, with its own epoch and its own numbers.
    pub fn restore(&mut self, backup: &TempDir) {
        self.stop();
        wait_until_closed(self.folder.path());
        for file in fs::read_dir(self.folder.path()).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        copy(backup.path(), self.folder.path());
        self.start_again();
    }

    /// Pages that the database may have from the next start on.
    pub fn set_page_count_max(&mut self, pages: Option<u32>) {
        self.config.page_count_max = pages;
    }

    /// The running relay.
    pub fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// What it keeps.
    pub fn store(&self) -> &Arc<dyn Store> {
        self.running().relay().store()
    }

    /// `http://127.0.0.1:port`.
    pub fn base(&self) -> String {
        format!("http://{}", self.running().address())
    }

    /// A client without a session.
    pub fn client(&self) -> Client {
        Client::new(&self.base())
    }

    /// A fresh enrolment code for a person.
    pub fn code_for(&self, officer: &OfficerId) -> String {
        self.running().identity().issue(officer).unwrap().reveal()
    }

    /// Phones of the demo's guests: two officers of one station, and a supervisor.
    pub fn guests(&self) -> [Phone; 3] {
        let invitations = self.running().invitations();
        [0, 1, 2].map(|guest| Phone::enrol(&self.base(), &invitations[guest].code).unwrap())
    }

    /// A document's entries as they stand in the log.
    pub fn log_of(&self, document: DocumentId) -> Vec<Entry> {
        self.store().document(document).unwrap()
    }

    /// The last position of a collection.
    pub fn end_of(&self, collection: &CollectionId) -> u64 {
        self.store().end(collection).unwrap().seq
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}
