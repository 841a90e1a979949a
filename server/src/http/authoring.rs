//! `POST /api/templates`, `/api/additions` and `/api/operations`: what people have the relay write into the bureau's
//! documents.

use axum::extract::State;
use axum::http::StatusCode;
use shared::api::problem::ProblemCode;
use shared::domain::calendar::Operation;
use shared::domain::template::{Addition, Template};

use super::body::JsonBody;
use super::session::Visitor;
use crate::authoring::{self, AuthoringError};
use crate::error::Failure;
use crate::relay::Relay;

/// Publishes a checklist or a later version of it; admins only.
///
/// # Errors
/// When the visitor may not, or the definition is not sound.
pub async fn template(
    Visitor(by): Visitor,
    State(relay): State<Relay>,
    JsonBody(template): JsonBody<Template>,
) -> Result<StatusCode, Failure> {
    authoring::publish_template(&relay, &by.rights, &template).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Publishes what a station adds to a checklist; its lead and supervisors.
///
/// # Errors
/// When the visitor may not, or the lines are not sound.
pub async fn addition(
    Visitor(by): Visitor,
    State(relay): State<Relay>,
    JsonBody(addition): JsonBody<Addition>,
) -> Result<StatusCode, Failure> {
    authoring::publish_addition(&relay, &by.rights, &addition).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Starts or ends an operation, in the visitor's name; supervisors only.
///
/// # Errors
/// When the visitor may not, or the operation is not sound.
pub async fn operation(
    Visitor(by): Visitor,
    State(relay): State<Relay>,
    JsonBody(operation): JsonBody<Operation>,
) -> Result<StatusCode, Failure> {
    authoring::publish_operation(&relay, &by.rights, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<AuthoringError> for Failure {
    fn from(error: AuthoringError) -> Self {
        match error {
            AuthoringError::NoRight => Self::new(ProblemCode::NoRight),
            AuthoringError::Publish(error) => error.into(),
            AuthoringError::Load(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a checklist does not load");
                Self::new(ProblemCode::Internal)
            }
            AuthoringError::TemplateUnknown(_) => Self::with_detail(ProblemCode::NotFound, error.to_string()),
            AuthoringError::Template(_) | AuthoringError::Operation => {
                Self::with_detail(ProblemCode::BodyMalformed, error.to_string())
            }
        }
    }
}
