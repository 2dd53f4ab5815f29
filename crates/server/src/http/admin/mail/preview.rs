//! `POST /v1/admin/mail/preview`

use beadsbox_protocol::{
    Problem,
    mail::{MailDraft, MailPreview},
};

use crate::{
    http::{auth::AdminAuth, json::Json},
    mail,
};

/// A text filled in with sample data, or what is wrong with it. Nothing is kept or sent.
#[utoipa::path(post, path = "/v1/admin/mail/preview", operation_id = "preview_mail", tag = "admin", request_body = MailDraft,
    security(("session" = [])), responses(
    (status = 200, body = MailPreview),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn preview(_: AdminAuth, Json(draft): Json<MailDraft>) -> Json<MailPreview> {
    Json(mail::trial::preview(&draft))
}
