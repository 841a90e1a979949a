//! Bodies: JSON whose failures are problem documents like all others, and bytes that come whole, in time, or not at all.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use shared::api::problem::ProblemCode;
use tokio::time::timeout;

use crate::error::Failure;

/// How long a body is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// While nothing of it comes.
    pub still: Duration,
    /// All in all.
    pub whole: Duration,
}

impl Patience {
    /// So many seconds all in all. A phone behind a thick wall stops for seconds, and not for half a minute.
    pub const fn seconds(whole: u64) -> Self {
        Self { still: Duration::from_secs(30), whole: Duration::from_secs(whole) }
    }
}

/// Why a body is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than it may be, or the line broke.
    NotWhole,
    /// It stopped coming, or took longer than it may.
    TooSlow,
}

/// Reads a body of at most so many bytes. Who sends it a byte now and then is not waited for: room is held meanwhile.
///
/// # Errors
/// When it does not come whole, or not in time.
pub async fn read(body: Body, bytes_max: usize, patience: Patience) -> Result<Vec<u8>, Unread> {
    let gather = async {
        let (mut body, mut whole) = (body.into_data_stream(), Vec::new());
        loop {
            match timeout(patience.still, body.next()).await {
                Ok(None) => return Ok(whole),
                Ok(Some(Ok(bytes))) if whole.len() + bytes.len() <= bytes_max => {
                    whole.extend_from_slice(&bytes)
                }
                Ok(Some(_)) => return Err(Unread::NotWhole),
                Err(_) => return Err(Unread::TooSlow),
            }
        }
    };
    timeout(patience.whole, gather).await.unwrap_or(Err(Unread::TooSlow))
}

/// A JSON body.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(rejection))
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Err(Failure::new(ProblemCode::BodyTooLarge))
            }
            Err(rejection) => Err(Failure::with_detail(ProblemCode::BodyMalformed, rejection.body_text())),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use futures_util::stream;
    use tokio::time::sleep;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// A body of so many bytes, one after each pause.
    fn body(bytes: usize, pause_ms: u64) -> Body {
        Body::from_stream(stream::unfold(0, move |sent| async move {
            sleep(Duration::from_millis(pause_ms)).await;
            (sent < bytes).then(|| (Ok::<_, axum::Error>(Bytes::from_static(b"x")), sent + 1))
        }))
    }

    #[tokio::test]
    async fn a_body_comes_whole_and_in_time_or_not_at_all() {
        let short = Duration::from_millis(50);
        let patient = Patience { still: MINUTE, whole: MINUTE };
        assert_eq!(read(body(20, 1), 20, patient).await, Ok(vec![b'x'; 20]));
        assert_eq!(read(body(20, 1), 19, patient).await, Err(Unread::NotWhole));
        let hurried = Patience { still: MINUTE, whole: short };
        assert_eq!(read(body(100, 5), 100, hurried).await, Err(Unread::TooSlow), "longer than it may");
        let restless = Patience { still: short, whole: MINUTE };
        assert_eq!(read(body(2, 500), 2, restless).await, Err(Unread::TooSlow), "it stopped");
    }
}
