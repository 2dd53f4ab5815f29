//! `PUT /v1/sessions/password`

use axum::extract::State;
use beadsbox_protocol::{Problem, rows::Staff, session::PasswordRequest};

use super::create::{MOST_CHARACTERS, verified};
use crate::{
    credentials, db,
    error::Failure,
    http::{auth::SessionAuth, json::Json},
    state::App,
};

/// Changes the password of whoever is signed in. Their other sessions end, their PIN goes, and what let them in without the server.
#[utoipa::path(put, path = "/v1/sessions/password", operation_id = "change_password", tag = "sync", request_body = PasswordRequest,
    security(("session" = [])), responses(
    (status = 200, body = Staff),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn password(
    State(app): State<App>,
    SessionAuth { staff, device, token_hash }: SessionAuth,
    Json(request): Json<PasswordRequest>,
) -> Result<Json<Staff>, Failure> {
    if request.password.chars().count() > MOST_CHARACTERS {
        return Err(Failure::malformed(format!("a password has at most {MOST_CHARACTERS} characters")));
    }
    let (shown, old_hash) = verified(&app, &device, &staff.name, &request.password).await?;
    let new_hash = credentials::chosen(&app.passwords, &request.password, request.new_password).await?;
    let mut tx = db::begin(&app.pool).await?;
    credentials::replace(&mut tx, shown.id, &old_hash, &new_hash, Some(&token_hash)).await?;
    let staff = db::staff::find(&mut tx, shown.id).await?.ok_or_else(|| Failure::not_found("staff member"))?;
    tx.commit().await?;
    tracing::info!(staff = %staff.id, "changed their password");
    app.feed.settle().await;
    Ok(Json(staff))
}
