//! `GET /api/health`: whether the relay can read its store and its log writer is at work.

use axum::extract::State;
use axum::http::StatusCode;
use shared::api::problem::ProblemCode;

use crate::error::Failure;
use crate::relay::Relay;
use crate::store;

/// 204 when all is well.
///
/// # Errors
/// When the store cannot be read or the log writer has ended.
pub async fn show(State(relay): State<Relay>) -> Result<StatusCode, Failure> {
    store::blocking(relay.store(), |store| store.founding()).await?;
    if !relay.is_writing() {
        return Err(Failure::with_detail(ProblemCode::Internal, "the log writer has ended"));
    }
    Ok(StatusCode::NO_CONTENT)
}
