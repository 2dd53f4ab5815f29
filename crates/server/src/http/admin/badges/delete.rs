//! `DELETE /v1/admin/staff/{id}/badge`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, rows::Staff};

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

/// Takes a staff member's badge away: tills no longer know it once they have synced.
#[utoipa::path(delete, path = "/v1/admin/staff/{id}/badge", operation_id = "delete_badge", tag = "admin", params(("id" = StaffId, Path)),
    security(("session" = [])), responses(
    (status = 200, body = Staff),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn delete(State(app): State<App>, AdminAuth(admin): AdminAuth, Path(id): Path<StaffId>) -> Result<Json<Staff>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let staff = organisation::take_badge(&mut act, id).await?;
    act.done(Done::new(ActKind::BadgeTaken).to(id.0, &staff.name)).await?;
    Ok(Json(staff))
}
