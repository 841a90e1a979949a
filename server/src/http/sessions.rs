//! `POST /api/sessions/challenge`, `POST /api/sessions` and `GET /api/session`: a device proves that it holds its key,
//! and gets a cookie.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use shared::api::problem::ProblemCode;
use shared::api::session::{Challenge, ChallengeRequest, Session, SessionRequest};

use super::body::JsonBody;
use super::session::{Visitor, set_cookie};
use crate::config::Config;
use crate::error::Failure;
use crate::identity::{Identity, IdentityError};
use crate::relay::Relay;

/// Gives a challenge.
///
/// # Errors
/// When the device is unknown or revoked.
pub async fn challenge(
    State(identity): State<Arc<Identity>>,
    JsonBody(request): JsonBody<ChallengeRequest>,
) -> Result<Json<Challenge>, Failure> {
    let challenge = ask(move || identity.challenge(request.device)).await?;
    Ok(Json(Challenge { challenge }))
}

/// Opens a session for a signed challenge.
///
/// # Errors
/// When the challenge or the signature is not good.
pub async fn open(
    State(identity): State<Arc<Identity>>,
    State(relay): State<Relay>,
    State(config): State<Arc<Config>>,
    JsonBody(request): JsonBody<SessionRequest>,
) -> Result<impl IntoResponse, Failure> {
    let SessionRequest { device, challenge, suite, signature } = request;
    let (token, record) = ask(move || identity.open_session(device, &challenge, suite, &signature)).await?;
    relay.metrics().sessions.add(1);
    // Plain HTTP on loopback: a browser would not keep a cookie that asks for TLS.
    let cookie = set_cookie(&token, config.is_behind_tls());
    Ok(([(header::SET_COOKIE, cookie)], Json(Session { device: record.id, rights: record.rights })))
}

/// Tells whose session it is.
pub async fn show(Visitor(device): Visitor) -> Json<Session> {
    Json(Session { device: device.id, rights: device.rights })
}

/// Runs what blocks on the store off the runtime.
async fn ask<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
) -> Result<T, Failure> {
    let asked = tokio::task::spawn_blocking(work).await;
    Ok(asked.map_err(|_| Failure::new(ProblemCode::Internal))??)
}
