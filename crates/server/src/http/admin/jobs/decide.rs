//! `POST /v1/admin/jobs/{id}`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{Problem, job::JobDecision};
use serde_json::json;
use uuid::Uuid;

use crate::{
    act::{Act, Done},
    db::{self, admin_act::ActKind},
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    state::App,
};

/// Has a job that was given up tried again from the beginning, or ends it.
#[utoipa::path(post, path = "/v1/admin/jobs/{id}", operation_id = "decide_job", tag = "admin", params(("id" = Uuid, Path)),
    request_body = JobDecision, security(("session" = [])), responses(
    (status = 204, description = "It is decided"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn decide(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path(id): Path<Uuid>,
    Json(decision): Json<JobDecision>,
) -> Result<StatusCode, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    if !db::job::decide(&mut act, id, decision.again, now).await? {
        return Err(Failure::not_found("job that was given up"));
    }
    let kind = if decision.again { ActKind::JobTriedAgain } else { ActKind::JobEnded };
    act.done(Done::new(kind).with("job", json!(id))).await?;
    Ok(StatusCode::NO_CONTENT)
}
