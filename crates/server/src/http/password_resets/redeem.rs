//! `PUT /v1/password-resets`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{Problem, mail::NewPassword};

use crate::{
    db::sign_in_delay::Scope,
    delay,
    error::Failure,
    http::{auth::DeviceAuth, json::Json, sessions::create::MOST_CHARACTERS},
    mail,
    state::App,
    token,
};

/// Sets another password with what a mail said. It ends every session of whose it is.
#[utoipa::path(put, path = "/v1/password-resets", operation_id = "redeem_password_reset", tag = "sync", request_body = NewPassword,
    security(("device" = [])), responses(
    (status = 204, description = "It holds from now on"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn redeem(State(app): State<App>, DeviceAuth(device): DeviceAuth, Json(new): Json<NewPassword>) -> Result<StatusCode, Failure> {
    if new.token.chars().count() > MOST_CHARACTERS || new.password.chars().count() > MOST_CHARACTERS {
        return Err(Failure::malformed(format!("code and password have at most {MOST_CHARACTERS} characters")));
    }
    let subjects = [(Scope::ResetDevice, token::hash(&device.id.to_string()))];
    delay::count(&app, &subjects, app.clock.now()).await?;
    mail::password_reset::set(&app, new).await?;
    delay::forget(&app, &subjects).await?;
    Ok(StatusCode::NO_CONTENT)
}
