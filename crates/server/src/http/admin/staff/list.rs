//! `GET /v1/admin/staff`

use axum::extract::State;
use beadsbox_protocol::{Problem, rows::Staff};

use crate::{
    db,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Every staff member, by name.
#[utoipa::path(get, path = "/v1/admin/staff", operation_id = "list_staff", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = Vec<Staff>),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: AdminAuth) -> Result<Json<Vec<Staff>>, Failure> {
    Ok(Json(db::staff::all(&mut *app.pool.acquire().await?).await?))
}
