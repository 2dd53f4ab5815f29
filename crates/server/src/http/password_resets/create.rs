//! `POST /v1/password-resets`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{Problem, mail::ResetRequest};

use crate::{
    db::sign_in_delay::Scope,
    delay,
    error::Failure,
    http::{auth::DeviceAuth, json::Json, sessions::create::MOST_CHARACTERS},
    mail,
    state::App,
    token,
};

/// Has a mail sent with which somebody sets another password. The answer is the same whether or not there is such a person.
#[utoipa::path(post, path = "/v1/password-resets", operation_id = "ask_password_reset", tag = "sync", request_body = ResetRequest,
    security(("device" = [])), responses(
    (status = 204, description = "Whoever it is has a mail soon, if they have an address"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, DeviceAuth(device): DeviceAuth, Json(request): Json<ResetRequest>) -> Result<StatusCode, Failure> {
    if request.name.chars().count() > MOST_CHARACTERS {
        return Err(Failure::malformed(format!("a name has at most {MOST_CHARACTERS} characters")));
    }
    if app.mailer.is_none() {
        return Err(mail::not_set_up());
    }
    let now = app.clock.now();
    let name = token::hash(&request.name.trim().to_lowercase());
    delay::count(&app, &[(Scope::ResetDevice, token::hash(&device.id.to_string())), (Scope::ResetName, name)], now).await?;
    mail::password_reset::ask(&app, &request).await?;
    Ok(StatusCode::NO_CONTENT)
}
