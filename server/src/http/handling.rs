//! `POST /api/defects` and `POST /api/needs`: what the bureau does about defects and needs.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use shared::api::handling::{DefectMove, Moved, NeedMove};
use shared::api::problem::ProblemCode;

use super::body::JsonBody;
use super::session::Visitor;
use crate::error::Failure;
use crate::handling::{self, HandlingError};
use crate::relay::Relay;

/// Moves defects, in the visitor's name; supervisors only.
///
/// # Errors
/// When the visitor may not, the move is not sound, or the only one can no longer be moved so.
pub async fn defects(
    Visitor(by): Visitor,
    State(relay): State<Relay>,
    JsonBody(asked): JsonBody<DefectMove>,
) -> Result<Json<Moved>, Failure> {
    Ok(Json(handling::move_defects(&relay, &by.rights, asked).await?))
}

/// Moves a need, in the visitor's name; supervisors only.
///
/// # Errors
/// When the visitor may not, the move is not sound, or it can no longer be done.
pub async fn need(
    Visitor(by): Visitor,
    State(relay): State<Relay>,
    JsonBody(asked): JsonBody<NeedMove>,
) -> Result<StatusCode, Failure> {
    handling::move_need(&relay, &by.rights, asked).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<HandlingError> for Failure {
    fn from(error: HandlingError) -> Self {
        match error {
            HandlingError::NoRight => Self::new(ProblemCode::NoRight),
            HandlingError::Publish(error) => error.into(),
            HandlingError::Store(error) => error.into(),
            HandlingError::Load(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a defect or need does not load");
                Self::new(ProblemCode::Internal)
            }
            HandlingError::Unknown => Self::with_detail(ProblemCode::NotFound, error.to_string()),
            HandlingError::GoneOn(_) | HandlingError::NeedGoneOn => {
                Self::with_detail(ProblemCode::GoneOn, error.to_string())
            }
            HandlingError::Unsound => Self::with_detail(ProblemCode::BodyMalformed, error.to_string()),
        }
    }
}
