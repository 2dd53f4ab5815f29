//! `POST /v1/admin/staff`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, admin::NewStaff, rows::Staff};
use uuid::Uuid;

use crate::{
    db,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    organisation,
    state::App,
};

/// Adds a staff member.
#[utoipa::path(post, path = "/v1/admin/staff", operation_id = "create_staff", tag = "admin", request_body = NewStaff, security(("session" = [])), responses(
    (status = 201, body = Staff),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(new): Json<NewStaff>) -> Result<(StatusCode, Json<Staff>), Failure> {
    let mut tx = db::begin(&app.pool).await?;
    let staff = organisation::create_staff(&mut tx, &app.passwords, StaffId(Uuid::now_v7()), &new.name, new.role, new.password).await?;
    tx.commit().await?;
    tracing::info!(%admin, staff = %staff.id, role = staff.role.name(), "added a staff member");
    app.feed.settle().await;
    Ok((StatusCode::CREATED, Json(staff)))
}
