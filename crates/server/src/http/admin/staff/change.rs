//! `PATCH /v1/admin/staff/{id}`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, admin::StaffPatch, rows::Staff};
use serde_json::json;

use crate::{
    act::{Act, Done},
    db::admin_act::ActKind,
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
    let done = Done::new(ActKind::StaffChanged)
        .with("name", patch.name.clone())
        .with("role", json!(patch.role))
        .with("active", patch.active);
    // Never the password itself.
    let done = done.with("password", patch.password.is_some());
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let staff = organisation::change_staff(&mut act, &app.passwords, id, patch, now).await?;
    act.done(done.to(id.0, &staff.name)).await?;
    Ok(Json(staff))
}
