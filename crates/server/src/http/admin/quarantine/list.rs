//! `GET /v1/admin/quarantine`

use axum::extract::State;
use beadsbox_protocol::{Problem, fork::QuarantineEntry};

use crate::{
    db,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// What waits for an admin, one entry for each life of a device, the oldest first.
#[utoipa::path(get, path = "/v1/admin/quarantine", operation_id = "list_quarantine", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = Vec<QuarantineEntry>),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: AdminAuth) -> Result<Json<Vec<QuarantineEntry>>, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    Ok(Json(db::quarantine::entries(&mut tx).await?))
}
