//! `GET /v1/admin/end-of-day`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    end_of_day::{EndOfDay, EndOfDayQuery},
};

use crate::{
    end_of_day,
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Query},
    },
    state::App,
};

/// Every shop with its devices on one day: closed or not, what differs, what waits, what is at stake.
#[utoipa::path(get, path = "/v1/admin/end-of-day", operation_id = "end_of_day", tag = "admin", params(EndOfDayQuery), security(("session" = [])), responses(
    (status = 200, body = EndOfDay),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn read(State(app): State<App>, _: AdminAuth, Query(query): Query<EndOfDayQuery>) -> Result<Json<EndOfDay>, Failure> {
    Ok(Json(end_of_day::read(&app, query.day).await?))
}
