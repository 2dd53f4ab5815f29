//! `GET /v1/reports/vat`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    report::{ReportQuery, VatReport},
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

/// The VAT that is due when, and what is to be taxed by what was handed over.
#[utoipa::path(get, path = "/v1/reports/vat", operation_id = "vat_report", tag = "reports", params(ReportQuery), security(("session" = [])), responses(
    (status = 200, body = VatReport),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn vat(State(app): State<App>, _: ReportAuth, Query(query): Query<ReportQuery>) -> Result<Json<VatReport>, Failure> {
    Ok(Json(reports::vat(&app, query).await?))
}
