//! `PUT /v1/admin/devices/{id}/limits`

use axum::extract::State;
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    Problem,
    admin::{DeviceStatus, LimitsChange},
};
use serde_json::json;

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

/// Sets what a device may honour without the server: 409 where somebody else changed the device since it was read.
#[utoipa::path(put, path = "/v1/admin/devices/{id}/limits", operation_id = "set_limits", tag = "admin", params(("id" = DeviceId, Path)),
    request_body = LimitsChange, security(("session" = [])), responses(
    (status = 200, body = DeviceStatus),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn limits(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path(id): Path<DeviceId>,
    Json(change): Json<LimitsChange>,
) -> Result<Json<DeviceStatus>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let device = organisation::set_limits(&mut act, id, &change).await?;
    act.done(Done::new(ActKind::DeviceLimits).to(id.0, &device.name).with("limits", json!(device.offline))).await?;
    Ok(Json(device.status()))
}
