//! `GET /v1/sync/snapshot`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    snapshot::{SnapshotAnswer, SnapshotQuery},
};

use crate::{
    error::Failure,
    http::{
        auth::DeviceAuth,
        json::{Json, Query},
    },
    snapshot,
    state::App,
};

/// Names the chunks of a snapshot for a device whose cache is empty or far behind; has one made where there is none.
#[utoipa::path(get, path = "/v1/sync/snapshot", tag = "sync", params(SnapshotQuery), security(("device" = [])), responses(
    (status = 200, body = SnapshotAnswer),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn snapshot(State(app): State<App>, DeviceAuth(device): DeviceAuth, Query(query): Query<SnapshotQuery>) -> Result<Json<SnapshotAnswer>, Failure> {
    Ok(Json(snapshot::answer(&app, device.profile, query.after).await?))
}
