//! The relay as an author: the directory, templates, the calendar and registers are documents that it writes into the
//! log like any others, one change an event, signed with its own key. What to write is its callers'.

use std::collections::HashMap;
use std::sync::Arc;

use minicbor::bytes::ByteVec;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use shared::document::write::Event;
use shared::document::{ApplyError, Document, Written};
use shared::ids::{Actor, BureauId, CollectionId, DeviceId, DocumentId};
use shared::limits::BATCH_CHANGES_MAX;
use shared::protocol::{AckOutcome, Batch, RefusalCode, RejectCode};
use shared::trust::signing::{BatchClaim, SUITE_P256};
use tokio::sync::Mutex;

use super::admission;
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

/// The relay's key and the documents it is writing.
pub(super) struct Author {
    key: EcdsaKeyPair,
    random: SystemRandom,
    device: DeviceId,
    /// Locked while writing: events get their numbers one after the other.
    documents: Mutex<HashMap<DocumentId, Document>>,
}

/// Makes a key for a new relay: PKCS#8.
///
/// # Errors
/// When the system gives no randomness.
pub fn generate_key() -> Result<Vec<u8>, PublishError> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    key.map(|key| key.as_ref().to_vec()).map_err(|_| PublishError::Signing)
}

impl Author {
    /// Reads the relay's key; `None` when it is none.
    pub(super) fn new(pkcs8: &[u8]) -> Option<Self> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random).ok()?;
        let device = DeviceId::of_public_key(key.public_key().as_ref());
        Some(Self { key, random, device, documents: Mutex::default() })
    }

    /// The relay's device.
    pub(super) fn device(&self) -> DeviceId {
        self.device
    }

    /// The relay's public key.
    pub(super) fn public_key(&self) -> &[u8] {
        self.key.public_key().as_ref()
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
        let actor = Actor::new(self.device, 0);
        let mut written = Vec::with_capacity(events.len());
        for event in events {
            written.push(document.write(actor, event)?);
        }
        let mut seq = 0;
        for part in written.chunks(BATCH_CHANGES_MAX) {
            seq = self.commit(writer, self.batch(bureau, collection, id, part)?).await?;
        }
        if documents.len() >= DOCUMENTS_MAX {
            documents.clear();
        }
        documents.insert(id, document);
        Ok(Published { written, seq })
    }

    fn batch(
        &self,
        bureau: &BureauId,
        collection: &CollectionId,
        document: DocumentId,
        written: &[Written],
    ) -> Result<Batch, PublishError> {
        let actor = Actor::new(self.device, 0);
        let head = written.last().map(|last| last.hash).expect("chunks are not empty");
        let count = u32::try_from(written.len()).expect("a batch is bounded");
        let claim = BatchClaim { bureau, collection, document, actor, head, count };
        let signature =
            self.key.sign(&self.random, &claim.to_bytes(SUITE_P256)).map_err(|_| PublishError::Signing)?;
        Ok(Batch {
            collection: collection.clone(),
            document,
            actor,
            changes: written.iter().map(|written| ByteVec::from(written.change.clone())).collect(),
            head,
            suite: SUITE_P256,
            signature: signature.as_ref().to_vec(),
        })
    }

    async fn commit(&self, writer: &Writer, batch: Batch) -> Result<u64, PublishError> {
        let permits = writer.permits(1).ok_or(PublishError::Deferred(RefusalCode::Busy))?;
        let candidate = match admission::inspect_own(batch) {
            Ok(inspected) => Candidate::Good(Arc::new(inspected)),
            Err(rejected) => Candidate::Rejected(rejected),
        };
        let outcome = writer.commit(self.device, vec![candidate], permits).await.pop();
        match outcome.expect("one batch has one outcome") {
            AckOutcome::Accepted { seq, .. } | AckOutcome::Duplicate { seq, .. } => Ok(seq),
            AckOutcome::Rejected { code, detail, .. } => Err(PublishError::Rejected { code, detail }),
            AckOutcome::Deferred { code } => Err(PublishError::Deferred(code)),
        }
    }
}

async fn load(store: &Arc<dyn Store>, id: DocumentId) -> Result<Document, PublishError> {
    let entries = blocking(store, move |store| store.document(id)).await?;
    let mut document = Document::new(id);
    document.apply(entries.iter().map(|entry| entry.change.as_slice()))?;
    Ok(document)
}
