//! `PUT /v1/admin/staff/{id}/email`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::StaffId;
use beadsbox_protocol::{Problem, mail::StaffAddressChange};

use crate::{
    act::{Act, Done},
    db::{self, admin_act::ActKind},
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    mail,
    state::App,
};

/// Sets where a staff member gets mail, or takes the address away. Where they got it before, they are told who did.
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
    let mut act = Act::begin(&app, admin).await?;
    let staff = db::staff::find(&mut act, id).await?.ok_or_else(|| Failure::not_found("staff member"))?;
    let former = db::staff::set_address(&mut act, id, change.email.as_ref()).await?;
    if let Some(former) = former.filter(|former| Some(former) != change.email.as_ref()) {
        mail::address_changed::write_job(&mut act, &app, id, &former).await?;
    }
    act.done(Done::new(ActKind::StaffAddressChanged).to(id.0, &staff.name).with("set", change.email.is_some())).await?;
    Ok(StatusCode::NO_CONTENT)
}
