//! `GET /v1/vouchers/{id}/mails`

use axum::extract::State;
use beadsbox_domain::VoucherId;
use beadsbox_protocol::{Problem, mail::VoucherMails};

use crate::{
    db,
    error::Failure,
    http::{
        auth::VouchersAuth,
        json::{Json, Path},
    },
    state::App,
};

/// The mails about a voucher that the server still knows of, the newest first, each with what became of it.
#[utoipa::path(get, path = "/v1/vouchers/{id}/mails", operation_id = "voucher_mails", tag = "office", params(("id" = VoucherId, Path)),
    security(("session" = [])), responses(
    (status = 200, body = VoucherMails),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: VouchersAuth, Path(id): Path<VoucherId>) -> Result<Json<VoucherMails>, Failure> {
    let mails = db::job_mail::mails_of(&mut *app.pool.acquire().await?, id).await?;
    Ok(Json(VoucherMails { set_up: app.mailer.is_some(), mails }))
}
