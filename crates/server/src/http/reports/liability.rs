//! `GET /v1/reports/liability`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    report::{Liability, ReportQuery},
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

/// What is owed for vouchers, and what moved it in the period: it always adds up.
#[utoipa::path(get, path = "/v1/reports/liability", operation_id = "liability_report", tag = "reports", params(ReportQuery), security(("session" = [])), responses(
    (status = 200, body = Liability),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn liability(State(app): State<App>, _: ReportAuth, Query(query): Query<ReportQuery>) -> Result<Json<Liability>, Failure> {
    Ok(Json(reports::liability(&app, query).await?))
}
