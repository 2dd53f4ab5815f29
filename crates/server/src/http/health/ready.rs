//! `GET /readyz`

use axum::extract::State;
use beadsbox_protocol::Problem;
use serde::Serialize;

use crate::{db, error::Failure, http::json::Json, jobs::broker::BrokerReach, memory::Reach, state::App};

/// How a process that can work stands. What is slow or waits does not take it out: others would be no better off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// Where counts and the catalogue are kept.
    pub memory: Reach,
    /// Who tells of jobs.
    pub broker: BrokerReach,
    /// How long the job waits that is due longest, in seconds.
    pub jobs_due_seconds: u64,
    /// Jobs that were given up, for an admin to look at.
    pub jobs_given_up: u64,
}

/// The server can work: its database answers, and it is not about to end. Without its broker it works too: what is to be done later is then taken from the
/// database, which the answer says.
#[utoipa::path(get, path = "/readyz", tag = "status", responses(
    (status = 200, body = Readiness),
    (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn ready(State(app): State<App>) -> Result<Json<Readiness>, Failure> {
    if app.is_leaving() {
        return Err(Failure::unavailable());
    }
    let jobs = db::job::queue(&mut *app.own_pool.acquire().await?, app.clock.now()).await?;
    Ok(Json(Readiness {
        memory: app.memory.reach(),
        broker: app.broker.reach(),
        jobs_due_seconds: jobs.due_seconds,
        jobs_given_up: jobs.given_up,
    }))
}
