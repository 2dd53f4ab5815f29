//! `job`: what became of the mails about a voucher.

use beadsbox_domain::{Timestamp, VoucherId};
use beadsbox_protocol::{
    job::{JobKind, JobTrouble},
    mail::{MailState, VoucherMail},
};
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{
    damaged,
    job::{Ended, shown},
    named,
};
use crate::error::Failure;

#[derive(FromRow)]
struct MailRecord {
    cause: Uuid,
    kind: String,
    payload: Value,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    created_at: Timestamp,
    state: String,
    trouble: Option<String>,
    ended: Option<String>,
    ended_at: Option<jiff_sqlx::Timestamp>,
    /// The mail went, without this voucher.
    left_out: bool,
}

impl MailRecord {
    fn read(self) -> Result<VoucherMail, Failure> {
        let trouble: Option<JobTrouble> = self.trouble.map(|trouble| named(&trouble, "job.trouble")).transpose()?;
        let state = match (self.state.as_str(), self.ended.as_deref()) {
            ("done", Some(ended)) => match named(ended, "job.ended")? {
                Ended::Sent if self.left_out => MailState::NotOwed,
                Ended::Sent => MailState::Sent,
                Ended::BuyerErased => MailState::BuyerErased,
                Ended::NoAddress => MailState::NoAddress,
                Ended::NotOwed => MailState::NotOwed,
                Ended::PersonBarred => MailState::PersonBarred,
                Ended::Discarded => MailState::Discarded,
                Ended::Done => return Err(damaged("job.ended")),
            },
            ("dead", _) if trouble == Some(JobTrouble::MayHaveArrived) => MailState::MayHaveArrived,
            ("dead", _) => MailState::Failed,
            ("waiting" | "running", _) => MailState::Waiting,
            _ => return Err(damaged("job.state")),
        };
        Ok(VoucherMail {
            id: self.cause,
            by: shown(self.payload).by,
            reminder: named::<JobKind>(&self.kind, "job.kind")? == JobKind::ReminderMail,
            created_at: self.created_at,
            state,
            ended_at: self.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            trouble,
        })
    }
}

/// The mails about a voucher that are still known of, the newest first; some dozens at most.
pub async fn mails_of(conn: &mut PgConnection, voucher: VoucherId) -> Result<Vec<VoucherMail>, Failure> {
    let records: Vec<MailRecord> = sqlx::query_as(
        "SELECT cause, kind, payload, created_at, state, trouble, ended, ended_at, coalesce(NOT $1::uuid = ANY(mailed), false) AS left_out FROM job
         WHERE payload -> 'vouchers' @> jsonb_build_array($1::uuid::text) AND kind IN ('voucher_mail', 'voucher_mail_again', 'reminder_mail')
         ORDER BY created_at DESC, id DESC LIMIT 50",
    )
    .bind(voucher.0)
    .fetch_all(conn)
    .await?;
    records.into_iter().map(MailRecord::read).collect()
}

/// How many mails about a voucher somebody asked for since that moment.
pub async fn asked_since(conn: &mut PgConnection, voucher: VoucherId, since: Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT count(*) FROM job WHERE payload -> 'vouchers' @> jsonb_build_array($1::text) AND kind = 'voucher_mail_again' AND created_at > $2",
    )
    .bind(voucher.to_string())
    .bind(since.to_sqlx())
    .fetch_one(conn)
    .await
}
