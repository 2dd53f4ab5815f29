//! `GET /v1/sync/digest`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    digest::{DigestAnswer, DigestQuery},
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

/// Says what the server holds of a range of rows, for a device that has taken all there is.
#[utoipa::path(get, path = "/v1/sync/digest", tag = "sync", params(DigestQuery), security(("device" = [])), responses(
    (status = 200, body = DigestAnswer),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn digest(State(app): State<App>, DeviceAuth(device): DeviceAuth, Query(query): Query<DigestQuery>) -> Result<Json<DigestAnswer>, Failure> {
    Ok(Json(feed::digest(&app, &device, &query).await?))
}
