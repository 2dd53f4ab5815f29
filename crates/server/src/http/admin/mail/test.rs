//! `POST /v1/admin/mail/test`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{Problem, mail::MailTest};

use crate::{
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    mail,
    state::App,
};

/// Sends a text now, filled in with sample data, to see whether and how it arrives.
#[utoipa::path(post, path = "/v1/admin/mail/test", operation_id = "test_mail", tag = "admin", request_body = MailTest,
    security(("session" = [])), responses(
    (status = 204, description = "The mail server took it"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn test(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(test): Json<MailTest>) -> Result<StatusCode, Failure> {
    let mailer = app.mailer.as_ref().ok_or_else(mail::not_set_up)?;
    mail::trial::send(mailer, &test, app.clock.now()).await?;
    tracing::info!(%admin, kind = ?test.draft.kind, "sent a test mail");
    Ok(StatusCode::NO_CONTENT)
}
