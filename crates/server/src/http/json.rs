//! Bodies, paths and queries, whose faults are told as problems.

use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use beadsbox_protocol::ErrorCode;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::Failure;

/// A JSON body.
pub(super) struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(failure_of(&rejection)),
        }
    }
}

fn failure_of(rejection: &JsonRejection) -> Failure {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large("the body is too long"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Failure::told(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::Malformed, "the body must be application/json"),
        // What came of it is not all: the client is to send it again.
        _ if matches!(rejection, JsonRejection::BytesRejection(_)) => {
            Failure::told(StatusCode::REQUEST_TIMEOUT, ErrorCode::Unavailable, "the body did not come in time: try again")
                .with(|problem| problem.retry_after = Some(1))
        }
        _ => Failure::malformed(rejection.body_text().chars().take(300).collect::<String>()),
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The parts of a path.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure::malformed(rejection.body_text())),
        }
    }
}

/// A query.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure::malformed(rejection.body_text())),
        }
    }
}
