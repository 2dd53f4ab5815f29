//! `PATCH /v1/admin/devices/{id}`

use axum::extract::State;
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    Problem,
    admin::{DevicePatch, DeviceStatus},
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
    organisation::{self, Changed},
    state::App,
};

/// Changes what a device is called and where it stands: 409 where somebody else changed it since it was read, or its day is not closed.
#[utoipa::path(patch, path = "/v1/admin/devices/{id}", operation_id = "change_device", tag = "admin", params(("id" = DeviceId, Path)),
    request_body = DevicePatch, security(("session" = [])), responses(
    (status = 200, body = DeviceStatus),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path(id): Path<DeviceId>,
    Json(patch): Json<DevicePatch>,
) -> Result<Json<DeviceStatus>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let Changed { before, after } = organisation::change_device(&mut act, id, &patch, now, admin).await?;
    let done = Done::new(ActKind::DeviceChanged)
        .to(id.0, &after.name)
        .changed("name", before.name.as_str(), after.name.as_str())
        .with("shop", json!(patch.shop_id));
    act.done(done).await?;
    Ok(Json(after.status()))
}
