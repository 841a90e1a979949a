//! Requests to the relay that this page came from, with its cookie. What is in them is `engine`'s.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, Request, RequestInit, Response};

use super::clock::Timer;
use super::scope;

/// Milliseconds after which a request is given up.
const REQUEST_MS_MAX: i64 = 20_000;

/// What a request's body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// A JSON text.
    Json,
    /// Frames of the exchange.
    Cbor,
}

/// What the relay answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body's media type, with its parameters; empty for none.
    pub media: String,
    /// The body.
    pub body: Vec<u8>,
    /// How far an upload is, where that was asked.
    pub offset: Option<u64>,
}

/// No answer: no network, no relay, or none in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no answer")]
pub struct Unreachable;

impl Reply {
    /// Whether the relay did what was asked.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// `GET path`.
///
/// # Errors
/// When no answer comes.
pub async fn get(path: &str) -> Result<Reply, Unreachable> {
    request("GET", path, None).await
}

/// `POST path`.
///
/// # Errors
/// When no answer comes.
pub async fn post(path: &str, media: Media, body: &[u8]) -> Result<Reply, Unreachable> {
    request("POST", path, Some((media, body))).await
}

/// Milliseconds after which a part of an upload is given up: on the thinnest line it is as many seconds long.
const UPLOAD_MS_MAX: i64 = 60_000;

/// A request of an upload: its method, its headers, and what is sent.
///
/// # Errors
/// When no answer comes.
pub async fn upload(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Result<Reply, Unreachable> {
    let headers = [headers, &[("tus-resumable", "1.0.0")]].concat();
    patiently(method, path, &headers, body, UPLOAD_MS_MAX).await
}

/// Milliseconds after which the delivery of a bundle is given up: the largest one on a thin line.
const DELIVERY_MS_MAX: i64 = 600_000;

/// `POST`s a bundle.
///
/// # Errors
/// When no answer comes.
pub async fn deliver(path: &str, file: &[u8]) -> Result<Reply, Unreachable> {
    let headers = [("content-type", "application/octet-stream")];
    patiently("POST", path, &headers, Some(file), DELIVERY_MS_MAX).await
}

async fn request(method: &str, path: &str, body: Option<(Media, &[u8])>) -> Result<Reply, Unreachable> {
    let media = body.map(|(media, _)| match media {
        Media::Json => "application/json",
        Media::Cbor => "application/cbor",
    });
    let header = media.map(|media| ("content-type", media));
    patiently(method, path, header.as_slice(), body.map(|(_, bytes)| bytes), REQUEST_MS_MAX).await
}

async fn patiently(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
    ms_max: i64,
) -> Result<Reply, Unreachable> {
    let controller = AbortController::new().map_err(|_| Unreachable)?;
    let signal = controller.signal();
    let _give_up = Timer::after(ms_max, move || controller.abort());
    fetch(method, path, headers, body, &signal).await.map_err(|_| Unreachable)
}

async fn fetch(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
    signal: &web_sys::AbortSignal,
) -> Result<Reply, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(Some(signal));
    let sent = Headers::new()?;
    for (name, value) in headers {
        sent.set(name, value)?;
    }
    init.set_headers(&sent);
    if let Some(body) = body {
        init.set_body(&Uint8Array::from(body));
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    let response: Response = JsFuture::from(scope().fetch_with_request(&request)).await?.unchecked_into();
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok(Reply {
        status: response.status(),
        media: response.headers().get("content-type")?.unwrap_or_default(),
        body: Uint8Array::new(&body).to_vec(),
        offset: response.headers().get("upload-offset")?.and_then(|offset| offset.parse().ok()),
    })
}
