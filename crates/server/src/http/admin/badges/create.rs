//! `POST /v1/admin/staff/{id}/badge`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, admin::NewBadge};

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

/// Gives a staff member a new badge, shown once; the one before no longer counts.
#[utoipa::path(post, path = "/v1/admin/staff/{id}/badge", operation_id = "create_badge", tag = "admin", params(("id" = StaffId, Path)),
    security(("session" = [])), responses(
    (status = 200, body = NewBadge),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, AdminAuth(admin): AdminAuth, Path(id): Path<StaffId>) -> Result<Json<NewBadge>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let badge = organisation::new_badge(&mut act, id).await?;
    act.done(Done::new(ActKind::BadgeGiven).to(id.0, &badge.staff.name)).await?;
    Ok(Json(badge))
}
