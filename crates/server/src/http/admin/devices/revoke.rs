//! `POST /v1/admin/devices/{id}/revoke`

use axum::extract::State;
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{Problem, admin::DeviceStatus};

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

/// Bars a device for good: from this moment on it may only push, into quarantine.
#[utoipa::path(post, path = "/v1/admin/devices/{id}/revoke", operation_id = "revoke_device", tag = "admin", params(("id" = DeviceId, Path)),
    security(("session" = [])), responses(
    (status = 200, body = DeviceStatus),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn revoke(State(app): State<App>, AdminAuth(admin): AdminAuth, Path(id): Path<DeviceId>) -> Result<Json<DeviceStatus>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let device = organisation::revoke_device(&mut act, id).await?;
    act.done(Done::new(ActKind::DeviceRevoked).to(id.0, &device.name)).await?;
    Ok(Json(device.status()))
}
