//! The board on its way to supervisors: made when somebody looks, and again when something changed. What it says is
//! `board`'s, who may look is `http::board`'s.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use shared::api::board::BoardView;
use shared::time::Timestamp;
use tokio::sync::watch;

use super::{Model, board};
use crate::relay::Relay;
use crate::store::{Result, blocking};

/// How long changes are gathered before the board is made again.
const COALESCE: Duration = Duration::from_millis(150);
/// How often it is made again without any change: duties fall due and phones fall silent by time alone.
const PERIOD: Duration = Duration::from_secs(5);

/// Where the board comes from; clones are the same one.
#[derive(Clone)]
pub struct BoardFeed {
    relay: Relay,
    model: Arc<RwLock<Model>>,
    changes: watch::Receiver<u64>,
}

impl BoardFeed {
    pub(super) fn new(relay: Relay, model: Arc<RwLock<Model>>, changes: watch::Receiver<u64>) -> Self {
        Self { relay, model, changes }
    }

    /// The board as of now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn view(&self) -> Result<BoardView> {
        let (model, zone, now) =
            (Arc::clone(&self.model), self.relay.bureau().zone, self.relay.clock().now());
        blocking(self.relay.store(), move |store| {
            let devices = store.devices()?;
            let model = model.read().unwrap_or_else(PoisonError::into_inner);
            Ok(board::view(&model, &devices, zone, now))
        })
        .await
    }

    /// One supervisor's view of it from now on.
    pub fn watch(&self) -> BoardWatch {
        let mut changes = self.changes.clone();
        changes.mark_unchanged();
        BoardWatch { feed: self.clone(), changes, last: None }
    }
}

impl std::fmt::Debug for BoardFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoardFeed").finish_non_exhaustive()
    }
}

/// The board as one supervisor follows it.
#[derive(Debug)]
pub struct BoardWatch {
    feed: BoardFeed,
    changes: watch::Receiver<u64>,
    /// What was shown last, but for the time at which it was made.
    last: Option<BoardView>,
}

impl BoardWatch {
    /// The board at once, then again each time that it says something else; `None` when the projector has stopped or
    /// the database failed.
    pub async fn next(&mut self) -> Option<BoardView> {
        loop {
            if self.last.is_some() {
                match tokio::time::timeout(PERIOD, self.changes.changed()).await {
                    Ok(Ok(())) => tokio::time::sleep(COALESCE).await,
                    Ok(Err(_)) => return None,
                    Err(_) => {}
                }
                self.changes.mark_unchanged();
            }
            let view = match self.feed.view().await {
                Ok(view) => view,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the board could not be made");
                    return None;
                }
            };
            let said = BoardView { made_at: Timestamp::default(), ..view.clone() };
            if self.last.as_ref() != Some(&said) {
                self.last = Some(said);
                return Some(view);
            }
        }
    }
}
