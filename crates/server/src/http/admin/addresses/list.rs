//! `GET /v1/admin/staff-addresses`

use axum::extract::State;
use beadsbox_protocol::{Problem, mail::StaffAddress};

use crate::{
    db,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Where each staff member who may sign in gets mail.
#[utoipa::path(get, path = "/v1/admin/staff-addresses", operation_id = "list_staff_addresses", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = Vec<StaffAddress>),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: AdminAuth) -> Result<Json<Vec<StaffAddress>>, Failure> {
    Ok(Json(db::staff::addresses(&mut *app.pool.acquire().await?).await?))
}
