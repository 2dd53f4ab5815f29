//! `POST /v1/admin/staff/{id}/badge`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, admin::NewBadge};

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

/// Gives a staff member a new badge, shown once; the one before no longer counts.
#[utoipa::path(post, path = "/v1/admin/staff/{id}/badge", operation_id = "create_badge", tag = "admin", params(("id" = StaffId, Path)),
    security(("session" = [])), responses(
    (status = 200, body = NewBadge),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, AdminAuth(admin): AdminAuth, Path(id): Path<StaffId>) -> Result<Json<NewBadge>, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    let badge = organisation::new_badge(&mut tx, id).await?;
    let act =
        admin_act::New { at: app.clock.now(), staff: admin, kind: "badge_given", subject: Some((id.0, &badge.staff.name)), details: serde_json::json!({}) };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, staff = %id, "gave a staff member a new badge");
    app.feed.settle().await;
    Ok(Json(badge))
}
