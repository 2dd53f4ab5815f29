//! `POST /v1/admin/jobs`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{Problem, job::JobsAgain};
use serde_json::json;

use crate::{
    act::{Act, Done},
    db::{self, admin_act::ActKind},
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Has the jobs that were given up for one reason, or all, tried again from the beginning. What may have arrived is decided one by one.
#[utoipa::path(post, path = "/v1/admin/jobs", operation_id = "try_jobs_again", tag = "admin", request_body = JobsAgain,
    security(("session" = [])), responses(
    (status = 204, description = "They are tried again"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn again(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(which): Json<JobsAgain>) -> Result<StatusCode, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let jobs = db::job::try_again(&mut act, which.trouble, now).await?;
    if jobs == 0 {
        // Somebody else did so, or ended the last of them.
        return Err(Failure::changed_meanwhile());
    }
    act.done(Done::new(ActKind::JobsTriedAgain).with("trouble", json!(which.trouble)).with("jobs", jobs)).await?;
    Ok(StatusCode::NO_CONTENT)
}
