//! Receipts: the relay's word for what it has on disk, one for each collection of a push. Made after the commit and
//! outside of the writer's thread, which signs nothing.

use shared::ids::{BureauId, CollectionId};
use shared::protocol::{Ack, Receipt};
use shared::trust::receipt::acked;
use shared::trust::signing::{SUITE_P256, receipt_claim};

use super::signer::Signer;
use super::writer::Ends;

/// Signs the receipts of a push. `collections` are its batches', in the order of the acks.
pub(super) fn sign(
    signer: &Signer,
    bureau: &BureauId,
    epoch: u64,
    collections: &[CollectionId],
    acks: &[Ack],
    ends: &Ends,
) -> Vec<Receipt> {
    let mut receipts = Vec::with_capacity(ends.tips.len());
    for (collection, tip) in &ends.tips {
        let mut receipt = Receipt {
            collection: collection.clone(),
            epoch,
            seq: tip.seq,
            chain: tip.chain,
            receipt_time: ends.receipt_time,
            suite: SUITE_P256,
            signature: Vec::new(),
        };
        let acked = acked(collection, collections.iter().zip(acks));
        match signer.sign(&receipt_claim(bureau, &receipt, &acked)) {
            Ok(signature) => receipt.signature = signature,
            // Without its receipt the phone keeps its marks, and pushes again.
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a receipt was not signed");
                continue;
            }
        }
        receipts.push(receipt);
    }
    receipts
}
