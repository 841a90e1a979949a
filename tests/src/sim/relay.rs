//! The relay in the simulation: the real one, over a disk of ours, with its log writer turned by hand, so that what
//! happens together and in which order is the simulation's to say.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use server::clock::SetClock;
use server::config::Config;
use server::load::Load;
use server::projector::Projector;
use server::relay::author::PublishError;
use server::relay::{Chosen, LogWriter, News, Relay};
use server::store::{Founding, NewDevice, Store};
use server::sync::{self, Done, Line};
use shared::document::write::Event;
use shared::ids::{CollectionId, DeviceId, DocumentId};
use shared::protocol::Refusal;
use shared::sync::relay::Input;
use shared::time::{Timestamp, Zone};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::bureau;
use super::disk::Disk;
use super::errors::Errors;
use super::keys::{self, Key};

/// Entries of a log that a new phone reads one by one even where there are snapshots: logs are short here.
const REPLAYED_MAX: u64 = 8;

/// The relay's machine.
pub struct RelayHost {
    /// What it keeps.
    pub disk: Disk,
    clock: Arc<SetClock>,
    load: Arc<Load>,
    runtime: Runtime,
    process: Option<Process>,
    /// How often it was started.
    starts: u32,
}

/// The relay's process, until it dies.
struct Process {
    relay: Relay,
    log: LogWriter,
    news: Receiver<News>,
    projector: Arc<Projector>,
}

/// What listeners are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A collection has grown.
    Grown(CollectionId, u64),
    /// Too much happened to be told one by one.
    Lagged,
}

type Work<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

impl RelayHost {
    /// A founded bureau, and its relay started.
    pub fn found(disk: Disk, now: Timestamp, errors: &Errors) -> Self {
        let store = disk.open();
        let founding =
            Founding { bureau: bureau::bureau(), epoch: 1, relay_key: keys::pkcs8(bureau::RELAY_KEY) };
        store.found(&founding).expect("an empty disk takes it");
        for number in bureau::enrolled_keys() {
            let (key, owner) = (Key::new(number), bureau::owner(number));
            store.put_officer(&owner).expect("an empty disk takes it");
            let device = NewDevice {
                id: key.device(),
                public_key: key.public_key(),
                officer: owner.id,
                enrolled: now,
            };
            store.put_device(&device).expect("an empty disk takes it");
        }
        let hear = errors.clone();
        let runtime = Builder::new_current_thread()
            .enable_time()
            .max_blocking_threads(1)
            .on_thread_start(move || hear.listen_for_good())
            .build()
            .expect("the system has a thread");
        let load = Arc::new(Load::new(&Config::new(std::path::PathBuf::new())));
        let mut host =
            Self { disk, clock: Arc::new(SetClock::at(now)), load, runtime, process: None, starts: 0 };
        host.start();
        host
    }

    /// Sets the clock.
    pub fn set_now(&self, now: Timestamp) {
        self.clock.set(now);
    }

    /// Starts the process anew on what the disk has.
    pub fn start(&mut self) {
        self.process = None;
        let store = self.disk.open();
        let founding = store.founding().expect("the disk is read").expect("it was founded");
        let bureau = founding.bureau.id.clone();
        self.starts += 1;
        let chosen = Chosen { slot: self.starts, replayed_max: REPLAYED_MAX };
        let (relay, log) =
            Relay::assemble(Arc::clone(&store), self.clock.clone(), founding, chosen).expect("a good key");
        let (news, today) = (relay.news(), Zone::CHINA.date(server::clock::Clock::now(&*self.clock)));
        let projector = Arc::new(Projector::open(store, bureau, today).expect("the disk is read"));
        self.process = Some(Process { relay, log, news, projector });
    }

    /// Kills the process, between two transactions.
    pub fn kill(&mut self) {
        self.disk.cut_power();
        self.process = None;
    }

    /// Buries the process when the disk has lost its power; says whether it has.
    pub fn is_dead(&mut self) -> bool {
        if !self.disk.has_power() {
            self.process = None;
        }
        self.process.is_none()
    }

    /// Whether the process runs.
    pub fn is_up(&self) -> bool {
        self.process.is_some()
    }

    /// What the running process reads.
    pub fn store(&self) -> Option<&Arc<dyn Store>> {
        self.process.as_ref().map(|process| process.relay.store())
    }

    /// The rows' keeper.
    pub fn projector(&self) -> Option<&Arc<Projector>> {
        self.process.as_ref().map(|process| &process.projector)
    }

    /// Whether a device may come in, and with which rights.
    pub fn session(&self, device: DeviceId) -> Option<server::store::DeviceRecord> {
        let found = self.store()?.device(device).ok()??;
        found.revoked.is_none().then_some(found)
    }

    /// What happened since the last time.
    pub fn news(&mut self) -> Vec<Told> {
        let Some(process) = &mut self.process else { return Vec::new() };
        let mut told = Vec::new();
        loop {
            match process.news.try_recv() {
                Ok(News::Grown { collection, seq }) => told.push(Told::Grown(collection, seq)),
                Ok(News::Heard | News::Revoked(_) | News::Moved(_)) => {}
                Err(TryRecvError::Lagged(_)) => told.push(Told::Lagged),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return told,
            }
        }
    }

    /// The relay's side of a new connection.
    pub fn line(&self, record: server::store::DeviceRecord) -> Option<Box<Line>> {
        let relay = self.process.as_ref()?.relay.clone();
        Some(Box::new(Line::new(relay, Arc::clone(&self.load), record)))
    }

    /// Feeds several connections at once: their pushes are committed in one group.
    pub fn drive(&mut self, inputs: Vec<(&mut Line, Input)>) -> Option<Vec<Done>> {
        let Process { log, .. } = self.process.as_mut()?;
        let works = inputs.into_iter().map(|(line, input)| Box::pin(line.take(input)) as Work<'_, _>);
        Some(together(&self.runtime, log, works.collect()))
    }

    /// Answers one POST.
    pub fn answer(&mut self, device: DeviceId, frame: Vec<u8>) -> Option<Result<Vec<u8>, Refusal>> {
        let record = self.session(device)?;
        let Process { relay, log, .. } = self.process.as_mut()?;
        let work: Work<'_, _> = Box::pin(sync::answer(relay, &self.load, record, frame));
        together(&self.runtime, log, vec![work]).pop()
    }

    /// The relay saves a document in one piece.
    pub fn save(&mut self, document: DocumentId) -> Option<server::store::Result<bool>> {
        let Process { relay, .. } = self.process.as_ref()?;
        Some(self.runtime.block_on(relay.save_snapshot(document)))
    }

    /// The relay writes into a document of its own.
    pub fn publish(
        &mut self,
        collection: &CollectionId,
        document: DocumentId,
        events: &[Event],
    ) -> Option<Result<(), PublishError>> {
        let Process { relay, log, .. } = self.process.as_mut()?;
        let work: Work<'_, _> =
            Box::pin(async { relay.publish(collection, document, events).await.map(|_| ()) });
        together(&self.runtime, log, vec![work]).pop()
    }
}

/// Runs works until all are done. When every one that is not done waits for the log writer, the writer commits what
/// waits.
fn together<T>(runtime: &Runtime, log: &mut LogWriter, mut works: Vec<Work<'_, T>>) -> Vec<T> {
    let mut done: Vec<Option<T>> = works.iter().map(|_| None).collect();
    runtime.block_on(std::future::poll_fn(|context| {
        loop {
            for (work, done) in works.iter_mut().zip(&mut done) {
                if done.is_none()
                    && let Poll::Ready(result) = work.as_mut().poll(context)
                {
                    *done = Some(result);
                }
            }
            let open = done.iter().filter(|done| done.is_none()).count();
            if open == 0 {
                return Poll::Ready(());
            }
            if log.waiting() < open {
                return Poll::Pending;
            }
            log.commit_waiting();
        }
    }));
    done.into_iter().flatten().collect()
}
