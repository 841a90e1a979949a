//! `GET /api/photos/{hash}`: a photo or a voice memo, for its station and for supervisors. Its name is its content, so
//! who has it never asks again.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use shared::api::problem::ProblemCode;
use shared::ids::PhotoHash;

use super::session::Visitor;
use crate::error::Failure;
use crate::photos::{PhotoError, Photos};

/// A year: as long as anything is kept by a cache.
const CACHING: &str = "private, max-age=31536000, immutable";

/// Gives it.
///
/// # Errors
/// When it is not here, or not for the visitor's eyes: which of the two is not said.
pub async fn show(
    visitor: Visitor,
    Path(hash): Path<String>,
    State(photos): State<Arc<Photos>>,
) -> Result<Response, Failure> {
    let missing = || Failure::new(ProblemCode::NotFound);
    let hash = PhotoHash::try_from(hash).map_err(|_| missing())?;
    let found = blocking(photos, move |photos| photos.find(&visitor.0.rights, hash)).await?;
    let (media, bytes) = found.ok_or_else(missing)?;
    let headers = [(header::CONTENT_TYPE, media.name()), (header::CACHE_CONTROL, CACHING)];
    Ok((headers, bytes).into_response())
}

/// Runs blocking work on the photos on the runtime's blocking threads.
pub(super) async fn blocking<T: Send + 'static>(
    photos: Arc<Photos>,
    work: impl FnOnce(&Photos) -> Result<T, PhotoError> + Send + 'static,
) -> Result<T, PhotoError> {
    let done = tokio::task::spawn_blocking(move || work(&photos)).await;
    done.unwrap_or_else(|_| Err(PhotoError::Failed(std::io::Error::other("the work panicked"))))
}
