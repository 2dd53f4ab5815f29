//! `DELETE /v1/admin/staff/{id}/badge`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, rows::Staff};

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

/// Takes a staff member's badge away: tills no longer know it once they have synced.
#[utoipa::path(delete, path = "/v1/admin/staff/{id}/badge", operation_id = "delete_badge", tag = "admin", params(("id" = StaffId, Path)),
    security(("session" = [])), responses(
    (status = 200, body = Staff),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn delete(State(app): State<App>, AdminAuth(admin): AdminAuth, Path(id): Path<StaffId>) -> Result<Json<Staff>, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    let staff = organisation::take_badge(&mut tx, id).await?;
    let act = admin_act::New { at: app.clock.now(), staff: admin, kind: "badge_taken", subject: Some((id.0, &staff.name)), details: serde_json::json!({}) };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, staff = %id, "took a staff member's badge away");
    app.feed.settle().await;
    Ok(Json(staff))
}
