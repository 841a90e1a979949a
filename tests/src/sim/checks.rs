//! The promises, checked while things happen: the log only grows, without gaps, in causal order, under a chain that
//! recomputes; nothing is in it that its author had no right to write; what was acknowledged is in it; and nothing is
//! logged as an error without a cause.

use shared::document::{Document, chunk};
use shared::ids::{Chain, CollectionId};
use shared::protocol::{self, AckOutcome, Frame};
use shared::trust::chain::{self, Link};

use server::store::{Entry, Store};

use super::bureau;
use super::disk::Fault;
use super::keys::Key;
use super::model::SeenLog;
use super::world::{Broken, Step, World, holds};

/// Entries read at once.
const PAGE: usize = 1_000;

impl World {
    /// Reads what the logs have got since the last time.
    pub(super) fn check_log(&mut self) -> Step {
        let Some(store) = self.relay.store().cloned() else { return Ok(()) };
        let tips =
            store.collections().map_err(|error| Broken(format!("the store does not read: {error}")))?;
        for (collection, tip) in tips {
            let seen = self.model.logs.entry(collection.clone()).or_insert_with(|| SeenLog {
                seq: 0,
                chain: Chain::START,
                places: Default::default(),
            });
            if (tip.seq, tip.chain) == (seen.seq, seen.chain) {
                continue;
            }
            let there = store.chain_at(&collection, seen.seq).ok().flatten();
            holds(there == Some(seen.chain), || {
                format!("{collection} lost its position {} ({} now)", seen.seq, tip.seq)
            })?;
            loop {
                let page = store.page(&collection, seen.seq, usize::MAX, PAGE);
                let page = page.map_err(|error| Broken(format!("the store does not read: {error}")))?;
                for entry in &page.entries {
                    check_entry(store.as_ref(), &collection, seen, entry)?;
                }
                if !page.more {
                    break;
                }
            }
            holds((tip.seq, tip.chain) == (seen.seq, seen.chain), || format!("{collection}: not its tip"))?;
        }
        let forgotten = self.model.logs.iter().find(|(collection, seen)| {
            seen.seq > 0 && store.end(collection).is_ok_and(|tip| tip.seq < seen.seq)
        });
        holds(forgotten.is_none(), || {
            format!("{:?} was cut off", forgotten.map(|(collection, _)| collection))
        })
    }

    /// What a frame of the relay promises is true.
    pub(super) fn check_promises(&mut self, frame: &[u8]) -> Step {
        let response = match protocol::decode(frame) {
            Ok(Frame::Response(response)) => response,
            Ok(Frame::Refusal(refusal)) => {
                self.trace.note(|| format!("the relay refuses: {} {}", refusal.code.word(), refusal.detail));
                return Ok(());
            }
            other => return Err(Broken(format!("the relay sends {other:?}"))),
        };
        for ack in &response.acks {
            match &ack.outcome {
                AckOutcome::Accepted { seq, .. } | AckOutcome::Duplicate { seq, .. } => {
                    let place = |log: &SeenLog| log.places.get(&(ack.document, ack.head)) == Some(seq);
                    holds(self.model.logs.values().any(place), || {
                        format!("{} {} is acknowledged at {seq} and is not there", ack.document, ack.head)
                    })?;
                }
                AckOutcome::Rejected { code, detail, .. } => {
                    self.trace
                        .note(|| format!("the relay rejects {}: {} {detail}", ack.document, code.word()));
                    let is_expected = self.model.may_reject;
                    holds(is_expected, || format!("an honest change is rejected: {} {detail}", code.word()))?;
                }
                AckOutcome::Deferred { code } => {
                    self.trace.note(|| format!("the relay defers {}: {}", ack.document, code.word()));
                }
            }
        }
        Ok(())
    }

    /// Whatever was logged as an error has a cause.
    pub(super) fn check_errors(&mut self) -> Step {
        let errors = self.errors.take();
        let refused = self.relay.disk.refused();
        let has_cause = refused != self.model.refused || self.relay.disk.fault() != Fault::None;
        self.model.refused = refused;
        holds(errors.is_empty() || has_cause, || format!("logged as errors: {errors:?}"))
    }
}

/// One entry behind those that were seen.
fn check_entry(store: &dyn Store, collection: &CollectionId, seen: &mut SeenLog, entry: &Entry) -> Step {
    holds(entry.seq == seen.seq + 1, || format!("{collection} has a gap at {}", entry.seq))?;
    let signature_hash = chain::signature_hash(&entry.signature);
    let link = Link {
        seq: entry.seq,
        document: entry.document,
        change: entry.hash,
        device: entry.device,
        signature_hash: &signature_hash,
        receipt_time: entry.receipt_time,
    };
    holds(chain::extend(seen.chain, link) == entry.chain, || {
        format!("{collection}: the chain at {}", entry.seq)
    })?;
    let outline = chunk::outline(&entry.change);
    let outline = outline.map_err(|error| Broken(format!("{collection} {}: {error}", entry.seq)))?;
    holds(outline.hash == entry.hash, || format!("{collection} {}: another change", entry.seq))?;
    holds(outline.actor.device() == entry.device, || format!("{collection} {}: another writer", entry.seq))?;
    let genesis = Document::new(entry.document).heads();
    for dep in &outline.deps {
        let is_here = genesis.contains(dep) || seen.places.contains_key(&(entry.document, *dep));
        holds(is_here, || format!("{collection} {}: before what it builds on", entry.seq))?;
    }
    let is_relay = entry.device == Key::new(bureau::RELAY_KEY).device();
    let author = store.device(entry.device).ok().flatten();
    let may_write = author.is_some_and(|author| author.rights.may_write(collection));
    holds(is_relay || may_write, || {
        format!("{collection} {}: by {}, without right", entry.seq, entry.device)
    })?;
    let is_new = seen.places.insert((entry.document, entry.hash), entry.seq).is_none();
    holds(is_new, || format!("{collection} {}: a second time", entry.seq))?;
    seen.seq = entry.seq;
    seen.chain = entry.chain;
    Ok(())
}
