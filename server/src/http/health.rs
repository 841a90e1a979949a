//! `GET /health/live`, `GET /health/ready` and `GET /api/health`: whether the process answers, and whether it can do its
//! work. Failures are problem documents that say which part it is.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use shared::api::problem::ProblemCode;

use crate::config::Config;
use crate::error::Failure;
use crate::machine;
use crate::relay::Relay;
use crate::state::Closing;
use crate::store;

/// Milliseconds after which a projector that is still at one reading is stuck: it reads a year of a bureau in less.
const PROJECTOR_MS_MAX: i64 = 5 * 60_000;

/// 204 while the process answers at all: what a supervisor of processes asks before it starts it anew.
pub async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// 204 while the store can be read and the log writer is at work.
///
/// # Errors
/// When either is not so.
pub async fn show(State(relay): State<Relay>) -> Result<StatusCode, Failure> {
    store::blocking(relay.store(), |store| store.founding()).await?;
    if !relay.is_writing() {
        return Err(Failure::with_detail(ProblemCode::Internal, "the log writer has ended"));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// 204 while everything is well: the store can be read, the log writer is at work, the projector is not stuck, the disk
/// has room, and the relay is not about to end.
///
/// # Errors
/// When one of them is not so.
pub async fn ready(
    State(relay): State<Relay>,
    State(config): State<Arc<Config>>,
    State(closing): State<Closing>,
) -> Result<StatusCode, Failure> {
    if *closing.borrow() {
        return Err(Failure::with_detail(ProblemCode::Busy, "the relay is stopping"));
    }
    let metrics = relay.metrics();
    if metrics.projector_fails() || metrics.projector_busy_ms(relay.clock().now().0) > PROJECTOR_MS_MAX {
        return Err(Failure::with_detail(ProblemCode::Internal, "the projector is stuck"));
    }
    if is_disk_full(&config.data, config.disk_free_bytes_min) {
        return Err(Failure::with_detail(ProblemCode::StorageFull, "the disk has too little room"));
    }
    show(State(relay)).await
}

fn is_disk_full(folder: &Path, least: u64) -> bool {
    machine::disk_free_bytes(folder).is_some_and(|free| free < least)
}
