//! `POST /v1/devices/incarnations`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    fork::{ForkRequest, ForkResponse},
};

use crate::{
    error::Failure,
    http::{auth::DeviceAuth, json::Json},
    push,
    state::App,
};

/// Lets a copy of a device go on as a life of its own, in quarantine. Asked again, it answers the same life.
#[utoipa::path(post, path = "/v1/devices/incarnations", operation_id = "fork", tag = "sync", request_body = ForkRequest, security(("device" = [])), responses(
    (status = 200, body = ForkResponse),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn fork(State(app): State<App>, DeviceAuth(device): DeviceAuth, Json(request): Json<ForkRequest>) -> Result<Json<ForkResponse>, Failure> {
    Ok(Json(ForkResponse { incarnation: push::fork(&app, &device, &request).await? }))
}
