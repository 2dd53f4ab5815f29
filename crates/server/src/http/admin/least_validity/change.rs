//! `PUT /v1/admin/least-validity`

use axum::extract::State;
use beadsbox_protocol::{Problem, admin::LeastValidityChange, rows::Settings};

use crate::{
    db::{self, admin_act},
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
    let mut tx = db::begin(&app.pool).await?;
    let settings = organisation::set_least_validity(&mut tx, &change).await?;
    let details = serde_json::json!({ "least_validity": settings.least_validity });
    let act = admin_act::New { at: app.clock.now(), staff: admin, kind: "least_validity_changed", subject: None, details };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, least_validity = ?settings.least_validity, "changed the least validity of vouchers");
    app.feed.settle().await;
    Ok(Json(settings))
}
