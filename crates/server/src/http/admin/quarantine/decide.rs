//! `POST /v1/admin/quarantine/{device}/{incarnation}`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{Incarnation, Problem, fork::QuarantineDecision};

use crate::{
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    push,
    state::App,
};

/// Decides on everything that waits of one life of a device: takes each operation as if it came now, or rejects them all.
#[utoipa::path(post, path = "/v1/admin/quarantine/{device}/{incarnation}", operation_id = "decide_quarantine", tag = "admin",
    params(("device" = DeviceId, Path), ("incarnation" = Incarnation, Path)), request_body = QuarantineDecision, security(("session" = [])), responses(
    (status = 204, description = "It is decided"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn decide(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path((device, incarnation)): Path<(DeviceId, Incarnation)>,
    Json(decision): Json<QuarantineDecision>,
) -> Result<StatusCode, Failure> {
    push::decide_quarantine(&app, device, incarnation, &decision, admin).await?;
    Ok(StatusCode::NO_CONTENT)
}
