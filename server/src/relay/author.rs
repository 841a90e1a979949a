//! The relay as an author: the directory, templates, the calendar and registers are documents that it writes into the
//! log like any others, one change an event, signed with its own key. What to write is its callers'.

use std::collections::HashMap;
use std::sync::Arc;

use minicbor::bytes::ByteVec;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use shared::document::write::Event;
use shared::document::{ApplyError, Document, Written};
use shared::ids::{Actor, BureauId, CollectionId, DocumentId, DocumentKind};
use shared::limits::BATCH_CHANGES_MAX;
use shared::protocol::{AckOutcome, Batch, RefusalCode, RejectCode};
use shared::trust::signing::{BatchClaim, SUITE_P256};
use tokio::sync::Mutex;

use super::admission;
use super::signer::{Signer, SigningError};
use super::snapshot::{self, LoadError};
use super::writer::{Candidate, Writer};
use crate::store::{Store, StoreError, blocking};

/// Documents kept in memory between two writings; beyond that they are loaded again from the log.
const DOCUMENTS_MAX: usize = 64;

/// Events that are on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What was written, in the order of the events.
    pub written: Vec<Written>,
    /// The last one's position.
    pub seq: u64,
}

/// Why events were not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The document has no place for such an event, or does not load.
    #[error("the document does not take it")]
    Document(#[from] ApplyError),
    /// The document cannot be had.
    #[error("the document cannot be had")]
    Load(#[source] Box<LoadError>),
    /// The log could not be read.
    #[error("the log could not be read")]
    Store(#[from] StoreError),
    /// The writer does not take it now.
    #[error("the log writer does not take it now ({})", .0.word())]
    Deferred(RefusalCode),
    /// Admission refused what the relay itself wrote.
    #[error("admission refused it ({}): {detail}", code.word())]
    Rejected {
        /// Why.
        code: RejectCode,
        /// In words.
        detail: String,
    },
    /// The system gave no randomness to sign with.
    #[error("signing failed")]
    Signing,
}

/// The documents that the relay is writing, and the key that signs them.
pub(super) struct Author {
    signer: Arc<Signer>,
    /// The writer that it is until the next start, each time another: if somebody copies an old database back, what
    /// it writes next must not take the numbers of what was lost, which the phones will give back.
    actor: Actor,
    /// Locked while writing: events get their numbers one after the other.
    documents: Mutex<HashMap<DocumentId, Document>>,
}

impl From<SigningError> for PublishError {
    fn from(_: SigningError) -> Self {
        Self::Signing
    }
}

/// Makes a key for a new relay: PKCS#8.
///
/// # Errors
/// When the system gives no randomness.
pub fn generate_key() -> Result<Vec<u8>, PublishError> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    key.map(|key| key.as_ref().to_vec()).map_err(|_| PublishError::Signing)
}

/// The public key of a stored relay key; `None` when it is none.
pub fn public_key(pkcs8: &[u8]) -> Option<Vec<u8>> {
    Signer::new(pkcs8).map(|signer| signer.public_key().to_vec())
}

/// A slot to write under until the next start; `None` when the system gives no randomness.
pub(super) fn draw_slot() -> Option<u32> {
    let slot: [u8; 4] = ring::rand::generate(&SystemRandom::new()).ok()?.expose();
    Some(u32::from_be_bytes(slot))
}

impl Author {
    /// Signs with this key, and writes under this slot.
    pub(super) fn new(signer: Arc<Signer>, slot: u32) -> Self {
        let actor = Actor::new(signer.device(), slot);
        Self { signer, actor, documents: Mutex::default() }
    }

    /// Entries of this document came from outside: the next writing starts from the log.
    pub(super) async fn forget(&self, id: DocumentId) {
        self.documents.lock().await.remove(&id);
    }

    /// Writes events and commits them.
    pub(super) async fn publish(
        &self,
        store: &Arc<dyn Store>,
        writer: &Writer,
        bureau: &BureauId,
        collection: &CollectionId,
        id: DocumentId,
        events: &[Event],
    ) -> Result<Published, PublishError> {
        let mut documents = self.documents.lock().await;
        // Taken out while it is written: if anything fails, the next writing starts from the log.
        let mut document = match documents.remove(&id) {
            Some(document) => document,
            None => load(store, id).await?,
        };
        let actor = self.actor;
        let mut written = Vec::with_capacity(events.len());
        for event in events {
            written.push(document.write(actor, event)?);
        }
        let mut seq = 0;
        for part in written.chunks(BATCH_CHANGES_MAX) {
            seq = self.commit(writer, self.batch(bureau, collection, id, part)?).await?;
        }
        // Phones write into these too: what the relay adds must come after all of theirs, so it starts from the log each time.
        if !matches!(id.kind(), DocumentKind::Defect | DocumentKind::Need | DocumentKind::Register) {
            if documents.len() >= DOCUMENTS_MAX {
                documents.clear();
            }
            documents.insert(id, document);
        }
        Ok(Published { written, seq })
    }

    fn batch(
        &self,
        bureau: &BureauId,
        collection: &CollectionId,
        document: DocumentId,
        written: &[Written],
    ) -> Result<Batch, PublishError> {
        let actor = self.actor;
        let head = written.last().map(|last| last.hash).expect("chunks are not empty");
        let count = u32::try_from(written.len()).expect("a batch is bounded");
        let claim = BatchClaim { bureau, collection, document, actor, head, count };
        let signature = self.signer.sign(&claim.to_bytes(SUITE_P256))?;
        Ok(Batch {
            collection: collection.clone(),
            document,
            actor,
            changes: written.iter().map(|written| ByteVec::from(written.change.clone())).collect(),
            head,
            suite: SUITE_P256,
            signature,
        })
    }

    async fn commit(&self, writer: &Writer, batch: Batch) -> Result<u64, PublishError> {
        let permits = writer.permits(1).ok_or(PublishError::Deferred(RefusalCode::Busy))?;
        let candidate = match admission::inspect_own(batch) {
            Ok(inspected) => Candidate::Good(Arc::new(inspected)),
            Err(rejected) => Candidate::Rejected(rejected),
        };
        let outcome = writer.commit(self.signer.device(), vec![candidate], permits).await.outcomes.pop();
        match outcome.expect("one batch has one outcome") {
            AckOutcome::Accepted { seq, .. } | AckOutcome::Duplicate { seq, .. } => Ok(seq),
            AckOutcome::Rejected { code, detail, .. } => Err(PublishError::Rejected { code, detail }),
            AckOutcome::Deferred { code } => Err(PublishError::Deferred(code)),
        }
    }
}

async fn load(store: &Arc<dyn Store>, id: DocumentId) -> Result<Document, PublishError> {
    let loaded = blocking(store, move |store| Ok(snapshot::load(store, id))).await?;
    loaded.map_err(|error| PublishError::Load(Box::new(error)))
}
