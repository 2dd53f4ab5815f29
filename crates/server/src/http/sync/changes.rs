//! `GET /v1/sync/changes`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    pull::{ChangesPage, ChangesQuery},
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

/// Gives what changed after a cursor, and the outcomes of the device's own operations; waits for something new where asked to.
#[utoipa::path(get, path = "/v1/sync/changes", tag = "sync", params(ChangesQuery), security(("device" = [])), responses(
    (status = 200, body = ChangesPage),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn changes(State(app): State<App>, DeviceAuth(device): DeviceAuth, Query(query): Query<ChangesQuery>) -> Result<Json<ChangesPage>, Failure> {
    Ok(Json(feed::pull(&app, &device, &query).await?))
}
