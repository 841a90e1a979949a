//! The session cookie: how it is written, and who a request is by it.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use shared::api::problem::ProblemCode;
use shared::limits::{SESSION_HOURS, UPLOAD_TOKEN_DAYS};

use crate::error::Failure;
use crate::identity::{Identity, SessionToken};
use crate::store::{DeviceRecord, SessionRecord, StoreError};

/// The cookie's name.
const COOKIE: &str = "muster_session";
/// The name of the one that lets photos in: the browser sends it to no other address.
const UPLOAD_COOKIE: &str = "muster_upload";

/// Whoever sends a request: an enrolled device whose session has not expired.
#[derive(Debug, Clone)]
pub struct Visitor(pub DeviceRecord);

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    Arc<Identity>: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        device(parts, Arc::from_ref(state), COOKIE, Identity::session).await.map(Self)
    }
}

/// Whoever uploads a photo: who has a session, or had one within the last weeks. A service worker sends what waits while
/// nobody opens the app.
#[derive(Debug, Clone)]
pub struct Uploader(pub DeviceRecord);

impl<S> FromRequestParts<S> for Uploader
where
    S: Send + Sync,
    Arc<Identity>: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Visitor::from_request_parts(parts, state).await {
            Ok(Visitor(device)) => return Ok(Self(device)),
            Err(failure) if failure.code() != ProblemCode::NoSession => return Err(failure),
            Err(_) => {}
        }
        device(parts, Arc::from_ref(state), UPLOAD_COOKIE, Identity::uploader).await.map(Self)
    }
}

/// The device that a cookie stands for.
async fn device(
    parts: &Parts,
    identity: Arc<Identity>,
    cookie: &str,
    find: fn(&Identity, &str) -> Result<Option<SessionRecord>, StoreError>,
) -> Result<DeviceRecord, Failure> {
    let none = || Failure::new(ProblemCode::NoSession);
    let token = token(parts, cookie).ok_or_else(none)?;
    let found = tokio::task::spawn_blocking(move || find(&identity, &token)).await;
    let found = found.map_err(|_| Failure::new(ProblemCode::Internal))??;
    found.map(|session| session.device).ok_or_else(none)
}

/// The header that lets a browser bring photos for some weeks.
pub fn set_upload_cookie(token: &SessionToken, is_tls: bool) -> String {
    let secure = if is_tls { "; Secure" } else { "" };
    let seconds = UPLOAD_TOKEN_DAYS * 24 * 3_600;
    format!(
        "{UPLOAD_COOKIE}={}; HttpOnly; SameSite=Strict; Path=/api/uploads; Max-Age={seconds}{secure}",
        token.reveal()
    )
}

/// The header that gives a browser its session: out of reach of scripts, never sent along by another site's page.
pub fn set_cookie(token: &SessionToken, is_tls: bool) -> String {
    let secure = if is_tls { "; Secure" } else { "" };
    let seconds = SESSION_HOURS * 3_600;
    format!("{COOKIE}={}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}", token.reveal())
}

fn token(parts: &Parts, wanted: &str) -> Option<String> {
    let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then(|| value.to_owned()))
}
