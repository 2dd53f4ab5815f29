//! `POST /v1/admin/jobs/{id}`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{Problem, job::JobDecision};
use uuid::Uuid;

use crate::{
    db,
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
    if !db::job::decide(&mut *app.pool.acquire().await?, id, decision.again, app.clock.now()).await? {
        return Err(Failure::not_found("job that was given up"));
    }
    tracing::info!(%admin, job = %id, again = decision.again, "decided on a job that was given up");
    Ok(StatusCode::NO_CONTENT)
}
