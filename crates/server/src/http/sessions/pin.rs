//! `PUT /v1/sessions/pin`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{Problem, session::PinRequest};

use super::create::{MOST_CHARACTERS, verified};
use crate::{
    db,
    error::Failure,
    http::{auth::SessionAuth, json::Json},
    organisation,
    state::App,
};

/// Sets the PIN of whoever is signed in, or takes it away.
#[utoipa::path(put, path = "/v1/sessions/pin", operation_id = "set_pin", tag = "sync", request_body = PinRequest, security(("session" = [])), responses(
    (status = 204),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn pin(State(app): State<App>, SessionAuth { staff, device, .. }: SessionAuth, Json(request): Json<PinRequest>) -> Result<StatusCode, Failure> {
    if request.password.chars().count() > MOST_CHARACTERS {
        return Err(Failure::malformed(format!("a password has at most {MOST_CHARACTERS} characters")));
    }
    let pin = request.pin.as_deref().map(organisation::checked_pin).transpose()?;
    let (shown, password_hash) = verified(&app, &device, &staff.name, &request.password).await?;
    let pin_hash = match pin {
        Some(pin) => Some(app.passwords.hash_pin(pin).await?),
        None => None,
    };
    let mut tx = db::begin(&app.pool).await?;
    organisation::set_pin(&mut tx, shown.id, &password_hash, pin_hash.as_deref()).await?;
    tx.commit().await?;
    tracing::info!(staff = %shown.id, set = pin_hash.is_some(), "set a PIN");
    app.feed.settle().await;
    Ok(StatusCode::NO_CONTENT)
}
