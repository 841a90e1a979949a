//! The heart of the relay: everything that enters the log passes here, in this order: `admission` inspects each batch
//! by itself, on many threads; its `shadow` document must take it; the one `writer` admits it against the log and
//! commits it with others in one transaction; then the news goes out to whoever listens. Steps 10 and 11 of the walk.
//! It knows neither HTTP nor SQL.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared::document::write::Event;
use shared::domain::directory::Bureau;
use shared::ids::{CollectionId, DeviceId, DocumentId, OfficerId, StationCode};
use shared::protocol::{AckOutcome, Pull, RefusalCode, Want};
use shared::time::Timestamp;
use shared::trust::certificate::Certificate;
use shared::trust::signing::{SUITE_P256, sealing_key_claim};
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::{self, DeviceRecord, Founding, Store, StoreError};

pub mod admission;
pub mod author;
pub mod directory;
mod heard;
mod held;
mod inspect;
mod pull;
mod push;
mod receipts;
pub mod sealer;
mod shadow;
pub mod signer;
pub mod snapshot;
mod whole;
mod writer;

use author::{Author, PublishError, Published};
use directory::Stations;
use heard::Heard;
pub use push::Pushed;
use sealer::Sealer;
use shadow::Shadows;
use signer::{Signer, SigningError};
use snapshot::Saver;
pub use writer::LogWriter;
use writer::Writer;

#[cfg(test)]
mod tests;

/// News that may wait for one listener; a listener that falls behind is told so, and looks at everything.
const NEWS_MAX: usize = 1_024;

/// What listeners are told after it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A collection's log has grown to this position.
    Grown {
        /// The collection.
        collection: CollectionId,
        /// Its last position.
        seq: u64,
    },
    /// Devices were heard.
    Heard,
    /// A device was revoked.
    Revoked(DeviceId),
    /// A person's station or role is another one.
    Moved(OfficerId),
}

/// Why the relay does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The relay's key, as it is stored, is none.
    #[error("the relay's stored key is not a P-256 key")]
    Key,
    /// The system gives no randomness for the name that the relay writes under until the next start.
    #[error("the system gives no random numbers")]
    Random,
    /// The system has no thread for the log writer or the shadow documents.
    #[error("the log writer or a shadow worker does not start")]
    Thread(#[source] std::io::Error),
}

/// What a relay otherwise draws or has by its nature, chosen by whoever assembles one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The slot that it writes its own documents under until its next start; another at each start.
    pub slot: u32,
    /// Entries of a log that a new phone reads one by one even where there are snapshots.
    pub replayed_max: u64,
}

/// A running relay; clones are the same one.
#[derive(Clone)]
pub struct Relay {
    inner: Arc<Inner>,
}

struct Inner {
    bureau: Bureau,
    epoch: u64,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    writer: Writer,
    shadows: Shadows,
    signer: Arc<Signer>,
    sealer: Sealer,
    author: Author,
    heard: Heard,
    stations: Arc<Stations>,
    saver: Arc<Saver>,
    replayed_max: u64,
    news: broadcast::Sender<News>,
    metrics: Arc<Metrics>,
}

impl Relay {
    /// Starts the log writer over a founded store.
    ///
    /// # Errors
    /// When the relay's key does not parse or there is no thread to be had.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        founding: Founding,
    ) -> Result<Self, StartError> {
        Self::start_with(store, clock, founding, shadow::Options::default())
    }

    fn start_with(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        founding: Founding,
        shadows: shadow::Options,
    ) -> Result<Self, StartError> {
        let slot = author::draw_slot().ok_or(StartError::Random)?;
        let chosen = Chosen { slot, replayed_max: pull::REPLAYED_MAX };
        let (relay, log) = Self::assemble_with(store, clock, founding, shadows, chosen)?;
        relay.inner.writer.start(log).map_err(StartError::Thread)?;
        Ok(relay)
    }

    /// A relay whose log writer has no thread: pushes wait until its holder commits them. For simulations, where
    /// everything happens in an order that can be repeated, and nothing because time is up.
    ///
    /// # Errors
    /// When the relay's key does not parse or there is no thread to be had.
    pub fn assemble(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        founding: Founding,
        chosen: Chosen,
    ) -> Result<(Self, LogWriter), StartError> {
        let patience = std::time::Duration::from_secs(3_600);
        let shadows = shadow::Options { workers: 1, patience, ..shadow::Options::default() };
        Self::assemble_with(store, clock, founding, shadows, chosen)
    }

    fn assemble_with(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        founding: Founding,
        shadows: shadow::Options,
        Chosen { slot, replayed_max }: Chosen,
    ) -> Result<(Self, LogWriter), StartError> {
        let (news, _) = broadcast::channel(NEWS_MAX);
        let signer = Arc::new(Signer::new(&founding.relay_key).ok_or(StartError::Key)?);
        let sealer = Sealer::of_relay_key(&founding.relay_key).ok_or(StartError::Key)?;
        let author = Author::new(Arc::clone(&signer), slot);
        let metrics = Arc::new(Metrics::default());
        let (writer, log) =
            Writer::new(Arc::clone(&store), Arc::clone(&clock), news.clone(), Arc::clone(&metrics));
        let Founding { bureau, epoch, .. } = founding;
        let shadows =
            Shadows::start(Arc::clone(&store), bureau.id.clone(), shadows).map_err(StartError::Thread)?;
        let (heard, stations, saver) = (Heard::default(), Arc::default(), Arc::default());
        let inner = Inner {
            bureau,
            epoch,
            store,
            clock,
            writer,
            shadows,
            signer,
            sealer,
            author,
            heard,
            stations,
            saver,
            replayed_max,
            news,
            metrics,
        };
        Ok((Self { inner: Arc::new(inner) }, log))
    }

    /// The bureau whose relay this is.
    pub fn bureau(&self) -> &Bureau {
        &self.inner.bureau
    }

    /// What it keeps.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// Its clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The relay as an author of documents: its device.
    pub fn device(&self) -> DeviceId {
        self.inner.signer.device()
    }

    /// Its public key, an uncompressed P-256 point.
    pub fn public_key(&self) -> &[u8] {
        self.inner.signer.public_key()
    }

    /// The key that phones seal bundles to.
    pub fn sealer(&self) -> &Sealer {
        &self.inner.sealer
    }

    /// The relay's signature under the key that phones seal bundles to.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn sign_sealing_key(&self) -> Result<Vec<u8>, SigningError> {
        let Inner { bureau, signer, sealer, .. } = self.inner.as_ref();
        signer.sign(&sealing_key_claim(SUITE_P256, &bureau.id, sealer.public_key()))
    }

    /// Writes events into a document of the relay's own, one change each, signed with the relay's key. When it
    /// returns, they are on disk.
    ///
    /// # Errors
    /// When the document has no place for such an event, or the store does not take it; then none of them is written.
    pub async fn publish(
        &self,
        collection: &CollectionId,
        document: DocumentId,
        events: &[Event],
    ) -> Result<Published, PublishError> {
        let Inner { author, writer, store, bureau, .. } = self.inner.as_ref();
        author.publish(store, writer, &bureau.id, collection, document, events).await
    }

    /// Reads the log as a phone wants it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pull(&self, want: Want, bytes_max: usize) -> Result<Pull, StoreError> {
        let Inner { epoch, replayed_max, .. } = *self.inner.as_ref();
        let now = self.inner.clock.now();
        crate::store::blocking(&self.inner.store, move |store| {
            pull::Source::new(store, epoch, now, replayed_max).pull(want, bytes_max)
        })
        .await
    }

    /// Signs a device's certificate; its lease begins now.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn certify(&self, device: &DeviceRecord) -> Result<Certificate, SigningError> {
        let Inner { bureau, clock, signer, .. } = self.inner.as_ref();
        let mut certificate = Certificate::new(&bureau.id, &device.public_key, &device.rights, clock.now());
        certificate.signature = signer.sign(&certificate.claim())?;
        Ok(certificate)
    }

    /// The stations of the bureau.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stations(&self) -> store::Result<Arc<BTreeSet<StationCode>>> {
        let Inner { store, bureau, stations, .. } = self.inner.as_ref();
        let (bureau, stations) = (bureau.id.clone(), Arc::clone(stations));
        store::blocking(store, move |store| stations.known(store, &bureau)).await
    }

    /// Tells everybody who listens that a device was revoked.
    pub fn tell_revoked(&self, device: DeviceId) {
        // Nobody listening is no failure.
        let _ = self.inner.news.send(News::Revoked(device));
    }

    /// Brings people, devices and revocations from the directory to where they are looked up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn adopt_directory(&self) -> Result<(), StoreError> {
        let Inner { store, bureau, clock, news, .. } = self.inner.as_ref();
        directory::adopt(store, &bureau.id, clock.now(), news).await
    }

    /// Listens to what happens from now on.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.inner.news.subscribe()
    }

    /// Notes that a device was heard just now; it is on disk, and told as [`News::Heard`], within about a second.
    pub fn heard(&self, device: DeviceId) {
        self.inner.heard.note(device, self.inner.clock.now());
    }

    /// Writes down who was heard, until [`Relay::close`].
    pub async fn keep_heard(&self) {
        self.inner.heard.keep(&self.inner.store, &self.inner.news).await;
    }

    /// Makes snapshots of documents that have grown and are quiet, until the relay is dropped.
    pub async fn keep_snapshots(&self) {
        self.inner.saver.keep(&self.inner.store, &self.inner.clock).await;
    }

    /// Makes snapshots of all documents that have grown and had no entry since a moment; says how many.
    ///
    /// # Errors
    /// When the database fails; those made until then stay.
    pub async fn save_snapshots(&self, quiet_since: Timestamp) -> Result<usize, StoreError> {
        let mut saved = 0;
        loop {
            let saver = Arc::clone(&self.inner.saver);
            let store = &self.inner.store;
            let go = crate::store::blocking(store, move |store| saver.save(store, quiet_since)).await?;
            if go == 0 {
                return Ok(saved);
            }
            saved += go;
        }
    }

    /// Makes a snapshot of one document, as it is now; whether it did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_snapshot(&self, document: DocumentId) -> Result<bool, StoreError> {
        let saver = Arc::clone(&self.inner.saver);
        crate::store::blocking(&self.inner.store, move |store| Ok(saver.save_these(store, &[document])? > 0))
            .await
    }

    /// What it counts about itself.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Batches that wait for the log writer, and how many may.
    pub fn queue_batches(&self) -> (usize, usize) {
        self.inner.writer.queue()
    }

    /// How full the log writer's queue is, in thousandths.
    pub fn queue_permille(&self) -> u32 {
        let (waiting, most) = self.inner.writer.queue();
        u32::try_from(waiting.saturating_mul(1_000) / most.max(1)).unwrap_or(1_000)
    }

    /// Whether the log writer is at work, and the shadow workers are.
    pub fn is_writing(&self) -> bool {
        self.inner.writer.is_alive() && self.inner.shadows.is_well()
    }

    /// Takes no more pushes, commits what waits, and ends the writer and the shadow workers.
    pub async fn close(&self) {
        self.inner.writer.close().await;
        self.inner.shadows.close().await;
        self.inner.heard.write(&self.inner.store, &self.inner.news).await;
    }
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay").field("bureau", &self.inner.bureau.id).finish_non_exhaustive()
    }
}

fn deferred(code: RefusalCode) -> AckOutcome {
    AckOutcome::Deferred { code }
}
