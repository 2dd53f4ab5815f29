//! `PATCH /v1/admin/staff/{id}`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, admin::StaffPatch, rows::Staff};

use crate::{
    db::{self, admin_act},
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    organisation,
    state::App,
};

/// Changes a staff member's name, role or password, bars them or lets them in again.
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
    // Never the password itself.
    let details = serde_json::json!({ "name": patch.name, "role": patch.role, "active": patch.active, "password": patch.password.is_some() });
    let mut tx = db::begin(&app.pool).await?;
    let staff = organisation::change_staff(&mut tx, &app.passwords, id, patch, app.clock.now()).await?;
    let act = admin_act::New { at: app.clock.now(), staff: admin, kind: "staff_changed", subject: Some((id.0, &staff.name)), details };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, staff = %staff.id, role = staff.role.name(), active = staff.active, "changed a staff member");
    app.feed.settle().await;
    Ok(Json(staff))
}
