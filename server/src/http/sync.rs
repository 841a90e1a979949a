//! `POST /api/sync` and the WebSocket `GET /api/sync`: the exchange. The bytes are frames; what they mean is
//! `shared::sync::relay`'s, and driving it is `server::sync`'s. Step 8 of the walk.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::limits::{FRAME_BYTES_MAX, SOCKET_BUFFER_BYTES};
use shared::protocol::{self, Frame, Refusal, RefusalCode};

use super::session::Visitor;
use crate::relay::Relay;
use crate::state::Closing;
use crate::sync;

/// One request, one answer.
pub async fn exchange(
    State(relay): State<Relay>,
    visitor: Result<Visitor, crate::error::Failure>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(Visitor(device)) = visitor else {
        return refused(RefusalCode::NoSession, "no session");
    };
    let Ok(body) = body else {
        return refused(RefusalCode::FrameTooLarge, &format!("a frame has at most {FRAME_BYTES_MAX} bytes"));
    };
    match sync::answer(&relay, &device, body.into()).await {
        Ok(frame) => ([(header::CONTENT_TYPE, "application/cbor")], frame).into_response(),
        Err(refusal) => respond(refusal),
    }
}

/// Many requests, and live delivery.
///
/// # Errors
/// When there is no session.
pub async fn upgrade(
    State(relay): State<Relay>,
    State(closing): State<Closing>,
    Visitor(device): Visitor,
    socket: WebSocketUpgrade,
) -> Response {
    socket
        .read_buffer_size(SOCKET_BUFFER_BYTES)
        .write_buffer_size(SOCKET_BUFFER_BYTES)
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| sync::socket::serve(socket, relay, device, closing))
}

fn refused(code: RefusalCode, detail: &str) -> Response {
    respond(Refusal { code, detail: detail.to_owned(), retry_after_ms: None })
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
    let frame = protocol::encode(&Frame::Refusal(refusal));
    (status, [(header::CONTENT_TYPE, "application/cbor")], frame).into_response()
}
