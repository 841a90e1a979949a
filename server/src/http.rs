//! The HTTP interface: this page is its route table; each resource has a file of its own. No rules here: a handler
//! reads the request, asks `identity`, `relay` or `projector`, and writes the answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head, post};
use shared::api::problem::ProblemCode;
use shared::limits::{BODY_BYTES_MAX, CHANGE_BYTES_MAX, FRAME_BYTES_MAX};

use crate::error::Failure;
use crate::state::App;
use request_id::RequestIds;

pub mod assets;
pub mod authoring;
pub mod board;
mod body;
pub mod bundles;
pub mod devices;
pub mod enrolments;
pub mod handling;
pub mod health;
pub mod labels;
mod let_pass;
pub mod metrics;
pub mod officers;
pub mod peer;
pub mod photos;
pub mod quarantine;
mod request_id;
pub mod session;
pub mod sessions;
pub mod sync;
pub mod trust;
pub mod uploads;

/// No inline script or style, no foreign origin; wasm may be compiled.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// Every address that the relay answers.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .route("/enrolments/redeem", post(enrolments::redeem))
        .route("/devices/{device}/revocation", post(devices::revoke))
        .route("/officers/{officer}/station", post(officers::move_to_station))
        .route("/sessions/challenge", post(sessions::challenge))
        .route("/sessions", post(sessions::open))
        .route("/session", get(sessions::show))
        .route("/board", get(board::show))
        .route("/board/events", get(board::events))
        .route("/quarantine", get(quarantine::show))
        .route("/held/release", post(quarantine::release))
        .route("/health", get(health::show))
        .route("/operations", post(authoring::operation))
        .route("/labels", get(labels::show))
        .route("/labels.css", get(labels::style))
        .route("/labels.js", get(labels::script))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        // Each defect comes with what was on the screen.
        .route("/defects", post(handling::defects).layer(DefaultBodyLimit::max(CHANGE_BYTES_MAX)))
        .route("/needs", post(handling::need).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)))
        // A checklist is one entry, and an entry one change.
        .route("/templates", post(authoring::template).layer(DefaultBodyLimit::max(CHANGE_BYTES_MAX / 2)))
        .route("/additions", post(authoring::addition).layer(DefaultBodyLimit::max(CHANGE_BYTES_MAX / 2)))
        .route(
            "/sync",
            post(sync::exchange).get(sync::upgrade).layer(DefaultBodyLimit::max(FRAME_BYTES_MAX + 1)),
        )
        // Reads its body itself, once there is room for it.
        .route("/bundles", post(bundles::bring))
        .fallback(|| async { Failure::new(ProblemCode::NotFound) });
    let uploads = Router::new()
        .route("/", post(uploads::begin).options(uploads::options))
        .route("/{hash}", head(uploads::progress).patch(uploads::add).options(uploads::options))
        .layer(middleware::from_fn(uploads::versioned));
    Router::new()
        .nest("/api/uploads", uploads)
        .route("/photos/{hash}", get(photos::show))
        .nest("/api", api)
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(assets::serve)
        .layer(middleware::from_fn(same_origin))
        .layer(middleware::from_fn(let_pass::let_pass))
        .layer(middleware::map_response(secure))
        .layer(middleware::from_fn_with_state(Arc::<RequestIds>::default(), request_id::number))
        .with_state(app)
}

/// Refuses what another site's page sends: writing requests and WebSockets must come from this very origin. Programs
/// that are no browsers send no `Origin`.
async fn same_origin(request: Request, next: Next) -> Response {
    if is_foreign(&request) {
        return Failure::with_detail(ProblemCode::NoRight, "the request comes from another origin")
            .into_response();
    }
    next.run(request).await
}

fn is_foreign(request: &Request) -> bool {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_socket = request.headers().contains_key(header::UPGRADE);
    match text(header::ORIGIN) {
        Some(origin) if !is_reading || is_socket => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_none() || host != text(header::HOST)
        }
        _ => false,
    }
}

async fn secure(mut response: Response) -> Response {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
