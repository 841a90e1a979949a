//! What is still on its way when a request is refused: it is let pass, and nothing of it is kept. A sender that is still
//! sending when the line is cut would not hear why.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{Stream, StreamExt};
use shared::limits::FRAME_BYTES_MAX;

/// Bytes that are let pass; behind them the line is cut.
const LET_PASS_BYTES_MAX: usize = 4 * FRAME_BYTES_MAX;

/// How long it may take.
const LET_PASS_MAX: Duration = Duration::from_secs(5);

/// A body whose rest can still be had when whoever read it has gone.
#[derive(Clone)]
struct Rest(Arc<Mutex<BodyDataStream>>);

impl Stream for Rest {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}

/// Lets pass what a refused request did not read.
pub async fn let_pass(request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::POST | Method::PATCH) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut rest = Rest(Arc::new(Mutex::new(body.into_data_stream())));
    let response = next.run(Request::from_parts(parts, Body::from_stream(rest.clone()))).await;
    if !response.status().is_success() {
        // Who does not come to an end is not waited for.
        let _ = tokio::time::timeout(LET_PASS_MAX, read_off(&mut rest)).await;
    }
    response
}

async fn read_off(rest: &mut Rest) {
    let mut left = LET_PASS_BYTES_MAX;
    while let Some(Ok(bytes)) = rest.next().await {
        left = left.saturating_sub(bytes.len());
        if left == 0 {
            return;
        }
    }
}
