//! `POST /api/sync` and the WebSocket `GET /api/sync`: the exchange. The bytes are frames; what they mean is
//! `shared::sync::relay`'s, and driving it is `server::sync`'s. Step 8 of the walk.

use std::sync::Arc;

use axum::extract::{Request, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::limits::{FRAME_BYTES_MAX, SOCKET_BUFFER_BYTES};
use shared::protocol::{self, Frame, Refusal, RefusalCode};
use tracing::{Instrument, Span};

use super::body::{self, Patience, Unread};
use super::session::Visitor;
use crate::load::Load;
use crate::relay::Relay;
use crate::state::Closing;
use crate::sync;

/// How long a frame may take to come: three times what a phone waits for its answer.
const PATIENCE: Patience = Patience::seconds(60);

/// One request, one answer.
pub async fn exchange(
    State(relay): State<Relay>,
    State(load): State<Arc<Load>>,
    visitor: Result<Visitor, crate::error::Failure>,
    request: Request,
) -> Response {
    match answer(&relay, &load, visitor, request).await {
        Ok(frame) => ([(header::CONTENT_TYPE, "application/cbor")], frame).into_response(),
        Err(refusal) => respond(refusal),
    }
}

async fn answer(
    relay: &Relay,
    load: &Arc<Load>,
    visitor: Result<Visitor, crate::error::Failure>,
    request: Request,
) -> Result<Vec<u8>, Refusal> {
    let told = |refusal: Refusal| {
        relay.metrics().refusals.count(refusal.code.word());
        refusal
    };
    let Ok(Visitor(device)) = visitor else {
        return Err(told(refusal(RefusalCode::NoSession, "no session")));
    };
    // Room is taken before the body is read: what comes in at one time is bounded, not only what is handled.
    let bytes = announced(request.headers());
    if bytes > FRAME_BYTES_MAX {
        return Err(told(too_large()));
    }
    let _room = load.enter(bytes).map_err(told)?;
    let read = body::read(request.into_body(), bytes, PATIENCE).await;
    let body = read.map_err(|unread| {
        told(match unread {
            Unread::NotWhole => too_large(),
            Unread::TooSlow => refusal(RefusalCode::Busy, "the frame did not come in time"),
        })
    })?;
    sync::answer(relay, load, device, body).await
}

/// Bytes of a body as it is announced; of one that is not, as many as there may be.
fn announced(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    length.unwrap_or(FRAME_BYTES_MAX)
}

/// Many requests, and live delivery.
///
/// # Errors
/// When there is no session.
pub async fn upgrade(
    State(relay): State<Relay>,
    State(load): State<Arc<Load>>,
    State(closing): State<Closing>,
    Visitor(device): Visitor,
    socket: WebSocketUpgrade,
) -> Response {
    let place = match load.connect(device.id) {
        Ok(place) => place,
        Err(refusal) => {
            relay.metrics().refusals.count(refusal.code.word());
            return respond(refusal);
        }
    };
    let request = Span::current();
    socket
        .read_buffer_size(SOCKET_BUFFER_BYTES)
        .write_buffer_size(SOCKET_BUFFER_BYTES)
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| {
            sync::socket::serve(socket, relay, load, device, place, closing).instrument(request)
        })
}

fn too_large() -> Refusal {
    refusal(RefusalCode::FrameTooLarge, &format!("a frame has at most {FRAME_BYTES_MAX} bytes"))
}

fn refusal(code: RefusalCode, detail: &str) -> Refusal {
    Refusal { code, detail: detail.to_owned(), retry_after_ms: None }
}

fn respond(refusal: Refusal) -> Response {
    let status = match refusal.code {
        RefusalCode::FrameTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalCode::Malformed | RefusalCode::VersionUnknown => StatusCode::BAD_REQUEST,
        RefusalCode::NoSession => StatusCode::UNAUTHORIZED,
        RefusalCode::NoRight => StatusCode::FORBIDDEN,
        RefusalCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
        RefusalCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        RefusalCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    // Proxies and programs that know nothing of frames understand this.
    let seconds = refusal.retry_after_ms.map(|wait| wait.div_ceil(1_000).to_string());
    let frame = protocol::encode(&Frame::Refusal(refusal));
    let mut response = (status, [(header::CONTENT_TYPE, "application/cbor")], frame).into_response();
    if let Some(seconds) = seconds.and_then(|seconds| seconds.parse().ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
