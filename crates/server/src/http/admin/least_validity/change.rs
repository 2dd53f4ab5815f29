//! `PUT /v1/admin/least-validity`

use axum::extract::State;
use beadsbox_protocol::{Problem, admin::LeastValidityChange, rows::Settings};
use serde_json::json;

use crate::{
    act::{Act, Done},
    db::admin_act::ActKind,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    organisation,
    state::App,
};

/// Sets the least validity of vouchers by country, whole: 409 where somebody else changed the settings since they were read.
#[utoipa::path(put, path = "/v1/admin/least-validity", operation_id = "change_least_validity", tag = "admin", request_body = LeastValidityChange,
    security(("session" = [])), responses(
    (status = 200, body = Settings),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(change): Json<LeastValidityChange>) -> Result<Json<Settings>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let settings = organisation::set_least_validity(&mut act, &change).await?;
    act.done(Done::new(ActKind::LeastValidityChanged).with("least_validity", json!(settings.least_validity))).await?;
    Ok(Json(settings))
}
