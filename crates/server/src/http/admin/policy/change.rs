//! `PUT /v1/admin/policy`

use axum::extract::State;
use beadsbox_protocol::{Problem, admin::PolicyChange, rows::Settings};

use crate::{
    db::{self, admin_act},
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
    let mut tx = db::begin(&app.pool).await?;
    let settings = organisation::set_policy(&mut tx, &change).await?;
    let act =
        admin_act::New { at: app.clock.now(), staff: admin, kind: "policy_changed", subject: None, details: serde_json::json!({ "policy": settings.policy }) };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, policy = ?settings.policy, "changed the policy");
    app.feed.settle().await;
    Ok(Json(settings))
}
