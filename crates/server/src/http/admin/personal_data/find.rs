//! `POST /v1/admin/personal-data/find`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    personal_data::{PersonRecords, PersonSearch},
};

use crate::{
    db,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    personal_data,
    state::App,
};

/// What is held on buyers and recipients of that name or e-mail address. With a body and no query, because addresses stand in logs.
#[utoipa::path(post, path = "/v1/admin/personal-data/find", operation_id = "find_personal_data", tag = "admin", request_body = PersonSearch,
    security(("session" = [])), responses(
    (status = 200, body = PersonRecords),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn find(State(app): State<App>, _: AdminAuth, Json(request): Json<PersonSearch>) -> Result<Json<PersonRecords>, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    Ok(Json(personal_data::find(&mut tx, &request.text, app.clock.now()).await?))
}
