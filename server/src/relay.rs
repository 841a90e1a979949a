//! The heart of the relay: everything that enters the log passes here, in this order: `admission` inspects each batch
//! by itself, on many threads; its `shadow` document must take it; the one `writer` admits it against the log and
//! commits it with others in one transaction; then the news goes out to whoever listens. Steps 10 and 11 of the walk.
//! It knows neither HTTP nor SQL.

use std::sync::Arc;

use shared::document::write::Event;
use shared::domain::directory::Bureau;
use shared::ids::{CollectionId, DeviceId, DocumentId};
use shared::protocol::{Ack, AckOutcome, Batch, Cursor, Pull, RefusalCode};
use tokio::sync::{OwnedSemaphorePermit, broadcast};

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::{Founding, Store, StoreError};

pub mod admission;
pub mod author;
mod heard;
mod held;
mod inspect;
mod pull;
mod shadow;
mod writer;

use author::{Author, PublishError, Published};
use heard::Heard;
use shadow::Shadows;
use writer::{Candidate, Writer};

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
}

/// Why the relay does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The relay's key, as it is stored, is none.
    #[error("the relay's stored key is not a P-256 key")]
    Key,
    /// The system has no thread for the log writer or the shadow documents.
    #[error("the log writer or a shadow worker does not start")]
    Thread(#[source] std::io::Error),
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
    author: Author,
    heard: Heard,
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
        let (news, _) = broadcast::channel(NEWS_MAX);
        let author = Author::new(&founding.relay_key).ok_or(StartError::Key)?;
        let metrics = Arc::new(Metrics::default());
        let writer =
            Writer::start(Arc::clone(&store), Arc::clone(&clock), news.clone(), Arc::clone(&metrics))
                .map_err(StartError::Thread)?;
        let Founding { bureau, epoch, .. } = founding;
        let shadows =
            Shadows::start(Arc::clone(&store), bureau.id.clone(), shadows).map_err(StartError::Thread)?;
        let heard = Heard::default();
        let inner = Inner { bureau, epoch, store, clock, writer, shadows, author, heard, news, metrics };
        Ok(Self { inner: Arc::new(inner) })
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
        self.inner.author.device()
    }

    /// Its public key, an uncompressed P-256 point.
    pub fn public_key(&self) -> &[u8] {
        self.inner.author.public_key()
    }

    /// Admits and commits batches that a device brings, its own or others'; one ack each, in their order. When it
    /// returns, what was accepted is on disk.
    pub async fn push(&self, carrier: DeviceId, batches: Vec<Batch>) -> Vec<Ack> {
        let Inner { writer, shadows, store, bureau, .. } = self.inner.as_ref();
        let asked: Vec<_> = batches.iter().map(|batch| (batch.document, batch.head)).collect();
        let outcomes = match writer.permits(batches.len()) {
            None => vec![deferred(RefusalCode::Busy); asked.len()],
            Some(permits) => match inspect::inspect(store, &bureau.id, shadows, batches).await {
                Ok(candidates) => self.commit(carrier, candidates, permits).await,
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "authors could not be looked up"
                    );
                    vec![deferred(RefusalCode::Internal); asked.len()]
                }
            },
        };
        let acks = asked.into_iter().zip(outcomes);
        acks.map(|((document, head), outcome)| Ack { document, head, outcome }).collect()
    }

    async fn commit(
        &self,
        carrier: DeviceId,
        candidates: Vec<Candidate>,
        permits: OwnedSemaphorePermit,
    ) -> Vec<AckOutcome> {
        let tested: Vec<_> =
            candidates.iter().map(|candidate| candidate.good().map(|good| good.batch.document)).collect();
        let outcomes = match self.announce_held(&candidates).await {
            Ok(()) => self.inner.writer.commit(carrier, candidates, permits).await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "what is held was not announced");
                vec![deferred(RefusalCode::Busy); candidates.len()]
            }
        };
        for (document, outcome) in tested.into_iter().zip(&outcomes) {
            if let Some(document) = document
                && matches!(outcome, AckOutcome::Rejected { .. } | AckOutcome::Deferred { .. })
            {
                self.inner.shadows.forget(document);
            }
        }
        outcomes
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

    /// Reads the log behind a cursor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pull(
        &self,
        collection: CollectionId,
        cursor: Cursor,
        bytes_max: usize,
    ) -> Result<Pull, StoreError> {
        let epoch = self.inner.epoch;
        crate::store::blocking(&self.inner.store, move |store| {
            pull::pull(store, epoch, collection, cursor, bytes_max)
        })
        .await
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

    /// Takes no more pushes, commits what waits, and ends the writer.
    pub async fn close(&self) {
        self.inner.writer.close().await;
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
