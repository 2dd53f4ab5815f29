//! `GET /v1/sync/snapshot`

use axum::extract::State;
use beadsbox_protocol::{Problem, snapshot::SnapshotAnswer};

use crate::{
    error::Failure,
    http::{auth::DeviceAuth, json::Json},
    snapshot,
    state::App,
};

/// Names the chunks of a snapshot for a device without a cache; has one made where there is none.
#[utoipa::path(get, path = "/v1/sync/snapshot", tag = "sync", security(("device" = [])), responses(
    (status = 200, body = SnapshotAnswer),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn snapshot(State(app): State<App>, DeviceAuth(device): DeviceAuth) -> Result<Json<SnapshotAnswer>, Failure> {
    Ok(Json(snapshot::answer(&app, device.profile).await?))
}
