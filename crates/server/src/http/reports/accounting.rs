//! `GET /v1/reports/accounting`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    report::{Accounting, ReportQuery},
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

/// The days' sums for accountants, and the same as double entries.
#[utoipa::path(get, path = "/v1/reports/accounting", operation_id = "accounting_report", tag = "reports", params(ReportQuery), security(("session" = [])), responses(
    (status = 200, body = Accounting),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn accounting(State(app): State<App>, _: ReportAuth, Query(query): Query<ReportQuery>) -> Result<Json<Accounting>, Failure> {
    Ok(Json(reports::accounting(&app, query).await?))
}
