//! `POST /api/devices/{device}/revocation`: a device no longer belongs to anybody.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use shared::api::problem::ProblemCode;
use shared::ids::DeviceId;

use super::session::Visitor;
use crate::error::Failure;
use crate::identity;
use crate::relay::Relay;

/// Revokes a device; supervisors and admins only.
///
/// # Errors
/// When the visitor may not, there is no such device, or the store does not take it.
pub async fn revoke(
    Visitor(by): Visitor,
    State(relay): State<Relay>,
    Path(device): Path<String>,
) -> Result<StatusCode, Failure> {
    let device = DeviceId::parse(&device).map_err(|_| Failure::new(ProblemCode::DeviceUnknown))?;
    identity::revoke(&relay, device, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}
