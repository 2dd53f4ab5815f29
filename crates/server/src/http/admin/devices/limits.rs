//! `PUT /v1/admin/devices/{id}/limits`

use axum::extract::State;
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    Problem,
    admin::{DeviceStatus, LimitsChange},
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
    let mut tx = db::begin(&app.pool).await?;
    let device = organisation::set_limits(&mut tx, id, &change).await?;
    let act = admin_act::New {
        at: app.clock.now(),
        staff: admin,
        kind: "device_limits",
        subject: Some((id.0, &device.name)),
        details: serde_json::json!({ "limits": device.offline }),
    };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, device = %id, limits = ?device.offline, "changed a device's offline limits");
    app.feed.settle().await;
    Ok(Json(device.status()))
}
