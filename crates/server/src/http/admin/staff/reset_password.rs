//! `POST /v1/admin/staff/{id}/password`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, admin::OneTimePassword};

use crate::{
    credentials,
    db::{self, admin_act},
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    state::App,
};

/// Makes a one-time password for somebody who cannot sign in with theirs, shown this once. Their sessions end, their PIN goes, and at the
/// next sign-in they choose another password.
#[utoipa::path(post, path = "/v1/admin/staff/{id}/password", operation_id = "reset_password", tag = "admin", params(("id" = StaffId, Path)),
    security(("session" = [])), responses(
    (status = 200, body = OneTimePassword),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn reset_password(State(app): State<App>, AdminAuth(admin): AdminAuth, Path(id): Path<StaffId>) -> Result<Json<OneTimePassword>, Failure> {
    let now = app.clock.now();
    let mut tx = db::begin(&app.pool).await?;
    let (made, staff) = credentials::reset(&mut tx, &app.passwords, id, now).await?;
    let details = serde_json::json!({ "until": made.until });
    let act = admin_act::New { at: now, staff: admin, kind: "password_reset", subject: Some((id.0, &staff.name)), details };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, staff = %id, "reset a password");
    app.feed.settle().await;
    Ok(Json(made))
}
