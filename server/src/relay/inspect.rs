//! Looks up who wrote a push's batches and has each of them inspected, spread over the machine's cores: verifying
//! signatures is most of the work of a push, and none of it needs the writer.

use std::collections::HashMap;
use std::sync::Arc;

use shared::ids::{BureauId, DeviceId};
use shared::protocol::Batch;

use super::admission::{self, Inspected, Rejection};
use crate::store::{DeviceRecord, Store, StoreError};

/// Batches that are not worth a second thread.
const BATCHES_A_THREAD_MIN: usize = 16;

/// Inspects a push: one result for each batch, in their order.
pub(super) async fn inspect(
    store: &Arc<dyn Store>,
    bureau: &BureauId,
    own_key: &[u8],
    batches: Vec<Batch>,
) -> Result<Vec<Result<Inspected, Rejection>>, StoreError> {
    let store = Arc::clone(store);
    let (bureau, own_key) = (bureau.clone(), own_key.to_vec());
    let own = DeviceId::of_public_key(&own_key);
    let work = tokio::task::spawn_blocking(move || {
        let authors = authors(store.as_ref(), &batches)?;
        Ok(spread(batches, |batch| {
            if batch.actor.device() == own {
                admission::inspect_given_back(batch, &bureau, &own_key)
            } else {
                admission::inspect(batch, &bureau, &authors)
            }
        }))
    });
    work.await.unwrap_or(Err(StoreError::Panicked))
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
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = items.len().div_ceil(cores).max(BATCHES_A_THREAD_MIN);
    if items.len() <= share {
        return items.into_iter().map(map).collect();
    }
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
