//! `POST /v1/vouchers/{id}/mails`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::VoucherId;
use beadsbox_protocol::{
    Problem,
    mail::{MailAgain, VoucherMails},
};

use crate::{
    error::Failure,
    http::{
        auth::VouchersAuth,
        json::{Json, Path},
    },
    mail,
    state::App,
};

/// Mails a voucher to its buyer once more. Asked again under the same id, or while another one is on its way, it is not sent twice.
#[utoipa::path(post, path = "/v1/vouchers/{id}/mails", operation_id = "mail_voucher", tag = "office", params(("id" = VoucherId, Path)),
    request_body = MailAgain, security(("session" = [])), responses(
    (status = 202, body = VoucherMails, description = "It is to be sent"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(app): State<App>,
    VouchersAuth(staff): VouchersAuth,
    Path(id): Path<VoucherId>,
    Json(again): Json<MailAgain>,
) -> Result<(StatusCode, Json<VoucherMails>), Failure> {
    let mails = mail::again::ask(&app, id, again.id, staff).await?;
    Ok((StatusCode::ACCEPTED, Json(VoucherMails { set_up: true, mails })))
}
