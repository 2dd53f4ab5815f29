//! `DELETE /v1/sessions`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::Problem;

use crate::{db, error::Failure, http::auth::SignOut, state::App};

/// Ends the session whose token is sent; with a device's token, every session at it.
#[utoipa::path(delete, path = "/v1/sessions", tag = "sync", security(("session" = []), ("device" = [])), responses(
    (status = 204),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn delete(State(app): State<App>, ends: SignOut) -> Result<StatusCode, Failure> {
    let mut conn = app.pool.acquire().await?;
    match ends {
        SignOut::Session(token_hash) => _ = db::session::delete(&mut conn, &token_hash).await?,
        SignOut::Device(device) => db::session::delete_of_device(&mut conn, device).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}
