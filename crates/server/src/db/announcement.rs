//! `job.announced_at`: of which jobs a broker was told.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::{job::JobKind, trace::Trace};
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{name_of, named};
use crate::error::Failure;

/// A job that is due, and of which the broker does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub id: Uuid,
    pub kind: JobKind,
    /// The trace that it goes on in.
    pub trace: Option<Trace>,
    /// How often it was taken before.
    attempts: i32,
}

#[derive(FromRow)]
struct Record {
    id: Uuid,
    kind: String,
    attempts: i32,
    trace: Option<String>,
}

/// The jobs that are due and were not announced, `limit` at most, the one that is due longest first. One of a kind that only a newer program
/// knows is left to that one's relay.
pub async fn due(conn: &mut PgConnection, now: Timestamp, limit: i64) -> Result<Vec<Due>, Failure> {
    let records: Vec<Record> = sqlx::query_as(
        "SELECT id, kind, attempts, trace FROM job WHERE state = 'waiting' AND announced_at IS NULL AND run_after <= $1 AND kind = ANY($3)
         ORDER BY run_after LIMIT $2",
    )
    .bind(now.to_sqlx())
    .bind(limit)
    .bind(JobKind::ALL.map(name_of))
    .fetch_all(conn)
    .await?;
    let read = |record: Record| {
        Ok(Due { id: record.id, kind: named(&record.kind, "job.kind")?, attempts: record.attempts, trace: record.trace.as_deref().and_then(Trace::parse) })
    };
    records.into_iter().map(read).collect()
}

/// Notes that the broker has them. One that was taken since it was read is left as it is: its next attempt is to be announced too.
pub async fn mark(conn: &mut PgConnection, told: &[Due], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE job SET announced_at = $3 FROM unnest($1::uuid[], $2::integer[]) AS told (id, attempts)
         WHERE job.id = told.id AND job.attempts = told.attempts AND job.state = 'waiting'",
    )
    .bind(told.iter().map(|due| due.id).collect::<Vec<_>>())
    .bind(told.iter().map(|due| due.attempts).collect::<Vec<_>>())
    .bind(now.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}
