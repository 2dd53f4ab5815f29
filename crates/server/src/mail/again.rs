//! Mails a voucher to its buyer once more, because somebody in the office asked for it.

use axum::http::StatusCode;
use beadsbox_domain::{StaffId, VoucherId};
use beadsbox_protocol::{
    ErrorCode, Profile,
    job::JobKind,
    mail::{MailState, VoucherMail},
};
use jiff::SignedDuration;
use uuid::Uuid;

use super::not_set_up;
use crate::{
    db::{
        self,
        job::{New, Payload},
    },
    error::Failure,
    sight,
    state::App,
};

/// How often within an hour somebody may have one voucher mailed.
const MOST_AN_HOUR: i64 = 5;

/// Writes the job. What is known of the voucher's mails then.
pub(crate) async fn ask(app: &App, voucher: VoucherId, id: Uuid, by: StaffId) -> Result<Vec<VoucherMail>, Failure> {
    if app.mailer.is_none() {
        return Err(not_set_up());
    }
    let now = app.clock.now();
    let mut tx = db::begin(&app.pool).await?;
    // The lock on the voucher: two who ask at the same moment take turns, and the second sees what the first asked for.
    db::voucher::lock(&mut tx, &[voucher.0]).await?;
    let row = db::voucher::rows(&mut tx, &[voucher.0], Profile::Office).await?.pop().ok_or_else(|| Failure::not_found("voucher"))?;
    let mails = db::job_mail::mails_of(&mut tx, voucher).await?;
    if mails.iter().any(|mail| mail.id == id || (mail.state == MailState::Waiting && !mail.reminder)) {
        return Ok(mails);
    }
    if !row.voucher.is_owed(now) {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::VoucherNotOwed, "only a voucher that can still be redeemed is mailed"));
    }
    if row.person.is_none_or(|person| person.email.is_none()) {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::NoMailAddress, "the buyer has no e-mail address"));
    }
    if db::job_mail::asked_since(&mut tx, voucher, now - SignedDuration::from_hours(1)).await? >= MOST_AN_HOUR {
        return Err(Failure::told(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests, "it was mailed often enough for now")
            .with(|problem| problem.retry_after = Some(3600)));
    }
    let payload = Payload { vouchers: vec![voucher], by: Some(by), ..Payload::default() };
    db::job::insert(&mut tx, &New { kind: JobKind::VoucherMailAgain, cause: id, payload, trace: sight::current() }, now).await?;
    let mails = db::job_mail::mails_of(&mut tx, voucher).await?;
    tx.commit().await?;
    tracing::info!(%voucher, staff = %by, "a voucher is to be mailed again");
    Ok(mails)
}
