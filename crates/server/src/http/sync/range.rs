//! `GET /v1/sync/range`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    digest::{RangeQuery, RangeRows},
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

/// Gives the rows of a range whose digest differs.
#[utoipa::path(get, path = "/v1/sync/range", tag = "sync", params(RangeQuery), security(("device" = [])), responses(
    (status = 200, body = RangeRows),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn range(State(app): State<App>, DeviceAuth(device): DeviceAuth, Query(query): Query<RangeQuery>) -> Result<Json<RangeRows>, Failure> {
    Ok(Json(feed::range(&app, &device, &query).await?))
}
