//! Each request's number: in the log with everything that happens because of it, and in the answer's `x-request-id`, so
//! that what somebody reports can be found.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::time::Instant;
use tracing::Instrument;

/// Numbers requests: a random word for this run of the program, and a count.
#[derive(Debug)]
pub struct RequestIds {
    run: String,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        let mut run = [0; 3];
        if SystemRandom::new().fill(&mut run).is_err() {
            tracing::warn!("no random numbers; request ids of two runs may be the same");
        }
        Self { run: data_encoding::HEXLOWER.encode(&run), next: AtomicU64::new(1) }
    }
}

impl RequestIds {
    fn draw(&self) -> String {
        format!("{}-{}", self.run, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// Numbers a request and logs its end, in detail only: what went wrong is logged where it is known.
pub async fn number(State(ids): State<Arc<RequestIds>>, request: Request, next: Next) -> Response {
    let id = ids.draw();
    let span = tracing::info_span!("request", id, method = %request.method(), path = request.uri().path());
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), micros, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}
