//! `GET /v1/admin/mail`

use axum::extract::State;
use beadsbox_protocol::{Problem, mail::MailSetup};

use crate::{
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    mail,
    state::App,
};

/// Whether this server can send mail, how it writes, and every text.
#[utoipa::path(get, path = "/v1/admin/mail", operation_id = "mail_setup", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = MailSetup),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn read(State(app): State<App>, _: AdminAuth) -> Result<Json<MailSetup>, Failure> {
    Ok(Json(mail::setup::read(&app).await?))
}
