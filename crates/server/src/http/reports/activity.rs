//! `GET /v1/reports/activity`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    report::{Activity, ReportQuery},
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

/// Sales, redemptions, refunds and expiry, by day, week or month, and by template, shop or staff member.
#[utoipa::path(get, path = "/v1/reports/activity", operation_id = "activity_report", tag = "reports", params(ReportQuery), security(("session" = [])), responses(
    (status = 200, body = Activity),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn activity(State(app): State<App>, _: ReportAuth, Query(query): Query<ReportQuery>) -> Result<Json<Activity>, Failure> {
    Ok(Json(reports::activity(&app, query).await?))
}
