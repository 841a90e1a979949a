//! The relay's receipts, before anything of an answer counts: for each collection in which a push was acknowledged the
//! relay must have signed what it has on disk. The shell verifies; until it has, no mark is dropped, and when a
//! receipt is missing or forged the link is closed and the answer is as if it had never come.

use minicbor::Encode;

use super::Device;
use super::exchange::Phase;
use super::port::{Claimed, Effect, Identity};
use super::seals::Push;
use crate::ids::CollectionId;
use crate::protocol::{Ack, Receipt, Response};
use crate::time::Timestamp;
use crate::trust::receipt::{Acked, acked};
use crate::trust::signing;

/// A receipt as the phone keeps it: the latest of each collection, with all that is under its signature. Its key in the
/// storage is the collection.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct StoredReceipt {
    /// The receipt.
    #[n(0)]
    pub receipt: Receipt,
    /// The batches that it is about.
    #[n(1)]
    pub acked: Vec<Acked>,
}

crate::read_record!(StoredReceipt { receipt, acked });

/// An answer whose receipts are being verified.
#[derive(Debug)]
pub(super) struct Unverified {
    response: Response,
    push: Push,
    receipts: Vec<StoredReceipt>,
    /// When it came, by the phone's clock.
    heard: Timestamp,
}

/// An answer that may be taken: what it answers, and the receipts, which are good.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) push: Push,
    pub(super) receipts: Vec<StoredReceipt>,
}

impl Device {
    /// Has the receipts of an answer verified, if there must be any; otherwise takes it.
    pub(super) fn check_receipts(
        &mut self,
        now: Timestamp,
        random: u64,
        response: Response,
        push: Push,
    ) -> Vec<Effect> {
        let Some(receipts) = receipts_of(&response, &push) else {
            return self.receipt_forged(now, random);
        };
        if receipts.is_empty() {
            return self.take_answer((now, now), random, response, Some(Answered { push, receipts }));
        }
        let Some(claims) = claims(&self.identity, &receipts) else {
            // A new session tells this phone the relay's key.
            self.link.renew_session = true;
            return self.receipt_forged(now, random);
        };
        let unverified = Unverified { response, push, receipts, heard: now };
        self.link.phase = Phase::Verifying(Box::new(unverified));
        vec![Effect::Verify(claims)]
    }

    pub(super) fn verified(&mut self, now: Timestamp, random: u64, verdicts: &[bool]) -> Vec<Effect> {
        let Phase::Verifying(_) = &self.link.phase else { return Vec::new() };
        let Phase::Verifying(unverified) = std::mem::replace(&mut self.link.phase, Phase::Storing) else {
            return Vec::new();
        };
        let Unverified { response, push, receipts, heard } = *unverified;
        if verdicts.len() != receipts.len() || verdicts.contains(&false) {
            return self.receipt_forged(now, random);
        }
        self.take_answer((now, heard), random, response, Some(Answered { push, receipts }))
    }

    fn receipt_forged(&mut self, now: Timestamp, random: u64) -> Vec<Effect> {
        self.drop_link(now, random, Some("receipt-forged".to_owned()))
    }

    /// Learns the relay's key, unless this phone has one: a key is never replaced by another.
    pub(super) fn learn_relay_key(&mut self, public_key: Vec<u8>) {
        self.identity.relay_key.get_or_insert(public_key.into());
    }
}

/// The receipts that an answer must have, one for each collection in which something is acknowledged; `None` when one
/// is missing.
fn receipts_of(response: &Response, push: &Push) -> Option<Vec<StoredReceipt>> {
    let answered: Vec<(&CollectionId, &Ack)> = response
        .acks
        .iter()
        .filter_map(|ack| Some((push.collection_of(ack.document, ack.head)?, ack)))
        .collect();
    let mut receipts: Vec<StoredReceipt> = Vec::new();
    for (collection, ack) in &answered {
        let is_there = receipts.iter().any(|known| known.receipt.collection == **collection);
        if is_there || crate::trust::receipt::seq(ack).is_none() {
            continue;
        }
        let receipt = response.receipts.iter().find(|receipt| receipt.collection == **collection)?;
        let acked = acked(collection, answered.iter().copied());
        receipts.push(StoredReceipt { receipt: receipt.clone(), acked });
    }
    Some(receipts)
}

/// What must be verified; `None` while this phone does not know the relay's key.
fn claims(identity: &Identity, receipts: &[StoredReceipt]) -> Option<Vec<Claimed>> {
    let public_key = identity.relay_key.as_ref()?;
    let claimed = |StoredReceipt { receipt, acked }: &StoredReceipt| Claimed {
        claim: signing::receipt_claim(&identity.bureau, receipt, acked),
        suite: receipt.suite,
        signature: receipt.signature.clone(),
        public_key: public_key.to_vec(),
    };
    Some(receipts.iter().map(claimed).collect())
}
