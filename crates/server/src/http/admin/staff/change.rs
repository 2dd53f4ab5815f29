//! `PATCH /v1/admin/staff/{id}`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, admin::StaffPatch, rows::Staff};

use crate::{
    db,
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    organisation,
    state::App,
};

/// Changes a staff member's role or password, bars them or lets them in again.
#[utoipa::path(patch, path = "/v1/admin/staff/{id}", operation_id = "change_staff", tag = "admin", params(("id" = StaffId, Path)),
    request_body = StaffPatch, security(("session" = [])), responses(
    (status = 200, body = Staff),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path(id): Path<StaffId>,
    Json(patch): Json<StaffPatch>,
) -> Result<Json<Staff>, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    let staff = organisation::change_staff(&mut tx, &app.passwords, id, patch, app.clock.now()).await?;
    tx.commit().await?;
    tracing::info!(%admin, staff = %staff.id, role = staff.role.name(), active = staff.active, "changed a staff member");
    app.feed.settle().await;
    Ok(Json(staff))
}
