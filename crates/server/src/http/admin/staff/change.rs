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
    organisation::{self, Changed},
    state::App,
};

/// Changes a staff member's name or role, bars them or lets them in again.
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
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let Changed { before, after } = organisation::change_staff(&mut act, id, &patch, now).await?;
    let done = Done::new(ActKind::StaffChanged)
        .to(id.0, &after.name)
        .changed("name", before.name.as_str(), after.name.as_str())
        .changed("role", json!(before.role), json!(after.role))
        .changed("active", before.active, after.active);
    act.done(done).await?;
    Ok(Json(after))
}
