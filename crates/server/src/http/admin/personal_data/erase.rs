//! `POST /v1/admin/personal-data/erase`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    personal_data::{Erased, PersonErasure},
};

use crate::{
    act::Act,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    personal_data,
    state::App,
};

/// Erases what is held under these hashes, here and with the next pull on every device. Vouchers, operations and books stay as they are.
#[utoipa::path(post, path = "/v1/admin/personal-data/erase", operation_id = "erase_personal_data", tag = "admin", request_body = PersonErasure,
    security(("session" = [])), responses(
    (status = 200, body = Erased),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn erase(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(request): Json<PersonErasure>) -> Result<Json<Erased>, Failure> {
    let act = Act::begin(&app, admin).await?;
    Ok(Json(personal_data::erase(act, &request).await?))
}
