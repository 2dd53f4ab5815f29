//! `PUT /v1/admin/mail/texts`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    mail::{MailSetup, MailTextChange},
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

/// Sets the text of one kind in one language, or has the program's own hold again. A text with faults is not kept.
#[utoipa::path(put, path = "/v1/admin/mail/texts", operation_id = "change_mail_text", tag = "admin", request_body = MailTextChange,
    security(("session" = [])), responses(
    (status = 200, body = MailSetup),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn text(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(change): Json<MailTextChange>) -> Result<Json<MailSetup>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    mail::setup::change_text(&mut act, &change).await?;
    let done = Done::new(ActKind::MailTextChanged).with("text", json!(change.kind)).with("language", json!(change.language));
    act.done(done.with("own", change.words.is_some())).await?;
    Ok(Json(mail::setup::read(&app).await?))
}
