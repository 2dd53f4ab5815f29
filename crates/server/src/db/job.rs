//! `job`: work that is done later.

use beadsbox_domain::{StaffId, Timestamp, VoucherId};
use beadsbox_protocol::{
    job::{DeadJob, DeadJobs, JobKind, JobTrouble, MOST_DEAD_JOBS},
    mail::{MailState, VoucherMail},
};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{damaged, name_of, named, to_count};
use crate::error::Failure;

/// What a job is about: ids, and nothing that erasing a person would have to reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vouchers: Vec<VoucherId>,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<StaffId>,
    /// The language that whoever asked for it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<beadsbox_protocol::mail::MailLanguage>,
}

/// A job that is not written yet.
#[derive(Debug, Clone)]
pub struct New {
    pub kind: JobKind,
    pub cause: Uuid,
    pub payload: Payload,
}

/// A job that somebody runs.
#[derive(Debug, Clone)]
pub struct Leased {
    pub id: Uuid,
    pub kind: JobKind,
    pub cause: Uuid,
    /// As it stands: one that nobody can read must not keep the others from being taken.
    payload: Value,
    pub created_at: Timestamp,
    /// Counts from 1.
    pub attempts: i32,
    /// The name of this lease: once it has ended, and another worker has the job, nothing is noted under it any more.
    lease: Uuid,
}

impl Leased {
    /// What it is about. A newer program may have written what this one cannot read.
    pub fn payload(&self) -> Result<Payload, Failure> {
        Payload::deserialize(&self.payload).map_err(|_| damaged("job.payload"))
    }
}

/// As much of what a job is about as can be shown.
fn shown(payload: Value) -> Payload {
    serde_json::from_value(payload).unwrap_or_default()
}

/// What became of a job that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Sent,
    BuyerErased,
    NoAddress,
    NotOwed,
    PersonBarred,
    Discarded,
}

/// Writes a job, in the transaction of what causes it. Whether it is new: one of that kind and cause may be there.
pub async fn insert(conn: &mut PgConnection, new: &New, now: Timestamp) -> sqlx::Result<bool> {
    let inserted =
        sqlx::query("INSERT INTO job (id, kind, cause, payload, created_at, run_after) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (kind, cause) DO NOTHING")
            .bind(Uuid::now_v7())
            .bind(name_of(new.kind))
            .bind(new.cause)
            .bind(Json(&new.payload))
            .bind(now.to_sqlx())
            .execute(conn)
            .await?;
    Ok(inserted.rows_affected() == 1)
}

#[derive(FromRow)]
struct LeasedRecord {
    id: Uuid,
    kind: String,
    cause: Uuid,
    payload: Value,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    created_at: Timestamp,
    attempts: i32,
    lease: Uuid,
}

/// Leases the next job of one of these kinds: one whose lease has ended without a word, or else the one that is due longest. Whoever
/// asks at the same moment gets another one.
pub async fn take(conn: &mut PgConnection, kinds: &[JobKind], now: Timestamp, leased_until: Timestamp) -> Result<Option<Leased>, Failure> {
    let names: Vec<String> = kinds.iter().map(|kind| name_of(*kind)).collect();
    let record: Option<LeasedRecord> = sqlx::query_as(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease = $4, leased_until = $2
         WHERE id = coalesce(
             (SELECT id FROM job WHERE state = 'running' AND leased_until <= $1 AND kind = ANY($3) ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED),
             (SELECT id FROM job WHERE state = 'waiting' AND run_after <= $1 AND kind = ANY($3) ORDER BY run_after LIMIT 1 FOR UPDATE SKIP LOCKED))
         RETURNING id, kind, cause, payload, created_at, attempts, lease",
    )
    .bind(now.to_sqlx())
    .bind(leased_until.to_sqlx())
    .bind(names)
    .bind(Uuid::now_v7())
    .fetch_optional(conn)
    .await?;
    let read = |record: LeasedRecord| {
        Ok(Leased {
            id: record.id,
            kind: named(&record.kind, "job.kind")?,
            cause: record.cause,
            payload: record.payload,
            created_at: record.created_at,
            attempts: record.attempts,
            lease: record.lease,
        })
    };
    record.map(read).transpose()
}

/// Notes what became of it, and which vouchers were mailed. Whether the lease was still this one: after it ended, another worker may have the job.
pub async fn end(conn: &mut PgConnection, job: &Leased, ended: Ended, mailed: Option<&[VoucherId]>, now: Timestamp) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "UPDATE job SET state = 'done', lease = NULL, leased_until = NULL, trouble = NULL, trouble_detail = NULL, ended = $3, ended_at = $4, mailed = $5
         WHERE id = $1 AND lease = $2",
    )
    .bind(job.id)
    .bind(job.lease)
    .bind(name_of(ended))
    .bind(now.to_sqlx())
    .bind(mailed.map(|vouchers| vouchers.iter().map(|id| id.0).collect::<Vec<Uuid>>()))
    .execute(conn)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Why an attempt came to nothing, and what the mail server said in its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback {
    pub trouble: JobTrouble,
    pub detail: Option<String>,
}

/// Notes that an attempt failed; `again` is when the next one may begin, none where it is given up. Whether the lease was still this one.
pub async fn fail(conn: &mut PgConnection, job: &Leased, setback: &Setback, again: Option<Timestamp>, now: Timestamp) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "UPDATE job SET state = CASE WHEN $5::timestamptz IS NULL THEN 'dead' ELSE 'waiting' END, lease = NULL, leased_until = NULL, trouble = $3, trouble_detail = $4,
                run_after = coalesce($5, run_after), ended_at = CASE WHEN $5::timestamptz IS NULL THEN $6::timestamptz END
         WHERE id = $1 AND lease = $2",
    )
    .bind(job.id)
    .bind(job.lease)
    .bind(name_of(setback.trouble))
    .bind(setback.detail.as_deref())
    .bind(again.map(ToSqlx::to_sqlx))
    .bind(now.to_sqlx())
    .execute(conn)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// How the queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Jobs that nobody is at, due or not.
    pub waiting: u64,
    /// How long the one waits that is due longest, in seconds.
    pub due_seconds: u64,
    /// Jobs that were given up.
    pub given_up: u64,
}

/// How the queue stands now. Three indexes are read, and no job that is done.
pub async fn queue(conn: &mut PgConnection, now: Timestamp) -> sqlx::Result<Queue> {
    let (waiting, due_seconds, given_up): (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM job WHERE state = 'waiting'),
                (SELECT coalesce(greatest(0, extract(epoch FROM $1 - min(run_after))), 0)::bigint FROM job WHERE state = 'waiting'),
                (SELECT count(*) FROM job WHERE state = 'dead')",
    )
    .bind(now.to_sqlx())
    .fetch_one(conn)
    .await?;
    Ok(Queue { waiting: to_count(waiting), due_seconds: to_count(due_seconds), given_up: to_count(given_up) })
}

#[derive(FromRow)]
struct DeadRecord {
    id: Uuid,
    kind: String,
    payload: Value,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    created_at: Timestamp,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    ended_at: Timestamp,
    attempts: i32,
    trouble: String,
    trouble_detail: Option<String>,
}

/// Jobs that were given up, the newest first.
pub async fn dead(conn: &mut PgConnection) -> Result<DeadJobs, Failure> {
    let (total, waiting): (i64, i64) =
        sqlx::query_as("SELECT count(*) FILTER (WHERE state = 'dead'), count(*) FILTER (WHERE state <> 'dead') FROM job WHERE state <> 'done'")
            .fetch_one(&mut *conn)
            .await?;
    let records: Vec<DeadRecord> = sqlx::query_as(
        "SELECT id, kind, payload, created_at, ended_at, attempts, trouble, trouble_detail FROM job WHERE state = 'dead'
         ORDER BY ended_at DESC, id DESC LIMIT $1",
    )
    .bind(i64::from(MOST_DEAD_JOBS))
    .fetch_all(conn)
    .await?;
    let read = |record: DeadRecord| -> Result<DeadJob, Failure> {
        let payload = shown(record.payload);
        Ok(DeadJob {
            id: record.id,
            kind: named(&record.kind, "job.kind")?,
            vouchers: payload.vouchers,
            staff: payload.staff,
            created_at: record.created_at,
            died_at: record.ended_at,
            attempts: u32::try_from(record.attempts).unwrap_or(0),
            trouble: named(&record.trouble, "job.trouble")?,
            detail: record.trouble_detail,
        })
    };
    Ok(DeadJobs { total: to_count(total), waiting: to_count(waiting), jobs: records.into_iter().map(read).collect::<Result<_, _>>()? })
}

/// Has a job that was given up tried again from the beginning, or ends it. Whether there was such a job.
pub async fn decide(conn: &mut PgConnection, id: Uuid, again: bool, now: Timestamp) -> sqlx::Result<bool> {
    let statement = if again {
        "UPDATE job SET state = 'waiting', run_after = $2, attempts = 0, ended_at = NULL WHERE id = $1 AND state = 'dead'"
    } else {
        "UPDATE job SET state = 'done', ended = 'discarded', ended_at = $2 WHERE id = $1 AND state = 'dead'"
    };
    let decided = sqlx::query(statement).bind(id).bind(now.to_sqlx()).execute(conn).await?;
    Ok(decided.rows_affected() == 1)
}

#[derive(FromRow)]
struct MailRecord {
    cause: Uuid,
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
        let state = match (self.state.as_str(), self.ended.as_deref()) {
            ("done", Some(ended)) => match named(ended, "job.ended")? {
                Ended::Sent if self.left_out => MailState::NotOwed,
                Ended::Sent => MailState::Sent,
                Ended::BuyerErased => MailState::BuyerErased,
                Ended::NoAddress => MailState::NoAddress,
                Ended::NotOwed => MailState::NotOwed,
                Ended::PersonBarred => MailState::PersonBarred,
                Ended::Discarded => MailState::Discarded,
            },
            ("dead", _) => MailState::Failed,
            ("waiting" | "running", _) => MailState::Waiting,
            _ => return Err(damaged("job.state")),
        };
        Ok(VoucherMail {
            id: self.cause,
            by: shown(self.payload).by,
            created_at: self.created_at,
            state,
            ended_at: self.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            trouble: self.trouble.map(|trouble| named(&trouble, "job.trouble")).transpose()?,
        })
    }
}

/// The mails about a voucher that are still known of, the newest first; some dozens at most.
pub async fn mails_of(conn: &mut PgConnection, voucher: VoucherId) -> Result<Vec<VoucherMail>, Failure> {
    let records: Vec<MailRecord> = sqlx::query_as(
        "SELECT cause, payload, created_at, state, trouble, ended, ended_at, coalesce(NOT $1::uuid = ANY(mailed), false) AS left_out FROM job
         WHERE payload -> 'vouchers' @> jsonb_build_array($1::uuid::text) AND kind IN ('voucher_mail', 'voucher_mail_again')
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

/// Forgets jobs that were done before that moment, `limit` at most. Those that were given up stay until somebody decides.
pub async fn prune(conn: &mut PgConnection, done_before: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let pruned = sqlx::query("DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state = 'done' AND ended_at < $1 LIMIT $2)")
        .bind(done_before.to_sqlx())
        .bind(limit)
        .execute(conn)
        .await?;
    Ok(pruned.rows_affected())
}
