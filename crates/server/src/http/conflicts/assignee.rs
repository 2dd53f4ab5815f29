//! `PUT /v1/conflicts/{id}/assignee`

use axum::extract::State;
use beadsbox_domain::ConflictId;
use beadsbox_protocol::{Problem, conflict::AssigneeChange, rows::Assignment};

use crate::{
    assignment, db,
    error::Failure,
    http::{
        auth::OfficeAuth,
        json::{Json, Path},
    },
    state::App,
};

/// Takes a conflict, hands it to another person, or lets it go: 409 where it is somebody else's by now, with whose.
#[utoipa::path(put, path = "/v1/conflicts/{id}/assignee", operation_id = "assign_conflict", tag = "office", params(("id" = ConflictId, Path)),
    request_body = AssigneeChange, security(("session" = [])), responses(
    (status = 200, body = Assignment),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn assignee(
    State(app): State<App>,
    OfficeAuth(staff): OfficeAuth,
    Path(id): Path<ConflictId>,
    Json(change): Json<AssigneeChange>,
) -> Result<Json<Assignment>, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    let assignment = assignment::assign(&mut tx, id, &change, staff, app.clock.now()).await?;
    tx.commit().await?;
    tracing::info!(%staff, conflict = %id, to = ?assignment.staff, "a conflict was given to somebody");
    app.feed.settle().await;
    Ok(Json(assignment))
}
