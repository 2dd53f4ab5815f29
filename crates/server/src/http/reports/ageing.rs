//! `GET /v1/reports/ageing`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    report::{Ageing, ReportQuery},
};

use crate::{
    error::Failure,
    http::{
        auth::ReportAuth,
        json::{Json, Query},
    },
    reports,
    state::App,
};

/// What is owed after the last day, by how long ago it was sold and how long it still holds.
#[utoipa::path(get, path = "/v1/reports/ageing", operation_id = "ageing_report", tag = "reports", params(ReportQuery), security(("session" = [])), responses(
    (status = 200, body = Ageing),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn ageing(State(app): State<App>, _: ReportAuth, Query(query): Query<ReportQuery>) -> Result<Json<Ageing>, Failure> {
    Ok(Json(reports::ageing(&app, query).await?))
}
