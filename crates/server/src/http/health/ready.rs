//! `GET /readyz`

use axum::extract::State;
use beadsbox_protocol::Problem;

use crate::{error::Failure, jobs::broker::Reach, state::App};

/// The server can work: its database answers, and it is not about to end. Without its broker it works too: what is to be done later is then taken from the
/// database, which the answer says.
#[utoipa::path(get, path = "/readyz", tag = "status", responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn ready(State(app): State<App>) -> Result<&'static str, Failure> {
    if *app.stopping.borrow() {
        return Err(Failure::unavailable());
    }
    sqlx::query("SELECT 1").execute(&app.pool).await?;
    Ok(match app.broker.reach() {
        Reach::NotNamed => "ok",
        Reach::There => "ok; broker: there",
        Reach::Away => "ok; broker: away, jobs are taken from the database",
    })
}
