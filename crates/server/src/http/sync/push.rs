//! `POST /v1/sync/push`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    push::{PushRequest, PushResponse},
};

use crate::{
    error::Failure,
    http::{auth::PushAuth, json::Json},
    state::App,
};

/// Takes a batch of the device's operations. What the answer says is on disk; sent again, it gets the same answer. What comes from a
/// copy of a device, or from a revoked one, is kept for an admin.
#[utoipa::path(post, path = "/v1/sync/push", tag = "sync", request_body = PushRequest, security(("device" = [])), responses(
    (status = 200, body = PushResponse),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn push(State(app): State<App>, PushAuth(caller): PushAuth, Json(request): Json<PushRequest>) -> Result<Json<PushResponse>, Failure> {
    Ok(Json(crate::push::push(&app, caller, request).await?))
}
