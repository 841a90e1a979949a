//! What the author's signature adds to a batch on its way into the log: all its checks, and the append with its fsync,
//! with the signature's check and without. On one core, each batch in a transaction of its own.

use std::time::Instant;

use server::relay::admission;
use server::store::sqlite::{Options, Sqlite};
use server::store::{Append, Log, NewBatch, NewEntry};
use shared::ids::{DocumentId, DocumentKind};
use shared::time::Timestamp;
use shared::trust::chain;

use super::admission::{Sample, median, used, whole_cost};

/// Batches whose append is timed; the median counts.
const APPENDS: u32 = 50;

/// The table's head.
pub const HEAD: &str = "| batch | its checks but the signature, us | the signature, us | append and fsync, us | signed / unsigned, checks alone | signed / unsigned, until durable | goal |";

/// A row for each size of batch.
pub fn rows() -> Vec<String> {
    [24, 1].map(row).into()
}

fn row(changes: u32) -> String {
    let sample = Sample::new(changes);
    let Sample { batch, bureau, authors, .. } = &sample;
    let key = &authors[&batch.actor.device()].public_key;
    let signature = whole_cost(|| admission::signature(batch, bureau, key).unwrap());
    let inspected = whole_cost(|| used(admission::inspect(batch.clone(), bureau, authors).unwrap()));
    let signed = inspected + sample.apply() + sample.log();
    let (unsigned, append) = (signed - signature, append(&sample));
    format!(
        "| of {changes} | {:.0} | {:.0} | {:.0} | {:.2} | {:.2} | <= 1.5 |",
        unsigned / 1e3,
        signature / 1e3,
        append / 1e3,
        signed / unsigned,
        (signed + append) / (unsigned + append),
    )
}

/// Nanoseconds of appending the batch to a log and making it durable.
fn append(sample: &Sample) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(Options { folder: folder.path().to_owned(), ..Options::default() }).unwrap();
    let Sample { batch, inspected, .. } = sample;
    let receipt_time = Timestamp(1_795_500_000_000);
    let append = |n: u32| {
        let document = DocumentId::derive(DocumentKind::Round, &[&n.to_string()]);
        let work = &mut |tx: &mut dyn Append| {
            let mut tip = tx.tip(&batch.collection)?;
            let signature_hash = chain::signature_hash(&batch.signature);
            let mut entries = Vec::new();
            for (change, outline) in batch.changes.iter().zip(&inspected.outlines) {
                tip.seq += 1;
                let link = chain::Link {
                    seq: tip.seq,
                    document,
                    change: outline.hash,
                    device: batch.actor.device(),
                    signature_hash: &signature_hash,
                    receipt_time,
                };
                tip.chain = chain::extend(tip.chain, link);
                entries.push(NewEntry {
                    seq: tip.seq,
                    hash: outline.hash,
                    change,
                    last_op: outline.last_op,
                    chain: tip.chain,
                });
            }
            let batch = NewBatch {
                collection: &batch.collection,
                document,
                actor: batch.actor,
                head: batch.head,
                count: u32::try_from(entries.len()).unwrap(),
                suite: batch.suite,
                signature: &batch.signature,
                receipt_time,
                held: false,
                actor_seq: entries.len() as u64,
            };
            tx.append(&batch, &entries)
        };
        let begun = Instant::now();
        store.write(work).unwrap();
        begun.elapsed().as_secs_f64() * 1e9
    };
    median((0..APPENDS).map(append))
}
