//! `POST /api/enrolments/redeem`: a one-time code and a public key become a member of the bureau.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use shared::api::enrolment::{Enrolled, Redeem};
use shared::api::problem::ProblemCode;

use super::body::JsonBody;
use super::peer::Peer;
use crate::error::Failure;
use crate::identity::{Identity, IdentityError};
use crate::relay::Relay;

/// Redeems a code. When it answers, the device is in the directory that every phone holds.
///
/// # Errors
/// When the code or the key is not good, or the store does not take it.
pub async fn redeem(
    State(identity): State<Arc<Identity>>,
    State(relay): State<Relay>,
    ConnectInfo(from): ConnectInfo<Peer>,
    JsonBody(redeem): JsonBody<Redeem>,
) -> Result<Json<Enrolled>, Failure> {
    let asked = tokio::task::spawn_blocking(move || {
        identity.redeem(from.address.ip(), &redeem.code, &redeem.public_key)
    });
    let device = asked.await.map_err(|_| Failure::new(ProblemCode::Internal))?;
    let device = device.map_err(|error: IdentityError| Failure::from(error))?;
    let enrolled = crate::identity::welcome(&relay, &device).await?;
    relay.metrics().enrolments.add(1);
    Ok(Json(enrolled))
}
