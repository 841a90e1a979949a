//! The page of trust, for phones of a local network that do not know its authority yet: the certificate to install, how,
//! and on to the app. It is plain HTTP, since nothing else can be trusted before it; nothing of the bureau is on it, and
//! the code of an enrolment stays behind the link's `#`, which browsers do not send.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use data_encoding::BASE64;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::lan::Doors;

const PAGE: &str = include_str!("trust/page.html");
const STYLE: &str = include_str!("trust/page.css");
const SCRIPT: &str = include_str!("trust/page.js");
const PROFILE: &str = include_str!("trust/profile.mobileconfig");

/// Where the page asks whether the phone trusts the relay now.
const PROBE: &str = "/trusted";

/// What the page tells of.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The authority's name, as phones list it.
    pub name: String,
    /// SHA-256 of its certificate, as phones show it.
    pub fingerprint: String,
    /// Its certificate.
    pub certificate: Vec<u8>,
    /// Where to come in.
    pub doors: Doors,
}

/// The plain listener's addresses.
pub fn router(trust: Trust) -> Router {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src {}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        trust.doors.app
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let secure = move |mut response: Response| {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        std::future::ready(response)
    };
    Router::new()
        .route("/", get(page))
        .route("/page.css", get(|| async { typed("text/css; charset=utf-8", STYLE) }))
        .route("/page.js", get(|| async { typed("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/muster-ca.crt", get(certificate))
        .route("/muster.mobileconfig", get(profile))
        .layer(middleware::map_response(secure))
        .with_state(Arc::new(trust))
}

/// What the page asks over TLS: the answer is nothing, and that it arrives says that the phone trusts the relay.
pub fn probe() -> Router {
    let answer = || async {
        let open = [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (StatusCode::NO_CONTENT, open)
    };
    Router::new().route(PROBE, get(answer))
}

fn typed(kind: &'static str, text: impl Into<String>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind)], text.into())
}

async fn page(State(trust): State<Arc<Trust>>) -> impl IntoResponse {
    // At a desk the page is a picture for phones that come by.
    let picture = QrCode::new(trust.doors.link(None)).map_or_else(
        |_| String::new(),
        |code| code.render::<svg::Color<'_>>().min_dimensions(220, 220).quiet_zone(true).build(),
    );
    let picture = format!("data:image/svg+xml;base64,{}", BASE64.encode(picture.as_bytes()));
    let filled = PAGE
        .replace("{{app}}", &trust.doors.app)
        .replace("{{probe}}", PROBE)
        .replace("{{name}}", &trust.name)
        .replace("{{fingerprint}}", &trust.fingerprint)
        .replace("{{picture}}", &picture);
    typed("text/html; charset=utf-8", filled)
}

/// For Android, Windows, macOS and Linux.
async fn certificate(State(trust): State<Arc<Trust>>) -> impl IntoResponse {
    let as_file = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"muster-ca.crt\""),
    ];
    (as_file, trust.certificate.clone())
}

/// For iPhones and iPads, which install certificates as profiles.
async fn profile(State(trust): State<Arc<Trust>>) -> impl IntoResponse {
    let digits: String = trust.fingerprint.chars().filter(char::is_ascii_hexdigit).collect();
    let id = |from: usize| {
        let part = |at: usize, length: usize| digits.get(from + at..from + at + length).unwrap_or_default();
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 4), part(12, 4), part(16, 4), part(20, 12))
    };
    let filled = PROFILE
        .replace("{{name}}", &trust.name)
        .replace("{{profile}}", &id(0))
        .replace("{{payload}}", &id(32))
        .replace("{{certificate}}", &BASE64.encode(&trust.certificate));
    typed("application/x-apple-aspen-config", filled)
}
