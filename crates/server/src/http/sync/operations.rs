//! `GET /v1/sync/operations`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    fork::{OwnOperations, OwnOperationsQuery},
};

use crate::{
    error::Failure,
    feed,
    http::{
        auth::DeviceAuth,
        json::{Json, Query},
    },
    state::App,
};

/// Gives a device its own operations back, byte for byte, after the last one that it holds: its files were put back to an older copy.
#[utoipa::path(get, path = "/v1/sync/operations", operation_id = "own_operations", tag = "sync", params(OwnOperationsQuery), security(("device" = [])),
    responses(
    (status = 200, body = OwnOperations),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn operations(
    State(app): State<App>,
    DeviceAuth(device): DeviceAuth,
    Query(query): Query<OwnOperationsQuery>,
) -> Result<Json<OwnOperations>, Failure> {
    Ok(Json(feed::own_operations(&app, &device, &query).await?))
}
