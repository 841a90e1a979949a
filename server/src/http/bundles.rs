//! `POST /api/bundles`: a colleague, or a desk, brings in what a phone without a network made into a file.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header;
use shared::api::bundle::Brought;
use shared::api::problem::ProblemCode;
use shared::carry::FileError;
use shared::limits::BUNDLE_BYTES_MAX;
use shared::protocol::RefusalCode;

use super::body::{self, Patience, Unread};
use super::session::Visitor;
use crate::bundles::{self, BundleError};
use crate::error::Failure;
use crate::load::Load;
use crate::photos::Photos;
use crate::relay::Relay;

/// Times that its length is what a bundle takes of the relay's memory: the file, opened, and its changes rebuilt.
const ROOM: usize = 3;

/// How long one may take to come: as long as a phone waits for the answer.
const PATIENCE: Patience = Patience::seconds(600);

/// Takes one, of any phone or browser that is signed in.
///
/// # Errors
/// When it is not whole, not this bureau's, not signed, or cannot be taken now.
pub async fn bring(
    Visitor(carrier): Visitor,
    State(relay): State<Relay>,
    State(load): State<Arc<Load>>,
    State(photos): State<Arc<Photos>>,
    request: Request,
) -> Result<Json<Brought>, Failure> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(BUNDLE_BYTES_MAX);
    if length > BUNDLE_BYTES_MAX {
        return Err(BundleError::File(FileError::TooLarge).into());
    }
    let _room = load.bring(carrier.id, length * ROOM).map_err(|_| Failure::new(ProblemCode::Busy))?;
    let file = body::read(request.into_body(), length, PATIENCE).await.map_err(|unread| match unread {
        Unread::NotWhole => BundleError::File(FileError::TooLarge).into(),
        Unread::TooSlow => Failure::new(ProblemCode::BodyTooSlow),
    })?;
    Ok(Json(bundles::bring(&relay, &load, &photos, carrier, file).await?))
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        let code = match error {
            BundleError::File(FileError::NotOne) => ProblemCode::BundleUnreadable,
            BundleError::File(FileError::Version(_)) => ProblemCode::VersionUnknown,
            BundleError::File(FileError::TooLarge) => ProblemCode::BundleTooLarge,
            BundleError::File(FileError::Truncated) => ProblemCode::BundleTruncated,
            BundleError::File(FileError::Damaged) => ProblemCode::BundleDamaged,
            BundleError::Foreign => ProblemCode::BundleForeign,
            BundleError::Unproven => ProblemCode::BundleUnproven,
            BundleError::Deferred(RefusalCode::StorageFull) => ProblemCode::StorageFull,
            BundleError::Deferred(RefusalCode::Busy) => ProblemCode::Busy,
            BundleError::Deferred(_) => ProblemCode::Internal,
            BundleError::Store(error) => return error.into(),
        };
        Self::with_detail(code, error.to_string())
    }
}
