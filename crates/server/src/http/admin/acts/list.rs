//! `GET /v1/admin/acts`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    admin::{AdminAct, AdminActsQuery},
};

use crate::{
    db,
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Query},
    },
    state::App,
};

/// What admins did, and the server by itself: the newest hundred, of those before one where it is named.
#[utoipa::path(get, path = "/v1/admin/acts", operation_id = "list_admin_acts", tag = "admin", params(AdminActsQuery), security(("session" = [])), responses(
    (status = 200, body = Vec<AdminAct>),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: AdminAuth, Query(query): Query<AdminActsQuery>) -> Result<Json<Vec<AdminAct>>, Failure> {
    Ok(Json(db::admin_act::newest(&mut *app.pool.acquire().await?, query.before).await?))
}
