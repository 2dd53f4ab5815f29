//! `GET /v1/admin/jobs`

use axum::extract::State;
use beadsbox_protocol::{Problem, job::DeadJobs};

use crate::{
    db,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Jobs that nobody tries any more, the newest first.
#[utoipa::path(get, path = "/v1/admin/jobs", operation_id = "list_dead_jobs", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = DeadJobs),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: AdminAuth) -> Result<Json<DeadJobs>, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    Ok(Json(db::job::dead(&mut tx).await?))
}
