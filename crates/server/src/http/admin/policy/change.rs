//! `PUT /v1/admin/policy`

use axum::extract::State;
use beadsbox_protocol::{Problem, admin::PolicyChange, rows::Settings};
use serde_json::json;

use crate::{
    act::{Act, Done},
    db::admin_act::ActKind,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    organisation,
    state::App,
};

/// Sets what the organisation sets, whole: 409 where somebody else did since it was read.
#[utoipa::path(put, path = "/v1/admin/policy", operation_id = "change_policy", tag = "admin", request_body = PolicyChange, security(("session" = [])), responses(
    (status = 200, body = Settings),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(change): Json<PolicyChange>) -> Result<Json<Settings>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let settings = organisation::set_policy(&mut act, &change).await?;
    act.done(Done::new(ActKind::PolicyChanged).with("policy", json!(settings.policy))).await?;
    Ok(Json(settings))
}
