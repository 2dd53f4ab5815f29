//! `PUT /v1/admin/staff/{id}/email`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, mail::StaffAddressChange};

use crate::{
    db,
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    state::App,
};

/// Sets where a staff member gets mail, or takes the address away.
#[utoipa::path(put, path = "/v1/admin/staff/{id}/email", operation_id = "change_staff_address", tag = "admin", params(("id" = StaffId, Path)),
    request_body = StaffAddressChange, security(("session" = [])), responses(
    (status = 204),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path(id): Path<StaffId>,
    Json(change): Json<StaffAddressChange>,
) -> Result<StatusCode, Failure> {
    if !db::staff::set_address(&mut *app.pool.acquire().await?, id, change.email.as_ref()).await? {
        return Err(Failure::not_found("staff member"));
    }
    tracing::info!(%admin, staff = %id, set = change.email.is_some(), "changed where a staff member gets mail");
    Ok(StatusCode::NO_CONTENT)
}
