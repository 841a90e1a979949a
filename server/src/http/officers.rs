//! `POST /api/officers/{officer}/station`: a person goes to another station.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use shared::api::officer::Move;
use shared::api::problem::ProblemCode;
use shared::ids::OfficerId;

use super::body::JsonBody;
use super::session::Visitor;
use crate::error::Failure;
use crate::identity;
use crate::relay::Relay;

/// Moves a person; supervisors and admins only.
///
/// # Errors
/// When the visitor may not, there is no such person or station, or the log does not take it.
pub async fn move_to_station(
    Visitor(by): Visitor,
    State(relay): State<Relay>,
    Path(officer): Path<String>,
    JsonBody(Move { station }): JsonBody<Move>,
) -> Result<StatusCode, Failure> {
    let officer = OfficerId::parse(&officer).map_err(|_| Failure::new(ProblemCode::NotFound))?;
    identity::move_officer(&relay, &officer, station, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}
