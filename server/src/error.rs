//! Failures on their way to an HTTP client: a problem document with a stable code. What went wrong inside is logged once,
//! here, and never sent.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::api::problem::{Problem, ProblemCode};
use shared::protocol::RefusalCode;

use crate::identity::IdentityError;
use crate::relay::author::PublishError;
use crate::store::StoreError;

/// A request that failed.
#[derive(Debug)]
pub struct Failure {
    code: ProblemCode,
    detail: Option<String>,
}

impl Failure {
    /// A failure that the code tells fully.
    pub fn new(code: ProblemCode) -> Self {
        Self { code, detail: None }
    }

    /// Which.
    pub fn code(&self) -> ProblemCode {
        self.code
    }

    /// A failure with a detail for the client's log, in English, without internals.
    pub fn with_detail(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: Some(detail.into()) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
        match error {
            StoreError::Full(_) => Self::new(ProblemCode::StorageFull),
            _ => Self::new(ProblemCode::Internal),
        }
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Store(error) => error.into(),
            error => Self::with_detail(error.code(), error.to_string()),
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Store(error) => error.into(),
            PublishError::Deferred(RefusalCode::Busy) => Self::new(ProblemCode::Busy),
            PublishError::Deferred(RefusalCode::StorageFull) => Self::new(ProblemCode::StorageFull),
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "the relay could not write");
                Self::new(ProblemCode::Internal)
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = Problem::new(self.code, self.detail);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(problem)).into_response()
    }
}
