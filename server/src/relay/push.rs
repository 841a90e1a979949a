//! A push on its way through the relay: inspected, tested, committed, and receipted.

use std::collections::BTreeSet;

use shared::ids::{DeviceId, DocumentId, DocumentKind};
use shared::protocol::{Ack, AckOutcome, Batch, Receipt, RefusalCode};
use tokio::sync::OwnedSemaphorePermit;

use super::writer::{Candidate, Committed};
use super::{Inner, Relay, inspect, receipts};

/// What became of a push.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// One for each batch, in their order.
    pub acks: Vec<Ack>,
    /// One for each collection in which something is on disk.
    pub receipts: Vec<Receipt>,
}

impl Relay {
    /// Admits and commits batches that a device brings, its own or others'. When it returns, what was accepted is on
    /// disk, and signed for.
    pub async fn push(&self, carrier: DeviceId, batches: Vec<Batch>) -> Pushed {
        let Inner { signer, bureau, epoch, .. } = self.inner.as_ref();
        let asked: Vec<_> = batches.iter().map(|batch| (batch.document, batch.head)).collect();
        let collections: Vec<_> = batches.iter().map(|batch| batch.collection.clone()).collect();
        let Committed { outcomes, ends } = self.directory_first(carrier, batches).await;
        let acks = asked.into_iter().zip(outcomes);
        let acks: Vec<Ack> =
            acks.map(|((document, head), outcome)| Ack { document, head, outcome }).collect();
        let receipts = receipts::sign(signer, &bureau.id, *epoch, &collections, &acks, &ends);
        Pushed { acks, receipts }
    }

    /// Takes entries of the directory before the others of a push, because they tell whose those are.
    async fn directory_first(&self, carrier: DeviceId, batches: Vec<Batch>) -> Committed {
        let is_directory = |batch: &Batch| batch.document.kind() == DocumentKind::Directory;
        let is_first: Vec<bool> = batches.iter().map(is_directory).collect();
        if !is_first.contains(&true) {
            return self.take(carrier, batches).await;
        }
        let (first, rest): (Vec<_>, Vec<_>) = batches.into_iter().partition(is_directory);
        let directories: BTreeSet<DocumentId> = first.iter().map(|batch| batch.document).collect();
        let first = self.take(carrier, first).await;
        if first.outcomes.iter().any(|outcome| matches!(outcome, AckOutcome::Accepted { .. })) {
            for document in directories {
                self.inner.author.forget(document).await;
            }
            if let Err(error) = self.adopt_directory().await {
                tracing::error!(error = &error as &dyn std::error::Error, "the directory was not adopted");
            }
        }
        let rest = if rest.is_empty() { Committed::default() } else { self.take(carrier, rest).await };
        first.interleaved(rest, &is_first)
    }

    async fn take(&self, carrier: DeviceId, batches: Vec<Batch>) -> Committed {
        let Inner { writer, shadows, store, bureau, signer, .. } = self.inner.as_ref();
        let count = batches.len();
        let Some(permits) = writer.permits(count) else {
            return Committed::deferred(RefusalCode::Busy, count);
        };
        match inspect::inspect(store, &bureau.id, signer.public_key(), shadows, carrier, batches).await {
            Ok(candidates) => self.commit(carrier, candidates, permits).await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "authors could not be looked up");
                Committed::deferred(RefusalCode::Internal, count)
            }
        }
    }

    async fn commit(
        &self,
        carrier: DeviceId,
        candidates: Vec<Candidate>,
        permits: OwnedSemaphorePermit,
    ) -> Committed {
        let tested: Vec<_> =
            candidates.iter().map(|candidate| candidate.good().map(|good| good.batch.document)).collect();
        let committed = match self.announce_held(&candidates).await {
            Ok(()) => self.inner.writer.commit(carrier, candidates, permits).await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "what is held was not announced");
                Committed::deferred(RefusalCode::Busy, candidates.len())
            }
        };
        for (document, outcome) in tested.into_iter().zip(&committed.outcomes) {
            if let Some(document) = document
                && matches!(outcome, AckOutcome::Rejected { .. } | AckOutcome::Deferred { .. })
            {
                self.inner.shadows.forget(document);
            }
        }
        committed
    }
}
