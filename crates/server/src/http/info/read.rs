//! `GET /v1/info`

use axum::extract::State;
use beadsbox_domain::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{http::json::Json, state::App};

/// What a client sees before it enrols.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ServerInfo {
    /// `my-beads-box`: the address is one of these servers.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// The server's epoch.
    pub epoch: Uuid,
    /// The server's clock.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
    /// Whether it can send mail.
    pub mail: bool,
    /// Where devices tell of faults of the program on which somebody wants that; nothing where they tell nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault_project: Option<String>,
}

/// Tells that this is a Beads Box server, which one, and its clock.
#[utoipa::path(get, path = "/v1/info", tag = "status", responses((status = 200, body = ServerInfo)))]
pub async fn read(State(app): State<App>) -> Json<ServerInfo> {
    Json(ServerInfo {
        name: "my-beads-box".to_owned(),
        version: beadsbox_protocol::VERSION.to_owned(),
        epoch: app.identity.epoch,
        server_time: app.clock.now(),
        mail: app.mailer.is_some(),
        fault_project: app.config.desktop_faults.clone(),
    })
}
