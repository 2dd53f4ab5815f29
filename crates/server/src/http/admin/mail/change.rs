//! `PUT /v1/admin/mail`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    mail::{MailSettingsChange, MailSetup},
};
use serde_json::json;

use crate::{
    act::{Act, Done},
    db::admin_act::ActKind,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    mail,
    state::App,
};

/// Sets how the organisation writes, whole: 409 where somebody else did since it was read.
#[utoipa::path(put, path = "/v1/admin/mail", operation_id = "change_mail_settings", tag = "admin", request_body = MailSettingsChange,
    security(("session" = [])), responses(
    (status = 200, body = MailSetup),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(change): Json<MailSettingsChange>) -> Result<Json<MailSetup>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    mail::setup::change_settings(&mut act, &app, &change).await?;
    act.done(Done::new(ActKind::MailSettingsChanged).with("settings", json!(change.settings))).await?;
    Ok(Json(mail::setup::read(&app).await?))
}
