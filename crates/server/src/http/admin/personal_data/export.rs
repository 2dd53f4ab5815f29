//! `POST /v1/admin/personal-data/export`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    personal_data::{PersonExport, PersonRecords},
};

use crate::{
    act::Act,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    personal_data,
    state::App,
};

/// Everything that is held under these hashes, to hand it out. That it was is kept, without the person.
#[utoipa::path(post, path = "/v1/admin/personal-data/export", operation_id = "export_personal_data", tag = "admin", request_body = PersonExport,
    security(("session" = [])), responses(
    (status = 200, body = PersonRecords),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn export(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(request): Json<PersonExport>) -> Result<Json<PersonRecords>, Failure> {
    let act = Act::begin(&app, admin).await?;
    Ok(Json(personal_data::export(act, &request.hashes).await?))
}
