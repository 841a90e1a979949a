//! Looks up who wrote a push's batches and has each of them inspected, spread over the machine's cores: verifying
//! signatures is most of the work of a push, and none of it needs the writer. What passes is tested on its shadow
//! document. The result is what the writer gets.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use shared::document::read;
use shared::ids::{BureauId, ChangeHash, CollectionId, DeviceId, DocumentId};
use shared::protocol::{Batch, RefusalCode, RejectCode};
use shared::trust::rights::Rights;

use super::admission::{self, Inspected, Rejection};
use super::shadow::{Shadows, Verdict};
use super::snapshot;
use super::writer::Candidate;
use crate::store::{DeviceRecord, Store, StoreError};

/// Batches that are not worth a second thread.
const BATCHES_A_THREAD_MIN: usize = 16;

/// Cores of the machine: the system reads files to tell.
static CORES: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));

/// Inspects a push and tests it: one candidate for each batch, in their order.
pub(super) async fn inspect(
    store: &Arc<dyn Store>,
    bureau: &BureauId,
    own_key: &[u8],
    shadows: &Shadows,
    carrier: DeviceId,
    batches: Vec<Batch>,
) -> Result<Vec<Candidate>, StoreError> {
    let store = Arc::clone(store);
    let (bureau, own_key) = (bureau.clone(), own_key.to_vec());
    let own = DeviceId::of_public_key(&own_key);
    let work = tokio::task::spawn_blocking(move || {
        let authors = authors(store.as_ref(), &batches)?;
        let inspected = |batch: Batch| {
            if batch.actor.device() == own {
                admission::inspect_given_back(batch, &bureau, &own_key)
            } else {
                admission::inspect(batch, &bureau, &authors)
            }
        };
        let inspect = |batch| match inspected(batch) {
            Ok(inspected) => Candidate::Good(Arc::new(inspected)),
            Err(rejected) => match of_moved(store.as_ref(), &bureau, &authors, carrier, &rejected) {
                Some(inspected) => Candidate::Good(Arc::new(inspected)),
                None => Candidate::Rejected(rejected),
            },
        };
        Ok(spread(batches, inspect))
    });
    let mut candidates = work.await.unwrap_or(Err(StoreError::Panicked))?;
    let good: Vec<_> = candidates.iter().filter_map(Candidate::good).map(Arc::clone).collect();
    let verdicts = shadows.test(&good).await;
    let tested = candidates.iter_mut().filter(|candidate| candidate.good().is_some());
    for ((candidate, inspected), verdict) in tested.zip(good).zip(verdicts) {
        *candidate = match verdict {
            Verdict::Takes => continue,
            Verdict::Untested => Candidate::Untested(inspected),
            Verdict::Rejected(rejection) => {
                Candidate::Rejected(Box::new((inspected.batch.clone(), rejection)))
            }
            Verdict::Unavailable => Candidate::Deferred(RefusalCode::Internal),
        };
    }
    Ok(candidates)
}

/// A batch of somebody who may not write there any more, all the same: when the log has it already, since what became of
/// it was never heard and the writer tells it again; and when another phone gives it back to a relay that lost it, as its
/// author was of that station once. Then it is held.
fn of_moved(
    store: &dyn Store,
    bureau: &BureauId,
    authors: &HashMap<DeviceId, DeviceRecord>,
    carrier: DeviceId,
    (batch, rejection): &(Batch, Rejection),
) -> Option<Inspected> {
    let author = authors.get(&batch.actor.device()).filter(|_| rejection.code == RejectCode::NoRight)?;
    let inspected = admission::inspect_moved(batch, bureau, author).ok()?;
    let entries = store.document(batch.document).ok()?;
    let known: HashSet<ChangeHash> = entries.iter().map(|entry| entry.hash).collect();
    let is_known = inspected.outlines.iter().all(|outline| known.contains(&outline.hash));
    let is_taken = is_known || carrier != author.id && has_been(store, bureau, author, &batch.collection)?;
    is_taken.then_some(inspected)
}

/// Whether the directory ever had a person at the station of a collection.
fn has_been(
    store: &dyn Store,
    bureau: &BureauId,
    author: &DeviceRecord,
    collection: &CollectionId,
) -> Option<bool> {
    let directory = snapshot::load(store, DocumentId::directory(bureau)).ok()?;
    let rights_at = |station| Rights { station: Some(station), ..author.rights.clone() };
    let stations = read::stations_of(&directory, &author.rights.officer);
    Some(stations.into_iter().any(|station| rights_at(station).may_write(collection)))
}

fn authors(store: &dyn Store, batches: &[Batch]) -> Result<HashMap<DeviceId, DeviceRecord>, StoreError> {
    let mut found = HashMap::new();
    for batch in batches {
        let device = batch.actor.device();
        if !found.contains_key(&device)
            && let Some(record) = store.device(device)?
        {
            found.insert(device, record);
        }
    }
    Ok(found)
}

/// Maps in order, on as many threads as there are cores and work for them.
fn spread<T: Send, R: Send>(items: Vec<T>, map: impl Fn(T) -> R + Sync) -> Vec<R> {
    if items.len() <= BATCHES_A_THREAD_MIN {
        return items.into_iter().map(map).collect();
    }
    let share = items.len().div_ceil(*CORES).max(BATCHES_A_THREAD_MIN);
    let mut shares = Vec::new();
    let mut items = items.into_iter();
    while items.len() > 0 {
        shares.push(items.by_ref().take(share).collect::<Vec<_>>());
    }
    std::thread::scope(|scope| {
        let map = &map;
        let running: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(map).collect::<Vec<_>>()))
            .collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().expect("a panic while inspecting is caught inside"))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreading_keeps_the_order() {
        for count in [0, 1, BATCHES_A_THREAD_MIN, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(spread(items.clone(), |n| n), items);
        }
    }
}
