//! `job`: work that is done later.

use std::time::Duration;

use beadsbox_domain::{Date, StaffId, Timestamp, VoucherId};
use beadsbox_protocol::{
    job::{DeadJob, DeadJobs, DeadOfTrouble, JobKind, JobTrouble, MOST_DEAD_JOBS},
    trace::Trace,
};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
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
    /// Nobody chose it: it goes because the organisation's setting says so, and only while that does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_itself: bool,
    /// The language that whoever asked for it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<beadsbox_protocol::mail::MailLanguage>,
    /// The last day of which it reminds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Date>,
}

/// A job that is not written yet.
#[derive(Debug, Clone)]
pub struct New {
    pub kind: JobKind,
    pub cause: Uuid,
    pub payload: Payload,
    /// The trace that it goes on in.
    pub trace: Option<Trace>,
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
    /// The trace that it goes on in; none where it begins one.
    pub trace: Option<Trace>,
    /// Whoever had it before began to hand its mail over, and never said what came of it.
    pub may_have_arrived: bool,
    /// The name of this lease: once it has ended, and another worker has the job, nothing is noted under it any more, but what a mail server answered.
    pub(super) lease: Uuid,
}

impl Leased {
    /// What it is about. A newer program may have written what this one cannot read.
    pub fn payload(&self) -> Result<Payload, Failure> {
        Payload::deserialize(&self.payload).map_err(|_| damaged("job.payload"))
    }
}

/// As much of what a job is about as can be shown.
pub(super) fn shown(payload: Value) -> Payload {
    serde_json::from_value(payload).unwrap_or_default()
}

/// What became of a job that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Sent,
    /// It was no mail.
    Done,
    BuyerErased,
    NoAddress,
    NotOwed,
    PersonBarred,
    Discarded,
}

/// Tells workers and relays that there is a job.
pub const CHANNEL: &str = "beadsbox_job";

/// Writes a job, in the transaction of what causes it. Whether it is new: one of that kind and cause may be there.
pub async fn insert(conn: &mut PgConnection, new: &New, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&mut *conn).await?;
    let inserted = sqlx::query(
        "INSERT INTO job (id, kind, cause, payload, created_at, run_after, trace) VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (kind, cause) DO NOTHING",
    )
    .bind(Uuid::now_v7())
    .bind(name_of(new.kind))
    .bind(new.cause)
    .bind(Json(&new.payload))
    .bind(now.to_sqlx())
    .bind(new.trace.map(|trace| trace.to_string()))
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Writes the jobs of upkeep of these periods, none of a kind of which one is not done yet. How many are new.
pub async fn insert_upkeep(conn: &mut PgConnection, due: &[(JobKind, Uuid)], now: Timestamp) -> sqlx::Result<u64> {
    let (kinds, causes): (Vec<String>, Vec<Uuid>) = due.iter().map(|(kind, cause)| (name_of(*kind), *cause)).unzip();
    let inserted = sqlx::query(
        "INSERT INTO job (id, kind, cause, payload, created_at, run_after)
         SELECT n.id, n.kind, n.cause, '{}', $4, $4 FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS n (id, kind, cause)
         WHERE NOT EXISTS (SELECT FROM job j WHERE j.kind = n.kind AND j.state IN ('waiting', 'running'))
         ON CONFLICT (kind, cause) DO NOTHING",
    )
    .bind(due.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind(kinds)
    .bind(causes)
    .bind(now.to_sqlx())
    .execute(&mut *conn)
    .await?
    .rows_affected();
    if inserted > 0 {
        sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(conn).await?;
    }
    Ok(inserted)
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
    may_have_arrived: bool,
    lease: Uuid,
    trace: Option<String>,
}

impl LeasedRecord {
    fn read(self) -> Result<Leased, Failure> {
        Ok(Leased {
            id: self.id,
            kind: named(&self.kind, "job.kind")?,
            cause: self.cause,
            payload: self.payload,
            created_at: self.created_at,
            attempts: self.attempts,
            may_have_arrived: self.may_have_arrived,
            lease: self.lease,
            trace: self.trace.as_deref().and_then(Trace::parse),
        })
    }
}

/// Which jobs somebody looks for: those that are due since then, and of which a broker was told no later than at that other moment, or not at all.
#[derive(Debug, Clone, Copy)]
pub struct Looking {
    pub due_since: Timestamp,
    pub announced_before: Timestamp,
}

/// Leases the next job for so long: one whose lease has ended without a word, or else the one that is due longest, of the first of these groups of kinds
/// that has one. Whoever asks at the same moment gets another one. A mark of a hand-over stays where the lease that ended made it, and then says so.
pub async fn take(conn: &mut PgConnection, groups: &[Vec<JobKind>; 4], looking: Looking, lasts: Duration) -> Result<Option<Leased>, Failure> {
    let names = groups.each_ref().map(|kinds| names_of(kinds));
    let record: Option<LeasedRecord> = sqlx::query_as(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease = $2, leased_until = clock_timestamp() + make_interval(secs => $1),
                handed_over = CASE WHEN handed_over = lease THEN handed_over END
         WHERE id = coalesce(
             (SELECT id FROM job WHERE state = 'running' AND leased_until <= now() AND kind = ANY($3::text[] || $4::text[] || $5::text[] || $6::text[])
              ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED),
             (SELECT id FROM job WHERE state = 'waiting' AND run_after <= $7 AND (announced_at IS NULL OR announced_at <= $8) AND kind = ANY($3::text[])
              ORDER BY run_after LIMIT 1 FOR UPDATE SKIP LOCKED),
             (SELECT id FROM job WHERE state = 'waiting' AND run_after <= $7 AND (announced_at IS NULL OR announced_at <= $8) AND kind = ANY($4::text[])
              ORDER BY run_after LIMIT 1 FOR UPDATE SKIP LOCKED),
             (SELECT id FROM job WHERE state = 'waiting' AND run_after <= $7 AND (announced_at IS NULL OR announced_at <= $8) AND kind = ANY($5::text[])
              ORDER BY run_after LIMIT 1 FOR UPDATE SKIP LOCKED),
             (SELECT id FROM job WHERE state = 'waiting' AND run_after <= $7 AND (announced_at IS NULL OR announced_at <= $8) AND kind = ANY($6::text[])
              ORDER BY run_after LIMIT 1 FOR UPDATE SKIP LOCKED))
         RETURNING id, kind, cause, payload, created_at, attempts, handed_over IS NOT NULL AS may_have_arrived, lease, trace",
    )
    .bind(lasts.as_secs_f64())
    .bind(Uuid::now_v7())
    .bind(&names[0])
    .bind(&names[1])
    .bind(&names[2])
    .bind(&names[3])
    .bind(looking.due_since.to_sqlx())
    .bind(looking.announced_before.to_sqlx())
    .fetch_optional(conn)
    .await?;
    record.map(LeasedRecord::read).transpose()
}

/// Leases that job for so long, if it is of one of these kinds, due, and nobody has it. Whoever asks at the same moment waits, and gets nothing.
pub async fn take_this(conn: &mut PgConnection, id: Uuid, kinds: &[JobKind], now: Timestamp, lasts: Duration) -> Result<Option<Leased>, Failure> {
    let record: Option<LeasedRecord> = sqlx::query_as(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease = $4, leased_until = clock_timestamp() + make_interval(secs => $3),
                handed_over = CASE WHEN handed_over = lease THEN handed_over END
         WHERE id = $1 AND kind = ANY($5) AND ((state = 'waiting' AND run_after <= $2) OR (state = 'running' AND leased_until <= now()))
         RETURNING id, kind, cause, payload, created_at, attempts, handed_over IS NOT NULL AS may_have_arrived, lease, trace",
    )
    .bind(id)
    .bind(now.to_sqlx())
    .bind(lasts.as_secs_f64())
    .bind(Uuid::now_v7())
    .bind(names_of(kinds))
    .fetch_optional(conn)
    .await?;
    record.map(LeasedRecord::read).transpose()
}

fn names_of(kinds: &[JobKind]) -> Vec<String> {
    kinds.iter().map(|kind| name_of(*kind)).collect()
}

/// Under whose name something is noted: whoever has the lease, and whoever handed the mail over and was taken for lost. Of a job that is done with,
/// nobody notes anything.
const THEIRS: &str = "id = $1 AND (lease = $2 OR handed_over = $2) AND state <> 'done'";

/// Notes what became of it, and which vouchers were mailed. Whether it was still theirs to say: after a lease has ended, another worker may have the job.
pub async fn end(conn: &mut PgConnection, job: &Leased, ended: Ended, mailed: Option<&[VoucherId]>, now: Timestamp) -> sqlx::Result<bool> {
    let noted = sqlx::query(AssertSqlSafe(format!(
        "UPDATE job SET state = 'done', lease = NULL, leased_until = NULL, handed_over = NULL, trouble = NULL, trouble_detail = NULL, ended = $3,
                ended_at = $4, mailed = $5
         WHERE {THEIRS}"
    )))
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

/// Notes that an attempt failed; `again` is when the next one may begin, none where it is given up. Whether it was still theirs to say. Another's mark of a
/// hand-over stays: should they live, they say what came of it.
pub async fn fail(conn: &mut PgConnection, job: &Leased, setback: &Setback, again: Option<Timestamp>, now: Timestamp) -> sqlx::Result<bool> {
    let noted = sqlx::query(AssertSqlSafe(format!(
        "UPDATE job SET state = CASE WHEN $5::timestamptz IS NULL THEN 'dead' ELSE 'waiting' END, lease = NULL, leased_until = NULL,
                handed_over = CASE WHEN handed_over <> lease THEN handed_over END, trouble = $3, trouble_detail = $4, run_after = coalesce($5, run_after), announced_at = NULL,
                ended_at = CASE WHEN $5::timestamptz IS NULL THEN $6::timestamptz END
         WHERE {THEIRS}"
    )))
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
    let (total, waiting): (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE state = 'dead'), count(*) FILTER (WHERE state <> 'dead' AND kind = ANY($1)) FROM job WHERE state <> 'done'",
    )
    .bind(names_of(&JobKind::ALL.into_iter().filter(|kind| kind.is_mail()).collect::<Vec<_>>()))
    .fetch_one(&mut *conn)
    .await?;
    let again = dead_by_trouble(conn).await?;
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
    let jobs = records.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(DeadJobs { total: to_count(total), waiting: to_count(waiting), jobs, again })
}

/// Which of those that were given up [`try_again`] takes, by what stood in their way; the most first.
async fn dead_by_trouble(conn: &mut PgConnection) -> Result<Vec<DeadOfTrouble>, Failure> {
    let counted: Vec<(String, i64)> =
        sqlx::query_as("SELECT trouble, count(*) FROM job WHERE state = 'dead' AND trouble <> $1 GROUP BY trouble ORDER BY count(*) DESC, trouble")
            .bind(name_of(JobTrouble::MayHaveArrived))
            .fetch_all(conn)
            .await?;
    counted
        .into_iter()
        .map(|(trouble, jobs)| Ok(DeadOfTrouble { trouble: named(&trouble, "job.trouble")?, jobs: to_count(jobs) }))
        .collect()
}

/// Has all that were given up for that reason tried again from the beginning; none for any reason. How many. What may have arrived is not among
/// them: somebody could get it twice.
pub async fn try_again(conn: &mut PgConnection, trouble: Option<JobTrouble>, now: Timestamp) -> sqlx::Result<u64> {
    let tried = sqlx::query(
        "UPDATE job SET state = 'waiting', run_after = $1, attempts = 0, ended_at = NULL, announced_at = NULL
         WHERE state = 'dead' AND trouble <> $2 AND ($3::text IS NULL OR trouble = $3)",
    )
    .bind(now.to_sqlx())
    .bind(name_of(JobTrouble::MayHaveArrived))
    .bind(trouble.map(name_of))
    .execute(conn)
    .await?;
    Ok(tried.rows_affected())
}

/// Has a job that was given up tried again from the beginning, or ends it. Whether there was such a job.
pub async fn decide(conn: &mut PgConnection, id: Uuid, again: bool, now: Timestamp) -> sqlx::Result<bool> {
    let statement = if again {
        "UPDATE job SET state = 'waiting', run_after = $2, attempts = 0, ended_at = NULL, announced_at = NULL WHERE id = $1 AND state = 'dead'"
    } else {
        "UPDATE job SET state = 'done', ended = 'discarded', ended_at = $2 WHERE id = $1 AND state = 'dead'"
    };
    let decided = sqlx::query(statement).bind(id).bind(now.to_sqlx()).execute(conn).await?;
    Ok(decided.rows_affected() == 1)
}

/// Forgets mails that were done with before that moment, and what was no mail before that other one, `limit` at most. Those that were given up stay
/// until somebody decides.
pub async fn prune(conn: &mut PgConnection, mails_before: Timestamp, others_before: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let pruned =
        sqlx::query("DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state = 'done' AND (ended_at < $1 OR (ended = 'done' AND ended_at < $2)) LIMIT $3)")
            .bind(mails_before.to_sqlx())
            .bind(others_before.to_sqlx())
            .bind(limit)
            .execute(conn)
            .await?;
    Ok(pruned.rows_affected())
}
