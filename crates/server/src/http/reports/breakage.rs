//! `GET /v1/reports/breakage`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    report::{Breakage, ReportQuery},
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

/// What is bought and never used, as of the last day.
#[utoipa::path(get, path = "/v1/reports/breakage", operation_id = "breakage_report", tag = "reports", params(ReportQuery), security(("session" = [])), responses(
    (status = 200, body = Breakage),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn breakage(State(app): State<App>, _: ReportAuth, Query(query): Query<ReportQuery>) -> Result<Json<Breakage>, Failure> {
    Ok(Json(reports::breakage(&app, query).await?))
}
