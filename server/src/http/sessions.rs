//! `POST /api/sessions/challenge`, `POST /api/sessions` and `GET /api/session`: a device proves that it holds its key,
//! and gets a cookie.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse};
use data_encoding::BASE64URL_NOPAD;
use shared::api::problem::ProblemCode;
use shared::api::session::{Challenge, ChallengeRequest, Session, SessionRequest};

use super::body::JsonBody;
use super::peer::Peer;
use super::session::{Visitor, set_cookie, set_upload_cookie};
use crate::config::Config;
use crate::error::Failure;
use crate::identity::{Identity, IdentityError, announce};
use crate::relay::Relay;
use crate::store::DeviceRecord;

/// Gives a challenge.
///
/// # Errors
/// When the device is unknown or revoked.
pub async fn challenge(
    State(identity): State<Arc<Identity>>,
    JsonBody(request): JsonBody<ChallengeRequest>,
) -> Result<Json<Challenge>, Failure> {
    let ChallengeRequest { device, certificate } = request;
    let challenge = ask(move || identity.challenge(device, certificate.as_deref())).await?;
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
    ConnectInfo(from): ConnectInfo<Peer>,
    JsonBody(request): JsonBody<SessionRequest>,
) -> Result<impl IntoResponse, Failure> {
    let SessionRequest { device, challenge, suite, signature, certificate } = request;
    let opened =
        ask(move || identity.open_session(device, &challenge, suite, &signature, certificate.as_deref()));
    let opened = opened.await?;
    if opened.is_new_here {
        announce(&relay).await?;
    }
    relay.metrics().sessions.add(1);
    // Plain HTTP on loopback: a browser would not keep a cookie that asks for TLS.
    let is_tls = from.is_tls || config.is_behind_tls();
    let cookies = [set_cookie(&opened.token, is_tls), set_upload_cookie(&opened.upload_token, is_tls)];
    let cookies = AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok((cookies, Json(session(&relay, opened.device)?)))
}

/// Tells whose session it is, and begins the lease of its certificate anew.
///
/// # Errors
/// When the certificate cannot be signed.
pub async fn show(State(relay): State<Relay>, Visitor(device): Visitor) -> Result<Json<Session>, Failure> {
    Ok(Json(session(&relay, device)?))
}

fn session(relay: &Relay, device: DeviceRecord) -> Result<Session, IdentityError> {
    let certificate = relay.certify(&device)?.to_text();
    let relay_key = BASE64URL_NOPAD.encode(relay.public_key());
    let sealing_key = BASE64URL_NOPAD.encode(relay.sealer().public_key());
    let sealing_signature = BASE64URL_NOPAD.encode(&relay.sign_sealing_key()?);
    let DeviceRecord { id: device, rights, .. } = device;
    Ok(Session { device, rights, relay_key, certificate, sealing_key, sealing_signature })
}

/// Runs what blocks on the store off the runtime.
async fn ask<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
) -> Result<T, Failure> {
    let asked = tokio::task::spawn_blocking(work).await;
    Ok(asked.map_err(|_| Failure::new(ProblemCode::Internal))??)
}
