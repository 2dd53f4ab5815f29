//! `PATCH /v1/admin/devices/{id}`

use axum::extract::State;
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    Problem,
    admin::{DevicePatch, DeviceStatus},
};

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
    let mut tx = db::begin(&app.pool).await?;
    let device = organisation::change_device(&mut tx, id, &patch, app.clock.now(), admin).await?;
    let act = admin_act::New {
        at: app.clock.now(),
        staff: admin,
        kind: "device_changed",
        subject: Some((id.0, &device.name)),
        details: serde_json::json!({ "name": patch.name, "shop": patch.shop_id }),
    };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, device = %id, name = ?patch.name, shop = ?patch.shop_id, "changed a device");
    app.feed.settle().await;
    Ok(Json(device.status()))
}
