//! `POST /v1/admin/devices/{id}/revoke`

use axum::extract::State;
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{Problem, admin::DeviceStatus};

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

/// Bars a device for good: from this moment on it may only push, into quarantine.
#[utoipa::path(post, path = "/v1/admin/devices/{id}/revoke", operation_id = "revoke_device", tag = "admin", params(("id" = DeviceId, Path)),
    security(("session" = [])), responses(
    (status = 200, body = DeviceStatus),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn revoke(State(app): State<App>, AdminAuth(admin): AdminAuth, Path(id): Path<DeviceId>) -> Result<Json<DeviceStatus>, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    let device = organisation::revoke_device(&mut tx, id).await?;
    let act = admin_act::New { at: app.clock.now(), staff: admin, kind: "device_revoked", subject: Some((id.0, &device.name)), details: serde_json::json!({}) };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, device = %id, "revoked a device");
    app.feed.settle().await;
    Ok(Json(device.status()))
}
