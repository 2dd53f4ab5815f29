//! `POST /v1/admin/staff/{id}/password`

use axum::extract::State;
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, admin::OneTimePassword};
use serde_json::json;

use crate::{
    act::{Act, Done},
    credentials,
    db::admin_act::ActKind,
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
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let (made, staff) = credentials::reset(&mut act, &app.passwords, id, now).await?;
    act.done(Done::new(ActKind::PasswordReset).to(id.0, &staff.name).with("until", json!(made.until))).await?;
    Ok(Json(made))
}
