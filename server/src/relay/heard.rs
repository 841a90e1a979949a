//! When each device was last heard. Kept in memory and written down about once a second for all devices together: an
//! exchange with nothing new must not cost an fsync. A crash loses a second of it, which the next exchange repairs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::ids::DeviceId;
use shared::time::Timestamp;
use tokio::sync::broadcast;

use super::News;
use crate::store::{Store, blocking};

/// How often it is written down.
const PERIOD: Duration = Duration::from_secs(1);

/// What was heard since it was last written down.
#[derive(Default)]
pub(super) struct Heard(Mutex<HashMap<DeviceId, Timestamp>>);

impl Heard {
    /// Notes a device.
    pub(super) fn note(&self, device: DeviceId, at: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(device, at);
    }

    /// Writes down what was heard, again and again, until it is dropped.
    pub(super) async fn keep(&self, store: &Arc<dyn Store>, news: &broadcast::Sender<News>) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            period.tick().await;
            self.write(store, news).await;
        }
    }

    /// Writes down what was heard.
    pub(super) async fn write(&self, store: &Arc<dyn Store>, news: &broadcast::Sender<News>) {
        let noted: Vec<_> = self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        if noted.is_empty() {
            return;
        }
        let again = noted.clone();
        match blocking(store, move |store| store.put_heard(&noted)).await {
            // Nobody listening is no failure.
            Ok(()) => drop(news.send(News::Heard)),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "who was heard is not written down yet"
                );
                let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                for (device, at) in again {
                    heard.entry(device).or_insert(at);
                }
            }
        }
    }
}
