//! `POST /v1/admin/staff/{id}/second-factor/remove`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::{StaffId, text::Reason};
use beadsbox_protocol::{Problem, admin::SecondFactorRemoval};

use crate::{
    act::{Act, Done},
    db::{self, admin_act::ActKind},
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    second_factor,
    state::App,
};

/// Takes the second factor of another person away, who lost the authenticator and the recovery codes; their sessions end. Nobody takes their
/// own away like that: whoever finds a session open would be rid of it.
#[utoipa::path(post, path = "/v1/admin/staff/{id}/second-factor/remove", operation_id = "remove_second_factor", tag = "admin",
    params(("id" = StaffId, Path)), request_body = SecondFactorRemoval, security(("session" = [])), responses(
    (status = 204, description = "The password alone is asked from now on"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn remove(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path(id): Path<StaffId>,
    Json(removal): Json<SecondFactorRemoval>,
) -> Result<StatusCode, Failure> {
    let reason = Reason::new(&removal.reason).map_err(|error| Failure::malformed(format!("reason: {error}")))?;
    if id == admin {
        return Err(Failure::forbidden("another admin has to take it away"));
    }
    let mut act = Act::begin(&app, admin).await?;
    let staff = db::staff::find(&mut act, id).await?.ok_or_else(|| Failure::not_found("staff member"))?;
    if !second_factor::remove(&mut act, id).await? {
        return Err(Failure::not_found("second factor"));
    }
    act.done(Done::new(ActKind::SecondFactorRemoved).to(id.0, &staff.name).because(Some(&reason))).await?;
    Ok(StatusCode::NO_CONTENT)
}
