//! `GET /v1/admin/shops`

use axum::extract::State;
use beadsbox_protocol::{Problem, rows::Shop};

use crate::{
    db,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Every shop, by name.
#[utoipa::path(get, path = "/v1/admin/shops", operation_id = "list_shops", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = Vec<Shop>),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: AdminAuth) -> Result<Json<Vec<Shop>>, Failure> {
    Ok(Json(db::shop::all(&mut *app.pool.acquire().await?).await?))
}
