//! `GET /metrics` on a listener of its own, which is loopback only: what the relay counts, and what it is at this moment.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::config::Config;
use crate::error::Failure;
use crate::load::Load;
use crate::machine;
use crate::metrics::text::{self, Now};
use crate::relay::Relay;
use crate::store::{self, sqlite};

/// What the page is made of.
#[derive(Clone, FromRef)]
pub struct Watched {
    /// The log and everything that enters it.
    pub relay: Relay,
    /// What it has taken on.
    pub load: Arc<Load>,
    /// Its settings.
    pub config: Arc<Config>,
}

/// The listener's one address.
pub fn router(watched: Watched) -> Router {
    Router::new().route("/metrics", get(show)).with_state(watched)
}

async fn show(State(watched): State<Watched>) -> Result<Response, Failure> {
    let page = text::write(watched.relay.metrics(), &now(&watched).await?);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page).into_response())
}

async fn now(Watched { relay, load, config }: &Watched) -> Result<Now, Failure> {
    let (waiting, most) = relay.queue_batches();
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let (log_entries, projector_behind) = store::blocking(relay.store(), |store| {
        let (mut entries, mut behind) = (0, (0, 0));
        for (collection, tip) in store.collections()? {
            entries += tip.seq;
            let lacking = tip.seq.saturating_sub(store.projected(&collection)?);
            behind = (behind.0 + u64::from(lacking > 0), behind.1 + lacking);
        }
        Ok((entries, behind))
    })
    .await?;
    Ok(Now {
        queue_batches: (count(waiting), count(most)),
        inflight_bytes: load.inflight_bytes(),
        log_entries,
        projector_behind,
        database_bytes: sqlite::bytes(&config.data),
        disk_free_bytes: machine::disk_free_bytes(&config.data),
        resident_bytes: machine::resident_bytes(),
        open_files: machine::open_files(),
        is_writing: relay.is_writing(),
    })
}
