//! `GET /v1/admin/devices`

use axum::extract::State;
use beadsbox_protocol::{Problem, admin::DeviceStatus};

use crate::{
    db::{self, device::Device},
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Every device, the oldest first: its last contact, what waits on it, how its clock runs.
#[utoipa::path(get, path = "/v1/admin/devices", operation_id = "list_devices", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = Vec<DeviceStatus>),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: AdminAuth) -> Result<Json<Vec<DeviceStatus>>, Failure> {
    let devices = db::device::all(&mut *app.pool.acquire().await?).await?;
    Ok(Json(devices.iter().map(Device::status).collect()))
}
