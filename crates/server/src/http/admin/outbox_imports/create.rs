//! `POST /v1/admin/outbox-imports`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    export::{ImportRequest, ImportResponse},
};

use crate::{
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    push,
    state::App,
};

/// Takes in a part of a file that a till saved, as if the till had pushed it. What the answer says is on disk; the same part again, or
/// one that overlaps, changes nothing that is known already. What comes from a copy of a device, or from a revoked one, is kept for an admin.
#[utoipa::path(post, path = "/v1/admin/outbox-imports", operation_id = "import_outbox", tag = "admin", request_body = ImportRequest,
    security(("session" = [])), responses(
    (status = 200, body = ImportResponse),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(request): Json<ImportRequest>) -> Result<Json<ImportResponse>, Failure> {
    Ok(Json(push::import(&app, admin, &request).await?))
}
